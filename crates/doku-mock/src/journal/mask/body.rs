//! What of a body is shown.

use bytes::Bytes;
use http::{HeaderMap, header};
use serde_json::{Map, Value};

use super::{
    Mask, characters, is_code, is_secret,
    known::{NUMBERS, SECRET_FIELDS},
};

/// Whose text it is: the mock's own errors are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Author {
    Mock,
    Stranger,
}

/// What is shown of a body.
#[derive(Debug, Default)]
pub(crate) struct Content {
    /// If it is JSON.
    pub(crate) json: Option<Value>,
    /// The very text, if it may be shown and is text.
    pub(crate) text: Option<String>,
    /// The very bytes, if they may be shown and are no text.
    pub(crate) bytes: Option<Bytes>,
    /// What stands for what is not shown at all.
    pub(crate) withheld: Option<String>,
    /// Whether anything is left out or replaced.
    pub(crate) masked: bool,
}

impl Mask<'_> {
    /// A body of which `kept` is kept.
    pub(crate) fn body(&self, headers: &HeaderMap, kept: &Bytes, author: Author) -> Content {
        if kept.is_empty() {
            return Content::default();
        }
        let Ok(whole) = serde_json::from_slice::<Value>(kept) else {
            return self.other(headers, kept);
        };
        let mut secrets = Vec::new();
        self.collect_secrets(None, &whole, &mut secrets);
        let json = self.value(None, &whole, author);
        let masked = json != whole;
        // JSON is UTF-8.
        let text = String::from_utf8_lossy(kept);
        let is_shown = match self.open {
            true => (secrets.is_empty() && !may_hold_secret(&text)) || says_no_more(&text, &whole),
            false => !masked && says_no_more(&text, &whole),
        };
        let text = is_shown.then(|| {
            let mut text = text.into_owned();
            for (secret, shown) in secrets {
                text = text.replace(&secret, &shown);
            }
            self.text(&text)
        });
        Content { json: Some(json), text, masked, ..Content::default() }
    }

    /// The body of a reply of the mock's own, for people.
    pub(crate) fn reply(&self, headers: &HeaderMap, body: &Bytes) -> String {
        let Content { json, text, bytes, withheld, .. } = self.body(headers, body, Author::Mock);
        match (json, text.or(withheld), bytes) {
            (Some(json), ..) => serde_json::to_string_pretty(&json).unwrap_or_default(),
            (None, Some(text), _) => text,
            (None, None, bytes) => String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned(),
        }
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

    pub(super) fn value(&self, field: Option<&str>, value: &Value, author: Author) -> Value {
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

    /// What of a document's text is never shown, as it stands there, and what stands for it.
    fn collect_secrets(
        &self,
        field: Option<&str>,
        value: &Value,
        secrets: &mut Vec<(String, String)>,
    ) {
        let written = |text: &str| {
            let written = Value::from(text).to_string();
            written[1..written.len() - 1].to_owned()
        };
        match value {
            Value::String(text) if field.is_some_and(is_secret) && !text.is_empty() => {
                let secret = written(text);
                let shown = characters(&secret);
                secrets.push((secret, shown));
            }
            Value::String(text) => {
                let shown = self.url(text).filter(|shown| shown != text);
                secrets.extend(shown.map(|shown| (written(text), written(&shown))));
            }
            Value::Array(values) => {
                values.iter().for_each(|value| self.collect_secrets(field, value, secrets));
            }
            Value::Object(fields) => fields
                .iter()
                .for_each(|(field, value)| self.collect_secrets(Some(field), value, secrets)),
            _ => {}
        }
    }
}

pub(super) fn may_hold_secret(text: &str) -> bool {
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{
        super::tests::{CLOSED, body, open},
        *,
    };

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
    fn a_body_that_cannot_be_read_is_shown_only_on_demand_and_never_where_it_may_hold_a_secret() {
        let kept = |text: &'static str| Bytes::from_static(text.as_bytes());
        let shown = |mask: &Mask<'_>, text| mask.body(&HeaderMap::new(), &kept(text), Author::Mock);
        let withheld = "‹9 bytes of no told type›";
        assert_eq!(shown(&CLOSED, "{\"name\":B").withheld.unwrap(), "‹9 bytes of ?›");
        assert_eq!(shown(&open(), "{\"name\":B").text.unwrap(), "{\"name\":B", "{withheld}");
        assert!(shown(&open(), "{\"token\":\"abc").withheld.is_some());
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
    fn what_an_error_quotes_is_not_shown_whatever_backticks_are_in_it() {
        for (message, expected) in [
            ("x: `a`budi`b` is no outcome", "x: ‹8 characters› is no outcome"),
            ("x: `budi", "x: ‹4 characters›"),
            ("x: `budi` and `b`", "x: ‹12 characters›"),
            ("nothing", "nothing"),
        ] {
            let kept: Bytes = serde_json::to_vec(&json!({"message": message})).unwrap().into();
            let shown = CLOSED.body(&HeaderMap::new(), &kept, Author::Mock).json.unwrap();
            assert_eq!(shown["message"], expected);
        }
    }

    #[test]
    fn a_secret_in_the_query_of_a_url_is_not_shown() {
        for url in [
            "http://127.0.0.1:1/hook?token=sekrit&a=1",
            "HTTPS://x.id/hook?a=1&t%6Fken=sekrit",
            "http://x.id/a b?token=sekrit",
            "http://x.id/hook?next=http%3A%2F%2Fx.id%2F%3Ftoken%3Dsekrit",
            "http://x.id/hook?a=\"&password=sekrit",
        ] {
            let sent = json!({"callback_url": url, "name": "Budi"});
            let shown = body(&open(), &sent);
            let json = shown.json.unwrap();
            assert_eq!(json["name"], "Budi");
            assert!(!json.to_string().contains("sekrit"), "{json}");
            assert!(shown.masked, "{url}");
            let text = shown.text.unwrap();
            assert!(!text.contains("sekrit") && text.contains("Budi"), "{text}");
        }
        let escaped = r#"{"callback_url": "http://x.id/?\u0074oken=sekrit"}"#;
        let shown = open().body(&HeaderMap::new(), &escaped.into(), Author::Stranger);
        assert_eq!(shown.text, None);
        let plain = json!({"callback_url": "http://x.id/hook?a=1&b=c d", "other": "why?token=x"});
        let shown = body(&open(), &plain);
        assert!(!shown.masked);
        assert_eq!(shown.text, Some(plain.to_string()));
        // Of URLs in each other's queries none is taken apart.
        let deep = "http://a?b=".repeat(5000);
        body(&open(), &json!({ "a": deep }));
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
