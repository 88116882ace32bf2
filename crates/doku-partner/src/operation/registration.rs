//! Business Registration.

use doku_types::{
    partner::{
        endpoint::Endpoint,
        registration::{Registration, RegistrationReply},
    },
    validate::{self, ParseError},
};
use http::Method;

use super::{Encoded, Operation};

/// `POST /business`: registers a merchant; KYB begins (documented: Business Registration API; its
/// reply A01).
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct RegisterBusiness<'a> {
    /// The merchant, naming its uploaded files.
    pub registration: &'a Registration,
}

impl<'a> RegisterBusiness<'a> {
    /// Of this merchant.
    pub fn new(registration: &'a Registration) -> Self {
        Self { registration }
    }
}

impl Operation for RegisterBusiness<'_> {
    type Reply = RegistrationReply;
    const NAME: &'static str = Endpoint::BusinessRegistration.name();
    const METHOD: Method = Method::POST;
    const CHANGES: bool = true;
    const ASSUMPTIONS: &'static [&'static str] = &["A01", "A26"];

    fn path_and_query(&self) -> String {
        Endpoint::BusinessRegistration.path().to_owned()
    }

    fn body(&self, _: &str) -> Option<Encoded> {
        Some(Encoded::json(self.registration))
    }

    fn parse(body: &[u8]) -> Result<RegistrationReply, ParseError> {
        validate::read(body)
    }
}
