//! A process dies after the registration was sent and before its answer came. The next one goes on
//! from the stored state, and there is one business, not two.
//!
//! `cargo run -p doku-partner --all-features --example resume_after_crash`
//!
//! It runs against a mock of its own, or against the host of `DOKU_BASE_URL` with `DOKU_CLIENT_ID` and
//! `DOKU_SECRET_KEY`.

mod host;
mod merchant;
mod state_file;

use std::{process::ExitCode, sync::Arc};

use doku_mock::MockDoku;
use doku_partner::{
    Body, HyperTransport, PartnerClient, Transport,
    onboarding::{Event, Onboarding, Verdict},
};
use doku_types::partner::{endpoint::Endpoint, requirements::RequirementsQuery};
use host::{Failure, Host};
use http::Request;
use state_file::StateFile;
use tokio::sync::Notify;

/// What the draft calls its files until DOKU has given them ids.
const NAMES: [&str; 3] = ["photo-proof", "ktp", "face"];

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    host::exit(run().await)
}

async fn run() -> Result<(), Failure> {
    let host = Host::from_env(MockDoku::builder()).await?;
    println!("host: {host}");
    let folder = tempfile::tempdir()?;
    let state = StateFile::new(folder.path().join("merchant-1.json"));

    println!("the first process:");
    crash(&host, &state).await?;
    println!("  dies before the answer comes");

    println!("the second process:");
    match onboard(&host.client(), &state).await? {
        Verdict::Active(data) => println!("  {} is active", data.id),
        Verdict::Rejected { rejections, .. } => println!("  to be mended: {rejections:?}"),
        _ => println!("  not decided yet"),
    }
    if let Some(mock) = &host.mock {
        println!("businesses at the host: {}", mock.businesses().len());
    }
    Ok(())
}

/// Onboards the merchant of this state, from wherever it stands: what a process does at its start for
/// each merchant that has no verdict yet.
async fn onboard(client: &PartnerClient, state: &StateFile) -> Result<Verdict, Failure> {
    let (query, draft) = (RequirementsQuery::personal(), merchant::registration(NAMES));
    let mut onboarding = match state.load().await? {
        Some(stored) => Onboarding::resume(client, query, draft, stored),
        None => Onboarding::new(client, query, draft),
    };
    for (name, paper) in NAMES.into_iter().zip(merchant::papers().await?) {
        onboarding.file(name, paper);
    }
    let file = state.clone();
    onboarding.on_change(move |state| {
        let file = file.clone();
        async move { file.store(&state).await }
    });
    onboarding.on_event(|event| match event {
        Event::Uploaded { name, file } => println!("  uploads {name}: {}", file.id),
        Event::Sending { request_id } => println!("  registers under Request-Id {request_id}"),
        Event::Registered(reply) if reply.is_replayed() => {
            println!("  learns that this was done before: {}", reply.business.id);
        }
        Event::Registered(reply) => println!("  has registered {}", reply.business.id),
        _ => {}
    });
    Ok(onboarding.run().await?)
}

/// The same, until the host has the registration. That nothing after it happens is the crash.
async fn crash(host: &Host, state: &StateFile) -> Result<(), Failure> {
    let arrived = Arc::new(Notify::new());
    let client = PartnerClient::builder(host.environment.clone(), host.credentials.clone())
        .transport(losing_the_registration_s_answer(Arc::clone(&arrived)))
        .build();
    tokio::select! {
        ended = onboard(&client, state) => {
            ended.and_then(|_| Err("it ended, although no answer came".into()))
        }
        () = arrived.notified() => Ok(()),
    }
}

fn losing_the_registration_s_answer(arrived: Arc<Notify>) -> impl Transport {
    let carrier = HyperTransport::new();
    move |request: Request<Body>| {
        let path = Endpoint::BusinessRegistration.path();
        let is_lost = request.uri().path() == path;
        let (exchange, arrived) = (carrier.send(request), Arc::clone(&arrived));
        async move {
            let answer = exchange.await;
            if is_lost {
                arrived.notify_one();
                std::future::pending::<()>().await;
            }
            answer
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_second_process_finds_the_business_of_the_first() {
        let host = Host::of(MockDoku::builder()).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let state = StateFile::new(folder.path().join("merchant-1.json"));

        crash(&host, &state).await.unwrap();
        let stored = state.load().await.unwrap().unwrap();
        assert!(stored.is_outcome_unknown() && stored.brand().is_none());

        let verdict = onboard(&host.client(), &state).await.unwrap();
        let Verdict::Active(data) = verdict else { panic!("{verdict:?}") };
        assert_eq!(host.mock.unwrap().businesses(), std::slice::from_ref(&data.id));
        let stored = state.load().await.unwrap().unwrap();
        assert_eq!(stored.business(), Some(&data.id));
        assert!(!stored.is_outcome_unknown());
    }

    #[tokio::test]
    async fn a_damaged_state_is_an_error_and_nothing_is_sent() {
        let host = Host::of(MockDoku::builder()).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("merchant-1.json");
        std::fs::write(&path, "{").unwrap();
        assert!(onboard(&host.client(), &StateFile::new(path)).await.is_err());
        assert!(host.mock.unwrap().journal().is_empty());
    }
}
