//! What is decided by hand of a business of which nothing is under review.

use std::collections::BTreeSet;

use doku_types::{Timestamp, code::PaymentMethod, partner::callback::Callback};

use super::{
    agenda::{Action, Agenda, Pace},
    brand::{Operation, Suspension},
    business::Business,
    outcome::Outcome,
    refusal::Refusal,
    review::{Review, Standing, Verdict},
    step::{SERVICE_NOTE, reasons},
};

impl Business {
    /// Approves what is rejected, or else activates what waits for it.
    pub(super) fn approve_anew(&mut self, now: Timestamp) -> Result<Vec<Callback>, Refusal> {
        if self.standing() == Standing::Rejected {
            for owner in self.owners() {
                let reviews = self.reviews_mut(owner);
                if reviews.standing() == Standing::Rejected {
                    let parts = reviews.parts.values_mut();
                    parts
                        .filter(|part| part.is_rejected())
                        .for_each(|part| *part = Review::UnderReview);
                    reviews.own = Review::UnderReview;
                }
            }
            let open = self.under_review();
            return Ok(self.settle(&open, &Outcome::default().0, &[], now));
        }
        let waiting = self.services(Review::is_under_review);
        if waiting.is_empty() {
            return Err(Refusal::NothingToApprove);
        }
        self.agenda.retain(|action| !matches!(action, Action::Service(..)));
        Ok(self.take_now(waiting, &Verdict::Approved, now))
    }

    /// Activates and rejects services and suspends brands of an active business.
    pub(super) fn impose(
        &mut self,
        refused: &BTreeSet<PaymentMethod>,
        activated: &BTreeSet<PaymentMethod>,
        suspension: Option<Suspension>,
        notes: &[String],
        now: Timestamp,
    ) -> Result<Vec<Callback>, Refusal> {
        if self.standing() != Standing::Active {
            return Err(Refusal::NotActive);
        }
        self.check_services(refused, activated)?;
        let open = self.services(|review| !review.is_rejected());
        let of = |code: &PaymentMethod, (brand, service): &(usize, usize)| {
            self.brands[*brand].services[*service].code() == code
        };
        if let Some(code) = refused.iter().find(|code| !open.iter().any(|place| of(code, place))) {
            return Err(Refusal::AlreadyRejected(code.clone()));
        }
        if suspension.is_some_and(|how| self.brands.iter().all(|brand| brand.is_suspended_by(how)))
        {
            return Err(Refusal::AlreadySuspended);
        }
        let idle = self.services(|review| *review != Review::Judged(Verdict::Approved));
        if let Some(code) = activated.iter().find(|code| !idle.iter().any(|place| of(code, place)))
        {
            return Err(Refusal::AlreadyActive(code.clone()));
        }
        let those = |places: Vec<_>, codes: &BTreeSet<PaymentMethod>| -> Vec<_> {
            places.into_iter().filter(|place| codes.iter().any(|code| of(code, place))).collect()
        };
        let (services, activated) = (those(open, refused), those(idle, activated));
        self.agenda.retain(|action| match action {
            Action::Service(brand, service, _) => {
                let place = (*brand, *service);
                !services.contains(&place) && !activated.contains(&place)
            }
            Action::Suspend(..) => suspension.is_none(),
            Action::Judge(..) | Action::Close(_) => true,
        });
        let mut told = self.take_now(activated, &Verdict::Approved, now);
        told.extend(self.take_now(services, &Verdict::rejected(notes, SERVICE_NOTE), now));
        if let Some(how) = suspension {
            let suspend = Action::Suspend(how, reasons(how, notes));
            self.take(suspend, now, Pace::Instant, &mut told);
        }
        Ok(told)
    }

    /// Lifts suspensions and activates every service.
    pub(super) fn reactivate(&mut self, now: Timestamp) -> Result<Vec<Callback>, Refusal> {
        if self.standing() != Standing::Active {
            return Err(Refusal::NotActive);
        }
        let services = self.services(|review| *review != Review::Judged(Verdict::Approved));
        let suspended: Vec<_> =
            (0..self.brands.len()).filter(|brand| self.brands[*brand].is_suspended()).collect();
        if services.is_empty() && suspended.is_empty() {
            return Err(Refusal::NothingToActivate);
        }
        self.agenda = Agenda::default();
        let mut told = Vec::new();
        for brand in suspended {
            self.brands[brand].operation = Some(Operation::Active);
            told.extend(self.tell_operation(brand));
        }
        told.extend(self.take_now(services, &Verdict::Approved, now));
        Ok(told)
    }

    /// Decides services at once.
    fn take_now(
        &mut self,
        services: Vec<(usize, usize)>,
        verdict: &Verdict,
        now: Timestamp,
    ) -> Vec<Callback> {
        let mut told = Vec::new();
        for (brand, service) in services {
            let decide = Action::Service(brand, service, verdict.clone());
            self.take(decide, now, Pace::Instant, &mut told);
        }
        told
    }
}
