//! Generate Token.

use doku_types::{
    partner::{
        endpoint::Endpoint,
        token::{TokenReply, TokenRequest},
    },
    validate::{self, ParseError},
};
use http::Method;

use super::{Encoded, Operation};

/// `POST /token`: a bearer for uploads (documented: Generate Token API).
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct GenerateToken<'a> {
    /// How long the token is to live.
    pub request: &'a TokenRequest,
}

impl<'a> GenerateToken<'a> {
    /// By this request.
    pub fn new(request: &'a TokenRequest) -> Self {
        Self { request }
    }
}

impl Operation for GenerateToken<'_> {
    type Reply = TokenReply;
    const NAME: &'static str = Endpoint::GenerateToken.name();
    const METHOD: Method = Method::POST;
    const ASSUMPTIONS: &'static [&'static str] = &["A15"];

    fn path_and_query(&self) -> String {
        Endpoint::GenerateToken.path().to_owned()
    }

    fn body(&self, _: &str) -> Option<Encoded> {
        Some(Encoded::json(self.request))
    }

    fn parse(body: &[u8]) -> Result<TokenReply, ParseError> {
        validate::read(body)
    }
}
