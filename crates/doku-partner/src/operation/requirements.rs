//! Check Requirements.

use doku_types::{
    partner::{
        endpoint::Endpoint,
        requirements::{BusinessRequirements, Requirements, RequirementsQuery},
    },
    validate::{self, Fault, FaultKind, ParseError},
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
        with_query(Endpoint::CheckRequirements.path(), self.query)
    }

    fn body(&self, _: &str) -> Option<Encoded> {
        None
    }

    fn parse(body: &[u8]) -> Result<Requirements, ParseError> {
        let requirements: Requirements = validate::read(body)?;
        // Every field is read leniently, so an answer of something else reads as no requirement.
        if requirements.business == BusinessRequirements::default() {
            let message = "lacks every requirement: is this an answer to Check Requirements?";
            let fault = Fault::new("/business", FaultKind::Missing, "REQ", message);
            return Err(ParseError::Faults(vec![fault]));
        }
        Ok(requirements)
    }
}

/// The path and the query string, percent-encoded.
pub(super) fn with_query(path: &str, query: &RequirementsQuery) -> String {
    let mut target = String::with_capacity(path.len() + QUERY);
    target.push_str(path);
    target.push('?');
    let start = target.len();
    form_urlencoded::Serializer::for_suffix(target, start).extend_pairs(query.pairs()).finish()
}

/// A usual query fits, so that the text does not grow pair by pair.
const QUERY: usize = 160;
