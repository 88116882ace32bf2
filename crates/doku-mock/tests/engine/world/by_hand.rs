//! What is done to the mock itself, and what has to come of it.

use std::time::Duration;

use doku_mock::{CallbackFault, FaultKind, Outcome};
use doku_types::partner::registration::Registration;

use super::World;
use crate::{
    content::Content,
    model::{Model, Refused},
    operation::{Fault, Kind, Restart, Shape},
};

impl World<'_> {
    pub(super) async fn complete(
        &mut self,
        business: usize,
        shape: Shape,
        outcome: Option<&'static str>,
    ) {
        let content = Content::new(shape, None);
        let (strict, with) = (outcome.is_some(), outcome.unwrap_or(self.life.default));
        let known = &self.businesses[business];
        let mut model = Model::default();
        let foreseen = match known.content {
            None => model.register(&content, with, strict),
            Some(_) => Err(Refused),
        };
        let body = content.registration(&self.partners[known.partner].files);
        let registration: Registration = serde_json::from_value(body).unwrap();
        let outcome = outcome.map(|text| text.parse::<Outcome>().unwrap());
        let before = self.snapshot();
        let completed = self.mock().complete(&known.id, registration, outcome).await;
        self.returned();
        assert_eq!(completed.is_ok(), foreseen.is_ok(), "{completed:?}");
        match (completed, foreseen) {
            (Ok(data), Ok(told)) => {
                let brands = data.brands.iter().map(|brand| brand.id.to_string()).collect();
                let known = &mut self.businesses[business];
                assert_eq!(data.brands[0].id.as_str(), known.brands[0]);
                known.brands = brands;
                self.foreseen(business, content, model, told, false);
            }
            _ => assert_eq!(self.snapshot(), before),
        }
    }

    pub(super) async fn decide(&mut self, business: usize, outcome: &str, note: Option<&str>) {
        let known = &self.businesses[business];
        let mut model = known.model.clone();
        let is_foreseen = self.is_quiet(business);
        let foreseen = match known.content {
            Some(_) if is_foreseen => model.decide(outcome),
            _ => Err(Refused),
        };
        let before = self.snapshot();
        let notes: Vec<&str> = note.into_iter().collect();
        let decided = self.mock().decide(&known.id, outcome.parse().unwrap(), &notes).await;
        self.returned();
        if is_foreseen {
            assert_eq!(decided.is_ok(), foreseen.is_ok(), "{outcome}: {decided:?}");
        }
        let known = &mut self.businesses[business];
        match (decided, foreseen) {
            (Err(_), _) => assert_eq!(self.snapshot(), before),
            (Ok(_), Ok(told)) if is_foreseen => {
                let content = known.content.clone().unwrap();
                self.foreseen(business, content, model, told, true);
            }
            (Ok(_), _) => {
                known.is_foreseen = false;
                // How many of its callbacks they struck is not known.
                self.disarm();
            }
        }
    }

    pub(super) async fn advance(&mut self, minutes: u32) {
        let by = Duration::from_secs(60 * u64::from(minutes));
        let before = self.receiver.received().len();
        let attempts = self.mock().advance(by).await.unwrap();
        let received = self.receiver.received().len() - before;
        assert_eq!(attempts, received as u64, "what an advance says of its attempts");
        self.now = self.now + by;
    }

    pub(super) async fn resend(&mut self, callback: u8) {
        let records = self.mock().callbacks();
        if records.is_empty() {
            return;
        }
        let before = &records[usize::from(callback) % records.len()];
        let state = self.mock().resend(before.number).await;
        *self.resent.entry(before.number).or_default() += 1;
        let records = self.mock().callbacks();
        let after = records.iter().find(|record| record.number == before.number).unwrap();
        assert_eq!(state, Some(after.state));
        assert!(after.attempts.len() > before.attempts.len());
    }

    pub(super) fn arm(&mut self, fault: Fault) {
        let kind = match fault.kind {
            Kind::Duplicate => FaultKind::Duplicate,
            Kind::Reorder => FaultKind::Reorder,
            Kind::Delay { minutes } => FaultKind::Delay(Duration::from_secs(60 * minutes)),
            Kind::Drop => FaultKind::Drop,
        };
        let mut armed = CallbackFault::new(kind);
        if let Some(of) = fault.of {
            armed = armed.of(of.into());
        }
        if let Some(times) = fault.times {
            armed = armed.times(times);
        }
        self.mock().arm(armed).unwrap();
        self.armed.now.push(fault);
        match fault.kind {
            Kind::Duplicate => self.armed.duplicates += 1,
            Kind::Reorder => self.armed.reorders = true,
            Kind::Delay { minutes } => self.armed.delay_minutes += minutes,
            Kind::Drop => self.armed.drops = true,
        }
    }

    pub(super) fn disarm(&mut self) {
        self.mock().disarm();
        self.armed.now.clear();
    }

    pub(super) async fn restart(&mut self, Restart { gracefully, yields }: Restart) {
        for _ in 0..yields {
            tokio::task::yield_now().await;
        }
        let mock = self.mock.take().expect("it runs between two operations");
        if gracefully {
            mock.shutdown().await;
        } else {
            drop(mock);
        }
        let credentials: Vec<_> =
            self.partners.iter().map(|partner| partner.credentials.clone()).collect();
        self.start(&credentials).await;
        self.interruptions += 1;
        // What is armed is not kept.
        self.armed.now.clear();
    }
}
