//! The operations of the Partner API: what each is called, where it is and on what that stands.

use std::fmt;

/// An operation of the Partner API.
///
/// ```
/// use doku_types::{evidence, partner::endpoint::Endpoint};
///
/// let upload = Endpoint::UploadFile;
/// assert_eq!((upload.method(), upload.path()), ("POST", "/adv-core-api/partner/v1.0/file"));
/// assert!(evidence::entry(upload.evidence()).is_some());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Endpoint {
    /// What a registration needs.
    CheckRequirements,
    /// A token to upload files with.
    GenerateToken,
    /// A file, for a registration to name.
    UploadFile,
    /// A merchant, in full.
    BusinessRegistration,
    /// A merchant, to be completed by its owner.
    CreateBusinessLite,
    /// A merchant as DOKU knows it.
    GetBusinessData,
    /// A change to a merchant.
    UpdateBusinessData,
}

impl Endpoint {
    /// All of them, in the order of the API's flow.
    pub const fn all() -> &'static [Self] {
        &[
            Self::CheckRequirements,
            Self::GenerateToken,
            Self::UploadFile,
            Self::BusinessRegistration,
            Self::CreateBusinessLite,
            Self::GetBusinessData,
            Self::UpdateBusinessData,
        ]
    }

    /// As DOKU's pages call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CheckRequirements => "Check Requirements",
            Self::GenerateToken => "Generate Token",
            Self::UploadFile => "Upload File",
            Self::BusinessRegistration => "Business Registration",
            Self::CreateBusinessLite => "Create Business Lite",
            Self::GetBusinessData => "Get Business Data",
            Self::UpdateBusinessData => "Update Business Data",
        }
    }

    /// The HTTP method, in capitals.
    pub const fn method(self) -> &'static str {
        match self {
            Self::CheckRequirements | Self::GetBusinessData => "GET",
            Self::UpdateBusinessData => "PUT",
            _ => "POST",
        }
    }

    /// The path, where `{brand}` stands for a brand id.
    pub const fn path(self) -> &'static str {
        match self {
            Self::CheckRequirements | Self::UploadFile => "/adv-core-api/partner/v1.0/file",
            Self::GenerateToken => "/adv-core-api/partner/v1.0/token",
            Self::BusinessRegistration => "/adv-core-api/partner/v1.0/business",
            Self::CreateBusinessLite => "/adv-core-api/partner/v1.0/business/lite/registration",
            Self::GetBusinessData | Self::UpdateBusinessData => {
                "/adv-core-api/partner/v1.0/business/{brand}"
            }
        }
    }

    /// The entry of the [ledger](crate::evidence) that method and path stand on.
    pub const fn evidence(self) -> &'static str {
        match self {
            Self::CheckRequirements => "REQ",
            Self::GenerateToken => "TOK",
            Self::UploadFile => "UPL",
            Self::BusinessRegistration => "BR",
            Self::CreateBusinessLite => "LITE",
            Self::GetBusinessData => "GET",
            Self::UpdateBusinessData => "A08",
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
