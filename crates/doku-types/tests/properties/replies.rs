//! Replies, callbacks and the bodies of the payment APIs: written and read they are the same, in
//! any order, among unknown fields, with a wrapper or without.

use std::fmt::Debug;

use doku_types::{
    non_snap::{check_status::CheckStatusReply, notification::Notification},
    partner::{
        business::BusinessData, callback::Callback, file::UploadedFile, lite::LiteReply,
        registration::RegistrationReply, requirements::Requirements, token::TokenReply,
    },
    snap::{
        token::{CustomerTokenRequest, TokenRequest},
        va_notification::{VaNotification, VaNotificationReply},
    },
    validate::{ParseError, read},
};
use proptest::prelude::*;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use crate::{
    cases,
    requests::assert_survives,
    spelling::{Dialect, Fields, Spelling},
    strategies::{
        Values::{Any, Fit},
        businesses_data, callbacks, check_status_replies, customer_token_requests, lite_replies,
        notifications, registration_replies, requirements, snap_token_requests, token_replies,
        uploaded_files, va_notification_replies, va_notifications,
    },
};

const PLAIN: Dialect = Dialect::Verbatim(&[]);

proptest! {
    #![proptest_config(cases(128))]

    #[test]
    fn a_business_survives_with_its_unknown_fields(data in businesses_data(Any)) {
        assert_survives(&data);
    }

    #[test]
    fn a_business_means_the_same_in_every_spelling(data in businesses_data(Fit), seed: u64) {
        assert_means_the_same(&data, seed, Dialect::Reply, Wrapper::Added, BusinessData::parse);
    }

    #[test]
    fn a_notification_means_the_same_in_every_order(body in notifications(), seed: u64) {
        let opaque = Dialect::Verbatim(&[
            "additional_info",
            "online_to_offline_info",
            "online_to_offline_payment",
            "peer_to_peer_info",
        ]);
        assert_means_the_same(&body, seed, opaque, Wrapper::None, Notification::parse);
    }

    #[test]
    fn a_va_notification_and_its_reply_mean_the_same_in_every_order(
        body in va_notifications(), reply in va_notification_replies(), seed: u64,
    ) {
        assert_means_the_same(&body, seed, PLAIN, Wrapper::None, VaNotification::parse);
        assert_means_the_same(&reply, seed, PLAIN, Wrapper::None, VaNotificationReply::parse);
    }
}

proptest! {
    #![proptest_config(cases(128))]

    #[test]
    fn a_registration_s_reply_means_the_same_in_every_spelling(
        reply in registration_replies(Fit), full in registration_replies(Any), seed: u64,
    ) {
        assert_survives(&full);
        let parse = read::<RegistrationReply>;
        assert_means_the_same(&reply, seed, PLAIN, Wrapper::Taken, parse);
    }

    #[test]
    fn requirements_mean_the_same_in_every_spelling(reply in requirements(), seed: u64) {
        assert_means_the_same(&reply, seed, PLAIN, Wrapper::Taken, read::<Requirements>);
    }

    #[test]
    fn small_replies_and_callbacks_mean_the_same_in_every_spelling(
        lite in lite_replies(), file in uploaded_files(), token in token_replies(),
        callback in callbacks(), seed: u64,
    ) {
        assert_means_the_same(&lite, seed, PLAIN, Wrapper::Taken, read::<LiteReply>);
        assert_means_the_same(&file, seed, PLAIN, Wrapper::None, read::<UploadedFile>);
        assert_means_the_same(&token, seed, PLAIN, Wrapper::None, read::<TokenReply>);
        assert_means_the_same(&callback, seed, PLAIN, Wrapper::None, Callback::parse);
    }

    #[test]
    fn check_status_and_token_bodies_mean_the_same_in_every_order(
        status in check_status_replies(), token in snap_token_requests(),
        customer in customer_token_requests(), seed: u64,
    ) {
        let opaque = Dialect::Verbatim(&["additionalInfo"]);
        assert_means_the_same(&status, seed, PLAIN, Wrapper::None, CheckStatusReply::parse);
        assert_means_the_same(&token, seed, opaque, Wrapper::None, TokenRequest::parse);
        assert_means_the_same(&customer, seed, opaque, Wrapper::None, CustomerTokenRequest::parse);
    }
}

/// What becomes of the field `business` around a reply, now and then.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wrapper {
    None,
    Added,
    Taken,
}

fn assert_means_the_same<T: Serialize + DeserializeOwned + PartialEq + Debug>(
    value: &T,
    seed: u64,
    dialect: Dialect,
    wrapper: Wrapper,
    parse: fn(&[u8]) -> Result<T, ParseError>,
) {
    assert_survives(value);
    let written = serde_json::to_string(value).unwrap();
    let mut spelling = Spelling::new(seed, dialect);
    let other = match wrapper {
        Wrapper::Added if spelling.toss() => {
            format!("{{\"message\":[\"SUCCESS\"],\"business\":{}}}", spelling.of(&written))
        }
        Wrapper::Taken if spelling.toss() => {
            let wrapped = serde_json::to_value(value).unwrap();
            spelling.of(&wrapped["business"].to_string())
        }
        _ => spelling.of(&written),
    };
    let read = parse(other.as_bytes()).unwrap_or_else(|error| panic!("{error}: {other}"));
    // Where a body goes both ways it keeps the unknown fields, too.
    let read = serde_json::to_string(&read).unwrap();
    assert_eq!(known(&read), known(&written), "{other}");
}

/// A document without the unknown fields of a [`Spelling`], and without spaces.
fn known(json: &str) -> String {
    if let Ok(entries) = serde_json::from_str::<Vec<Box<RawValue>>>(json) {
        let entries: Vec<_> = entries.iter().map(|entry| known(entry.get())).collect();
        return format!("[{}]", entries.join(","));
    }
    let Ok(Fields(fields)) = serde_json::from_str(json) else {
        return json.to_owned();
    };
    let known: Vec<_> = fields
        .iter()
        .filter(|(name, _)| !name.starts_with("x-"))
        .map(|(name, value)| format!("{name:?}:{}", known(value.get())))
        .collect();
    format!("{{{}}}", known.join(","))
}
