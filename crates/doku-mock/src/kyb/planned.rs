//! What is planned of a business, as people read it.

use doku_types::{
    BrandId, Timestamp,
    code::{CallbackType, PaymentMethod, Status},
};

use super::{
    agenda::{Action, Step},
    business::Business,
    part::{Owner, Target},
    review::{Review, Verdict},
};

/// A step that will be taken, and told by this callback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Planned {
    pub(crate) due: Timestamp,
    /// `None` for what is about the business, or about all of its brands.
    pub(crate) brand: Option<BrandId>,
    pub(crate) callback_type: CallbackType,
    /// Of a service.
    pub(crate) code: Option<PaymentMethod>,
    pub(crate) status: Status,
}

impl Business {
    pub(super) fn planned_of(&self, step: &Step) -> Vec<Planned> {
        let planned = |owner: Option<Owner>, callback_type, status| Planned {
            due: step.due,
            brand: match owner {
                Some(Owner::Brand(brand)) => Some(self.brands[brand].id.clone()),
                Some(Owner::Business) | None => None,
            },
            callback_type,
            code: None,
            status,
        };
        let judged = |verdict: &Verdict| Review::Judged(verdict.clone());
        match &step.action {
            Action::Judge(owner, part, verdict) => {
                let status = judged(verdict).part_status();
                vec![planned(Some(*owner), part.callback_type(), status)]
            }
            Action::Close(owners) => owners
                .iter()
                .map(|(owner, verdict)| {
                    // A rejected part rejects its owner, whatever is planned of the owner itself.
                    let rejected = self.part_is_rejected(*owner);
                    let status = match judged(verdict).service_status() {
                        Status::Active if rejected => Status::Rejected,
                        status => status,
                    };
                    planned(Some(*owner), Target::own(*owner).callback_type(), status)
                })
                .collect(),
            Action::Service(brand, service, verdict) => {
                let status = judged(verdict).service_status();
                let owner = Owner::Brand(*brand);
                let code = self.brands[*brand].services[*service].code().clone();
                let planned = planned(Some(owner), CallbackType::BrandProduct, status);
                vec![Planned { code: Some(code), ..planned }]
            }
            Action::Suspend(how, _) => {
                vec![planned(None, CallbackType::BrandOperationalStatus, how.status())]
            }
        }
    }

    /// Whether a part of this owner is rejected, or is planned to be.
    fn part_is_rejected(&self, owner: Owner) -> bool {
        self.reviews(owner).parts.values().any(Review::is_rejected)
            || self.agenda.planned().any(|step| {
                matches!(&step.action, Action::Judge(of, _, Verdict::Rejected(_)) if *of == owner)
            })
    }
}
