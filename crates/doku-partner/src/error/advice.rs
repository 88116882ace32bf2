//! What to do about a failure.

use doku_types::{code::GatewayCode, error::ApiError};

use super::{Cause, Error, ErrorKind};

impl Error {
    /// What to do about it, where that can be said.
    pub fn advice(&self) -> Option<&'static str> {
        Some(match (self.kind(), &self.0.cause) {
            // Its own text says what to do.
            (_, Cause::State(_)) => return None,
            _ if self.0.outcome_unknown => AMBIGUOUS,
            (_, Cause::Transport(error)) => error.kind().advice(),
            (ErrorKind::Signature, _) => {
                "the secret key is not this client id's: copy it again from DOKU's dashboard"
            }
            (ErrorKind::ReplySignature, _) => {
                "something between here and DOKU may have changed the answer: do not use it"
            }
            (ErrorKind::Credentials, Cause::Refused(_, error)) => match error.code() {
                Some(GatewayCode::InvalidToken) => "generate a new token and upload again",
                _ => {
                    "the host does not know this client id: check it, and that it belongs to this environment"
                }
            },
            (ErrorKind::Clock, _) => "this machine's clock is more than an hour off: set it",
            (ErrorKind::NotFound, Cause::Refused(_, ApiError::Business(_))) => {
                "check the id, and that it was made by this partner in this environment"
            }
            (ErrorKind::Credentials, _) => "generate a new token and upload again",
            (ErrorKind::NotFound, _) => {
                "check the base URL: the host has no such path, or something else answers there"
            }
            (ErrorKind::Conflict, _) => {
                "the Request-Id was used for another request, or this one is still being processed: wait, or take a new id for a new request"
            }
            (ErrorKind::Timeout, _) => "check the connection and try again",
            (ErrorKind::RateLimited, _) => "wait as long as the host asks, then send it again",
            (ErrorKind::Server, _) => "DOKU is in trouble: try again later",
            (ErrorKind::Decode, Cause::Decode(status, _)) if status.is_redirection() => {
                "the host redirects, which is never followed: check the base URL"
            }
            (ErrorKind::Decode, _) => {
                "check the base URL: something else than DOKU may answer there"
            }
            (ErrorKind::Validation, _) => "mend what the message names and send again",
            _ => return None,
        })
    }
}

const AMBIGUOUS: &str = "it may have been carried out: send it again under the same Request-Id within 24 hours, or ask DOKU about that id; never under another";
