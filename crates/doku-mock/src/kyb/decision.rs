//! How a business is decided: by an outcome that came with a submission, or by hand.

use std::collections::BTreeSet;

use doku_types::{Timestamp, code::PaymentMethod, partner::callback::Callback};

use super::{
    agenda::{Action, Agenda, Changed, Pace},
    business::{Business, Submission},
    outcome::{Decision, Outcome},
    part::{Owner, Target},
    refusal::Refusal,
    review::Verdict,
};

/// What becomes of an outcome that does not apply to its submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strictness {
    /// It is refused: somebody asked for it, now.
    Strict,
    /// It is ignored as far as it does not apply.
    Lenient,
}

impl Business {
    /// Plans what `outcome` says of the submission that put `changed` under review.
    ///
    /// # Errors
    /// When strict: a [`Refusal`] of an outcome that cannot come true. Nothing is planned then.
    pub(crate) fn submit(
        &mut self,
        changed: &Changed,
        outcome: &Outcome,
        strictness: Strictness,
        pace: Pace,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let decision = &outcome.0;
        if strictness == Strictness::Strict {
            self.check(changed, decision, Refusal::NotSubmitted)?;
            let idle = *decision == Decision::Pending || *outcome == Outcome::default();
            if changed.is_empty() && !idle {
                return Err(Refusal::NothingChanged(outcome.to_string()));
            }
        }
        if !changed.is_empty() {
            self.plan(changed, decision, &[], pace, now);
        }
        Ok(())
    }

    /// Decides by hand, at once. What is under review is decided as if the outcome had come with its
    /// submission, whatever was planned; of a business that is decided, what can still change is.
    /// `notes` are the reasons of whatever is rejected or suspended, instead of the default ones.
    ///
    /// # Errors
    /// A [`Refusal`] of an outcome that does not apply as the business stands.
    pub(crate) fn decide(
        &mut self,
        outcome: &Outcome,
        notes: &[String],
        now: Timestamp,
    ) -> Result<Vec<Callback>, Refusal> {
        if matches!(self.submission, Submission::Lite(_)) {
            return Err(Refusal::NotComplete);
        }
        let open = self.under_review();
        match &outcome.0 {
            Decision::Pending if self.agenda.is_empty() => Err(Refusal::NothingPlanned),
            Decision::Pending => {
                self.agenda = Agenda::default();
                Ok(Vec::new())
            }
            decision if !open.is_empty() => {
                self.check(&open, decision, Refusal::NotUnderReview)?;
                Ok(self.settle(&open, decision, notes, now))
            }
            Decision::Reject(targets) => {
                // An outcome that rejects names at least one target.
                let target = targets.first().copied().unwrap_or(Target::Business);
                Err(Refusal::NotUnderReview(target))
            }
            Decision::Approve { refused, activated, suspension: None }
                if refused.is_empty() && activated.is_empty() =>
            {
                self.approve_anew(now)
            }
            Decision::Approve { refused, activated, suspension } => {
                self.impose(refused, activated, *suspension, notes, now)
            }
            Decision::Activate => self.reactivate(now),
        }
    }

    /// Whether a decision can come true of what `changed` names.
    fn check(
        &self,
        changed: &Changed,
        decision: &Decision,
        refusal: fn(Target) -> Refusal,
    ) -> Result<(), Refusal> {
        match decision {
            Decision::Reject(targets) => {
                let applies = |target: &Target| match *target {
                    Target::Part(part) => changed.parts().any(|(_, changed)| changed == part),
                    Target::Business => changed.owners().any(|owner| owner == Owner::Business),
                    Target::Brand => changed.owners().any(|owner| owner != Owner::Business),
                };
                let unfit = targets.iter().find(|target| !applies(target));
                unfit.map_or(Ok(()), |target| Err(refusal(*target)))
            }
            Decision::Approve { refused, activated, .. } => self.check_services(refused, activated),
            Decision::Pending | Decision::Activate => Ok(()),
        }
    }

    /// Whether some brand has each of these services.
    pub(super) fn check_services(
        &self,
        refused: &BTreeSet<PaymentMethod>,
        activated: &BTreeSet<PaymentMethod>,
    ) -> Result<(), Refusal> {
        let services = || self.brands.iter().flat_map(|brand| &brand.services);
        for (what, codes) in [("activate", activated), ("reject", refused)] {
            for code in codes {
                if !services().any(|service| service.code() == code) {
                    return Err(Refusal::NoSuchService(what, code.clone()));
                }
            }
        }
        Ok(())
    }

    fn plan(
        &mut self,
        changed: &Changed,
        decision: &Decision,
        notes: &[String],
        pace: Pace,
        start: Timestamp,
    ) {
        if *decision == Decision::Pending {
            return;
        }
        let verdict = |target: Target| match decision {
            Decision::Reject(targets) if targets.contains(&target) => {
                Verdict::rejected(notes, target.default_note())
            }
            _ => Verdict::Approved,
        };
        let parts: Vec<_> = changed.parts().collect();
        let steps = parts.len() + 1;
        for (n, (owner, part)) in (1..).zip(parts) {
            let judge = Action::Judge(owner, part, verdict(Target::Part(part)));
            self.agenda.plan(pace.review(start, n, steps), judge);
        }
        let owners = changed.owners().map(|owner| (owner, verdict(Target::own(owner)))).collect();
        self.agenda.close(pace.review(start, steps, steps), owners);
        self.agenda.after.follow(decision, notes);
    }

    /// Decides all that is open now, whatever was planned.
    pub(super) fn settle(
        &mut self,
        open: &Changed,
        decision: &Decision,
        notes: &[String],
        now: Timestamp,
    ) -> Vec<Callback> {
        self.agenda = Agenda::default();
        self.plan(open, decision, notes, Pace::Instant, now);
        self.run_due(now, Pace::Instant)
    }
}
