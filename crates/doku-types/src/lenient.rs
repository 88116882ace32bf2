//! Readings that DOKU's pages contradict themselves about: a number for a string, a bare code for
//! an object. One function per kind; each says what it accepts and nothing else passes.

use std::{collections::BTreeMap, fmt, marker::PhantomData};

use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, MapDeserializer, SeqAccessDeserializer};
use serde::de::{
    DeserializeOwned, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor,
};
use serde_json::value::RawValue;

use crate::{code::Readiness, verbatim::TextOrNumber};

/// A string, or an integer taken as its digits (calling codes, phone numbers, `valid_time`).
pub(crate) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    struct Text;

    impl Visitor<'_> for Text {
        type Value = String;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string or an integer")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<String, E> {
            Ok(text.to_owned())
        }

        fn visit_string<E: Error>(self, text: String) -> Result<String, E> {
            Ok(text)
        }

        fn visit_u64<E: Error>(self, number: u64) -> Result<String, E> {
            Ok(number.to_string())
        }

        fn visit_i64<E: Error>(self, number: i64) -> Result<String, E> {
            Ok(number.to_string())
        }
    }

    deserializer.deserialize_any(Text)
}

/// As [`text`], or `null`, for an optional field.
pub(crate) fn option_text<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    struct Text(String);

    impl<'de> Deserialize<'de> for Text {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            text(deserializer).map(Text)
        }
    }

    Option::<Text>::deserialize(deserializer).map(|text| text.map(|Text(text)| text))
}

/// A field that only replies have: its text, or nothing for any other value, since in a request
/// it is a field like any unknown one.
pub(crate) fn reply_only<'de, D: Deserializer<'de>, T: From<String>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    // Raw, for no other type takes whatever comes: a `Value` has no number beyond a float's.
    let json = Box::<RawValue>::deserialize(deserializer)?;
    Ok(serde_json::from_str::<String>(json.get()).ok().map(T::from))
}

/// A code as a string, or in the field `code` of an object, whose other fields say its name.
pub(crate) fn code<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    struct Code;

    impl<'de> Visitor<'de> for Code {
        type Value = String;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a code, or an object with one")
        }

        fn visit_str<E: Error>(self, code: &str) -> Result<String, E> {
            Ok(code.to_owned())
        }

        fn visit_string<E: Error>(self, code: String) -> Result<String, E> {
            Ok(code)
        }

        fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<String, A::Error> {
            #[derive(Deserialize)]
            struct Object {
                code: String,
            }

            let object = Object::deserialize(MapAccessDeserializer::new(fields))?;
            Ok(object.code)
        }
    }

    deserializer.deserialize_any(Code)
}

/// What a field is that a reply leaves out: blank, which the rules of a request report as missing.
pub(crate) fn blank<T: From<&'static str>>() -> T {
    "".into()
}

/// A value, or [`blank`] for `null`.
pub(crate) fn or_blank<'de, D: Deserializer<'de>, T: Deserialize<'de> + From<&'static str>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(|value| value.unwrap_or_else(blank))
}

/// As [`text`], or [`blank`] for `null`.
pub(crate) fn text_or_blank<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<String, D::Error> {
    option_text(deserializer).map(Option::unwrap_or_default)
}

/// Text-like types of which an empty one stands for a field that is not there.
pub(crate) trait Blank {
    fn is_blank(&self) -> bool;
}

impl Blank for String {
    fn is_blank(&self) -> bool {
        self.is_empty()
    }
}

/// Whether a field is not to be written.
pub(crate) fn is_blank<T: Blank>(value: &T) -> bool {
    value.is_blank()
}

/// A value; what is of no known shape is the default. For what only DOKU sets, so that nothing is
/// lost by sending the rest back.
pub(crate) fn readable<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    let json = Box::<RawValue>::deserialize(deserializer)?;
    Ok(serde_json::from_str(json.get()).unwrap_or_default())
}

/// A value, or the default for `null`.
pub(crate) fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// A count, from a number or a string of digits, or 0 for `null`.
pub(crate) fn count<'de, D: Deserializer<'de>, T: std::str::FromStr + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    match option_text(deserializer)? {
        None => Ok(T::default()),
        Some(digits) => digits.parse().map_err(|_| D::Error::custom("expected a count")),
    }
}

/// Texts in a list, or one alone; those that are `null` are left out.
pub(crate) fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let json = Box::<RawValue>::deserialize(deserializer)?;
    if let Ok(list) = serde_json::from_str::<Option<Vec<Option<String>>>>(json.get()) {
        return Ok(list.into_iter().flatten().flatten().collect());
    }
    serde_json::from_str::<String>(json.get())
        .map(|text| vec![text])
        .map_err(|_| D::Error::custom("expected a text or a list of texts"))
}

/// As [`one_or_list`], for an optional field.
pub(crate) fn option_one_or_list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Vec<T>>, D::Error> {
    one_or_list(deserializer).map(Some)
}

/// A string, or any number as its own digits, however many.
pub(crate) fn verbatim<'de, D: Deserializer<'de>, T: From<String>>(
    deserializer: D,
) -> Result<T, D::Error> {
    TextOrNumber::deserialize(deserializer).map(|value| value.as_str().to_owned().into())
}

/// As [`verbatim`], or `null`.
pub(crate) fn option_verbatim<'de, D: Deserializer<'de>, T: From<String>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    let value = Option::<TextOrNumber>::deserialize(deserializer)?;
    Ok(value.map(|value| value.as_str().to_owned().into()))
}

/// As [`verbatim`]; `null` and the empty string are alike none.
pub(crate) fn filled<'de, D: Deserializer<'de>, T: From<String>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    let value = Option::<TextOrNumber>::deserialize(deserializer)?;
    Ok(value
        .filter(|value| !value.as_str().is_empty())
        .map(|value| value.as_str().to_owned().into()))
}

/// An object; `null` and what PHP and others send for an empty one, `[]` and `""`, are none.
pub(crate) fn object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    struct Object<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for Object<T> {
        type Value = Option<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Self::Value, A::Error> {
            T::deserialize(MapAccessDeserializer::new(fields)).map(Some)
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
            match entries.next_element::<IgnoredAny>()? {
                Some(_) => Err(Error::invalid_type(Unexpected::Seq, &self)),
                None => Ok(None),
            }
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
            if text.is_empty() { Ok(None) } else { Err(E::custom("expected an object")) }
        }

        fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
    }

    deserializer.deserialize_any(Object(PhantomData))
}

/// Whole seconds, from a number or a string of digits.
pub(crate) fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let digits = text(deserializer)?;
    // `u64` reads a plus sign too, which is no digit.
    let seconds = digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok());
    seconds.flatten().ok_or_else(|| D::Error::custom("expected whole seconds"))
}

/// A list, or `null` for an empty one.
pub(crate) fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    Option::<Vec<T>>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// A list, or one entry without the list around it (`bank_account`, second hand).
pub(crate) fn one_or_list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    struct OneOrList<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for OneOrList<T> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list or one entry")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, entries: A) -> Result<Vec<T>, A::Error> {
            Vec::deserialize(SeqAccessDeserializer::new(entries))
        }

        fn visit_map<A: MapAccess<'de>>(self, entry: A) -> Result<Vec<T>, A::Error> {
            T::deserialize(MapAccessDeserializer::new(entry)).map(|entry| vec![entry])
        }
    }

    deserializer.deserialize_any(OneOrList(PhantomData))
}

/// An object, or the same one as the only field `business` of another: DOKU's replies have the
/// wrapper, but for Get Business Data's. Either may stand in `response`, as it does with the payment
/// APIs.
pub(crate) struct Unwrapped<T>(pub(crate) T);

impl<'de, T: DeserializeOwned> Deserialize<'de> for Unwrapped<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Business<T>(PhantomData<T>);

        impl<'de, T: DeserializeOwned> Visitor<'de> for Business<T> {
            type Value = T;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object, or one in the field business of another")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<T, A::Error> {
                // Each with its place, for the order of the fields is the reader's to keep.
                let mut fields = BTreeMap::<String, (usize, Box<RawValue>)>::new();
                while let Some((name, json)) = object.next_entry()? {
                    fields.insert(name, (fields.len(), json));
                }
                // What has an id is the business itself, whatever else is called so in it.
                let wrapped = !fields.contains_key("id");
                let object = |name| {
                    let json = fields.get(name).map(|(_, json)| json.get());
                    json.filter(|json| wrapped && json.starts_with('{'))
                };
                match (object("business"), object("response")) {
                    (Some(business), _) => serde_json::from_str(business),
                    // `{"message":["SUCCESS"],"response":{…}}`, as DOKU's payment APIs answer.
                    (None, Some(response)) => {
                        serde_json::from_str(response).map(|Unwrapped(inner)| inner)
                    }
                    (None, None) => {
                        let mut fields: Vec<_> = fields.iter().collect();
                        fields.sort_by_key(|(_, (place, _))| place);
                        let own = fields.iter().map(|(name, (_, json))| (name.as_str(), &**json));
                        T::deserialize(MapDeserializer::new(own))
                    }
                }
                // Serde's own text may show a value, which may be personal.
                .map_err(|_| A::Error::custom("a field that is missing or of another type"))
            }
        }

        deserializer.deserialize_map(Business(PhantomData)).map(Self)
    }
}

/// A readiness code, or a boolean (second hand), or `null`.
pub(crate) fn readiness<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Readiness>, D::Error> {
    struct Code;

    impl Visitor<'_> for Code {
        type Value = Option<Readiness>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a code or a boolean")
        }

        fn visit_str<E: Error>(self, code: &str) -> Result<Self::Value, E> {
            Ok(Some(code.into()))
        }

        fn visit_bool<E: Error>(self, have: bool) -> Result<Self::Value, E> {
            Ok(Some(if have { Readiness::Have } else { Readiness::DontHave }))
        }

        fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
    }

    deserializer.deserialize_any(Code)
}
