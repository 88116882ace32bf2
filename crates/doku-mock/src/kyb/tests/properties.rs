//! Promises that any sequence of updates, decisions and waiting keeps.

use std::collections::HashSet;

use doku_types::{BrandId, code::CallbackType};
use proptest::prelude::*;

use super::{
    events::{Event, changes, events, outcomes},
    *,
};
use crate::kyb::{Part, part::Owner, review::Review};

/// The status by its definition: one thing under review, and it is being updated; one rejected,
/// and it is rejected.
fn status<'a>(reviews: impl Iterator<Item = &'a Review>) -> Status {
    let reviews: Vec<_> = reviews.collect();
    if reviews.iter().any(|review| review.part_status() == Status::Updating) {
        Status::Updating
    } else if reviews.iter().any(|review| review.part_status() == Status::Rejected) {
        Status::Rejected
    } else {
        Status::Active
    }
}

fn check_statuses(business: &Business) {
    let own = |owner| {
        let reviews = business.reviews(owner);
        reviews.parts.values().chain([&reviews.own])
    };
    for (index, brand) in business.brands().iter().enumerate() {
        assert_eq!(brand.status(), status(own(Owner::Brand(index))));
    }
    assert_eq!(business.status(), status(business.owners().flat_map(own)));
    if business.status() == Status::Active {
        assert!(business.brands().iter().all(|brand| brand.operational_status().is_some()));
    }
}

/// Parts, then `BUSINESS`, `BRAND`, the operational status, services, and a suspension at the end.
fn check_order(callbacks: &[Callback]) {
    let mut last = 0;
    for callback in callbacks {
        let suspended = matches!(callback.status, Status::Suspended | Status::FullSuspended);
        let place = match callback.callback_type {
            CallbackType::Business => 1,
            CallbackType::Brand if suspended => 6,
            CallbackType::Brand => 2,
            // A suspension that outlives an update, or a new one.
            CallbackType::BrandOperationalStatus if suspended && last > 3 => 5,
            CallbackType::BrandOperationalStatus => 3,
            CallbackType::BrandProduct => 4,
            _ => 0,
        };
        assert!(last <= place, "{:?}", told(callbacks));
        last = place;
    }
}

fn part(callback: &Callback) -> Option<Part> {
    Part::ALL.into_iter().find(|part| part.callback_type() == callback.callback_type)
}

/// What each callback of a batch keeps to; without an update only what was open is told.
fn check_callbacks(before: &Business, after: &Business, updated: bool, callbacks: &[Callback]) {
    let mut parts = HashSet::new();
    for callback in callbacks {
        let refuses =
            matches!(callback.status, Status::Rejected | Status::Suspended | Status::FullSuspended);
        assert!(refuses || matches!(callback.status, Status::Approved | Status::Active));
        assert_eq!(refuses, !callback.reject_notes.is_empty());
        let Some(part) = part(callback) else { continue };
        let brand = &callback.brand.as_ref().unwrap().id;
        let place = after.brands().iter().position(|known| known.id() == brand).unwrap();
        let owner = if part.is_of(Owner::Business) { Owner::Business } else { Owner::Brand(place) };
        assert!(part.is_in(after.registration().unwrap(), owner), "nothing submitted of {part:?}");
        assert!(parts.insert((callback.callback_type.clone(), brand)), "told twice: {part:?}");
        let judged = &after.reviews(owner).parts[&part];
        assert_eq!(judged.part_status(), callback.status);
        if !updated {
            let open = before.reviews(owner).parts[&part].part_status();
            assert_ne!(open, Status::Approved, "told again: {part:?}");
        }
    }
}

/// A story of these events, with everything that was told, and every promise looked at.
fn lived(brands: usize, first: &str, pace: Pace, events: &[Event]) -> (Story, Vec<Vec<Callback>>) {
    let mut story = Story::registered(brands, first, pace);
    let mut batches = vec![story.run()];
    let mut activated: HashSet<BrandId> = HashSet::new();
    let mut before = story.business.clone();
    for event in [None].into_iter().chain(events.iter().map(Some)) {
        if let Some(event) = event {
            let batch = story.live(event);
            batches.push(batch);
        }
        let batch = batches.last().unwrap();
        check_statuses(&story.business);
        check_order(batch);
        let updated = matches!(event, None | Some(Event::Update { .. }));
        check_callbacks(&before, &story.business, updated, batch);
        for callback in batch {
            let brand = &callback.brand.as_ref().unwrap().id;
            match callback.callback_type {
                CallbackType::BrandOperationalStatus => {
                    activated.insert(brand.clone());
                }
                CallbackType::BrandProduct => assert!(activated.contains(brand)),
                _ => {}
            }
        }
        if let Some(due) = story.business.next_due() {
            assert!(due > story.now, "what is due was done");
        }
        let stored = serde_json::to_string(&story.business).unwrap();
        assert_eq!(serde_json::from_str::<Business>(&stored).unwrap(), story.business);
        before = story.business.clone();
    }
    (story, batches)
}

fn paces() -> impl Strategy<Value = Pace> {
    prop::sample::select(vec![Pace::Instant, Pace::Realistic])
}

fn submittable() -> impl Strategy<Value = &'static str> {
    outcomes().prop_filter("a service that no brand has", |text| !text.contains("OVO"))
}

proptest! {
    #[test]
    fn any_life_keeps_every_promise_and_repeats_itself(
        brands in 1..3_usize,
        first in submittable(),
        pace in paces(),
        events in events(),
    ) {
        let (story, batches) = lived(brands, first, pace, &events);
        let (again, repeated) = lived(brands, first, pace, &events);
        prop_assert_eq!(batches, repeated);
        prop_assert_eq!(&story.business, &again.business);
    }

    /// However the business got there: an outcome by hand is what it would have been with the update.
    #[test]
    fn an_update_decided_by_hand_tells_what_its_own_outcome_would_have(
        first in submittable(),
        events in events(),
        change in changes(),
        with in outcomes(),
    ) {
        let (mut story, _) = lived(1, first, Pace::Instant, &events);
        let _ = story.business.decide(&outcome("approve"), &[], story.now);
        prop_assume!(story.business.status() == Status::Active);
        prop_assume!(story.business.next_due().is_none());
        let body = change.body(&story.business, 9);
        let (updated, changed) = match story.changed(&body) {
            Ok(updated) if !updated.1.is_empty() => updated,
            _ => return Ok(()),
        };
        let (now, instant, with) = (story.now, Pace::Instant, outcome(with));
        let mut carried = updated.clone();
        let submitted = carried.submit(&changed, &with, Strictness::Strict, instant, now);
        let first = carried.run_due(now, instant);

        let mut by_hand = updated;
        by_hand.submit(&changed, &outcome("pending"), Strictness::Strict, instant, now).unwrap();
        match by_hand.decide(&with, &[], now) {
            Ok(told) => {
                prop_assert_eq!(told, first);
                prop_assert_eq!(by_hand, carried);
            }
            Err(Refusal::NothingPlanned) => prop_assert!(first.is_empty()),
            Err(_) => prop_assert!(submitted.is_err()),
        }
    }

    #[test]
    fn whatever_is_planned_comes_to_an_end(
        first in submittable(),
        events in events(),
    ) {
        let (mut story, _) = lived(2, first, Pace::Realistic, &events);
        let planned = story.business.next_due().is_some();
        let told = story.wait(14 * DAY);
        prop_assert_eq!(story.business.next_due(), None);
        prop_assert!(planned || told.is_empty());
    }
}
