//! DOKU's texts without what must not be in a log.

use doku_types::{SecretKey, error::ApiError};

/// Without control characters, e-mail addresses, runs of at least 16 digits (a NIK has 16), the key
/// and the token; each text at most 500 characters long, of at most 100 texts.
pub(crate) fn scrub(error: ApiError, key: &SecretKey, token: Option<&str>) -> ApiError {
    let secrets = [(key.expose(), "[key]"), (token.unwrap_or_default(), "[token]")];
    let clean = |text: String| clean(&text, secrets);
    match error {
        ApiError::Gateway { code, message, kind } => {
            // The code is open: anything may stand there.
            let code = if code.is_known() { code } else { clean(code.to_string()).into() };
            ApiError::Gateway { code, message: clean(message), kind: kind.map(clean) }
        }
        ApiError::Business(texts) => {
            ApiError::Business(texts.into_iter().take(TEXTS).map(clean).collect())
        }
        ApiError::Router(text) => ApiError::Router(clean(text)),
        // Another envelope, of a later version.
        _ => ApiError::Router(String::new()),
    }
}

fn clean(text: &str, secrets: [(&str, &str); 2]) -> String {
    // First of all: what they divide would be whole without them.
    let printed = |c: char| if matches!(c, '\t' | '\n' | '\r') { ' ' } else { c };
    let mut text: String = text.chars().map(printed).filter(|c| !c.is_control()).collect();
    for (secret, instead) in secrets {
        if !secret.trim().is_empty() {
            text = text.replace(secret.trim(), instead);
        }
    }
    let words = text.split(' ').map(|word| if word.contains('@') { "[e-mail]" } else { word });
    let cleaned = without_numbers(&words.collect::<Vec<_>>().join(" "));
    if cleaned.chars().count() > LENGTH {
        return format!("{}…", cleaned.chars().take(LENGTH).collect::<String>());
    }
    cleaned
}

/// Without runs of at least 16 digits, also where they are written in groups. DOKU's own ids, such as
/// `BRN-0001-1700000000000`, stay.
fn without_numbers(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let is_digit = |at: usize| letters.get(at).is_some_and(|c| c.is_numeric());
    let mut cleaned = String::new();
    let mut at = 0;
    while at < letters.len() {
        if !is_digit(at) {
            cleaned.push(letters[at]);
            at += 1;
            continue;
        }
        let begin = at;
        let mut digits = 0;
        while is_digit(at) || (matches!(letters.get(at), Some(' ' | '-' | '.')) && is_digit(at + 1))
        {
            digits += usize::from(is_digit(at));
            at += 1;
        }
        let mut run: String = letters[begin..at].iter().collect();
        if let Some(id) = id_in(&letters[..begin], &run) {
            // What follows the id may be a number of its own.
            at = begin + id;
            run.truncate(id);
            digits = 0;
        }
        cleaned.push_str(if digits < LONG { &run } else { "[number]" });
    }
    cleaned
}

/// How much of a run is the rest of an id: behind a letter and a hyphen, 4 digits, a hyphen, and the 13
/// or 14 of an instant.
fn id_in(before: &[char], run: &str) -> Option<usize> {
    let [.., letter, '-'] = before else { return None };
    let mut groups = run.split(['-', ' ', '.']);
    let (place, instant) = (groups.next()?, groups.next()?);
    let is_id = letter.is_ascii_alphabetic()
        && place.len() == 4
        && (13..=14).contains(&instant.len())
        && run.is_ascii()
        && run.as_bytes()[4] == b'-';
    is_id.then_some(5 + instant.len())
}

const LENGTH: usize = 500;
const TEXTS: usize = 100;
const LONG: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    fn scrubbed(text: &str) -> String {
        scrub(ApiError::business(text), &"SK-marker".into(), Some("eyJ.marker")).to_string()
    }

    #[test]
    fn what_must_not_be_logged_is_blotted_out_and_the_rest_is_kept() {
        for (text, kept) in [
            ("/business/name is mandatory", "/business/name is mandatory"),
            ("BRN-0001-1700000000000 IS UNKNOWN", "BRN-0001-1700000000000 IS UNKNOWN"),
            ("NIK 1234567890123456 IS USED", "NIK [number] IS USED"),
            ("(NIK:12345678901234567)", "(NIK:[number])"),
            ("NIK 3171 2345 6789 0123 IS USED", "NIK [number] IS USED"),
            ("NIK-3171-2345-6789-0123.", "NIK-[number]."),
            ("NIK-3171234567890123", "NIK-[number]"),
            ("BRN-0001-1700000000000 3171234567890123", "BRN-0001-1700000000000 [number]"),
            ("SINCE 2026-11-22 03:04:05", "SINCE 2026-11-22 03:04:05"),
            ("\u{663}\u{661}71234567890123", "[number]"),
            ("budi@example.com, IS USED", "[e-mail] IS USED"),
            ("key SK-marker!", "key [key]!"),
            ("Bearer eyJ.marker EXPIRED", "Bearer [token] EXPIRED"),
            ("a\nfake log line\u{1b}[31m", "a fake log line[31m"),
            ("NIK 12345678\u{7}90123456", "NIK [number]"),
        ] {
            assert_eq!(scrubbed(text), kept);
        }
        assert_eq!(scrubbed(&"x".repeat(5000)).chars().count(), 501);
        let gateway = ApiError::gateway("1234567890123456".into(), "budi@example.com");
        assert_eq!(scrub(gateway, &"".into(), None).to_string(), "[number]: [e-mail]");
    }
}
