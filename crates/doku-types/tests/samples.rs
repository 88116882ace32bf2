//! What is read from every sample and what is written of it, for people to review: one snapshot a
//! sample, in `snapshots`.
//!
//! Above stands `Debug` of what was read, which shows no secret and no personal data; below stands
//! what is sent, where only spellings that mean the same may differ from the sample. The contract
//! suite holds that every documented sample keeps its meaning.

use std::{collections::BTreeSet, fmt::Debug, fs, path::Path};

use doku_types::{
    non_snap::{check_status::CheckStatusReply, notification::Notification},
    partner::{
        business::BusinessData,
        callback::Callback,
        file::UploadedFile,
        lite::{LiteRegistration, LiteReply},
        registration::{Registration, RegistrationReply},
        requirements::Requirements,
        token::{TokenReply, TokenRequest},
        update::Update,
    },
    snap::{
        token::{
            CustomerTokenReply, CustomerTokenRequest, TokenReply as SnapTokenReply,
            TokenRequest as SnapTokenRequest,
        },
        va_notification::{VaNotification, VaNotificationReply},
    },
    validate::{self, ParseError},
};
use serde::Serialize;

/// One test a sample: its name, its file in `tests/samples` and what reads it.
macro_rules! samples {
    ($($name:ident: $file:literal, $parse:expr;)+) => {
        const FILES: &[&str] = &[$(concat!($file, ".json")),+];

        $(
            #[test]
            fn $name() {
                let sample = include_str!(concat!("../../../tests/samples/", $file, ".json"));
                review($file, sample, $parse);
            }
        )+
    };
}

samples! {
    check_requirements_reply: "check-requirements.reply", validate::read::<Requirements>;
    generate_token_request: "generate-token.request", TokenRequest::parse;
    generate_token_reply: "generate-token.reply", validate::read::<TokenReply>;
    upload_file_reply: "upload-file.reply", validate::read::<UploadedFile>;
    business_registration_request: "business-registration.request", Registration::parse;
    business_registration_reply: "business-registration.reply", validate::read::<RegistrationReply>;
    create_business_lite_request: "create-business-lite.request", LiteRegistration::parse;
    create_business_lite_reply: "create-business-lite.reply", validate::read::<LiteReply>;
    get_business_data_reply: "get-business-data.reply", BusinessData::parse;
    update_business_data_request: "update-business-data.request", Update::parse;
    callback_request: "callback.request", Callback::parse;
    snap_token_b2b_request: "snap-token-b2b.request", SnapTokenRequest::parse;
    snap_token_b2b_reply: "snap-token-b2b.reply", SnapTokenReply::parse;
    snap_token_b2b2c_request: "snap-token-b2b2c.request", CustomerTokenRequest::parse;
    snap_token_b2b2c_reply: "snap-token-b2b2c.reply", CustomerTokenReply::parse;
    snap_va_notification_request: "snap-va-notification.request", VaNotification::parse;
    snap_va_notification_reply: "snap-va-notification.reply", VaNotificationReply::parse;
    notification_virtual_account_request:
        "notification-virtual-account.request", Notification::parse;
    notification_qris_request: "notification-qris.request", Notification::parse;
    notification_card_request: "notification-card.request", Notification::parse;
    check_status_reply: "check-status.reply", CheckStatusReply::parse;
}

#[test]
fn no_sample_goes_without_review() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/samples");
    let there: BTreeSet<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let reviewed: BTreeSet<_> = FILES.iter().map(|file| (*file).to_owned()).collect();
    assert_eq!(there, reviewed);
}

fn review<T: Debug + Serialize>(
    name: &str,
    sample: &str,
    parse: impl FnOnce(&[u8]) -> Result<T, ParseError>,
) {
    let read = parse(sample.as_bytes()).unwrap();
    let written = serde_json::to_string_pretty(&read).unwrap();
    insta::with_settings!(
        { prepend_module_to_snapshot => false, omit_expression => true },
        { insta::assert_snapshot!(name, format!("{read:#?}\n\n{written}")) }
    );
}
