//! Bodies of Business Registration.

use std::{cell::RefCell, collections::HashMap};

use doku_mock::Profile;
use doku_types::{
    code::{BusinessType, LegalEntity},
    partner::{
        business::BusinessData,
        endpoint::Endpoint,
        registration::{Registration, RegistrationReply},
        requirements::Requirements,
    },
    validate::{self, Fault, FaultKind, MAX_BODY},
};
use http::StatusCode;

use crate::{
    outcome::Asked,
    world::{PAPERS, Reply, World},
};

thread_local! {
    static WORLDS: [(Profile, World); 2] = [Profile::Documented, Profile::Strict]
        .map(|profile| (profile, World::new(|mock| mock.profile(profile))));
    static ASKED_FOR: RefCell<HashMap<(BusinessType, &'static str, &'static str), Requirements>> =
        RefCell::default();
}

/// What is parsed has no fault and reads back; the mock takes exactly what the profile lets pass, and
/// shows what it has taken.
pub fn registration(data: &[u8]) {
    types(data);
    WORLDS.with(|worlds| {
        for (profile, world) in worlds {
            world.next_input();
            let reply = world.signed(Endpoint::BusinessRegistration, "", data);
            let expected = is_taken(world, *profile, data);
            let text = String::from_utf8_lossy(reply.body());
            assert_eq!(reply.status() == StatusCode::OK, expected, "{profile:?}: {text}");
            match reply.status() {
                StatusCode::OK => is_shown(world, data, &reply),
                StatusCode::PAYLOAD_TOO_LARGE => assert!(data.len() > MAX_BODY),
                other => assert_eq!(other, StatusCode::BAD_REQUEST, "{text}"),
            }
        }
    });
}

fn types(data: &[u8]) {
    let (parsed, examined) = (Registration::parse(data), Registration::examine(data));
    let faultless = matches!(&examined, Ok((_, faults)) if faults.is_empty());
    assert_eq!(parsed.is_ok(), faultless);
    let unknown = Registration::unknown(data);
    if let Ok(parsed) = parsed {
        assert_eq!(parsed.validate(), []);
        let written = serde_json::to_vec(&parsed).expect("a registration can be written");
        assert_eq!(Registration::parse(&written).as_ref(), Ok(&parsed));
        let kept = Registration::unknown(&written);
        assert!(kept.len() <= unknown.len(), "{kept:?}, before {unknown:?}");
    }
}

/// What the profile lets pass, of a partner that has uploaded the [`PAPERS`].
fn is_taken(world: &World, profile: Profile, data: &[u8]) -> bool {
    let Ok((registration, mut faults)) = Registration::examine(data) else { return false };
    if profile == Profile::Strict {
        faults.extend(Registration::unknown(data));
    }
    faults.extend(required(world, &registration));
    let passes = |fault: &Fault| {
        profile == Profile::Documented
            && fault.kind != FaultKind::WrongType
            && ["A22", "A26", "A34"].contains(&fault.evidence)
    };
    let files = registration.files();
    let email = registration.business.email.expose();
    faults.iter().all(passes)
        && files.iter().all(|(_, _, id)| PAPERS.contains(&id.as_str()))
        && Asked::of_email(email).is_ok_and(|asked| asked.fits(&registration, &["QRIS"]))
}

/// What Check Requirements asks for beyond what is there.
fn required(world: &World, registration: &Registration) -> Vec<Fault> {
    let business = &registration.business;
    let entity = match business.legal_entity {
        LegalEntity::Blu => "BLU",
        LegalEntity::Koperasi => "KOPERASI",
        _ => "PT",
    };
    let (kind, entity) = match business.business_type {
        BusinessType::Corporate => (BusinessType::Corporate, entity),
        _ => (BusinessType::Personal, "PERSEORANGAN"),
    };
    let ask = |nationality: &str| {
        // Of a personal business it is always asked for an Indonesian, and of others for two sorts.
        let is_local = nationality == "ID" || kind == BusinessType::Personal;
        let key = (kind.clone(), entity, if is_local { "ID" } else { "SG" });
        ASKED_FOR.with_borrow_mut(|asked| {
            asked.entry(key).or_insert_with_key(|key| check_requirements(world, key)).clone()
        })
    };
    let mut faults = ask("ID").check_company(business);
    for contact in &business.contacts {
        faults.extend(ask(&contact.nationality).check_contact(contact, ""));
    }
    faults
}

fn check_requirements(world: &World, key: &(BusinessType, &str, &str)) -> Requirements {
    let (kind, entity, nationality) = key;
    let target = format!(
        "{}?businessType={kind}&businessLegalEntity={entity}&brandBusinessLine=RETAIL&businessContactNationality={nationality}",
        Endpoint::CheckRequirements.path()
    );
    let reply = world.signed_to(Endpoint::CheckRequirements, &target, b"");
    validate::read(reply.body()).expect("requirements are answered")
}

/// Each brand of the reply leads to the business that was sent.
fn is_shown(world: &World, data: &[u8], reply: &Reply) {
    let registered: RegistrationReply =
        validate::read(reply.body()).expect("a registration's reply");
    let (sent, _) = Registration::examine(data).expect("what was taken can be read");
    assert_eq!(registered.business.brands.len(), sent.business.brands.len());
    for brand in &registered.business.brands {
        let reply = world.signed(Endpoint::GetBusinessData, brand.id.as_str(), b"");
        assert_eq!(reply.status(), StatusCode::OK);
        let shown: BusinessData = validate::read(reply.body()).expect("a business is shown");
        assert_eq!(shown.id, registered.business.id);
        assert_eq!(shown.name.as_ref(), Some(&sent.business.name));
        assert_eq!(shown.email.as_ref(), Some(&sent.business.email));
        assert_eq!(shown.business_type.as_ref(), Some(&sent.business.business_type));
        assert_eq!(shown.brands.len(), sent.business.brands.len());
        assert_eq!(shown.addresses.len(), sent.business.addresses.len());
        assert_eq!(shown.banks.len(), sent.business.banks.len());
        assert_eq!(shown.contacts.len(), sent.business.contacts.len());
        assert!(shown.brands.iter().any(|shown| shown.id == brand.id));
    }
}
