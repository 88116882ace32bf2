//! Stage one of SNAP: the body without insignificant white space, and its hash.

use std::{borrow::Cow, fmt};

use memchr::memchr2;
use sha2::{Digest, Sha256};

use crate::hex;

/// The JSON text without the white space between its tokens; tokens stay as they are, to the byte:
/// escapes, numbers, order, and white space inside strings.
///
/// This is all of DOKU's "minify" that is documented and verified (with ASPI's own example). What
/// DOKU's server does beyond it is unknown, and DOKU's SDKs disagree: so send compact JSON in the
/// first place, and sign what is sent. Other bytes than JSON pass too, without the white space
/// outside of what stands between quotes.
///
/// ```
/// use doku_signing::snap::minify;
///
/// assert_eq!(*minify(br#"{ "name" : "Jokul Doe" }"#), *br#"{"name":"Jokul Doe"}"#);
/// ```
pub fn minify(body: &[u8]) -> Cow<'_, [u8]> {
    let mut minified = Vec::new();
    for run in Runs(body) {
        if run.len() == body.len() {
            return Cow::Borrowed(body);
        }
        if minified.capacity() == 0 {
            minified.reserve(body.len());
        }
        minified.extend_from_slice(run);
    }
    Cow::Owned(minified)
}

/// The SHA-256 of a body; `Display` is the lower-case hex that stands in the string to sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyHash([u8; 32]);

impl BodyHash {
    /// The hash of the [minified](minify) body; of no body, that of the empty text.
    pub fn of(body: &[u8]) -> Self {
        let mut hash = Sha256::new();
        for run in Runs(body) {
            hash.update(run);
        }
        Self(hash.finalize().into())
    }

    /// The hash of the very bytes, not minified.
    pub fn of_raw(body: &[u8]) -> Self {
        Self(Sha256::digest(body).into())
    }

    /// The text of [`Display`](fmt::Display), without an allocation.
    pub(crate) fn text(&self) -> [u8; 64] {
        hex::digits(&self.0)
    }
}

impl fmt::Display for BodyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::lower(&self.0))
    }
}

/// The stretches of a body between insignificant white space.
struct Runs<'a>(&'a [u8]);

impl<'a> Iterator for Runs<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let start = self.0.iter().position(|byte| !is_blank(*byte))?;
        let text = &self.0[start..];
        let mut end = 0;
        // Every turn begins outside of a string.
        let (run, rest) = loop {
            let outside = &text[end..];
            match outside.iter().position(|byte| *byte == b'"' || is_blank(*byte)) {
                Some(at) if outside[at] == b'"' => end += at + string(&outside[at..]),
                Some(at) => break text.split_at(end + at),
                None => break (text, &text[text.len()..]),
            }
        };
        self.0 = rest;
        Some(run)
    }
}

/// How long the string is that the text begins with: all of the text if nothing ends it.
fn string(text: &[u8]) -> usize {
    let mut end = 1;
    while let Some(at) = text.get(end..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
        end += at + 1;
        if text[end - 1] == b'"' {
            return end;
        }
        // The byte behind a backslash, whatever it is.
        end += 1;
    }
    text.len()
}

/// JSON's four.
const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    fn minified(text: &str) -> String {
        String::from_utf8(minify(text.as_bytes()).into_owned()).unwrap()
    }

    #[test]
    fn white_space_goes_between_tokens_and_stays_inside_strings() {
        for (text, wanted) in [
            ("", ""),
            (" \t\r\n", ""),
            (r#" { "a b" : [ 1.00 , "c \" d" ] } "#, r#"{"a b":[1.00,"c \" d"]}"#),
            (r#"{"u":"https:\/\/a.id\/x"}"#, r#"{"u":"https:\/\/a.id\/x"}"#),
            (r#"{"p":"  088899"}"#, r#"{"p":"  088899"}"#),
            ("\"ends in an escape \\", "\"ends in an escape \\"),
            ("\"a\\\\\" , 1", "\"a\\\\\",1"),
        ] {
            assert_eq!(minified(text), wanted, "{text:?}");
        }
    }

    #[test]
    fn compact_text_is_not_copied() {
        assert!(matches!(minify(br#"{"name":"Jokul Doe"}"#), Cow::Borrowed(_)));
        assert!(matches!(minify(br#"{"name": 1}"#), Cow::Owned(_)));
    }

    /// The divergences on record: each row's hash is that of its raw bytes, nothing re-printed.
    #[test]
    fn escapes_and_numbers_are_kept() {
        for (text, hash) in [
            (
                r#"{"u":"https:\/\/a.id\/x"}"#,
                "fee8cfb80d6befe905a625c8aaed3cbcaf713d024c69fd4038797e7fd7b9ba23",
            ),
            (
                r#"{"n":"Caf\u00e9"}"#,
                "7ec6c9ab3b4388afba730a73abe9b33c1e43b7186f4aa3990fabd488fa783564",
            ),
            (
                r#"{"a":10000.00}"#,
                "046e8dd62791a79bf1f8642fe08673a401b15710a62ef0f1610903a3620204ac",
            ),
            (
                r#"{"n":"A\u0026B"}"#,
                "8a81df17278017e41615cb9bb904d0c8df4b65286fa423b3a7256b8496bf1169",
            ),
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ] {
            assert_eq!(BodyHash::of(text.as_bytes()).to_string(), hash, "{text}");
        }
    }

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "[ -~\\n\\t\"\\\\é]{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::hash_map("[ a\"\\\\]{0,6}", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_json_means_the_same_afterwards_and_is_as_short_as_serde_prints_it(value in json()) {
            let pretty = serde_json::to_string_pretty(&value).unwrap();
            prop_assert_eq!(minified(&pretty), serde_json::to_string(&value).unwrap());
        }

        #[test]
        fn whatever_the_bytes_a_second_time_changes_nothing(
            body in prop::collection::vec(prop_oneof![
                Just(b'"'), Just(b'\\'), Just(b' '), Just(b'\n'), any::<u8>(),
            ], 0..60),
        ) {
            let once = minify(&body).into_owned();
            prop_assert_eq!(&*minify(&once), &once[..]);
            prop_assert_eq!(BodyHash::of(&body), BodyHash::of_raw(&once));
        }
    }
}
