//! Check Requirements.

use doku_types::{
    partner::{
        endpoint::Endpoint,
        requirements::{Requirements, RequirementsQuery},
    },
    validate::{self, ParseError},
};
use http::Method;

use super::{Encoded, Operation};

/// `GET /file`: which documents a registration of this sort needs (documented: Check
/// Requirements API).
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct CheckRequirements<'a> {
    /// What sort of business.
    pub query: &'a RequirementsQuery,
}

impl<'a> CheckRequirements<'a> {
    /// For this sort of business.
    pub fn new(query: &'a RequirementsQuery) -> Self {
        Self { query }
    }
}

impl Operation for CheckRequirements<'_> {
    type Reply = Requirements;
    const NAME: &'static str = Endpoint::CheckRequirements.name();
    const METHOD: Method = Method::GET;

    fn path_and_query(&self) -> String {
        format!("{}?{}", Endpoint::CheckRequirements.path(), encode(self.query))
    }

    fn body(&self, _: &str) -> Option<Encoded> {
        None
    }

    fn parse(body: &[u8]) -> Result<Requirements, ParseError> {
        validate::read(body)
    }
}

/// The query string, percent-encoded.
pub(super) fn encode(query: &RequirementsQuery) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(query.pairs()).finish()
}
