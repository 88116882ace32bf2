//! Stories of businesses, told by their callbacks.

mod by_hand;
mod events;
mod outcomes;
mod pace;
mod properties;
mod updates;

use std::time::Duration;

use doku_types::{
    Timestamp,
    code::Status,
    partner::{
        callback::Callback, lite::LiteRegistration, registration::Registration, update::Update,
    },
    validate::Fault,
};

use super::{Business, Outcome, Pace, Refusal, Strictness, agenda::Changed};
use crate::id::IdSource;

const DAY: Duration = Duration::from_hours(24);

fn services() -> [String; 2] {
    ["QRIS", "VA"].map(str::to_owned)
}

fn start() -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000)
}

fn outcome(text: &str) -> Outcome {
    text.parse().unwrap()
}

/// A registration that has something of every part, with so many brands.
fn registration(brands: usize) -> Registration {
    let brand = |n: usize| {
        format!(
            r#"{{"name":"Warung {n}","description":"Nasi","category":"RETAIL",
            "social_media":[{{"code":"INSTAGRAM","accounts":["https://instagram.com/{n}"]}}],
            "photo_proofs":[{{"id":"DCM-photo-{n}"}}]}}"#
        )
    };
    let brands: Vec<_> = (0..brands).map(brand).collect();
    let body = format!(
        r#"{{"business":{{"type":"PERSONAL","legal_entity":"PERSEORANGAN","name":"Warung",
        "callback_url":"https://platform.example/kyb","email":"budi@example.com",
        "phone_calling_code":"62","phone_number":"8","brands":[{}],
        "addresses":[{{"area":"17133","country":"ID","name":"Jalan 1","primary":true}},
                     {{"area":"17134","country":"ID","name":"Jalan 2","primary":false}}],
        "banks":[{{"account_name":"Budi","account_number":"1","bank_id":"4","bank_name":"BANK BCA",
                  "country":"ID","currency":"IDR","swift_code":"014"}}],
        "contacts":[{{"documents":[{{"code":"KTP","category":"DOCUMENT","id":"DCM-ktp",
                       "forms":[{{"code":"NO_KTP","value":"1"}}]}}],
                     "owner_liveness":{{"id":"CNT-face"}},
                     "email":"budi@example.com","name":"Budi","nationality":"ID",
                     "phone_calling_code":"62","phone_number":"8","position":"OWNER",
                     "primary":true}}]}}}}"#,
        brands.join(",")
    );
    Registration::parse(body.as_bytes()).unwrap()
}

fn invitation() -> LiteRegistration {
    let body =
        br#"{"business":{"partner_ref_id":"shop-42","name":"Warung","contact":{"name":"Budi",
        "email":"budi@example.com","phone_calling_code":62,"phone_number":8}},
        "invited_user":{"email":"budi@example.com"}}"#;
    LiteRegistration::parse(body).unwrap()
}

/// A business with the engine's ids and clock.
#[derive(Debug, Clone)]
struct Story {
    business: Business,
    seed: u64,
    now: Timestamp,
    pace: Pace,
}

impl Story {
    /// Registered with an outcome of its own, strictly.
    fn registered(brands: usize, outcome: &str, pace: Pace) -> Self {
        Self::try_registered(brands, outcome, pace).unwrap()
    }

    fn try_registered(brands: usize, with: &str, pace: Pace) -> Result<Self, Refusal> {
        let now = start();
        let mut ids = IdSource::new(Some(1));
        let (mut business, changed) =
            Business::registered(registration(brands), "BRN-P".into(), &services(), &mut ids, now);
        business.submit(&changed, &outcome(with), Strictness::Strict, pace, now)?;
        Ok(Self { business, seed: 1, now, pace })
    }

    /// Registered and active.
    fn active() -> Self {
        let mut story = Self::registered(1, "approve", Pace::Instant);
        story.run();
        assert_eq!(story.business.status(), Status::Active);
        story
    }

    fn run(&mut self) -> Vec<Callback> {
        self.business.run_due(self.now, self.pace)
    }

    fn wait(&mut self, duration: Duration) -> Vec<Callback> {
        self.now = self.now + duration;
        self.run()
    }

    fn changed(&mut self, business: &str) -> Result<(Business, Changed), Vec<Fault>> {
        // Ids are made of the clock: a millisecond later there are others.
        self.now = self.now + Duration::from_millis(100);
        self.seed += 1;
        let body = format!(r#"{{"business":{business}}}"#);
        let update = Update::parse(body.as_bytes()).unwrap();
        self.business.update(update, &mut IdSource::new(Some(self.seed)), self.now)
    }

    /// Updates with an outcome of its own, strictly.
    fn update(&mut self, body: &str, with: &str) -> Vec<Callback> {
        let (mut business, changed) = self.changed(body).unwrap();
        business.submit(&changed, &outcome(with), Strictness::Strict, self.pace, self.now).unwrap();
        self.business = business;
        self.run()
    }

    /// The pointers of what is wrong with an update, or with what it would make of the
    /// registration. It changes nothing.
    fn faults(&mut self, body: &str) -> Vec<String> {
        let before = self.business.clone();
        let faults = match self.changed(body) {
            Ok((updated, _)) => updated.registration().unwrap().validate(),
            Err(faults) => faults,
        };
        assert_eq!(self.business, before);
        faults.into_iter().map(|fault| fault.pointer).collect()
    }

    fn decide(&mut self, text: &str, notes: &[&str]) -> Result<Vec<Callback>, Refusal> {
        let notes: Vec<_> = notes.iter().map(|note| (*note).to_owned()).collect();
        let before = self.business.clone();
        let told = self.business.decide(&outcome(text), &notes, self.now);
        if told.is_err() {
            assert_eq!(self.business, before, "a refusal changes nothing");
        }
        told
    }
}

/// Callbacks in short: type, status, which service, notes.
fn told(callbacks: &[Callback]) -> Vec<String> {
    callbacks
        .iter()
        .map(|callback| {
            let mut text = format!("{} {}", callback.callback_type, callback.status);
            let entity = callback.entity.as_ref().filter(|entity| entity.id.is_none());
            if let Some(code) = entity.and_then(|entity| entity.code.as_deref()) {
                text = format!("{text} {code}");
            }
            for note in &callback.reject_notes {
                text = format!("{text} | {note}");
            }
            text
        })
        .collect()
}
