//! Requests: written and read they are the same, a draft has a fault exactly if it would be
//! refused, and every spelling that DOKU's pages leave open means the same.

use std::fmt::Debug;

use doku_types::{
    partner::{
        file::UploadParts, lite::LiteRegistration, registration::Registration,
        requirements::RequirementsQuery, token::TokenRequest, update::Update,
    },
    validate::{Fault, FaultKind, ParseError, capped, is_http_url},
};
use proptest::{
    prelude::*,
    sample::{Index, select},
};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    cases,
    hostile::places,
    spelling::{Dialect, Spelling},
    strategies::{
        Values::{Any, Fit},
        any_json, lite_registrations, registrations, token_requests, updates,
    },
};

const REGISTRATION: &str =
    include_str!("../../../../tests/samples/business-registration.request.json");
const UPDATE: &str = include_str!("../../../../tests/samples/update-business-data.request.json");
const LITE: &str = include_str!("../../../../tests/samples/create-business-lite.request.json");
const TOKEN: &str = include_str!("../../../../tests/samples/generate-token.request.json");

proptest! {
    #![proptest_config(cases(128))]

    #[test]
    fn any_registration_survives_and_its_faults_are_those_it_is_refused_for(
        draft in registrations(Any),
    ) {
        assert_survives(&draft);
        assert_judged_alike(&draft, Registration::parse, Registration::validate);
    }

    #[test]
    fn any_update_survives_and_its_faults_are_those_it_is_refused_for(draft in updates(Any)) {
        assert_survives(&draft);
        assert_judged_alike(&draft, Update::parse, Update::validate);
    }

    #[test]
    fn a_registration_means_the_same_in_every_spelling(draft in registrations(Fit), seed: u64) {
        let spelling = Spelling::new(seed, Dialect::Registration);
        assert_means_the_same(&draft, spelling, Registration::parse, Registration::validate);
    }

    #[test]
    fn an_update_means_the_same_in_every_spelling(draft in updates(Fit), seed: u64) {
        let spelling = Spelling::new(seed, Dialect::Update);
        assert_means_the_same(&draft, spelling, Update::parse, Update::validate);
    }
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn any_invitation_survives_and_its_faults_are_those_it_is_refused_for(
        draft in lite_registrations(Any),
    ) {
        assert_survives(&draft);
        assert_judged_alike(&draft, LiteRegistration::parse, LiteRegistration::validate);
    }

    #[test]
    fn any_token_request_survives_and_its_faults_are_those_it_is_refused_for(
        draft in token_requests(Any),
    ) {
        assert_survives(&draft);
        assert_judged_alike(&draft, TokenRequest::parse, TokenRequest::validate);
    }

    #[test]
    fn an_invitation_means_the_same_in_every_spelling(draft in lite_registrations(Fit), seed: u64) {
        let spelling = Spelling::new(seed, Dialect::Plain);
        assert_means_the_same(
            &draft, spelling, LiteRegistration::parse, LiteRegistration::validate,
        );
    }

    #[test]
    fn a_token_request_means_the_same_in_every_spelling(draft in token_requests(Fit), seed: u64) {
        let spelling = Spelling::new(seed, Dialect::Plain);
        assert_means_the_same(&draft, spelling, TokenRequest::parse, TokenRequest::validate);
    }

    #[test]
    fn a_document_is_read_exactly_if_the_draft_that_it_spells_has_no_fault(
        place: Index, json in any_json(),
    ) {
        assert_read_as_drafted(
            REGISTRATION, place, &json, Registration::parse, Registration::validate,
        );
        assert_read_as_drafted(UPDATE, place, &json, Update::parse, Update::validate);
        assert_read_as_drafted(
            LITE, place, &json, LiteRegistration::parse, LiteRegistration::validate,
        );
        assert_read_as_drafted(TOKEN, place, &json, TokenRequest::parse, TokenRequest::validate);
    }

    #[test]
    fn a_query_is_read_exactly_if_it_has_no_fault(
        business_type in select(vec!["PERSONAL", "CORPORATE", "NEW", "", " "]),
        legal_entity in select(vec!["PERSEORANGAN", "PT", "NEW", ""]),
        line in select(vec!["RETAIL", "MINING", "NEW", ""]),
        nationality in "ID|SG|\\PC{0,3}",
        first: bool,
    ) {
        let draft = RequirementsQuery::builder()
            .business_type(business_type)
            .legal_entity(legal_entity)
            .business_line(line)
            .contact_nationality(nationality)
            .build();
        // Of a repeated parameter the last counts; others are ignored.
        let noise = [("x", "y"), ("businessType", "ignored")];
        let mut pairs = draft.pairs().to_vec();
        pairs.splice(0..0, noise.into_iter().take(if first { 2 } else { 1 }));
        match RequirementsQuery::from_pairs(pairs) {
            Ok(read) => {
                prop_assert_eq!(draft.validate(), []);
                prop_assert_eq!(read, draft);
            }
            Err(faults) => prop_assert_eq!(faults, draft.validate()),
        }
    }

    #[test]
    fn an_upload_has_no_fault_exactly_if_it_has_a_purpose_and_one_source(
        category in "OWNER_LIVENESS|DOCUMENT|DOCUMENT|LOGO|SELFIE|",
        code in "KTP|NEW|",
        has_file: bool,
        file_url in "https://a\\.example/[a-z]{0,3}|a\\.example||\\PC{0,8}",
    ) {
        let parts = UploadParts::builder()
            .category(category)
            .code(code)
            .has_file(has_file)
            .file_url(file_url.as_str())
            .build();
        let has_source = if has_file { file_url.is_empty() } else { is_http_url(&file_url) };
        prop_assert_eq!(parts.validate().is_empty(), parts.purpose().is_some() && has_source);
        if let Some(purpose) = parts.purpose() {
            let is_document = parts.category == "DOCUMENT";
            prop_assert_eq!(purpose.category().as_str(), &parts.category);
            prop_assert_eq!(purpose.code().is_some(), is_document);
        }
    }
}

/// Written and read again a value is the same.
pub(crate) fn assert_survives<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
    let written = serde_json::to_string(value).unwrap();
    let read: T = serde_json::from_str(&written).unwrap_or_else(|e| panic!("{e}: {written}"));
    assert_eq!(&read, value, "{written}");
}

/// A draft's faults are those that it would be refused for.
fn assert_judged_alike<T: Serialize + Debug>(
    draft: &T,
    parse: fn(&[u8]) -> Result<T, ParseError>,
    validate: fn(&T) -> Vec<Fault>,
) {
    let written = serde_json::to_string(draft).unwrap();
    match parse(written.as_bytes()) {
        Ok(read) => {
            assert_eq!(validate(draft), [], "{written}");
            assert_eq!(validate(&read), [], "{written}");
        }
        // A body that is too large is not looked at for more.
        Err(ParseError::TooLarge { .. }) => {
            let told = &validate(draft)[0];
            assert_eq!((told.pointer.as_str(), told.kind), ("", FaultKind::TooLong));
        }
        Err(error) => assert_eq!(error.faults(), capped(validate(draft)), "{error}: {written}"),
    }
}

/// A draft without faults is read to the same from its own words and from any other.
fn assert_means_the_same<T: Serialize + PartialEq + Debug>(
    draft: &T,
    mut spelling: Spelling,
    parse: fn(&[u8]) -> Result<T, ParseError>,
    validate: fn(&T) -> Vec<Fault>,
) {
    assert_eq!(validate(draft), [], "{draft:?}");
    let written = serde_json::to_string(draft).unwrap();
    assert_eq!(parse(written.as_bytes()).as_ref(), Ok(draft), "{written}");
    let other = spelling.of(&written);
    assert_eq!(parse(other.as_bytes()).as_ref(), Ok(draft), "{other}");
}

/// A sample with `json` in the place of one of its values, and beside it as what only replies have,
/// is read exactly if serde's own reading of it, as a draft, has no fault. A draft takes two things
/// that a document may not have: a number for any guarded text, and in an update `null`.
fn assert_read_as_drafted<T: DeserializeOwned + PartialEq + Debug>(
    sample: &str,
    place: Index,
    json: &str,
    parse: fn(&[u8]) -> Result<T, ParseError>,
    validate: fn(&T) -> Vec<Fault>,
) {
    let places = places(sample);
    let (head, value, tail) = places[place.index(places.len())];
    let reply_only = head.replace("{\"area\"", &format!("{{\"status\":{json},\"area\""));
    for document in [format!("{head}{json}{tail}"), format!("{reply_only}{value}{tail}")] {
        let draft = serde_json::from_str::<T>(&document);
        match parse(document.as_bytes()) {
            Ok(_) => assert_eq!(validate(&draft.unwrap()), [], "{document}"),
            Err(error) => {
                let is_shape = |fault: &Fault| fault.kind == FaultKind::WrongType;
                if !error.faults().is_empty() && error.faults().iter().all(is_shape) {
                    continue;
                }
                if let Ok(draft) = draft {
                    assert_ne!(validate(&draft), [], "{error}: {document}");
                }
            }
        }
    }
}
