//! A mock with what is known of it from outside, and the operations on it.

mod by_hand;
mod request;

use std::{collections::HashMap, sync::Arc, time::Duration};

use doku_mock::{CallbackRecord, Clock, MockDoku, Pace};
use doku_signing::Credentials;
use doku_types::Timestamp;
use serde_json::Value;

use self::request::{Kept, Sent};
use crate::{
    content::Content,
    fate::{Fate, befall},
    model::{Model, SERVICES, Told},
    operation::{Fault, Life, Operation, Step},
    receiver::Receiver,
};

pub(crate) struct World<'a> {
    pub(crate) life: &'a Life,
    /// `None` between two runs.
    mock: Option<MockDoku>,
    pub(crate) receiver: Arc<Receiver>,
    pub(crate) now: Timestamp,
    pub(crate) businesses: Vec<Known>,
    /// How many operations have returned that can cause callbacks.
    pub(crate) returned: usize,
    /// What `returned` was when each callback was first seen, by its place.
    pub(crate) causes: Vec<usize>,
    /// How many times each callback was sent again by hand, by its number.
    pub(crate) resent: HashMap<i64, usize>,
    /// How many times the mock was stopped before it was settled.
    pub(crate) interruptions: usize,
    pub(crate) armed: Armed,
    partners: Vec<Partner>,
    requests: Vec<Sent>,
    /// The replies that answer a repeated request, by partner and Request-Id.
    kept: HashMap<(usize, String), Kept>,
    directory: Option<tempfile::TempDir>,
}

/// A business as its partner knows it.
pub(crate) struct Known {
    pub(crate) partner: usize,
    pub(crate) id: String,
    pub(crate) brands: Vec<String>,
    /// `None` while it was only invited.
    pub(crate) content: Option<Content>,
    pub(crate) model: Model,
    pub(crate) expected: Vec<Expected>,
    /// Whether the model still knows it: not after something came between a plan and its end.
    pub(crate) is_foreseen: bool,
    /// When everything that is planned has happened.
    pub(crate) ripe: Timestamp,
    /// Whether it had a callback URL whenever there was something to tell.
    pub(crate) told_of_all: bool,
}

/// A callback that has to be there, at the latest when the business is ripe.
pub(crate) struct Expected {
    pub(crate) told: Told,
    pub(crate) url: String,
    /// And when it was told; where that is known.
    pub(crate) fate: Option<(Fate, Timestamp)>,
}

/// The faults that are armed, and which ever were.
#[derive(Default)]
pub(crate) struct Armed {
    now: Vec<Fault>,
    pub(crate) duplicates: usize,
    pub(crate) delay_minutes: u64,
    pub(crate) reorders: bool,
    pub(crate) drops: bool,
}

struct Partner {
    credentials: Credentials,
    files: [String; 2],
}

/// All that a refusal leaves as it was.
#[derive(Debug, PartialEq)]
struct Snapshot {
    businesses: Vec<Option<Value>>,
    callbacks: Vec<CallbackRecord>,
}

impl<'a> World<'a> {
    pub(crate) async fn new(life: &'a Life) -> Self {
        let credentials = |n| Credentials::new(format!("BRN-partner-{n}"), format!("SK-{n}"));
        let credentials: Vec<_> = (0..life.partners).map(credentials).collect();
        let receiver = Receiver::new(credentials.clone(), life.answers.clone());
        let directory = life.data.then(|| tempfile::tempdir().unwrap());
        let mut world = Self {
            life,
            mock: None,
            receiver: Arc::new(receiver),
            now: Timestamp::from_millis(START),
            businesses: Vec::new(),
            returned: 0,
            causes: Vec::new(),
            resent: HashMap::new(),
            interruptions: 0,
            armed: Armed::default(),
            partners: Vec::new(),
            requests: Vec::new(),
            kept: HashMap::new(),
            directory,
        };
        world.start(&credentials).await;
        for credentials in credentials {
            let files = [world.upload(&credentials).await, world.upload(&credentials).await];
            world.partners.push(Partner { credentials, files });
        }
        world
    }

    pub(crate) fn mock(&self) -> &MockDoku {
        self.mock.as_ref().expect("it runs between two operations")
    }

    pub(crate) fn client_id(&self, partner: usize) -> &str {
        self.partners[partner].credentials.client_id.as_str()
    }

    /// Does a step, and waits for what it causes.
    pub(crate) async fn step(&mut self, step: &Step) {
        self.operate(&step.operation).await;
        if let Some(how) = step.restart.filter(|_| self.life.data) {
            self.restart(how).await;
        }
        self.mock().settle().await;
    }

    /// Waits for whatever is planned, and then for the last retry.
    pub(crate) async fn end(&mut self) {
        self.disarm();
        let planned = if self.life.realistic { 8 * 24 * 60 } else { 0 };
        let delayed = u32::try_from(self.armed.delay_minutes).unwrap();
        self.advance(planned + delayed + 13 * 60).await;
    }

    async fn operate(&mut self, operation: &Operation) {
        match operation {
            Operation::Register { partner, shape, outcome } => {
                let partner = usize::from(*partner) % self.partners.len();
                self.register(partner, *shape, *outcome).await;
            }
            Operation::Again { request, twist } => self.again(*request, *twist).await,
            Operation::Invite { partner, reference } => {
                let partner = usize::from(*partner) % self.partners.len();
                self.invite(partner, *reference).await;
            }
            Operation::Complete { business, shape, outcome } => {
                if let Some(business) = self.choose(*business) {
                    self.complete(business, *shape, *outcome).await;
                }
            }
            Operation::Update { business, changes, faulty, foreign, outcome } => {
                if let Some(business) = self.choose(*business) {
                    self.update(business, changes, *faulty, *foreign, *outcome).await;
                }
            }
            Operation::Get { business, foreign } => {
                if let Some(business) = self.choose(*business) {
                    self.get(business, *foreign).await;
                }
            }
            Operation::Decide { business, outcome, note } => {
                if let Some(business) = self.choose(*business) {
                    self.decide(business, outcome, *note).await;
                }
            }
            Operation::Advance { minutes } => self.advance(*minutes).await,
            Operation::Resend { callback } => self.resend(*callback).await,
            Operation::Arm(fault) => self.arm(*fault),
            Operation::Disarm => self.disarm(),
        }
    }

    async fn start(&mut self, partners: &[Credentials]) {
        let receiver = Arc::clone(&self.receiver);
        let mut builder = MockDoku::builder()
            .seed(self.life.seed)
            .clock(Clock::Manual(Some(self.now)))
            .pace(if self.life.realistic { Pace::Realistic } else { Pace::Instant })
            .outcome(self.life.default.parse().unwrap())
            .services(SERVICES)
            .receiver(move |callback| {
                let receiver = Arc::clone(&receiver);
                async move { receiver.take(&callback) }
            });
        for partner in partners {
            builder = builder.partner(partner.clone());
        }
        if let Some(directory) = &self.directory {
            builder = builder.data(directory.path().join("mock.db"));
        }
        self.mock = Some(builder.start().await.unwrap());
    }

    /// What the model says has come true.
    fn foreseen(
        &mut self,
        business: usize,
        content: Content,
        model: Model,
        told: Vec<Told>,
        at_once: bool,
    ) {
        let known = &mut self.businesses[business];
        known.model = model;
        if let Some(url) = content.url() {
            if self.life.realistic {
                let expected = told.into_iter().map(|told| (told, None)).collect::<Vec<_>>();
                if !at_once && !expected.is_empty() {
                    known.ripe = self.now + LONGEST_PLAN;
                }
                known.expect(expected, &url);
            } else {
                let told = befall(&mut self.armed.now, told).into_iter();
                let told = told.map(|(told, fate)| (told, Some((fate, self.now))));
                known.expect(told.collect(), &url);
            }
        } else if !told.is_empty() {
            known.told_of_all = false;
            if self.life.realistic && !at_once {
                known.ripe = self.now + LONGEST_PLAN;
            }
        }
        known.content = Some(content);
    }

    /// Something came between a plan and its end, or a body was of another time.
    fn unforeseen(&mut self, business: usize, old: &Content, mut content: Content, fresh: bool) {
        // How many of its callbacks they struck is not known.
        self.disarm();
        let known = &mut self.businesses[business];
        if !fresh || *old != content {
            known.is_foreseen = false;
        }
        known.told_of_all &= old.url().is_some() && content.url().is_some();
        let brand = content.brands[0].clone();
        content.brands.resize(known.brands.len(), brand);
        known.content = Some(content);
    }

    fn is_quiet(&self, business: usize) -> bool {
        let known = &self.businesses[business];
        known.is_foreseen && known.ripe <= self.now
    }

    fn choose(&self, business: u8) -> Option<usize> {
        let count = self.businesses.len();
        (count > 0).then(|| usize::from(business) % count)
    }

    fn returned(&mut self) {
        self.receiver.operation_returned();
        self.returned += 1;
    }

    fn snapshot(&self) -> Snapshot {
        let ids = self.mock().businesses();
        let data = ids.iter().map(|id| self.mock().business(id.as_str()));
        let businesses = data.map(|data| data.map(|data| serde_json::to_value(data).unwrap()));
        Snapshot { businesses: businesses.collect(), callbacks: self.mock().callbacks() }
    }
}

impl Known {
    fn expect(&mut self, told: Vec<(Told, Option<(Fate, Timestamp)>)>, url: &str) {
        let url = url.to_owned();
        let expected = told.into_iter();
        self.expected.extend(expected.map(|(told, fate)| Expected {
            told,
            url: url.clone(),
            fate,
        }));
    }
}

/// 2023-11-14T22:13:20Z
const START: i64 = 1_700_000_000_000;
/// KYB, then the services, then a suspension a day later.
const LONGEST_PLAN: Duration = Duration::from_hours((2 + 5 + 1) * 24);
