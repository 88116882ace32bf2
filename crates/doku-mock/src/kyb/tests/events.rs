//! What can happen to a business, in any order.

use proptest::prelude::*;

use super::*;

/// What happens to a business.
#[derive(Debug, Clone)]
pub(super) enum Event {
    /// Changes this of it, to a content of this number, with an outcome.
    Update {
        change: Change,
        content: u8,
        outcome: &'static str,
        strictness: Strictness,
    },
    Decide {
        outcome: &'static str,
        note: Option<&'static str>,
    },
    Wait {
        hours: u64,
    },
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Change {
    Own,
    Address,
    Bank,
    Contact,
    Document,
    Paper,
    BrandOwn,
    SocialMedia,
    NoSocialMedia,
    PhotoProof,
    NewBrand,
    Nothing,
    Wrong,
}

impl Change {
    pub(super) fn body(self, business: &Business, content: u8) -> String {
        let sent = &business.registration().unwrap().business;
        let contact = sent.contacts[0].id.as_ref().unwrap();
        let bank = sent.banks[0].id.as_ref().unwrap();
        let brands = |last: &str| {
            let mut ids: Vec<_> = business
                .brands()
                .iter()
                .map(|brand| format!(r#"{{"id":"{}"}}"#, brand.id()))
                .collect();
            let end = ids.last_mut().unwrap();
            end.pop();
            format!(r#"{{"brands":[{}{last}}}]}}"#, ids.join(","))
        };
        match self {
            Self::Own => format!(r#"{{"description":"{content}"}}"#),
            Self::Address => format!(
                r#"{{"addresses":[{{"area":"{content}","country":"ID","name":"x","primary":true}}]}}"#
            ),
            Self::Bank => {
                format!(r#"{{"banks":[{{"id":"{bank}","account_number":"{content}"}}]}}"#)
            }
            Self::Contact => {
                format!(r#"{{"contacts":[{{"id":"{contact}","name":"{content}"}}]}}"#)
            }
            Self::Document => format!(
                r#"{{"contacts":[{{"id":"{contact}","documents":[{{"id":"DCM-{content}",
                "code":"KTP","forms":[{{"code":"NO_KTP","value":"1"}}]}}]}}]}}"#
            ),
            Self::Paper => {
                format!(r#"{{"documents":[{{"id":"DCM-{content}","code":"BPOM"}}]}}"#)
            }
            Self::BrandOwn => brands(&format!(r#","description":"{content}""#)),
            Self::SocialMedia => brands(&format!(
                r#","social_media":[{{"code":"FACEBOOK","accounts":["{content}"]}}]"#
            )),
            Self::NoSocialMedia => brands(r#","social_media":[]"#),
            Self::PhotoProof => brands(&format!(r#","photo_proofs":[{{"id":"DCM-{content}"}}]"#)),
            Self::NewBrand => brands(&format!(
                r#"}},{{"name":"{content}","description":"x","category":"RETAIL",
                "photo_proofs":[{{"id":"DCM-{content}"}}]"#
            )),
            Self::Nothing => r#"{"callback_url":"https://other.example/"}"#.to_owned(),
            Self::Wrong => r#"{"name":"x","banks":[{"id":"BNK-unheard-of"}]}"#.to_owned(),
        }
    }
}

pub(super) fn outcomes() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "approve",
        "pending",
        "activate",
        "suspend",
        "suspend.full",
        "product.reject.VA",
        "product.reject.OVO",
        "suspend,product.reject.QRIS",
        "reject.BUSINESS",
        "reject.BRAND",
        "reject.BUSINESS_CONTACT",
        "reject.BUSINESS_ADDRESS",
        "reject.BUSINESS_DOCUMENT",
        "reject.BUSINESS_BANK,reject.BUSINESS",
        "reject.BRAND_SOCIAL_MEDIA",
        "reject.BRAND_PHOTO_PROOF",
    ])
}

pub(super) fn changes() -> impl Strategy<Value = Change> {
    prop::sample::select(vec![
        Change::Own,
        Change::Address,
        Change::Bank,
        Change::Contact,
        Change::Document,
        Change::Paper,
        Change::BrandOwn,
        Change::SocialMedia,
        Change::NoSocialMedia,
        Change::PhotoProof,
        Change::NewBrand,
        Change::Nothing,
        Change::Wrong,
    ])
}

pub(super) fn events() -> impl Strategy<Value = Vec<Event>> {
    let strictness = prop::sample::select(vec![Strictness::Strict, Strictness::Lenient]);
    let update = (changes(), 0..3_u8, outcomes(), strictness).prop_map(
        |(change, content, outcome, strictness)| Event::Update {
            change,
            content,
            outcome,
            strictness,
        },
    );
    let note = prop::sample::select(vec![None, Some("Because")]);
    let decide = (outcomes(), note).prop_map(|(outcome, note)| Event::Decide { outcome, note });
    let wait = (0..200_u64).prop_map(|hours| Event::Wait { hours });
    prop::collection::vec(prop_oneof![update, decide, wait], 0..12)
}

impl Story {
    /// What is told of one event.
    pub(super) fn live(&mut self, event: &Event) -> Vec<Callback> {
        match event {
            Event::Wait { hours } => self.wait(Duration::from_hours(*hours)),
            Event::Decide { outcome, note } => {
                self.decide(outcome, note.as_slice()).unwrap_or_default()
            }
            Event::Update { change, content, outcome: with, strictness } => {
                let before = self.business.clone();
                let updated = self.changed(&change.body(&self.business, *content));
                assert_eq!(self.business, before);
                let Ok((mut business, changed)) = updated else {
                    assert!(matches!(change, Change::Wrong));
                    return Vec::new();
                };
                let unplanned = business.clone();
                let submitted =
                    business.submit(&changed, &outcome(with), *strictness, self.pace, self.now);
                if submitted.is_err() {
                    assert_eq!((&business, *strictness), (&unplanned, Strictness::Strict));
                    return Vec::new();
                }
                if changed.is_empty() {
                    assert_eq!(business, unplanned, "nothing changed is nothing planned");
                }
                self.business = business;
                self.run()
            }
        }
    }
}
