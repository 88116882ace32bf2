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
    let mut cleaned = String::new();
    for (index, word) in text.split(' ').enumerate() {
        if index > 0 {
            cleaned.push(' ');
        }
        if word.contains('@') {
            cleaned.push_str("[e-mail]");
            continue;
        }
        let mut rest = word;
        while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
            let digits = rest[start..].bytes().take_while(u8::is_ascii_digit).count();
            cleaned.push_str(&rest[..start]);
            let run = &rest[start..start + digits];
            cleaned.push_str(if digits < LONG { run } else { "[number]" });
            rest = &rest[start + digits..];
        }
        cleaned.push_str(rest);
    }
    if cleaned.chars().count() > LENGTH {
        return format!("{}…", cleaned.chars().take(LENGTH).collect::<String>());
    }
    cleaned
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
