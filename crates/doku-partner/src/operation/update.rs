//! Update Business Data.

use doku_types::{
    BrandId,
    partner::{endpoint::Endpoint, registration::RegistrationReply, update::Update},
    validate::{self, Fault, ParseError},
};
use http::Method;

use super::{
    Encoded, Operation,
    business::{faults_of_brand, with_brand},
};

/// `PUT /business/{brand id}`: changes a business; what changed is reviewed again (named in the
/// overview; method, path, body and reply A08).
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct UpdateBusinessData<'a> {
    /// A brand of the business.
    pub brand: &'a BrandId,
    /// What changes.
    pub update: &'a Update,
}

impl<'a> UpdateBusinessData<'a> {
    /// Of the business with this brand.
    pub fn new(brand: &'a BrandId, update: &'a Update) -> Self {
        Self { brand, update }
    }
}

impl Operation for UpdateBusinessData<'_> {
    type Reply = RegistrationReply;
    const NAME: &'static str = Endpoint::UpdateBusinessData.name();
    const METHOD: Method = Method::PUT;
    const CHANGES: bool = true;
    const ASSUMPTIONS: &'static [&'static str] = &["A01", "A08"];

    fn path_and_query(&self) -> String {
        with_brand(Endpoint::UpdateBusinessData, self.brand)
    }

    fn body(&self, _: &str) -> Option<Encoded> {
        Some(Encoded::json(self.update))
    }

    fn faults(&self) -> Vec<Fault> {
        faults_of_brand(self.brand)
    }

    fn parse(body: &[u8]) -> Result<RegistrationReply, ParseError> {
        validate::read(body)
    }
}
