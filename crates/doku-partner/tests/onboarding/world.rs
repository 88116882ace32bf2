//! A mock, a client of it and a merchant with its papers.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use doku_mock::{Builder, CallbackRecord, Clock, Direction, MockDoku, Outcome};
use doku_partner::{
    Environment, Error, FileUpload, PartnerClient, RetryPolicy,
    callback::CallbackReceiver,
    onboarding::{CallbackHints, FollowPolicy, Onboarding, OnboardingState, Verdict},
    receiver::{CallbackListener, Callbacks},
};
use doku_types::{
    BrandId,
    code::DocumentCode,
    partner::{file::FilePurpose, registration::Registration, requirements::RequirementsQuery},
};

use crate::line::Line;

pub(crate) const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR";

/// A mock whose clock stands still, and the line to it.
pub(crate) struct World {
    pub(crate) mock: Arc<MockDoku>,
    pub(crate) line: Line,
    callbacks: Option<Callbacks>,
    callback_url: Option<String>,
    saved: Saved,
}

/// The last state that was stored, as a database would have it.
#[derive(Clone, Default)]
pub(crate) struct Saved(Arc<Mutex<Option<String>>>);

impl Saved {
    pub(crate) fn text(&self) -> Option<String> {
        self.0.lock().unwrap().clone()
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(|mock| mock).await
    }

    pub(crate) async fn deciding(outcome: &str) -> Self {
        let outcome: Outcome = outcome.parse().unwrap();
        Self::with(|mock| mock.outcome(outcome)).await
    }

    pub(crate) async fn with(change: impl FnOnce(Builder) -> Builder) -> Self {
        let mock = change(MockDoku::builder().clock(Clock::Manual(None))).start().await.unwrap();
        let (line, saved) = (Line::default(), Saved::default());
        Self { mock: Arc::new(mock), line, callbacks: None, callback_url: None, saved }
    }

    /// Drafts name a callback URL from now on, where callbacks are received.
    pub(crate) async fn listen(&mut self) {
        let listener = CallbackListener::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        self.callback_url = Some(format!("http://{}/kyb", listener.local_addr().unwrap()));
        let receiver = CallbackReceiver::new(self.mock.credentials().clone(), "/kyb");
        self.callbacks = Some(listener.serve(receiver));
    }

    /// Passes callbacks on as they come.
    pub(crate) fn pass_on(&mut self) -> CallbackHints {
        let hints = CallbackHints::new();
        let (publish, mut callbacks) = (hints.clone(), self.callbacks.take().unwrap());
        tokio::spawn(async move {
            while let Some(received) = callbacks.next().await {
                publish.publish(received.unwrap().callback);
            }
        });
        hints
    }

    /// Passes on at once all that were told after so many.
    pub(crate) async fn pass_on_all(&mut self, hints: &CallbackHints, after: usize) {
        self.mock.settle().await;
        let callbacks = self.callbacks.as_mut().unwrap();
        for _ in after..self.mock.callbacks().len() {
            hints.publish(callbacks.next().await.unwrap().unwrap().callback);
        }
    }

    /// A client as another process would make it: it shares nothing with another one.
    pub(crate) fn client(&self) -> PartnerClient {
        let environment = Environment::custom(self.mock.base_url()).unwrap();
        PartnerClient::builder(environment, self.mock.credentials().clone())
            .clock(self.mock.clock())
            .transport(self.line.transport())
            // What is sent again shall be sent by the flow.
            .retry(RetryPolicy::never())
            .build()
    }

    /// The documented sample, with names of its own for its files.
    pub(crate) fn draft(&self) -> Registration {
        let sample = include_bytes!("../../../../tests/samples/business-registration.request.json");
        let mut draft = Registration::parse(sample).unwrap();
        draft.business.callback_url.clone_from(&self.callback_url);
        draft.business.contacts[0].documents[0].id = "ktp".into();
        draft.business.contacts[0].owner_liveness = Some("face".into());
        draft.business.brands[0].photo_proofs = vec!["shop".into()];
        draft
    }

    /// The same, of which the mock makes this: of this submission alone, not of what follows.
    pub(crate) fn draft_for(&self, outcome: &str) -> Registration {
        let mut draft = self.draft();
        draft.business.email = tagged(outcome).into();
        draft
    }

    /// Of a merchant that nothing was sent of, with its papers.
    pub(crate) fn onboarding(&self, draft: Registration) -> Onboarding {
        let mut onboarding = Onboarding::new(&self.client(), RequirementsQuery::personal(), draft);
        self.equip(&mut onboarding);
        onboarding
    }

    /// From what is stored, with the same papers.
    pub(crate) fn resumed(&self, draft: Registration) -> Onboarding {
        let Some(saved) = self.saved.text() else { return self.onboarding(draft) };
        let state: OnboardingState = serde_json::from_str(&saved).unwrap();
        self.resumed_from(draft, state)
    }

    pub(crate) fn resumed_from(&self, draft: Registration, state: OnboardingState) -> Onboarding {
        let query = RequirementsQuery::personal();
        let mut onboarding = Onboarding::resume(&self.client(), query, draft, state);
        self.equip(&mut onboarding);
        onboarding
    }

    fn equip(&self, onboarding: &mut Onboarding) {
        let saved = self.saved.clone();
        for (name, purpose) in [
            ("ktp", FilePurpose::document(DocumentCode::Ktp)),
            ("face", FilePurpose::owner_liveness()),
            ("shop", FilePurpose::photo_proof()),
        ] {
            onboarding.file(name, FileUpload::bytes(purpose, format!("{name}.png"), PNG));
        }
        onboarding
            // So that the order is always the same.
            .uploads_at_once(1)
            .follow_policy(FollowPolicy::new().patience(Duration::ZERO))
            .on_change(move |state| {
                let saved = saved.clone();
                async move {
                    *saved.0.lock().unwrap() = Some(serde_json::to_string(&state)?);
                    Ok::<_, serde_json::Error>(())
                }
            });
    }

    pub(crate) fn saved(&self) -> Option<String> {
        self.saved.text()
    }

    /// What the mock was asked, and how it answered.
    pub(crate) fn asked(&self) -> Vec<String> {
        let journal = self.mock.journal();
        let received = journal.iter().filter_map(|entry| match &entry.direction {
            Direction::Received { operation, .. } => {
                let status = entry.answer.as_ref()?.status.as_u16();
                Some(format!("{} {status}", (*operation)?))
            }
            _ => None,
        });
        received.collect()
    }

    /// How many of them were such.
    pub(crate) fn count(&self, asked: &str) -> usize {
        self.asked().iter().filter(|one| *one == asked).count()
    }

    /// The Request-Ids of all registrations or updates.
    pub(crate) fn request_ids(&self, method: &str) -> Vec<String> {
        let journal = self.mock.journal();
        let writes = journal.iter().filter(|entry| {
            let path = entry.target.path();
            entry.method == method && path.contains("/v1.0/business") && path.len() > 1
        });
        writes
            .filter_map(|entry| entry.request_headers.get("request-id"))
            .map(|id| id.to_str().unwrap().to_owned())
            .collect()
    }

    /// The only brand of the only business.
    pub(crate) fn brand(&self) -> BrandId {
        let ids = self.mock.businesses();
        assert_eq!(ids.len(), 1);
        self.mock.business(&ids[0]).unwrap().brands[0].id.clone()
    }

    /// Type, status and code of the callbacks after so many.
    pub(crate) fn told(&self, after: usize) -> Vec<String> {
        let short = |record: &CallbackRecord| {
            let callback = &record.callback;
            let mut text = format!("{} {}", callback.callback_type, callback.status);
            let code = callback.entity.as_ref().and_then(|entity| entity.code.as_deref());
            if let Some(code) = code {
                text.push(' ');
                text.push_str(code);
            }
            text
        };
        self.mock.callbacks().iter().skip(after).map(short).collect()
    }
}

/// An e-mail address that asks the mock for an outcome.
pub(crate) fn tagged(outcome: &str) -> String {
    let tags: Vec<_> = outcome.split(',').map(|item| format!("+kyb.{item}")).collect();
    format!("warung{}@example.com", tags.concat())
}

/// The verdict in a word.
pub(crate) fn word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Active(_) => "active",
        Verdict::Rejected { .. } => "rejected",
        Verdict::Pending(_) => "pending",
        _ => "new",
    }
}

/// Follows to the verdict, which has to come within a minute.
pub(crate) async fn followed(onboarding: &mut Onboarding) -> Result<Verdict, Error> {
    tokio::time::timeout(Duration::from_secs(60), onboarding.follow()).await.expect("a verdict")
}
