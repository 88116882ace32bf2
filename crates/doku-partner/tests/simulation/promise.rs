//! What has to hold: after each error, each crash, each verdict, and at the end.

use std::sync::Arc;

use doku_partner::{
    Error, ErrorKind,
    onboarding::{OnboardingState, Verdict},
};
use doku_types::code::Status;

use crate::{fault::Call, merchant::NOT_TO_BE_TOLD, process::Process, user::End, world::World};

/// No NIK, no e-mail address, no key.
pub(crate) fn tells_nothing_personal(text: &str) {
    for marker in NOT_TO_BE_TOLD {
        assert!(!text.contains(marker), "{marker} is told: {text}");
    }
}

pub(crate) fn is_fit_to_be_told(world: &World, error: &Error) {
    world.note(&format!("{error:?}"));
    tells_nothing_personal(&format!("{error} {error:?}"));
    world.count(match error.kind() {
        ErrorKind::Ambiguous => "error: ambiguous",
        ErrorKind::State => "error: the state",
        _ if error.outcome_unknown() => "error: of unknown outcome, not ambiguous",
        _ => "error: definite",
    });
}

/// A definite error means that DOKU has no business, nor will have one; of one that is not, the state
/// knows and both name the Request-Id that DOKU saw.
pub(crate) fn of_a_failed_registration(world: &World, error: &Error, state: &OnboardingState) {
    is_fit_to_be_told(world, error);
    let Some(business) = world.business() else {
        if !error.outcome_unknown() {
            deny(world, state);
        }
        return;
    };
    if let Some(known) = state.business() {
        assert_eq!(*known, business);
        return;
    }
    assert!(error.outcome_unknown(), "DOKU has a business, and this says it has none: {error:?}");
    assert!(state.is_outcome_unknown(), "DOKU has a business, and the state says it has none");
    let done = world.carried_out(Call::Register);
    assert_eq!(done, [state.registration_request_id()]);
    if let Some(id) = error.request_id() {
        assert_eq!(done, [id]);
    }
}

/// Nothing may come of what was sent so far, but for what the row or the state would send again.
fn deny(world: &World, state: &OnboardingState) {
    let stored = world.stored_id(Call::Register);
    let mut past = world.past();
    let denied: Vec<_> = past
        .registrations
        .iter()
        .filter(|id| Some(*id) != stored.as_ref() && *id != state.registration_request_id())
        .cloned()
        .collect();
    past.denied.extend(denied);
}

/// A definite error means that nothing came of the update.
pub(crate) fn of_a_failed_update(process: &Process, error: &Error, state: &OnboardingState) {
    let world = &process.world;
    is_fit_to_be_told(world, error);
    let Some(id) = process.sending(|sending| Some(sending.as_ref()?.request_id.clone())) else {
        return;
    };
    if world.carried_out(Call::Update).contains(&id) {
        assert!(error.outcome_unknown(), "it was carried out, and this says it was not: {error:?}");
        assert!(
            state.is_outcome_unknown(),
            "it was carried out, and the state knows nothing of it"
        );
    }
}

/// Whatever DOKU has, the row leads to it.
pub(crate) fn after_a_crash(world: &World) {
    let Some(business) = world.business() else { return };
    let row = world.stored().expect("something was stored before it was registered");
    if let Some(known) = row.business() {
        assert_eq!(*known, business);
        return;
    }
    assert!(row.is_outcome_unknown(), "DOKU has a business, and the row says it has none");
    assert_eq!(world.carried_out(Call::Register), [row.registration_request_id()]);
}

/// It is DOKU's own, and a rejection names its part.
pub(crate) fn of_a_verdict(process: &Arc<Process>, verdict: &Verdict) {
    let world = &process.world;
    let business = world.business().expect("there is a verdict on it");
    let at_doku = world.mock.business(&business).unwrap();
    let (data, status) = match verdict {
        Verdict::Active(data) => (data, Status::Active),
        Verdict::Rejected { data, .. } => (data, Status::Rejected),
        other => panic!("{other:?}"),
    };
    assert_eq!(data.id, at_doku.id);
    assert_eq!((&data.status, &at_doku.status), (&Some(status.clone()), &Some(status)));
    let Verdict::Rejected { rejections, data } = verdict else {
        world.count("verdict: active");
        return;
    };
    world.count("verdict: rejected");
    let is_named = |part: &str| rejections.iter().any(|one| one.part.as_str() == part);
    for part in process.heard.lock().unwrap().iter() {
        assert!(is_named(part.as_str()), "{part} was told by a callback: {rejections:?}");
    }
    // The data tell of some parts by themselves; of the others that the whole is rejected.
    let target = world.plan.story.target().expect("nothing was to be rejected");
    let in_data = data.rejections().iter().any(|one| one.part.as_str() == target);
    assert!(is_named(target) || !in_data);
    assert!(is_named("BUSINESS") || is_named(target), "{rejections:?}");
    world.count(if is_named(target) {
        "verdict: rejected, by name of the part"
    } else {
        "verdict: rejected, by name of the whole"
    });
}

/// Once all that was under way has arrived.
pub(crate) async fn at_the_end(world: &Arc<World>, end: &End) {
    world.everything_arrives().await;
    world.mock.settle().await;
    let business = world.business();
    match end {
        End::Active(data) => {
            assert_eq!(business.as_ref(), Some(&data.id));
            let at_doku = world.mock.business(business.as_ref().unwrap()).unwrap();
            assert_eq!(at_doku.status, Some(Status::Active));
            world.count("end: active");
        }
        End::GaveUp(error, known) => {
            assert!(
                world.plan.hopeless.is_some(),
                "gave up though the faults had ended: {error:?}"
            );
            match known {
                Some(known) => assert_eq!(business.as_ref(), Some(known)),
                None => assert!(
                    business.is_none() || error.outcome_unknown(),
                    "DOKU has a business, and this says it has none: {error:?}"
                ),
            }
            world.count(match (known, error.outcome_unknown(), business) {
                (Some(_), ..) => "end: given up, registered",
                (_, true, Some(_)) => "end: given up, of unknown outcome, and done",
                (_, true, None) => "end: given up, of unknown outcome, and not done",
                (_, false, _) => "end: given up, not done",
            });
        }
        End::Crashed => {
            assert!(world.plan.hopeless.is_some(), "crashed though the faults had ended");
            after_a_crash(world);
            world.count("end: crashed for good");
        }
    }
    let done = world.carried_out(Call::Register);
    assert!(done.len() <= 1, "{done:?}");
    let updated = world.carried_out(Call::Update);
    let past = world.past();
    assert!(done.iter().all(|id| past.registrations.contains(id)));
    let mut all = done.iter().chain(&updated);
    assert!(!all.any(|id| past.denied.contains(id)), "{done:?} or {updated:?} was denied");
}
