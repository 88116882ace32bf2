//! What of an exchange is shown: by default nothing that could be personal or secret, that is only what is
//! known to be neither; with `--show-personal-data` all but keys and tokens.

mod body;
mod diagnosis;
mod known;

use std::borrow::Cow;

use http::{HeaderName, Uri, header};
use serde_json::Value;

use body::may_hold_secret;
pub(crate) use body::{Author, Content};

use crate::app::App;
use known::{CODE_HEADERS, FIELDS, HEADERS, MESSAGES, NO_SECRETS, SECRET_FIELDS, SECRET_HEADERS};

/// Decides what is shown.
pub(crate) struct Mask<'a> {
    /// Personal data is shown.
    open: bool,
    /// The partners' keys.
    keys: Vec<&'a str>,
}

impl<'a> Mask<'a> {
    /// As the mock was told.
    pub(crate) fn of(app: &'a App) -> Self {
        Self::revealing(app, false)
    }

    /// The same, but that personal data is shown to whoever asked to `reveal` it.
    pub(crate) fn revealing(app: &'a App, reveal: bool) -> Self {
        let keys = app.partners.values().map(|partner| partner.secret_key.expose());
        Self { open: reveal || app.config.show_personal_data, keys: keys.collect() }
    }

    /// Whether personal data is shown.
    pub(crate) fn is_open(&self) -> bool {
        self.open
    }

    /// A document as it is shown.
    pub(crate) fn document(&self, document: &Value) -> Value {
        self.value(None, document, Author::Stranger)
    }

    /// A header's value, by whose message it is of: a name that is known says nothing of what strangers write.
    pub(crate) fn header(&self, name: &HeaderName, value: &[u8], author: Author) -> String {
        let text = String::from_utf8_lossy(value);
        if *name == header::AUTHORIZATION
            && let Some((scheme, credential)) = text.split_once(' ')
            && scheme.eq_ignore_ascii_case("bearer")
        {
            return format!("{scheme} {}", characters(credential));
        }
        let name = name.as_str();
        let is_secret = SECRET_HEADERS.iter().any(|secret| name.contains(secret));
        let is_known = match author {
            Author::Mock if name.starts_with("doku-mock-") => true,
            _ if name.starts_with("doku-mock-") || CODE_HEADERS.contains(&name) => is_code(&text),
            _ => HEADERS.contains(&name),
        };
        if is_secret || !(self.open || is_known) {
            return characters(&text);
        }
        self.text(&text)
    }

    /// A target with its query; of a whole URL also scheme, host and port.
    pub(crate) fn target(&self, target: &Uri) -> String {
        let mut shown = String::new();
        if let (Some(scheme), Some(authority)) = (target.scheme_str(), target.authority()) {
            let host = authority.as_str().rsplit('@').next().unwrap_or_default();
            shown = format!("{scheme}://{host}");
        }
        shown.push_str(&self.path(target.path()));
        if let Some(query) = target.query() {
            shown.push('?');
            shown.push_str(&self.whole_query(query));
        }
        shown
    }

    /// A path.
    pub(crate) fn path(&self, path: &str) -> String {
        if self.open { self.text(path) } else { self.text(&codes_of(path)) }
    }

    /// A query as it was, or what stands for it.
    fn whole_query(&self, query: &str) -> String {
        let shown = self.query(query);
        let read = form_urlencoded::parse(query.as_bytes()).into_owned();
        if self.text(query) == query && read.eq(shown.iter().cloned()) {
            return query.to_owned();
        }
        let pairs = shown.iter().map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join("&")
    }

    /// The parameters of a query.
    pub(super) fn query(&self, query: &str) -> Vec<(String, String)> {
        let pairs = form_urlencoded::parse(query.as_bytes());
        pairs
            .map(|(name, value)| {
                let value = match self.word(Some(&name), &value, Author::Stranger) {
                    // One URL within another is not taken apart.
                    _ if is_url(&value) && may_hold_secret(&value) => characters(&value),
                    Some(changed) => changed,
                    None => value.into_owned(),
                };
                (self.name(&name), value)
            })
            .collect()
    }

    /// What is shown instead of a text; `None` if it may stand.
    fn string(&self, field: Option<&str>, text: &str, author: Author) -> Option<String> {
        let url = if self.open && !field.is_some_and(is_secret) { self.url(text) } else { None };
        match url {
            Some(shown) => (shown != text).then_some(shown),
            None => self.word(field, text, author),
        }
    }

    /// A URL with a query, without what opens something in it; `None` for any other text.
    fn url(&self, text: &str) -> Option<String> {
        let (before, query) = text.split_once('?').filter(|_| is_url(text))?;
        Some(match text.parse::<Uri>() {
            Ok(url) => self.target(&url),
            Err(_) => format!("{}?{}", self.text(before), self.whole_query(query)),
        })
    }

    /// The same as of a text that is no URL.
    fn word(&self, field: Option<&str>, text: &str, author: Author) -> Option<String> {
        let is = |list: &[&str]| field.is_some_and(|field| list.contains(&field));
        if field.is_some_and(is_secret) {
            return Some(characters(text));
        }
        let shown = if self.open || (is(FIELDS) && is_code(text)) {
            self.text(text)
        } else if author == Author::Mock && is(MESSAGES) {
            match text.strip_prefix(NO_RESOURCE) {
                Some(path) => format!("{NO_RESOURCE}{}", self.path(path)),
                None => self.text(&unquoted(text)),
            }
        } else {
            characters(text)
        };
        (shown != text).then_some(shown)
    }

    /// The name of a field, a parameter: some would send data even there.
    fn name(&self, name: &str) -> String {
        if self.open || is_code(name) { self.text(name) } else { characters(name) }
    }

    /// A text without keys and tokens.
    pub(super) fn text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for key in &self.keys {
            if text.contains(key) {
                text = text.replace(key, &characters(key));
            }
        }
        without_tokens(&text)
    }
}

/// Stands for what is not shown.
fn characters(text: &str) -> String {
    format!("‹{} characters›", text.chars().count())
}

fn is_secret(field: &str) -> bool {
    let field = field.to_lowercase();
    SECRET_FIELDS.iter().any(|secret| field.contains(secret)) && !NO_SECRETS.contains(&&*field)
}

/// A path with only those of its segments that have the look of a code.
pub(super) fn codes_of(path: &str) -> Cow<'_, str> {
    let is_shown = |segment: &str| segment.is_empty() || is_code(segment);
    // Most are: a log has a path on each of its lines.
    if path.split('/').all(is_shown) {
        return path.into();
    }
    let shown = |segment: &str| match is_shown(segment) {
        true => segment.to_owned(),
        false => characters(segment),
    };
    path.split('/').map(shown).collect::<Vec<_>>().join("/").into()
}

/// Whether a text has the look of a code or an id, and not of a number that somebody has.
fn is_code(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"_-.:".contains(&b);
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let is_number = digits >= 8 && !text.bytes().any(|b| b.is_ascii_alphabetic());
    text.len() <= 64 && text.bytes().all(plain) && !is_number
}

/// Whether a text begins as a URL of the web.
fn is_url(text: &str) -> bool {
    let (scheme, _) = text.split_once("://").unwrap_or_default();
    ["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
}

/// The mock's own errors, without what they quote: what is quoted may have backticks too.
fn unquoted(text: &str) -> String {
    let Some((before, quoted)) = text.split_once('`') else {
        return text.to_owned();
    };
    let (quoted, after) = quoted.rsplit_once('`').unwrap_or((quoted, ""));
    format!("{before}{}{after}", characters(quoted))
}

/// Without what looks like a JWT.
fn without_tokens(text: &str) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let (mut shown, mut rest) = (String::new(), text);
    while let Some(start) = rest.find("eyJ") {
        let (before, found) = rest.split_at(start);
        let end = found.find(|c| !is_part(c)).unwrap_or(found.len());
        let (found, after) = found.split_at(end);
        shown.push_str(before);
        let is_token = found.matches('.').count() >= 2;
        shown.push_str(&if is_token { characters(found) } else { found.to_owned() });
        rest = after;
    }
    shown + rest
}

/// How the mock says that there is no such path.
const NO_RESOURCE: &str = "No static resource ";

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderMap, HeaderValue};
    use serde_json::json;

    use super::*;

    pub(super) const CLOSED: Mask<'static> = Mask { open: false, keys: Vec::new() };

    pub(super) fn open() -> Mask<'static> {
        Mask { open: true, keys: vec!["SK-mine"] }
    }

    pub(super) fn body(mask: &Mask<'_>, value: &Value) -> Content {
        let kept = serde_json::to_vec(value).unwrap().into();
        mask.body(&HeaderMap::new(), &kept, Author::Stranger)
    }

    #[test]
    fn keys_and_tokens_are_never_shown() {
        let token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_d";
        let sent = json!({"token": "abc\"d", "shared_key": "SK-other", "accessToken": "t-1",
            "name": format!("Budi has {token} and SK-mine."), "tokenType": "Bearer"});
        let shown = body(&open(), &sent);
        let text = shown.text.unwrap();
        for secret in ["abc", "SK-", "t-1", "eyJ"] {
            assert!(!text.contains(secret), "{text}");
            assert!(!shown.json.as_ref().unwrap().to_string().contains(secret));
        }
        assert!(text.contains("Budi has") && text.contains("Bearer"), "{text}");

        let header = |mask: &Mask<'_>, name: &'static str, value: &'static str| {
            let value = HeaderValue::from_static(value);
            mask.header(&HeaderName::from_static(name), value.as_bytes(), Author::Stranger)
        };
        assert_eq!(header(&open(), "authorization", "Bearer abcd"), "Bearer ‹4 characters›");
        assert_eq!(header(&open(), "set-cookie", "a=1"), "‹3 characters›");
        assert_eq!(header(&open(), "x-name", "Budi SK-mine"), "Budi ‹7 characters›");
        assert_eq!(header(&CLOSED, "x-name", "Budi"), "‹4 characters›");
        assert_eq!(header(&CLOSED, "client-id", "BRN-1"), "BRN-1");
        let outcome = HeaderName::from_static("doku-mock-outcome");
        for (name, value) in [("client-id", "budi@x.id"), ("request-id", "0812-3456-7890")] {
            let masked = format!("‹{} characters›", value.len());
            assert_eq!(header(&CLOSED, name, value), masked);
            assert_eq!(header(&open(), name, value), value);
            // The mock's answers repeat them.
            let repeated =
                CLOSED.header(&HeaderName::from_static(name), value.as_bytes(), Author::Mock);
            assert_eq!(repeated, masked);
            assert_eq!(CLOSED.header(&outcome, value.as_bytes(), Author::Stranger), masked);
            assert_eq!(CLOSED.header(&outcome, value.as_bytes(), Author::Mock), value);
        }
        let rejecting = header(&CLOSED, "doku-mock-outcome", "reject.BUSINESS_BANK");
        assert_eq!(rejecting, "reject.BUSINESS_BANK");
    }

    #[test]
    fn of_a_url_neither_its_user_nor_what_its_parameters_hold_is_shown() {
        let url =
            "http://budi:pw@127.0.0.1:1/hook?key=marker&type=PERSONAL&a b=c".replace(' ', "%20");
        let url: Uri = url.parse().unwrap();
        assert_eq!(
            CLOSED.target(&url),
            "http://127.0.0.1:1/hook?key=‹6 characters›&type=PERSONAL&‹3 characters›=‹1 characters›"
        );
        assert!(open().target(&url).ends_with("/hook?key=marker&type=PERSONAL&a%20b=c"));
    }

    #[test]
    fn a_secret_in_a_query_and_a_person_in_a_path_are_not_shown() {
        let target: Uri =
            "/a/budi@x.id/3174010101010001/0812-3456-7890?token=sekrit&name=Budi".parse().unwrap();
        assert_eq!(
            open().target(&target),
            "/a/budi@x.id/3174010101010001/0812-3456-7890?token=‹6 characters›&name=Budi"
        );
        assert_eq!(
            CLOSED.target(&target),
            "/a/‹9 characters›/‹16 characters›/‹14 characters›?token=‹6 characters›&name=‹4 characters›"
        );
        let error = json!({"message": "No static resource a/budi@x.id."});
        let kept: Bytes = serde_json::to_vec(&error).unwrap().into();
        let shown = CLOSED.body(&HeaderMap::new(), &kept, Author::Mock).json.unwrap();
        assert_eq!(shown["message"], "No static resource a/‹10 characters›");
    }
}
