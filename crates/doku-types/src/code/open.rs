//! How an open code list is made.

use std::fmt;

/// The text of a code that this version does not know.
///
/// Its only field is the crate's own, so that every value goes through the list's `From<&str>`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UnknownCode(pub(crate) Box<str>);

impl fmt::Debug for UnknownCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

macro_rules! open_code {
    (
        $(#[$meta:meta])*
        $name:ident { $( $(#[$vmeta:meta])* $variant:ident = $text:literal $(, $human:literal)? ; )+ }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name {
            $( $(#[$vmeta])* #[doc = concat!("`", $text, "`", $(" (\"", $human, "\")",)? ".")] $variant, )+
            /// A code that this version does not know; its text is kept.
            Unknown($crate::code::UnknownCode),
        }

        impl $name {
            /// The values known to this version, in the order of DOKU's page.
            pub const fn all() -> &'static [Self] {
                &[ $( Self::$variant, )+ ]
            }

            /// The code as it stands on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    $( Self::$variant => $text, )+
                    Self::Unknown(code) => &code.0,
                }
            }

            /// A name for people, where one is known: DOKU's own, or of SNAP's services a short one
            /// after ASPI's.
            pub const fn human_name(&self) -> Option<&'static str> {
                match self {
                    $( Self::$variant => $crate::code::open_code!(@human $($human)?), )+
                    Self::Unknown(_) => None,
                }
            }

            /// What people are shown: the human name, or the code where none is known.
            pub fn shown(&self) -> &str {
                self.human_name().unwrap_or(self.as_str())
            }

            /// Whether this version knows the code.
            pub const fn is_known(&self) -> bool {
                !matches!(self, Self::Unknown(_))
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $( $text => Self::$variant, )+
                    _ => Self::Unknown($crate::code::UnknownCode(text.into())),
                }
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self::from(text.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::convert::Infallible;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Ok(Self::from(text))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        /// From the code, or from an object with a field `code`: replies have both.
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::lenient::code(deserializer).map(Self::from)
            }
        }

        /// A string with its known values told: the list is open, so it is no closed enum.
        #[cfg(feature = "schemars")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                crate::schema::open_code(&[$( $text, )+])
            }
        }

        impl crate::lenient::Blank for $name {
            fn is_blank(&self) -> bool {
                self.as_str().is_empty()
            }
        }
    };
    (@human $human:literal) => { Some($human) };
    (@human) => { None };
}

pub(crate) use open_code;
