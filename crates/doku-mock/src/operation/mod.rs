//! The operations of the Partner API, one file each, named as in `doku-types` and `doku-partner`.

pub(crate) mod business;
pub(crate) mod file;
pub(crate) mod lite;
pub(crate) mod registration;
pub(crate) mod requirements;
pub(crate) mod token;

use doku_types::validate::ParseError;
use http::StatusCode;

use crate::reply::Reply;

/// The refusal of a body that could not be read.
fn unreadable(error: &ParseError) -> Reply {
    match error {
        ParseError::Faults(faults) => Reply::faults(faults),
        ParseError::TooLarge { .. } => {
            Reply::business(StatusCode::PAYLOAD_TOO_LARGE, error.to_string(), "A10")
        }
        _ => Reply::business(StatusCode::BAD_REQUEST, error.to_string(), "A10"),
    }
}
