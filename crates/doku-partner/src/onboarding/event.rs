//! What an onboarding tells as it goes.

use doku_types::partner::{
    business::BusinessData, callback::Callback, file::UploadedFile,
    registration::RegistrationReply, requirements::Requirements,
};

use crate::Reply;

/// Something that happened.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// DOKU's requirements came.
    Requirements(&'a Requirements),
    /// Draft and files fit them.
    Checked,
    /// A file was uploaded.
    Uploaded {
        /// What the draft calls it.
        name: &'a str,
        /// What DOKU calls it.
        file: &'a Reply<UploadedFile>,
    },
    /// The registration, or an update, is about to be sent under this Request-Id.
    Sending {
        /// To look for at DOKU, should no answer come.
        request_id: &'a str,
    },
    /// The merchant is registered.
    Registered(&'a Reply<RegistrationReply>),
    /// The update was taken.
    Resubmitted(&'a Reply<RegistrationReply>),
    /// A callback about this merchant came.
    Callback(&'a Callback),
    /// DOKU was asked how the business stands.
    Looked(&'a Reply<BusinessData>),
}
