//! All that outlives a client: DOKU, the network between, the user's own table, and what happened.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use bytes::Bytes;
use doku_mock::{Clock, Direction, MockDoku};
use doku_partner::{Environment, PartnerClient, onboarding::OnboardingState};
use doku_types::{
    BusinessId, Timestamp,
    partner::{endpoint::Endpoint, update::Update},
};
use http::{HeaderValue, Request, StatusCode};
use serde_json::Value;
use tokio::task::JoinHandle;

use crate::{
    ear::Ear,
    fault::Call,
    merchant::{PAPERS, paper},
    plan::Plan,
    tally::Tally,
};

pub(crate) struct World {
    pub(crate) plan: Arc<Plan>,
    pub(crate) mock: Arc<MockDoku>,
    pub(crate) ear: Arc<Ear>,
    /// What the draft calls its papers.
    pub(crate) papers: [String; 3],
    aloud: bool,
    past: Mutex<Past>,
}

/// What happened, and what the user has written down.
#[derive(Default)]
pub(crate) struct Past {
    /// The user's row for this merchant: the state as it was last stored.
    pub(crate) row: Option<String>,
    /// Whether the user has mended the draft.
    pub(crate) is_mended: bool,
    /// The update that the user wants, and the papers that it needs.
    pub(crate) update: Option<(Update, Vec<&'static str>)>,
    /// How many of each call went out, how many saves there were, and so on.
    pub(crate) calls: BTreeMap<Call, u32>,
    pub(crate) saves: u32,
    pub(crate) looks: u32,
    pub(crate) request_ids: u64,
    /// Requests that were given up and are still to arrive, after so many others.
    pub(crate) late: Vec<(u32, Request<Bytes>)>,
    pub(crate) under_way: Vec<JoinHandle<()>>,
    has_been_out: bool,
    /// Those that DOKU takes no more.
    pub(crate) refused_tokens: HashSet<HeaderValue>,
    /// Request-Ids of registrations that went out.
    pub(crate) registrations: BTreeSet<String>,
    /// Request-Ids of registrations and updates of which the client said that nothing came of them.
    pub(crate) denied: BTreeSet<String>,
    tally: Tally,
}

impl World {
    pub(crate) async fn new(plan: Plan, aloud: bool) -> Arc<Self> {
        let plan = Arc::new(plan);
        let ear = Arc::new(Ear::new(Arc::clone(&plan)));
        let takes = Arc::clone(&ear);
        let start = Timestamp::parse("2026-11-22T03:04:05Z").unwrap();
        let mock = MockDoku::builder()
            .clock(Clock::Manual(Some(start)))
            .seed(plan.seed)
            .receiver(move |request| {
                let answer = takes.take(&request);
                async move { answer }
            })
            .start()
            .await
            .unwrap();
        for fault in &plan.armed {
            mock.arm(fault.clone()).unwrap();
        }
        let papers = papers(&plan, &mock).await;
        let (mock, past) = (Arc::new(mock), Mutex::default());
        let world = Self { plan, mock, ear, papers, aloud, past };
        world.note(&format!("{:#?}", world.plan));
        Arc::new(world)
    }

    pub(crate) fn past(&self) -> MutexGuard<'_, Past> {
        self.past.lock().unwrap()
    }

    pub(crate) fn count(&self, what: &str) {
        self.past().tally.count(what);
        self.note(what);
    }

    /// For whoever repeats one schedule.
    pub(crate) fn note(&self, what: &str) {
        if self.aloud {
            println!("{what}");
        }
    }

    pub(crate) async fn tally(&self) -> Tally {
        let mut tally = std::mem::take(&mut self.past().tally);
        tally.add(self.ear.tally());
        let request = Request::get("/_mock/faults").body(Bytes::new()).unwrap();
        let armed: Value = serde_json::from_slice(self.mock.call(request).await.body()).unwrap();
        for fault in armed.as_array().unwrap() {
            let kind = fault["callback"].as_str().unwrap();
            tally.count_times(&format!("callback: {kind}"), fault["happened"].as_u64().unwrap());
        }
        tally
    }

    /// How many of this call went out before.
    pub(crate) fn number(&self, call: Call) -> u32 {
        let mut past = self.past();
        let count = past.calls.entry(call).or_default();
        *count += 1;
        *count - 1
    }

    /// The user's row, read back.
    pub(crate) fn stored(&self) -> Option<OnboardingState> {
        self.past().row.as_deref().map(|row| serde_json::from_str(row).unwrap())
    }

    /// The Request-Id that the row has for the registration or for the update.
    pub(crate) fn stored_id(&self, call: Call) -> Option<String> {
        let row: Value = serde_json::from_str(self.past().row.as_deref()?).unwrap();
        let what = if call == Call::Register { "registration" } else { "update" };
        row[what]["sent"].as_object()?;
        Some(row[what]["request_id"].as_str()?.to_owned())
    }

    /// The business that DOKU has: never more than one.
    pub(crate) fn business(&self) -> Option<BusinessId> {
        let all = self.mock.businesses();
        assert!(all.len() <= 1, "registered {} times", all.len());
        all.into_iter().next()
    }

    /// The Request-Ids under which DOKU has carried out this call.
    pub(crate) fn carried_out(&self, call: Call) -> Vec<String> {
        let wanted = match call {
            Call::Register => Endpoint::BusinessRegistration,
            _ => Endpoint::UpdateBusinessData,
        };
        let journal = self.mock.journal().into_iter();
        let done = journal.filter(|entry| {
            let is_done =
                entry.answer.as_ref().is_some_and(|answer| answer.status == StatusCode::OK);
            is_done
                && matches!(&entry.direction, Direction::Received { operation, .. } if *operation == Some(wanted))
        });
        done.map(|entry| entry.request_headers["request-id"].to_str().unwrap().to_owned()).collect()
    }

    /// Behind a crash, before the next start.
    pub(crate) async fn is_down(&self) {
        let is_open = self.stored().is_some_and(|row| row.is_outcome_unknown());
        if self.plan.is_out_for_a_day && is_open && !self.past().has_been_out {
            self.past().has_been_out = true;
            self.count("the client is down for more than a day, the outcome unknown");
            self.mock.advance(DAY_AND_MORE).await.unwrap();
        }
    }
}

/// The papers' names, or the ids of those that were uploaded before.
async fn papers(plan: &Plan, mock: &MockDoku) -> [String; 3] {
    if !plan.uploaded_before {
        return PAPERS.map(str::to_owned);
    }
    let environment = Environment::custom(mock.base_url()).unwrap();
    let client =
        PartnerClient::builder(environment, mock.credentials().clone()).clock(mock.clock()).build();
    let uploaded = client.upload_files(PAPERS.map(paper), 1).await;
    let ids: Vec<_> = uploaded.into_iter().map(|file| file.unwrap().id.to_string()).collect();
    ids.try_into().unwrap()
}

const DAY_AND_MORE: Duration = Duration::from_secs(25 * 3600);
