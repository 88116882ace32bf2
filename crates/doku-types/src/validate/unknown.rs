//! Telling which fields of a document no rule names.

use serde_json::Value;

use super::{
    Fault, FaultKind, MAX_FAULTS,
    places::{NOTHING, Places},
};

/// A fault for each field that no rule names, in the order of the document, at most one more than
/// [`MAX_FAULTS`]. None for what is no readable object.
pub(crate) fn unknown(body: &[u8], places: &Places) -> Vec<Fault> {
    let Ok(document @ Value::Object(_)) = serde_json::from_slice(body) else {
        return Vec::new();
    };
    let mut faults = Vec::new();
    find(&document, places, "", &mut faults);
    faults
}

fn find(value: &Value, places: &Places, pointer: &str, faults: &mut Vec<Fault>) {
    match value {
        Value::Array(entries) => {
            let places = places.entry().unwrap_or(&NOTHING);
            for (index, entry) in entries.iter().enumerate() {
                find(entry, places, &format!("{pointer}/{index}"), faults);
            }
        }
        Value::Object(fields) => {
            // One entry without the list around it.
            let here = places.lone_entry().unwrap_or(places);
            for (name, field) in fields {
                let shown: String = name.chars().take(MAX_NAME).collect();
                let pointer = format!("{pointer}/{}", shown.replace('~', "~0").replace('/', "~1"));
                if let Some(places) = here.field(name) {
                    find(field, places, &pointer, faults);
                } else if faults.len() <= MAX_FAULTS {
                    let message = "is a field that DOKU's pages do not know: leave it out";
                    faults.push(Fault::new(pointer, FaultKind::Unknown, "A10", message));
                }
            }
        }
        _ => {}
    }
}

/// How much of a field's name is told, in characters.
const MAX_NAME: usize = 64;

#[cfg(test)]
mod tests {
    use crate::partner::{registration::Registration, token::TokenRequest, update::Update};

    #[test]
    fn each_unknown_field_is_told_by_its_pointer() {
        let body = br#"{"x/y":1,"business":{"banks":[{"id":"BNK-1","iban":"1"}],"brands":[{"social_media":
            [{"accounts":["a"],"followers":{"x":1}}]}]},"partner":{"invited_user":["a"],"team":1}}"#;
        let unknown = Update::unknown(body);
        let pointers: Vec<_> = unknown.iter().map(|fault| fault.pointer.as_str()).collect();
        let expected = [
            "/business/banks/0/iban",
            "/business/brands/0/social_media/0/followers",
            "/partner/team",
            "/x~1y",
        ];
        assert_eq!(pointers, expected);
    }

    #[test]
    fn known_fields_aliases_and_what_cannot_be_read_are_not_told() {
        let body = br#"{"business":{"calling_code":62,"bank_account":{"account_name":"x"}}}"#;
        assert_eq!(Registration::unknown(body), []);
        assert_eq!(TokenRequest::unknown(b"{"), []);
        assert_eq!(TokenRequest::unknown(b"[{\"x\":1}]"), []);
    }
}
