//! Whatever comes in, no parser panics, none runs out of stack or memory, and what is refused is
//! refused for the right reason.

use doku_types::{
    Amount, ResponseCode, Timestamp,
    error::ApiError,
    non_snap::{check_status::CheckStatusReply, notification::Notification},
    partner::{
        business::BusinessData, callback::Callback, file::UploadedFile, lite::LiteRegistration,
        lite::LiteReply, registration::Registration, registration::RegistrationReply,
        requirements::Requirements, token::TokenReply, token::TokenRequest, update::Update,
    },
    snap::{
        Money, Refusal,
        token::{
            CustomerTokenReply, CustomerTokenRequest, TokenReply as SnapTokenReply,
            TokenRequest as SnapTokenRequest,
        },
        va_notification::{VaNotification, VaNotificationReply},
    },
    validate::{MAX_BODY, ParseError, read, read_within},
    verbatim::{JsonText, TextOrNumber},
};
use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::value::RawValue;

use crate::{cases, strategies::any_json};

type Parse = fn(&[u8]) -> Result<(), ParseError>;

/// Every parser of a whole body. What is read is used as well: checked, written, asked.
const PARSERS: &[(&str, Parse)] = &[
    ("Registration", |body| Registration::parse(body).map(|read| drop(read.validate()))),
    ("LiteRegistration", |body| LiteRegistration::parse(body).map(|read| drop(read.validate()))),
    ("TokenRequest", |body| TokenRequest::parse(body).map(|read| drop(read.validate()))),
    ("Update", |body| Update::parse(body).map(|read| drop(read.validate()))),
    ("BusinessData", |body| BusinessData::parse(body).map(used)),
    ("Callback", |body| Callback::parse(body).map(|read| drop(read.rejections()))),
    ("RegistrationReply", |body| read::<RegistrationReply>(body).map(drop)),
    ("LiteReply", |body| read::<LiteReply>(body).map(drop)),
    ("TokenReply", |body| read::<TokenReply>(body).map(drop)),
    ("UploadedFile", |body| read::<UploadedFile>(body).map(drop)),
    ("Requirements", |body| read::<Requirements>(body).map(drop)),
    ("a draft of a registration", |body| {
        read::<Registration>(body).map(|draft| drop(draft.validate()))
    }),
    ("a draft of an update", |body| read::<Update>(body).map(|draft| drop(draft.validate()))),
    ("snap::TokenRequest", |body| SnapTokenRequest::parse(body).map(drop)),
    ("snap::TokenReply", |body| SnapTokenReply::parse(body).map(drop)),
    ("CustomerTokenRequest", |body| CustomerTokenRequest::parse(body).map(drop)),
    ("CustomerTokenReply", |body| CustomerTokenReply::parse(body).map(drop)),
    ("VaNotification", |body| VaNotification::parse(body).map(drop)),
    ("VaNotificationReply", |body| VaNotificationReply::parse(body).map(drop)),
    ("Refusal", |body| Refusal::parse(body).map(|read| _ = read.response_code.category())),
    ("Notification", |body| Notification::parse(body).map(|read| drop(read.origin()))),
    ("CheckStatusReply", |body| CheckStatusReply::parse(body).map(|read| _ = read.is_paid())),
    ("Amount", |body| read::<Amount>(body).map(|amount| assert!(amount.numeric_eq(&amount)))),
    ("Money", |body| read::<Money>(body).map(drop)),
    ("ResponseCode", |body| read::<ResponseCode>(body).map(|code| _ = code.entry())),
    ("JsonText", |body| read::<JsonText>(body).map(drop)),
    ("TextOrNumber", |body| read::<TextOrNumber>(body).map(drop)),
];

/// All samples, requests and replies alike: each parser gets them all.
macro_rules! samples {
    ($($name:literal),+ $(,)?) => {
        [$(include_str!(concat!("../../../../tests/samples/", $name, ".json"))),+]
    };
}
const SAMPLES: [&str; 12] = samples![
    "business-registration.request",
    "business-registration.reply",
    "update-business-data.request",
    "create-business-lite.request",
    "get-business-data.reply",
    "check-requirements.reply",
    "generate-token.request",
    "callback.request",
    "snap-token-b2b2c.reply",
    "snap-va-notification.request",
    "notification-virtual-account.request",
    "notification-qris.request",
];

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn random_bytes_panic_no_parser(body in vec(any::<u8>(), 0..200)) {
        feed(&body);
    }

    #[test]
    fn random_json_panics_no_parser(
        json in any_json(), field in select(vec!["business", "id", "order"]),
    ) {
        feed(json.as_bytes());
        feed(format!("{{\"{field}\":{json}}}").as_bytes());
    }

    #[test]
    fn a_body_with_a_few_bytes_changed_panics_no_parser(
        sample in select(SAMPLES.to_vec()),
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        end in any::<prop::sample::Index>(),
        cut: bool,
    ) {
        let mut body = sample.as_bytes().to_vec();
        for (place, byte) in changes {
            let place = place.index(body.len());
            body[place] = byte;
        }
        if cut {
            body.truncate(end.index(body.len()));
        }
        feed(&body);
    }

    #[test]
    fn a_sample_with_any_json_in_the_place_of_a_value_panics_no_parser(
        sample in select(SAMPLES.to_vec()),
        place in any::<prop::sample::Index>(),
        json in any_json(),
    ) {
        let places = places(sample);
        let (head, _, tail) = places[place.index(places.len())];
        feed(format!("{head}{json}{tail}").as_bytes());
    }

    #[test]
    fn random_texts_panic_no_reader_of_small_things(text in "\\PC{0,40}") {
        let _ = (Timestamp::parse(&text), Timestamp::parse_rfc3339(&text));
        let _ = (Amount::quoted(&text), JsonText::parse(&text));
        let _ = ResponseCode::from(text.as_str()).category();
        let _ = doku_types::validate::is_http_url(&text);
        let _ = doku_types::validate::is_loopback_host(&text);
    }
}

#[test]
fn a_hundred_thousand_levels_are_refused_or_passed_over_on_a_small_stack() {
    // Half of what a thread has by default, for a parser may be called from deep within.
    let small = std::thread::Builder::new().stack_size(1 << 20);
    let all = small.spawn(|| {
        let deep = 100_000;
        for opening in ["[", "{\"a\":", "[{\"x\":", "{\"id\":", "{\"type\":"] {
            let nested = opening.repeat(deep);
            for (name, parse) in PARSERS {
                let error = parse(nested.as_bytes()).err();
                assert!(matches!(error, Some(ParseError::Json { .. })), "{name}: {error:?}");
            }
            assert_eq!(ApiError::parse(nested.as_bytes()), None);
        }
        // Well-formed: in an unknown field, and, as deep as this stack would not bear, in every
        // known one.
        let lists = |deep: usize| format!("{}{}", "[".repeat(deep), "]".repeat(deep));
        let (deepest, deep) = (lists(deep), lists(4_000));
        for sample in SAMPLES.iter().step_by(4) {
            feed(sample.replacen('{', &format!("{{\"unknown\":{deepest},"), 1).as_bytes());
        }
        for sample in SAMPLES {
            for (head, _, tail) in places(sample) {
                feed(format!("{head}{deep}{tail}").as_bytes());
            }
        }
    });
    all.unwrap().join().unwrap();
}

#[test]
fn a_body_over_the_limit_is_refused_before_it_is_looked_at() {
    // None of these begins like JSON, so whoever had begun to read would have said so.
    for filler in [b' ', b'[', 0xff] {
        let body = vec![filler; MAX_BODY + 1];
        for (name, parse) in PARSERS {
            assert_eq!(parse(&body), Err(ParseError::TooLarge { limit: MAX_BODY }), "{name}");
            let read = parse(&body[..MAX_BODY]);
            assert!(matches!(read, Err(ParseError::Json { .. })), "{name}: {read:?}");
        }
        assert_eq!(ApiError::parse(&body), None);
    }

    let limit = 10;
    let refused = ParseError::TooLarge { limit };
    let body = b"[         ]";
    assert_eq!(Registration::parse_within(body, limit), Err(refused.clone()));
    assert_eq!(LiteRegistration::parse_within(body, limit), Err(refused.clone()));
    assert_eq!(TokenRequest::parse_within(body, limit), Err(refused.clone()));
    assert_eq!(Update::parse_within(body, limit), Err(refused.clone()));
    assert_eq!(read_within::<JsonText>(body, limit), Err(refused));
    assert!(read_within::<JsonText>(body, limit + 1).is_ok());
}

#[test]
fn a_large_error_envelope_is_none() {
    let text = "x".repeat(MAX_BODY);
    assert_eq!(ApiError::parse(format!("{{\"message\":\"{text}\"}}").as_bytes()), None);
}

/// Every value of a field in `sample`, between what is before and behind it.
pub(crate) fn places(sample: &str) -> Vec<(&str, &str, &str)> {
    let colons = sample.match_indices("\":").map(|(at, _)| at + 2);
    colons
        .map(|at| {
            let (head, tail) = sample.split_at(at);
            let mut values = serde_json::Deserializer::from_str(tail).into_iter::<&RawValue>();
            let value = values.next().unwrap().unwrap().get();
            (head, value, &tail[value.len()..])
        })
        .collect()
}

fn feed(body: &[u8]) {
    for (_, parse) in PARSERS {
        let _ = parse(body);
    }
    let _ = ApiError::parse(body).map(|error| error.to_string());
}

fn used(data: BusinessData) {
    let _ = data.rejections();
    let update = data.into_update();
    let _ = (update.validate(), serde_json::to_string(&update).unwrap());
}
