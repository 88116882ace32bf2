// What the chapter `testing.md` takes for your code, and what its blocks leave out. They are doc tests
// that include this file within a module, so it begins with plain comments.

use doku_partner::{
    Environment, Error, FileUpload, PartnerClient,
    onboarding::{Onboarding, OnboardingState, Verdict},
};
use doku_types::{
    code::DocumentCode,
    partner::{file::FilePurpose, registration::Registration, requirements::RequirementsQuery},
};

/// The names that the blocks use.
pub mod names {
    pub use std::{
        collections::BTreeMap,
        sync::{
            Arc, Mutex,
            atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
        },
        time::Duration,
    };

    pub use bytes::Bytes;
    pub use doku_mock::{CallbackFault, Expectation, FaultKind, MockDoku};
    pub use doku_partner::{
        Body, Credentials, Environment, ErrorKind, HyperTransport, PartnerClient, RetryPolicy,
        Transport, TransportError,
        TransportErrorKind::{self, Connect, Interrupted, Timeout},
        callback::{CallbackReceiver, testing},
        onboarding::{FollowPolicy, Verdict},
    };
    pub use doku_types::{
        Timestamp,
        code::{CallbackType, Status},
        partner::{
            callback::Callback, endpoint::Endpoint, requirements::RequirementsQuery,
            token::TokenRequest,
        },
    };
    pub use http::{Request, Response, StatusCode};
}

/// What `#[tokio::test]` does.
pub fn test(body: impl Future<Output = Result<(), Box<dyn std::error::Error>>>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(body).expect("the test passes");
}

pub fn client(mock: &doku_mock::MockDoku) -> PartnerClient {
    let environment = Environment::custom(mock.base_url()).expect("loopback");
    PartnerClient::builder(environment, mock.credentials().clone()).build()
}

/// DOKU's documented sample of a personal merchant, with names of its own for the files.
pub fn draft(email: &str) -> Registration {
    let sample = include_bytes!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/samples/business-registration.request.json"
    ));
    let mut draft = Registration::parse(sample).expect("the documented sample");
    let business = &mut draft.business;
    business.email = email.into();
    business.callback_url = None;
    business.contacts[0].documents[0].id = "ktp".into();
    business.contacts[0].owner_liveness = Some("face".into());
    business.brands[0].photo_proofs = vec!["shop".into()];
    draft
}

pub fn onboarding(client: &PartnerClient, draft: Registration) -> Onboarding {
    with_files(Onboarding::new(client, RequirementsQuery::personal(), draft))
}

pub fn resume(client: &PartnerClient, draft: Registration, state: OnboardingState) -> Onboarding {
    with_files(Onboarding::resume(client, RequirementsQuery::personal(), draft, state))
}

pub async fn onboard(client: &PartnerClient, draft: Registration) -> Result<Verdict, Error> {
    onboarding(client, draft).run().await
}

fn with_files(mut onboarding: Onboarding) -> Onboarding {
    let png = &b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..];
    let ktp = FilePurpose::document(DocumentCode::Ktp);
    onboarding
        .file("ktp", FileUpload::bytes(ktp, "ktp.png", png))
        .file("face", FileUpload::bytes(FilePurpose::owner_liveness(), "face.png", png))
        .file("shop", FileUpload::bytes(FilePurpose::photo_proof(), "shop.png", png));
    onboarding
}
