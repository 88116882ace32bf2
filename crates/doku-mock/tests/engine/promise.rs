//! What holds at any time, looked at from outside.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use doku_mock::{Attempt, CallbackRecord, DeliveryState};
use doku_types::{
    Timestamp,
    partner::business::{BrandData, BusinessData},
};

use crate::{
    fate::Fate,
    model::{Model, SERVICES, Told, Verdict},
    operation::Answer,
    receiver::Received,
    world::{Known, World},
};

/// Everything that a settled mock keeps to.
pub(crate) fn check(world: &mut World<'_>) {
    let records = world.mock().callbacks();
    assert_eq!(world.mock().now(), world.now);
    let cause = world.returned;
    world.causes.resize(records.len(), cause);

    let all = world.receiver.received();
    let mut received: HashMap<&str, Vec<&Received>> = HashMap::new();
    for one in &all {
        received.entry(&one.headers.request_id).or_default().push(one);
    }
    let numbers: HashSet<_> = records.iter().map(|record| &record.request_id).collect();
    assert_eq!(numbers.len(), records.len(), "a Request-Id is of one callback");
    assert!(records.is_sorted_by_key(|record| record.number));
    let none = Vec::new();
    for (record, cause) in records.iter().zip(&world.causes) {
        let came = received.remove(record.request_id.as_str()).unwrap_or_default();
        let known = world.businesses.iter().find(|known| known.id == record.business.as_str());
        let known = known.expect("a callback is of a business that was made");
        assert_eq!(record.client_id.as_str(), world.client_id(known.partner));
        check_received(world, record, *cause, &came);
        check_attempts(world, record);
    }
    assert!(received.is_empty(), "came without being told: {received:?}");

    let ids: Vec<_> = world.mock().businesses();
    assert!(ids.iter().map(|id| id.as_str()).eq(world.businesses.iter().map(|known| &*known.id)));
    let mut told: HashMap<&str, Vec<&CallbackRecord>> = HashMap::new();
    for record in &records {
        told.entry(record.business.as_str()).or_default().push(record);
    }
    for known in &world.businesses {
        let told = told.get(known.id.as_str()).unwrap_or(&none);
        let data = world.mock().business(&known.id).expect("it is there");
        check_order(world, told, &all);
        check_told(world, known, told);
        check_status(&data);
        if !world.armed.reorders {
            check_shown(known, told, &data);
        }
        if is_exact(world, known) && known.ripe <= world.now && known.content.is_some() {
            check_model(&known.model, &data);
        }
    }
}

/// What holds once every retry has had its time.
pub(crate) fn check_end(world: &World<'_>) {
    for record in world.mock().callbacks() {
        assert_ne!(record.state, DeliveryState::Pending, "{record:?}");
    }
}

/// What came is what was told, signed by the right key, after its cause, and what is recorded.
fn check_received(world: &World<'_>, record: &CallbackRecord, cause: usize, came: &[&Received]) {
    for one in came {
        assert!(one.verified, "{one:?}");
        assert_eq!(one.headers.client_id, record.client_id.as_str());
        assert_eq!((&*one.body, &*one.url), (record.body.as_bytes(), &*record.url));
        assert!(one.returned >= cause, "it came before its cause had returned: {record:?}");
    }
    for pair in came.windows(2) {
        let [before, after] = pair else { continue };
        let (before, after) = (&before.headers, &after.headers);
        assert_eq!(before.timestamp != after.timestamp, before.signature != after.signature);
    }
    let says = |attempt: &Attempt, one: &Received| {
        let at = Timestamp::parse(&one.headers.timestamp).map(Timestamp::as_seconds);
        let answered = match one.answer {
            Answer::Status(status) => (Some(status), attempt.error.is_none()),
            Answer::Panic => (None, attempt.error.is_some()),
        };
        at == Some(attempt.at.as_seconds()) && (attempt.status, true) == answered
    };
    // What was on its way when the mock stopped came without being recorded.
    let recorded = record.attempts.len();
    let possible = recorded..=recorded + world.interruptions;
    assert!(possible.contains(&came.len()), "{record:?} {came:?}");
    let mut came = came.iter();
    for attempt in &record.attempts {
        assert!(came.any(|one| says(attempt, one)), "{record:?}");
    }
}

/// The ladder (A05): attempts at 0, 30 min, 6 h and 12 h, until one is acknowledged.
fn check_attempts(world: &World<'_>, record: &CallbackRecord) {
    let acknowledges = |attempt: &Attempt| matches!(attempt.status, Some(200..300));
    let first_acknowledged = record.attempts.iter().position(acknowledges);
    let by_hand = record.attempts.iter().filter(|attempt| attempt.by_hand).count();
    let resent = world.resent.get(&record.number).copied().unwrap_or_default();
    let duplicates = world.armed.duplicates;
    assert!((resent..=resent + duplicates).contains(&by_hand), "{record:?}");

    let end = first_acknowledged.unwrap_or(record.attempts.len());
    let ladder: Vec<_> = record.attempts[..end].iter().filter(|one| !one.by_hand).collect();
    let acknowledged = first_acknowledged.map(|place| &record.attempts[place]);
    let steps = ladder.iter().copied().chain(acknowledged.filter(|one| !one.by_hand));
    let steps: Vec<_> = steps.map(|one| one.at).collect();
    let rungs = RUNGS.map(Duration::from_mins);
    assert!(steps.len() <= rungs.len(), "{record:?}");
    for (step, rung) in steps.iter().zip(rungs) {
        assert_eq!(*step, steps[0] + rung, "{record:?}");
    }
    if let Some(acknowledged) = acknowledged {
        // Copies, at once; and whatever was asked for by hand.
        let after = record.attempts[end + 1..].iter().filter(|one| !one.by_hand);
        let after: Vec<_> = after.collect();
        assert!(after.len() <= duplicates, "after its acknowledgement: {record:?}");
        assert!(after.iter().all(|one| one.at == acknowledged.at), "{record:?}");
        assert_eq!((record.state, record.due), (DeliveryState::Delivered, None));
        return;
    }
    match record.state {
        DeliveryState::Pending if steps.is_empty() => {
            assert!(world.armed.delay_minutes > 0, "never attempted: {record:?}");
            assert!(record.due.is_some_and(|due| due > world.now), "{record:?}");
        }
        DeliveryState::Pending => {
            assert_eq!(record.due, Some(steps[0] + rungs[steps.len()]), "{record:?}");
            assert!(record.due.is_some_and(|due| due > world.now), "overdue: {record:?}");
        }
        DeliveryState::Exhausted => assert_eq!((steps.len(), record.due), (4, None)),
        DeliveryState::Dropped => {
            assert!(world.armed.drops && steps.is_empty(), "{record:?}");
        }
        state => panic!("{state:?} without an acknowledgement: {record:?}"),
    }
}

/// First attempts at one business's callbacks are in their order, but for those that are delayed.
fn check_order(world: &World<'_>, told: &[&CallbackRecord], all: &[Received]) {
    let mut last = None;
    for record in told {
        let Some(first) = record.attempts.first() else { continue };
        if first.by_hand || world.armed.delay_minutes > 0 {
            continue;
        }
        let is_it = |one: &Received| one.headers.request_id == record.request_id;
        let place = all.iter().position(is_it);
        assert!(last < place, "first attempts out of order: {told:?}");
        last = place;
    }
}

/// Whether the model knows what this business is told, and in which order.
fn is_exact(world: &World<'_>, known: &Known) -> bool {
    known.is_foreseen && !(world.life.realistic && world.armed.reorders)
}

/// Neither more nor less is told than the model says.
fn check_told(world: &World<'_>, known: &Known, told: &[&CallbackRecord]) {
    let in_short = |record: &&CallbackRecord| in_short(known, record);
    let shorts: Vec<_> = told.iter().map(in_short).collect();
    for (short, record) in shorts.iter().zip(told) {
        let is_refusal = ["REJECTED", "SUSPENDED", "FULL_SUSPENDED"].contains(&&*short.status);
        assert_eq!(is_refusal, !record.callback.reject_notes.is_empty());
        assert!(is_refusal || ["APPROVED", "ACTIVE"].contains(&&*short.status), "{short:?}");
    }
    if !is_exact(world, known) {
        return;
    }
    let expected: Vec<_> = known.expected.iter().map(|expected| &expected.told).collect();
    let is_whole = known.ripe <= world.now;
    assert!(shorts.len() <= expected.len(), "more than {expected:?}: {shorts:?}");
    assert!(
        shorts.iter().eq(expected[..shorts.len()].iter().copied()),
        "not {expected:?}: {shorts:?}"
    );
    assert!(!is_whole || shorts.len() == expected.len(), "less than {expected:?}: {shorts:?}");
    for (record, expected) in told.iter().zip(&known.expected) {
        assert_eq!(record.url, expected.url);
        let Some((fate, at)) = &expected.fate else { continue };
        let by_itself = record.attempts.iter().filter(|attempt| !attempt.by_hand);
        if let Some(first) = by_itself.clone().next() {
            assert!(!fate.dropped, "{record:?}");
            assert_eq!(first.at, *at + Duration::from_mins(fate.delay_minutes));
        } else if !fate.dropped && record.state == DeliveryState::Pending {
            assert_eq!(record.due, Some(*at + Duration::from_mins(fate.delay_minutes)));
        }
        assert_eq!(fate.dropped, by_itself.count() == 0 && !is_only_delayed(record, fate));
        if record.state == DeliveryState::Delivered && world.resent.is_empty() {
            let is_acknowledgement = |one: &&Attempt| matches!(one.status, Some(200..300));
            let place = record.attempts.iter().position(|one| is_acknowledgement(&one)).unwrap();
            let copies = record.attempts.len() - place - 1;
            assert!(copies < fate.copies && (fate.copies == 1 || copies > 0), "{record:?}");
        }
    }
}

/// Not attempted by itself because it is not time yet, or because it was acknowledged before.
fn is_only_delayed(record: &CallbackRecord, fate: &Fate) -> bool {
    !fate.dropped && fate.delay_minutes > 0 && (record.due.is_some() || !record.attempts.is_empty())
}

/// The root's status follows from what is shown below it.
fn check_status(data: &BusinessData) {
    let text = |status: &Option<_>| status.as_ref().map(|status: &_| format!("{status}"));
    let root = text(&data.status).unwrap();
    let brands = data.brands.iter().map(|brand| text(&brand.status));
    let addresses = data.addresses.iter().map(|address| text(&address.status));
    let banks = data.banks.iter().map(|bank| text(&bank.status));
    let contacts = data.contacts.iter().map(|contact| text(&contact.status));
    let below: Vec<_> = brands.chain(addresses).chain(banks).chain(contacts).flatten().collect();
    let has = |status: &str| below.iter().any(|below| below == status);
    match &*root {
        "UPDATING" => {}
        "REJECTED" => assert!(!has("UPDATING"), "{below:?}"),
        "ACTIVE" => {
            assert!(!has("UPDATING") && !has("REJECTED"), "{below:?}");
            assert!(data.brands.iter().all(|brand| brand.operational_status.is_some()));
        }
        other => panic!("{other}"),
    }
}

/// What is shown as decided is what was told last; what follows activation was told after it.
fn check_shown(known: &Known, told: &[&CallbackRecord], data: &BusinessData) {
    if !known.told_of_all {
        return;
    }
    let told: Vec<_> = told.iter().map(|record| in_short(known, record)).collect();
    let last = |kind: &str, brand: usize, service: Option<&str>| {
        let is_it = |told: &&Told| {
            told.kind == kind
                && told.brand == brand
                && told.service.as_deref() == service
                && !(kind == "BRAND" && told.status == "FULL_SUSPENDED")
        };
        told.iter().rfind(is_it).map(|told| told.status.clone())
    };
    let agrees = |shown: Option<String>, last: Option<String>| {
        assert!(shown.as_deref() == Some("UPDATING") || shown == last, "{shown:?}, told {last:?}");
    };
    let text = |status: &Option<_>| status.as_ref().map(|status: &_| format!("{status}"));
    let addresses = data.addresses.iter().map(|one| ("BUSINESS_ADDRESS", &one.status));
    let banks = data.banks.iter().map(|one| ("BUSINESS_BANK", &one.status));
    let contacts = data.contacts.iter().map(|one| ("BUSINESS_CONTACT", &one.status));
    for (kind, status) in addresses.chain(banks).chain(contacts) {
        agrees(text(status), last(kind, 0, None));
    }
    let mut whole = vec![last("BUSINESS", 0, None)];
    for (n, brand) in data.brands.iter().enumerate() {
        agrees(text(&brand.status), last("BRAND", n, None));
        whole.push(last("BRAND", n, None));
        assert_eq!(text(&brand.operational_status), last("BRAND.OPERATIONAL_STATUS", n, None));
        for (code, status) in services(brand) {
            let last = last("BRAND_PRODUCT", n, Some(&code));
            assert_eq!(status, last.unwrap_or_else(|| "PENDING".to_owned()));
        }
    }
    let is_rejected = whole.iter().any(|status| status.as_deref() == Some("REJECTED"));
    let root = text(&data.status).unwrap();
    let follows = if is_rejected { "REJECTED" } else { "ACTIVE" };
    assert!(root == "UPDATING" || root == follows, "{root} after {whole:?}");
    assert!(root == "UPDATING" || whole.iter().all(Option::is_some));

    let mut active = HashSet::new();
    for told in &told {
        let has = |kind: &str, brand| active.contains(&(kind.to_owned(), brand));
        match &*told.kind {
            "BRAND.OPERATIONAL_STATUS" => {
                assert!(has("BUSINESS", 0) && has("BRAND", told.brand), "{told:?}");
            }
            "BRAND_PRODUCT" => assert!(has("BRAND.OPERATIONAL_STATUS", told.brand), "{told:?}"),
            _ => {}
        }
        if told.status == "ACTIVE" {
            active.insert((told.kind.clone(), told.brand));
        }
    }
}

fn check_model(model: &Model, data: &BusinessData) {
    let text = |status: &Option<_>| status.as_ref().map(|status: &_| format!("{status}"));
    assert_eq!(text(&data.status).as_deref(), Some(model.status()));
    let part = |name: &str| {
        model.owners[0].parts.get(name).map(|verdict| match verdict {
            Verdict::Open => "UPDATING",
            Verdict::Yes => "APPROVED",
            Verdict::No => "REJECTED",
        })
    };
    let is = |status: &Option<_>, name| assert_eq!(text(status).as_deref(), part(name), "{name}");
    data.addresses.iter().for_each(|address| is(&address.status, "BUSINESS_ADDRESS"));
    data.banks.iter().for_each(|bank| is(&bank.status, "BUSINESS_BANK"));
    data.contacts.iter().for_each(|contact| is(&contact.status, "BUSINESS_CONTACT"));
    assert_eq!(data.brands.len(), model.owners.len() - 1);
    for (brand, model) in data.brands.iter().zip(&model.owners[1..]) {
        assert_eq!(text(&brand.status).as_deref(), Some(model.status()));
        assert_eq!(text(&brand.operational_status).as_deref(), model.operation);
        let services: Vec<_> = services(brand).map(|(_, status)| status).collect();
        let foreseen = model.services.map(|verdict| match verdict {
            Verdict::Open => "PENDING",
            Verdict::Yes => "ACTIVE",
            Verdict::No => "REJECTED",
        });
        assert_eq!(services, foreseen);
    }
}

fn services(brand: &BrandData) -> impl Iterator<Item = (String, String)> {
    assert_eq!(brand.services.len(), SERVICES.len());
    brand.services.iter().map(|service| (service.code.to_string(), service.status.to_string()))
}

fn in_short(known: &Known, record: &CallbackRecord) -> Told {
    let callback = &record.callback;
    let brand = callback.brand.as_ref().expect("a callback names its brand").id.as_str();
    let kind = callback.callback_type.as_str().to_owned();
    let entity = callback.entity.as_ref().filter(|_| kind == "BRAND_PRODUCT");
    Told {
        status: callback.status.to_string(),
        brand: known.brands.iter().position(|id| id == brand).expect("a brand of the business"),
        service: entity.and_then(|entity| entity.code.clone()),
        kind,
    }
}

/// In minutes after the first attempt.
const RUNGS: [u64; 4] = [0, 30, 6 * 60, 12 * 60];
