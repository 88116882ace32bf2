//! Upload File.

use doku_types::{
    BearerToken,
    partner::{endpoint::Endpoint, file::UploadedFile},
    validate::{self, Fault, ParseError},
};
use http::Method;

use super::{Authentication, Encoded, Operation};
use crate::upload::FileUpload;

/// `POST /file`: one file, as multipart/form-data with a bearer (documented: Upload File API).
///
/// It has no Request-Id. Sending it again makes at most a second file that nobody names (A48).
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct UploadFile<'a> {
    /// From Generate Token.
    pub token: &'a BearerToken,
    /// What to upload.
    pub upload: &'a FileUpload,
}

impl<'a> UploadFile<'a> {
    /// This file, by this token.
    pub fn new(token: &'a BearerToken, upload: &'a FileUpload) -> Self {
        Self { token, upload }
    }
}

impl Operation for UploadFile<'_> {
    type Reply = UploadedFile;
    const NAME: &'static str = Endpoint::UploadFile.name();
    const METHOD: Method = Method::POST;
    const ASSUMPTIONS: &'static [&'static str] = &["A16", "A48"];

    fn path_and_query(&self) -> String {
        Endpoint::UploadFile.path().to_owned()
    }

    fn authentication(&self) -> Authentication<'_> {
        Authentication::Bearer(self.token)
    }

    fn body(&self, request_id: &str) -> Option<Encoded> {
        Some(self.upload.encode(request_id))
    }

    fn faults(&self) -> Vec<Fault> {
        self.upload.faults()
    }

    fn parse(body: &[u8]) -> Result<UploadedFile, ParseError> {
        validate::read(body)
    }
}
