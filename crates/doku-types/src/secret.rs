//! Secrets and personal data: kept, compared and sent, but never printed.
//!
//! `Debug` of these types shows the type alone, and none has a `Display`: the text comes out only
//! by `expose()`, which is easy to search for in a review. Memory is zeroed on drop.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

macro_rules! guarded {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone)]
        pub struct $name(Zeroizing<String>);

        impl $name {
            /// The text itself. Do not log it.
            pub fn expose(&self) -> &str {
                &self.0
            }
        }

        impl<T: Into<String>> From<T> for $name {
            fn from(text: T) -> Self {
                Self(Zeroizing::new(text.into()))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }

        /// Compares in constant time (of equal lengths).
        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
            }
        }

        impl Eq for $name {}

        #[cfg(feature = "schemars")]
        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({"type": "string"})
            }
        }

        impl crate::lenient::Blank for $name {
            fn is_blank(&self) -> bool {
                self.0.is_empty()
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::lenient::text(deserializer).map(Self::from)
            }
        }
    };
}

guarded! {
    /// A secret or shared key, `SK-` and 20 alphanumerics: the key of every HMAC signature. The
    /// partner's own comes from DOKU's dashboard, a merchant brand's from Get Business Data.
    SecretKey
}
guarded! {
    /// A token sent as `Authorization: Bearer …`: what Generate Token gives and Upload File asks
    /// for, or what SNAP's token calls give. DOKU's are JWTs.
    BearerToken
}
guarded! {
    /// What binding a customer's account gives, once, to get the customer's SNAP token with.
    AuthCode
}
guarded! {
    /// What renews a customer's SNAP token.
    RefreshToken
}
guarded! {
    /// Personal data: a NIK, a name, an e-mail address, a phone or account number. Reads from a
    /// JSON string or number, is written as a string. Formats that guess types, such as CSV, may take
    /// `0123` for the number 123: there read a `String` and convert it.
    Personal
}
guarded! {
    /// A link to a file, such as an identity card, that opens it to whoever has the link, for a
    /// while.
    FileLink
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_secrets_nor_personal_data_print() {
        let marker = "marker-0123456789";
        let printed = format!(
            "{:?} {:?} {:?} {:?} {:?} {:#?}",
            SecretKey::from(marker),
            BearerToken::from(marker),
            AuthCode::from(marker),
            RefreshToken::from(marker),
            Personal::from(marker),
            Some(Personal::from(marker)),
        );
        assert!(!printed.contains("marker"), "{printed}");
    }

    #[test]
    fn a_phone_number_sent_as_a_number_is_read_as_text() {
        let phone: Personal = serde_json::from_str("81234567890").unwrap();
        assert_eq!(phone, Personal::from("81234567890"));
    }
}
