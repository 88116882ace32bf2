//! What of an exchange is shown: by default nothing that could be personal or secret, that is only what is
//! known to be neither; with `--show-personal-data` all but keys and tokens.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, Uri, header};
use serde_json::{Map, Value};

use crate::app::App;

/// Decides what is shown.
pub(crate) struct Mask<'a> {
    /// Personal data is shown.
    open: bool,
    /// The partners' keys.
    keys: Vec<&'a str>,
}

/// Whose text it is: the mock's own errors are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Author {
    Mock,
    Stranger,
}

/// What is shown of a body.
#[derive(Debug, Default)]
pub(super) struct Content {
    /// If it is JSON.
    pub(super) json: Option<Value>,
    /// The very text, if it may be shown and is text.
    pub(super) text: Option<String>,
    /// The very bytes, if they may be shown and are no text.
    pub(super) bytes: Option<Bytes>,
    /// What stands for what is not shown at all.
    pub(super) withheld: Option<String>,
    /// Whether anything is left out or replaced.
    pub(super) masked: bool,
}

impl<'a> Mask<'a> {
    pub(crate) fn of(app: &'a App) -> Self {
        let keys = app.partners.values().map(|partner| partner.secret_key.expose());
        Self { open: app.config.show_personal_data, keys: keys.collect() }
    }

    /// A header's value.
    pub(super) fn header(&self, name: &HeaderName, value: &[u8]) -> String {
        let text = String::from_utf8_lossy(value);
        if *name == header::AUTHORIZATION
            && let Some((scheme, credential)) = text.split_once(' ')
            && scheme.eq_ignore_ascii_case("bearer")
        {
            return format!("{scheme} {}", characters(credential));
        }
        let name = name.as_str();
        let is_secret = SECRET_HEADERS.iter().any(|secret| name.contains(secret));
        let is_known = HEADERS.contains(&name) || name.starts_with("doku-mock-");
        if is_secret || !(self.open || is_known) {
            return characters(&text);
        }
        self.text(&text)
    }

    /// A target with its query; of a whole URL also scheme, host and port.
    pub(super) fn target(&self, target: &Uri) -> String {
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
    pub(super) fn path(&self, path: &str) -> String {
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

    /// What was told of a request's signature. It quotes the target, which the sender may have signed in any
    /// spelling: if that is not shown, no query is, nor a quotation that has a piece of it.
    pub(super) fn diagnosis(&self, text: &str, target: &Uri) -> String {
        let text = self.text(text).replace(target.path(), &self.path(target.path()));
        let query = target.query().unwrap_or_default();
        if self.whole_query(query) == query {
            return text;
        }
        let read = form_urlencoded::parse(query.as_bytes());
        let pieces: Vec<_> = read
            .flat_map(|(name, value)| [name.into_owned(), value.into_owned()])
            .chain([query.to_owned()])
            .collect();
        let has_piece = |quoted: &str| {
            let quoted: Vec<_> = quoted.chars().collect();
            quoted
                .windows(4)
                .map(String::from_iter)
                .any(|window| pieces.iter().any(|piece| piece.contains(&window)))
        };
        let lines = text.split('\n').map(|line| {
            let parts = line.split('"').enumerate().map(|(n, part)| match part.split_once('?') {
                _ if n % 2 == 1 && has_piece(part) => characters(part),
                Some((before, after)) if !after.is_empty() && !after.starts_with(' ') => {
                    format!("{before}?{}", characters(after))
                }
                _ => part.to_owned(),
            });
            parts.collect::<Vec<_>>().join("\"")
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// The parameters of a query.
    pub(super) fn query(&self, query: &str) -> Vec<(String, String)> {
        let pairs = form_urlencoded::parse(query.as_bytes());
        pairs
            .map(|(name, value)| {
                let value = match self.string(Some(&name), &value, Author::Stranger) {
                    Some(changed) => changed,
                    None => value.into_owned(),
                };
                (self.name(&name), value)
            })
            .collect()
    }

    /// A body of which `kept` is kept.
    pub(super) fn body(&self, headers: &HeaderMap, kept: &Bytes, author: Author) -> Content {
        if kept.is_empty() {
            return Content::default();
        }
        let Ok(whole) = serde_json::from_slice::<Value>(kept) else {
            return self.other(headers, kept);
        };
        let mut secrets = Vec::new();
        collect_secrets(None, &whole, &mut secrets);
        let json = self.value(None, &whole, author);
        let masked = json != whole;
        // JSON is UTF-8.
        let text = String::from_utf8_lossy(kept);
        let is_shown = match self.open {
            true => !may_hold_secret(&text) || says_no_more(&text, &whole),
            false => !masked && says_no_more(&text, &whole),
        };
        let text = is_shown.then(|| {
            let mut text = text.into_owned();
            for secret in secrets {
                text = text.replace(&secret, &characters(&secret));
            }
            self.text(&text)
        });
        Content { json: Some(json), text, masked, ..Content::default() }
    }

    /// A body that is no JSON, or one that was cut.
    fn other(&self, headers: &HeaderMap, kept: &Bytes) -> Content {
        let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media_type = media_type.unwrap_or("no told type").split(';').next().unwrap_or_default();
        let withheld = || {
            let media_type = if is_code(&media_type.replace('/', "-")) { media_type } else { "?" };
            let withheld = Some(format!("‹{} bytes of {media_type}›", kept.len()));
            Content { withheld, masked: true, ..Content::default() }
        };
        let text = String::from_utf8(kept.to_vec());
        match text {
            _ if !self.open => withheld(),
            // Where a secret ends cannot be told in what cannot be read.
            Ok(text) if may_hold_secret(&text) => withheld(),
            Ok(text) => {
                let shown = self.text(&text);
                Content { masked: shown != text, text: Some(shown), ..Content::default() }
            }
            Err(_) => Content { bytes: Some(kept.clone()), ..Content::default() },
        }
    }

    fn value(&self, field: Option<&str>, value: &Value, author: Author) -> Value {
        match value {
            Value::Null | Value::Bool(_) => value.clone(),
            Value::Number(_) => {
                let shown = self.open || field.is_some_and(|field| NUMBERS.contains(&field));
                if shown { value.clone() } else { "‹number›".into() }
            }
            Value::String(text) => {
                self.string(field, text, author).map_or_else(|| value.clone(), Value::String)
            }
            Value::Array(values) => {
                values.iter().map(|value| self.value(field, value, author)).collect()
            }
            Value::Object(fields) => {
                let mut shown = Map::new();
                for (field, value) in fields {
                    let mut name = self.name(field);
                    while shown.contains_key(&name) {
                        name.push('+');
                    }
                    shown.insert(name, self.value(Some(field), value, author));
                }
                Value::Object(shown)
            }
        }
    }

    /// What is shown instead of a text; `None` if it may stand.
    fn string(&self, field: Option<&str>, text: &str, author: Author) -> Option<String> {
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

fn collect_secrets(field: Option<&str>, value: &Value, secrets: &mut Vec<String>) {
    match value {
        Value::String(text) if field.is_some_and(is_secret) && !text.is_empty() => {
            // As it stands in the text, and as it is.
            let written = Value::from(text.as_str()).to_string();
            secrets.push(written.trim_matches('"').to_owned());
        }
        Value::Array(values) => {
            values.iter().for_each(|value| collect_secrets(field, value, secrets));
        }
        Value::Object(fields) => {
            fields.iter().for_each(|(field, value)| collect_secrets(Some(field), value, secrets));
        }
        _ => {}
    }
}

/// A path with only those of its segments that have the look of a code.
pub(super) fn codes_of(path: &str) -> String {
    let shown = |segment: &str| match segment.is_empty() || is_code(segment) {
        true => segment.to_owned(),
        false => characters(segment),
    };
    path.split('/').map(shown).collect::<Vec<_>>().join("/")
}

fn may_hold_secret(text: &str) -> bool {
    let text = text.to_lowercase();
    SECRET_FIELDS.iter().any(|field| text.contains(field))
}

/// Whether a document says nothing but what was read of it: no field twice, of which the last counts, and no
/// letter as an escape.
fn says_no_more(text: &str, read: &Value) -> bool {
    let sorted = |text: &str| {
        let mut bytes: Vec<_> = text.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
        bytes.sort_unstable();
        bytes
    };
    sorted(text) == sorted(&read.to_string())
}

/// Whether a text has the look of a code or an id, and not of a number that somebody has.
fn is_code(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"_-.:".contains(&b);
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let is_number = digits >= 8 && !text.bytes().any(|b| b.is_ascii_alphabetic());
    text.len() <= 64 && text.bytes().all(plain) && !is_number
}

/// The mock's own errors, without what they quote.
fn unquoted(text: &str) -> String {
    let mut shown = String::new();
    for (n, piece) in text.split('`').enumerate() {
        match n % 2 {
            0 => shown.push_str(piece),
            _ => shown.push_str(&characters(piece)),
        }
    }
    shown
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

/// Headers that say nothing of people and open nothing.
const HEADERS: &[&str] = &[
    "accept",
    "accept-encoding",
    "allow",
    "cache-control",
    "channel-id",
    "client-id",
    "connection",
    "content-encoding",
    "content-length",
    "content-security-policy",
    "content-type",
    "date",
    "digest",
    "expect",
    "host",
    "keep-alive",
    "request-id",
    "request-target",
    "request-timestamp",
    "response-timestamp",
    "retry-after",
    "server",
    "signature",
    "transfer-encoding",
    "user-agent",
    "x-client-key",
    "x-content-type-options",
    "x-external-id",
    "x-partner-id",
    "x-signature",
    "x-timestamp",
];
/// What the names of headers that open something hold.
const SECRET_HEADERS: &[&str] =
    &["authorization", "cookie", "token", "secret", "api-key", "apikey", "password"];
/// Fields and parameters whose values are codes, ids, statuses or types.
const FIELDS: &[&str] = &[
    "alert",
    "bank_id",
    "businessLegalEntity",
    "businessType",
    "brandBusinessLine",
    "business_type",
    "category",
    "code",
    "country",
    "currency",
    "error_code",
    "extensions",
    "finance_status",
    "grant_type",
    "id",
    "legal_entity",
    "mobile_app_readiness",
    "operational_status",
    "partner",
    "platform",
    "responseCode",
    "risk_engine_status",
    "status",
    "transaction_frequency",
    "transaction_quantity",
    "type",
    "valid_time",
    "website_readiness",
];
/// Fields whose numbers are limits or counts.
const NUMBERS: &[&str] = &["expiresIn", "max_size", "min_size", "status"];
/// Fields of the mock's own errors.
const MESSAGES: &[&str] = &["message", "error", "responseMessage"];
/// How the mock says that there is no such path.
const NO_RESOURCE: &str = "No static resource ";
/// What the names of fields hold whose values are never shown.
const SECRET_FIELDS: &[&str] =
    &["token", "secret", "shared_key", "sharedkey", "api_key", "apikey", "password"];
/// Fields that sound like it.
const NO_SECRETS: &[&str] = &["tokentype", "accesstokenexpirytime", "refreshtokenexpirytime"];

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use serde_json::json;

    use super::*;

    const CLOSED: Mask<'static> = Mask { open: false, keys: Vec::new() };

    fn open() -> Mask<'static> {
        Mask { open: true, keys: vec!["SK-mine"] }
    }

    fn body(mask: &Mask<'_>, value: &Value) -> Content {
        let kept = serde_json::to_vec(value).unwrap().into();
        mask.body(&HeaderMap::new(), &kept, Author::Stranger)
    }

    #[test]
    fn of_a_document_only_codes_and_ids_are_shown() {
        let sent = json!({"business": {"type": "PERSONAL", "name": "Budi", "phone_number": 812,
            "id": "budi@example.com", "code": "3174010101010001", "brands": [{"id": "BRN-1", "email": "b@x"}]},
            "Budi Santoso": true, "primary": null});
        let shown = body(&CLOSED, &sent);
        let expected = json!({"business": {"type": "PERSONAL", "name": "‹4 characters›",
            "phone_number": "‹number›", "id": "‹16 characters›", "code": "‹16 characters›",
            "brands": [{"id": "BRN-1", "email": "‹3 characters›"}]},
            "‹12 characters›": true, "primary": null});
        assert_eq!(shown.json.unwrap(), expected);
        assert!(shown.masked && shown.text.is_none());
        let plain = body(&CLOSED, &json!({"grant_type": "client_credentials"}));
        assert_eq!(plain.text.unwrap(), r#"{"grant_type":"client_credentials"}"#);
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
            mask.header(&HeaderName::from_static(name), HeaderValue::from_static(value).as_bytes())
        };
        assert_eq!(header(&open(), "authorization", "Bearer abcd"), "Bearer ‹4 characters›");
        assert_eq!(header(&open(), "set-cookie", "a=1"), "‹3 characters›");
        assert_eq!(header(&open(), "x-name", "Budi SK-mine"), "Budi ‹7 characters›");
        assert_eq!(header(&CLOSED, "x-name", "Budi"), "‹4 characters›");
        assert_eq!(header(&CLOSED, "client-id", "BRN-1"), "BRN-1");
    }

    #[test]
    fn a_body_that_cannot_be_read_is_shown_only_on_demand_and_never_where_it_may_hold_a_secret() {
        let kept = |text: &'static str| Bytes::from_static(text.as_bytes());
        let shown = |mask: &Mask<'_>, text| mask.body(&HeaderMap::new(), &kept(text), Author::Mock);
        let withheld = "‹9 bytes of no told type›";
        assert_eq!(shown(&CLOSED, "{\"name\":B").withheld.unwrap(), "‹9 bytes of ?›");
        assert_eq!(shown(&open(), "{\"name\":B").text.unwrap(), "{\"name\":B", "{withheld}");
        assert!(shown(&open(), "{\"token\":\"abc").withheld.is_some());
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
    fn an_error_of_the_mock_is_shown_without_what_it_quotes() {
        let error = json!({"message": ["/business/email: `budi` is no outcome"]});
        let kept: Bytes = serde_json::to_vec(&error).unwrap().into();
        let shown = CLOSED.body(&HeaderMap::new(), &kept, Author::Mock).json.unwrap();
        assert_eq!(shown["message"][0], "/business/email: ‹4 characters› is no outcome");
        let shown = CLOSED.body(&HeaderMap::new(), &kept, Author::Stranger).json.unwrap();
        assert_eq!(shown["message"][0], "‹37 characters›");
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

    #[test]
    fn a_diagnosis_is_shown_without_the_query_that_it_quotes() {
        let text = "Was it so?\n  Request-Target:/a?name=Budi Santoso␊\nThey differ: \"…/a?name=Bu…\" instead of \"…e=Budi+Sant…\", not \"…/a␊…\".";
        let target: Uri = "/a?name=Budi%20Santoso".parse().unwrap();
        let shown = CLOSED.diagnosis(text, &target);
        assert!(!shown.contains("Bu") && !shown.contains("Santoso"), "{shown}");
        assert!(shown.starts_with("Was it so?\n  Request-Target:/a?‹"), "{shown}");
        assert!(shown.ends_with("not \"…/a␊…\"."), "{shown}");
        assert_eq!(open().diagnosis(text, &target), text);
        let secret: Uri = "/a?token=sekrit".parse().unwrap();
        assert!(!open().diagnosis("\"/a?token=sekrit\"", &secret).contains("sek"));
    }

    #[test]
    fn of_a_field_that_comes_twice_the_first_is_not_shown_either() {
        let shown = |mask: &Mask<'_>, text: &'static str| {
            mask.body(&HeaderMap::new(), &Bytes::from_static(text.as_bytes()), Author::Stranger)
        };
        assert_eq!(shown(&CLOSED, r#"{"code": "Budi S", "code": "A"}"#).text, None);
        assert_eq!(shown(&CLOSED, r#"{"code":  "A"}"#).text.unwrap(), r#"{"code":  "A"}"#);
        assert_eq!(shown(&open(), r#"{"token":"abc","token":null}"#).text, None);
        assert_eq!(shown(&open(), r#"{"token":"\u0061bc"}"#).text, None);
        assert!(shown(&open(), r#"{"name":"\u0061bc"}"#).text.is_some());
    }
}
