//! One run of the user's program, up to its crash.

use std::{
    future::pending,
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use doku_partner::{
    Environment, PartnerClient, RetryPolicy,
    onboarding::{CallbackHints, Event, FollowPolicy, Onboarding, OnboardingState},
};
use doku_types::{
    Timestamp,
    code::{CallbackType, Status},
    partner::requirements::RequirementsQuery,
};
use tokio::sync::Notify;

use crate::{
    fault::SaveFault,
    merchant::{PAPERS, paper},
    promise,
    world::World,
};

pub(crate) struct Process {
    pub(crate) world: Arc<World>,
    hints: CallbackHints,
    crash: Notify,
    /// What the user is at.
    at: Mutex<At>,
    sending: Mutex<Option<Sending>>,
    /// What callbacks said was rejected, since the verdict is followed.
    pub(crate) heard: Mutex<Vec<CallbackType>>,
}

/// What the user is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum At {
    Registering,
    Following,
    Resubmitting,
}

/// One call that changes something.
pub(crate) struct Sending {
    pub(crate) request_id: String,
    /// Of its first attempt.
    pub(crate) body: Option<Bytes>,
}

impl Process {
    pub(crate) fn start(world: &Arc<World>) -> Arc<Self> {
        Arc::new(Self {
            world: Arc::clone(world),
            hints: world.ear.listen_anew(),
            crash: Notify::new(),
            at: Mutex::new(At::Registering),
            sending: Mutex::default(),
            heard: Mutex::default(),
        })
    }

    /// Where the row says that it stands; from the beginning if there is none.
    pub(crate) fn onboarding(self: &Arc<Self>) -> Onboarding {
        let world = &self.world;
        let client = self.client();
        let is_mended = world.past().is_mended;
        let draft = world.plan.story.draft(is_mended, &world.papers);
        let query = RequirementsQuery::personal();
        let mut onboarding = match world.stored() {
            Some(state) => Onboarding::resume(&client, query, draft, state),
            None => Onboarding::new(&client, query, draft),
        };
        if !world.plan.uploaded_before {
            for name in PAPERS {
                onboarding.file(name, paper(name));
            }
        }
        let (saves, sees) = (Arc::clone(self), Arc::clone(self));
        onboarding
            .uploads_at_once(world.plan.uploads_at_once)
            .follow_policy(follow_policy())
            .hints(&self.hints)
            .on_change(move |state| Arc::clone(&saves).save(state))
            .on_event(move |event| sees.see(event));
        onboarding
    }

    fn client(self: &Arc<Self>) -> PartnerClient {
        let (world, process) = (Arc::clone(&self.world), Arc::clone(self));
        let environment = Environment::custom(world.mock.base_url()).unwrap();
        let plan = &world.plan;
        let (clock, ahead) = (world.mock.clock(), plan.skew_hours * 3_600_000);
        let retry = RetryPolicy::new().attempts(plan.attempts).base(Duration::ZERO);
        PartnerClient::builder(environment, world.mock.credentials().clone())
            .transport(move |request| Arc::clone(&process).carry(request))
            .retry(retry)
            .unsigned_replies(plan.unsigned)
            .clock(move || Timestamp::from_millis(clock().as_millis() + ahead))
            .request_ids(move || {
                let mut past = world.past();
                past.request_ids += 1;
                format!("life-{}-request-{}", world.plan.seed, past.request_ids)
            })
            .random(|| 0)
            .build()
    }

    pub(crate) fn is_at(&self, at: At) {
        *self.at.lock().unwrap() = at;
        *self.sending.lock().unwrap() = None;
        self.heard.lock().unwrap().clear();
    }

    /// Resolves when it crashes.
    pub(crate) async fn crashed(&self) {
        self.crash.notified().await;
    }

    /// Whoever calls this does not go on.
    pub(crate) async fn crash<T>(&self, what: &str, when: &str) -> T {
        self.world.count(what);
        self.world.count(when);
        self.crash.notify_one();
        pending().await
    }

    pub(crate) fn now_at(&self) -> &'static str {
        let at = *self.at.lock().unwrap();
        match at {
            At::Registering if self.sending.lock().unwrap().is_none() => {
                "crashed while preparing and uploading"
            }
            At::Registering => "crashed while registering",
            At::Following => "crashed while following",
            At::Resubmitting => "crashed while resubmitting",
        }
    }

    /// The call that changes something, under way.
    pub(crate) fn sending<T>(&self, ask: impl FnOnce(&mut Option<Sending>) -> T) -> T {
        ask(&mut self.sending.lock().unwrap())
    }

    /// The state on its way to the disk.
    async fn save(self: Arc<Self>, state: OnboardingState) -> io::Result<()> {
        let world = &self.world;
        let row = serde_json::to_string(&state)?;
        promise::tells_nothing_personal(&row);
        let number = {
            let mut past = world.past();
            past.saves += 1;
            past.saves - 1
        };
        let fault = world.plan.save(number);
        if fault == Some(SaveFault::CrashBefore) {
            return self.crash(SaveFault::CrashBefore.name(), self.now_at()).await;
        }
        if fault != Some(SaveFault::Fails) {
            world.note(&format!("stored: {row}"));
            world.past().row = Some(row);
        }
        match fault {
            None => Ok(()),
            Some(SaveFault::CrashAfter | SaveFault::CrashBefore) => {
                self.crash(SaveFault::CrashAfter.name(), self.now_at()).await
            }
            Some(fault @ (SaveFault::Fails | SaveFault::FailsButIsStored)) => {
                world.count(fault.name());
                Err(io::Error::other("the disk is full"))
            }
        }
    }

    fn see(&self, event: &Event<'_>) {
        let world = &self.world;
        match event {
            Event::Sending { request_id } => {
                world.note(&format!("sending {request_id}"));
                let sending = Sending { request_id: (*request_id).to_owned(), body: None };
                *self.sending.lock().unwrap() = Some(sending);
            }
            Event::Registered(reply) if reply.is_replayed() => {
                world.count("registered, and told by a replayed answer");
            }
            Event::Registered(_) => world.count("registered, and told at once"),
            Event::Resubmitted(reply) if reply.is_replayed() => {
                world.count("resubmitted, and told by a replayed answer");
            }
            Event::Resubmitted(_) => world.count("resubmitted, and told at once"),
            Event::Callback(callback) if callback.status == Status::Rejected => {
                self.heard.lock().unwrap().push(callback.callback_type.clone());
            }
            Event::Looked(_) => {
                let looks = {
                    let mut past = world.past();
                    past.looks += 1;
                    past.looks - 1
                };
                if world.plan.crash_after_look == Some(looks) {
                    // It happens where the future waits next.
                    world.count("crash: while waiting");
                    world.count(self.now_at());
                    self.crash.notify_one();
                }
            }
            _ => {}
        }
    }
}

/// In milliseconds instead of minutes.
fn follow_policy() -> FollowPolicy {
    FollowPolicy::new()
        .poll_first(Duration::from_millis(1))
        .poll_longest(Duration::from_millis(4))
        .quiet(Duration::from_millis(4))
        .patience(Duration::from_millis(40))
}
