//! Why a request was refused by its headers or its signature.

/// Why a request was refused by its headers or its signature, for whoever sent it. It holds no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explanation {
    /// What was done wrong, by names for machines, such as `body-indent-2`; empty where no known mistake
    /// explains it.
    pub codes: Vec<&'static str>,
    /// The same for people, in several lines.
    pub text: String,
}
