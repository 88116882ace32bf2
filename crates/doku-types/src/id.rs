//! DOKU's identifiers, one type each, so that a brand cannot be passed where a file is meant.
//!
//! An id looks like `BRN-0104-1678960841263`: a prefix, four digits of unknown meaning, and the
//! creation time in epoch milliseconds (documented by samples). Samples of another length exist,
//! so an id is opaque: it is never refused for its shape.

/// An id type: opaque text, printed as it is.
macro_rules! id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The id as it stands on the wire.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl<T: Into<String>> From<T> for $name {
            fn from(text: T) -> Self {
                Self(text.into())
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
