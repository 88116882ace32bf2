//! `doku-mock complete`: what an invited owner does.

use std::{io::Read, path::PathBuf};

use doku_types::validate::MAX_BODY;
use http::Request;

use super::{
    Failure, businesses,
    client::{Target, id},
};

/// Fills in an invited (lite) business, as its owner would on DOKU's pages.
///
/// FILE is a registration, as Business Registration takes it; its bytes are sent as they are (A28).
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  doku-mock complete BSN-0001-1795316648000 registration.json\n  doku-mock complete BSN-0001-1795316648000 - --outcome pending < registration.json"
)]
pub(super) struct Options {
    /// Which business, by its BSN- id.
    #[arg(value_parser = id)]
    id: String,
    /// The registration, in JSON; - reads it from stdin.
    file: PathBuf,
    /// What becomes of it, such as pending or reject.BUSINESS_DOCUMENT.
    #[arg(long)]
    outcome: Option<String>,
    #[command(flatten)]
    target: Target,
}

pub(super) async fn run(Options { id, file, outcome, target }: &Options) -> Result<(), Failure> {
    let unread = |why: String| Failure::usage(format!("{}: {why}", file.display()));
    let read = |from: &mut dyn Read| {
        let mut body = Vec::new();
        from.take(MAX_BODY as u64 + 1).read_to_end(&mut body).map(|_| body)
    };
    let body = match file.as_os_str() == "-" {
        true => read(&mut std::io::stdin()),
        false => std::fs::File::open(file).and_then(|mut file| read(&mut file)),
    };
    let body = body.map_err(|error| unread(error.to_string()))?;
    if body.len() > MAX_BODY {
        return Err(unread(format!("no registration is longer than {MAX_BODY} bytes")));
    }
    let mut request = Request::post(format!("/_mock/businesses/{id}/complete"));
    if let Some(outcome) = outcome {
        request = request.header("Doku-Mock-Outcome", outcome);
    }
    let answer = target.send(request, body.into()).await?;
    target.tell(&answer, businesses::shown).map(drop)
}
