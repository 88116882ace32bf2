//! Create Business Lite.

use doku_types::{
    partner::{
        endpoint::Endpoint,
        lite::{LiteRegistration, LiteReply},
    },
    validate::{self, ParseError},
};
use http::Method;

use super::{Encoded, Operation};

/// `POST /business/lite/registration`: invites a merchant's owner to complete the data in DOKU's
/// dashboard (documented: Create Business Lite API).
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct CreateBusinessLite<'a> {
    /// Whom to invite.
    pub invitation: &'a LiteRegistration,
}

impl<'a> CreateBusinessLite<'a> {
    /// By this invitation.
    pub fn new(invitation: &'a LiteRegistration) -> Self {
        Self { invitation }
    }
}

impl Operation for CreateBusinessLite<'_> {
    type Reply = LiteReply;
    const NAME: &'static str = Endpoint::CreateBusinessLite.name();
    const METHOD: Method = Method::POST;
    const CHANGES: bool = true;
    const ASSUMPTIONS: &'static [&'static str] = &["A20"];

    fn path_and_query(&self) -> String {
        Endpoint::CreateBusinessLite.path().to_owned()
    }

    fn body(&self, _: &str) -> Option<Encoded> {
        Some(Encoded::json(self.invitation))
    }

    fn parse(body: &[u8]) -> Result<LiteReply, ParseError> {
        validate::read(body)
    }
}
