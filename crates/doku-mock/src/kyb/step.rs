//! How the steps that are planned are taken, and what is told of them.

use doku_types::{Timestamp, partner::callback::Callback};

use super::{
    agenda::{Action, After, Pace, Step},
    brand::{Operation, Suspension},
    business::Business,
    part::Owner,
    review::{Review, Standing, Verdict},
};

impl Business {
    /// Takes every step that is due, and returns what is told of it, in order.
    pub(crate) fn run_due(&mut self, now: Timestamp, pace: Pace) -> Vec<Callback> {
        let mut told = Vec::new();
        while let Some(Step { due, action }) = self.agenda.next(now) {
            self.take(action, due, pace, &mut told);
        }
        told
    }

    /// What will be told, and when, at this pace, if nothing is decided or sent meanwhile: what follows from a decision
    /// is there, too.
    pub(crate) fn foreseen(
        mut self,
        pace: Pace,
    ) -> impl Iterator<Item = (Timestamp, Vec<Callback>)> {
        std::iter::from_fn(move || {
            let due = self.next_due()?;
            Some((due, self.run_due(due, pace)))
        })
    }

    /// Takes one step that was due at `at`.
    pub(super) fn take(
        &mut self,
        action: Action,
        at: Timestamp,
        pace: Pace,
        told: &mut Vec<Callback>,
    ) {
        match action {
            Action::Judge(owner, part, verdict) => {
                if let Some(review) = self.reviews_mut(owner).parts.get_mut(&part) {
                    *review = Review::Judged(verdict);
                    told.push(self.tell_part(owner, part));
                }
            }
            Action::Close(owners) => self.close(owners, at, pace, told),
            Action::Service(brand, service, verdict) => {
                self.brands[brand].services[service].review = Review::Judged(verdict);
                told.push(self.tell_service(brand, service));
            }
            Action::Suspend(how, notes) => self.suspend(how, &notes, told),
        }
    }

    /// Judges the owners themselves. One of which another submission still has a part under review
    /// stays open.
    fn close(
        &mut self,
        owners: Vec<(Owner, Verdict)>,
        at: Timestamp,
        pace: Pace,
        told: &mut Vec<Callback>,
    ) {
        let mut judged = false;
        for (owner, verdict) in owners {
            let reviews = self.reviews_mut(owner);
            if !reviews.has_part_under_review() {
                reviews.own = Review::Judged(verdict);
                told.push(self.tell_own(owner));
                judged = true;
            }
        }
        match self.standing() {
            Standing::Active if judged => self.activate(at, pace, told),
            // The outcome that said what follows has come to its end.
            Standing::Rejected => self.agenda.after = After::default(),
            Standing::Active | Standing::Updating => {}
        }
    }

    /// The business has become active: brands may work, unless they are suspended, and services follow.
    fn activate(&mut self, at: Timestamp, pace: Pace, told: &mut Vec<Callback>) {
        let after = std::mem::take(&mut self.agenda.after);
        for brand in &mut self.brands {
            if brand.operation.is_none() || after == After::Activate {
                brand.operation = Some(Operation::Active);
            }
        }
        for index in 0..self.brands.len() {
            told.extend(self.tell_operation(index));
        }
        let mut decided = Vec::new();
        for (brand, service) in self.services(|_| true) {
            let entry = &self.brands[brand].services[service];
            let refused = match &after {
                After::Services { refused, .. } => {
                    refused.iter().find(|(code, _)| code == entry.code()).map(|(_, notes)| notes)
                }
                After::Activate => None,
            };
            let again = match &after {
                After::Services { activated, .. } => activated.contains(entry.code()),
                After::Activate => true,
            };
            let verdict = match (refused, &entry.review) {
                (Some(_), review) if review.is_rejected() => continue,
                (Some(notes), _) => Verdict::rejected(notes, SERVICE_NOTE),
                (None, Review::UnderReview) => Verdict::Approved,
                (None, review) if review.is_rejected() && again => Verdict::Approved,
                (None, _) => continue,
            };
            decided.push(Action::Service(brand, service, verdict));
        }
        let count = decided.len();
        let mut last = at;
        for (n, action) in (1..).zip(decided) {
            last = pace.activation(at, n, count);
            self.agenda.plan(last, action);
        }
        if let After::Services { suspension: Some((how, notes)), .. } = after {
            let suspend = Action::Suspend(how, reasons(how, &notes));
            self.agenda.plan(pace.suspension(last), suspend);
        }
    }

    fn suspend(&mut self, how: Suspension, notes: &[String], told: &mut Vec<Callback>) {
        let brands: Vec<_> =
            (0..self.brands.len()).filter(|b| !self.brands[*b].is_suspended_by(how)).collect();
        for brand in &brands {
            self.brands[*brand].operation = Some(Operation::Suspended(how, notes.to_vec()));
            told.extend(self.tell_operation(*brand));
        }
        if how == Suspension::Full {
            told.extend(brands.iter().map(|brand| self.tell_full_suspension(*brand, notes)));
        }
    }

    /// The places of the services whose review is such.
    pub(super) fn services(&self, such: impl Fn(&Review) -> bool) -> Vec<(usize, usize)> {
        let mut places = Vec::new();
        for (b, brand) in self.brands.iter().enumerate() {
            for (s, service) in brand.services.iter().enumerate() {
                if such(&service.review) {
                    places.push((b, s));
                }
            }
        }
        places
    }
}

/// Why brands are suspended: the notes, or the default one.
pub(super) fn reasons(how: Suspension, notes: &[String]) -> Vec<String> {
    if notes.is_empty() { vec![how.default_note().to_owned()] } else { notes.to_vec() }
}

/// What the rejection of a service says unless notes are given.
pub(super) const SERVICE_NOTE: &str =
    "The service is not available for this kind of business: ask DOKU";
