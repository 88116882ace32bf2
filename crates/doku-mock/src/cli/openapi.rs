//! `doku-mock openapi`: what can be asked, as a document.

use serde::Deserialize;

use super::{Failure, client::Mock, print};

/// Prints the OpenAPI document of the Partner API and of the mock's own.
///
/// As a running mock serves it at /_mock/openapi.json: for code generators, API browsers and fuzzers.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  doku-mock openapi > openapi.json")]
pub(super) struct Options {
    #[command(flatten)]
    mock: Mock,
}

/// Enough to know it by.
#[derive(Deserialize)]
struct Document {
    openapi: String,
}

pub(super) async fn run(Options { mock }: &Options) -> Result<(), Failure> {
    let answer = mock.get("/_mock/openapi.json").await?;
    match serde_json::from_slice(&answer) {
        Ok(Document { openapi }) if openapi.starts_with("3.") => {
            print(String::from_utf8_lossy(&answer).trim_end());
            Ok(())
        }
        _ => Err(mock.foreign("it gave no OpenAPI document")),
    }
}
