//! DOKU's identifiers, one type each, so that a brand cannot be passed where a file is meant.
//!
//! An id looks like `BRN-0104-1678960841263`: a prefix, four digits of unknown meaning, and the
//! creation time in epoch milliseconds (documented by samples). Samples of another length exist,
//! so an id is opaque: it is never refused for its shape.
//!
//! ```
//! use doku_types::BrandId;
//!
//! let brand = BrandId::from("BRN-0104-1678960841263");
//! assert_eq!(brand.prefix(), Some("BRN"));
//! assert_eq!(brand.created_at().unwrap().to_string(), "2023-03-16T10:00:41Z");
//! ```

use crate::Timestamp;

/// An id type: opaque text, printed as it is.
macro_rules! id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The id as it stands on the wire.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// What stands before the first dash, such as `BRN`; `None` without a dash.
            pub fn prefix(&self) -> Option<&str> {
                prefix(&self.0)
            }

            /// When DOKU made the id, where its text has the documented form: the 13 digits behind
            /// the last dash are milliseconds since 1970. `None` for any other text.
            pub fn created_at(&self) -> Option<Timestamp> {
                created_at(&self.0)
            }
        }

        impl<T: Into<String>> From<T> for $name {
            fn from(text: T) -> Self {
                Self(text.into())
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl crate::lenient::Blank for $name {
            fn is_blank(&self) -> bool {
                self.0.is_empty()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id! {
    /// Names the caller in the `Client-Id` header: the partner's own brand id (`BRN-…`; old
    /// merchants have `MCH-…`).
    ClientId
}
id! {
    /// A registered business: `BSN-…`.
    BusinessId
}
id! {
    /// A brand of a business: `BRN-…`. Get Business Data is asked by it.
    BrandId
}
id! {
    /// An uploaded file: `CNT-…` for liveness, `DCM-…` for photo proofs and documents
    /// (documented by samples; the other categories A17).
    FileId
}
id! {
    /// A photo proof as a brand shows it: `PHP-…`, another than its file's.
    PhotoProofId
}
id! {
    /// A contact as Get Business Data shows it: `CNT-…` (A02), like the id of a liveness file.
    ContactId
}
id! {
    /// An address as Get Business Data shows it: `ADR-…` (A38).
    AddressId
}
id! {
    /// A bank account as Get Business Data shows it: `BNK-…` (A38).
    BankId
}
id! {
    /// A social medium as Get Business Data shows it: `SCM-…` (A38).
    SocialMediaId
}
id! {
    /// What a callback is about besides business and brand: the id of a file, a photo proof, a contact,
    /// an address, a bank account or a social medium (A03).
    EntityId
}

macro_rules! entity {
    ($($name:ident),+) => { $(
        impl From<&$name> for EntityId {
            fn from(id: &$name) -> Self {
                Self(id.0.clone())
            }
        }
    )+ };
}

/// A brand calls for itself under its own id: with its shared key it takes payments.
impl From<&BrandId> for ClientId {
    fn from(id: &BrandId) -> Self {
        Self(id.0.clone())
    }
}

entity!(FileId, PhotoProofId, ContactId, AddressId, BankId, SocialMediaId);

fn prefix(id: &str) -> Option<&str> {
    id.split_once('-').map(|(prefix, _)| prefix)
}

fn created_at(id: &str) -> Option<Timestamp> {
    let mut parts = id.split('-');
    let (_, four, millis) = (parts.next()?, parts.next()?, parts.next()?);
    let digits =
        |text: &str, count| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    let documented = parts.next().is_none() && digits(four, 4) && digits(millis, 13);
    documented.then(|| millis.parse().ok().map(Timestamp::from_millis))?
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_an_id_of_the_documented_form_tells_its_age() {
        for (id, prefix, millis) in [
            ("BSN-0104-1678960841263", Some("BSN"), Some(1_678_960_841_263)),
            // The one sample of another length is a sample all the same.
            ("BRN-0001-10791114622547", Some("BRN"), None),
            ("SK-ViEeAojc5K0nBrL41ou4", Some("SK"), None),
            ("BSN-0104-16789608x1263", Some("BSN"), None),
            ("BSN-0104-1678960841263-1", Some("BSN"), None),
            ("4711", None, None),
            ("", None, None),
        ] {
            let id = BusinessId::from(id);
            assert_eq!(id.prefix(), prefix, "{id}");
            assert_eq!(id.created_at().map(Timestamp::as_millis), millis, "{id}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_an_id(text in "\\PC{0,40}") {
            let id = FileId::from(text.as_str());
            let _ = (id.prefix(), id.created_at());
            let json = serde_json::to_string(&id).unwrap();
            prop_assert_eq!(serde_json::from_str::<FileId>(&json).unwrap(), id);
        }
    }
}
