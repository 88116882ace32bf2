//! `doku-mock fire`: a callback of any kind, now.

use http::Method;
use serde_json::json;

use super::{
    Failure,
    client::{Target, id},
    resend,
};

/// Tells a callback of any type and status now, without changing the business.
///
/// To try what a receiver makes of it. It is signed, delivered and listed like any other, and retried if it is not
/// acknowledged, which is exit code 1. To have a business really decided: doku-mock decide.
///
/// Types: BUSINESS, BUSINESS_CONTACT, BUSINESS_ADDRESS, BUSINESS_DOCUMENT, BUSINESS_BANK, BRAND, BRAND_SOCIAL_MEDIA,
/// BRAND_PHOTO_PROOF, BRAND.OPERATIONAL_STATUS, BRAND_PRODUCT. Statuses: APPROVED, REJECTED, ACTIVE, SUSPENDED,
/// FULL_SUSPENDED.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  doku-mock fire BSN-0001-1795316646003 BUSINESS ACTIVE\n  doku-mock fire BSN-0001-1795316646003 BRAND_PRODUCT REJECTED --note 'QRIS is not for you'"
)]
pub(super) struct Options {
    /// About which business, by its BSN- or BRN- id.
    #[arg(value_parser = id)]
    id: String,
    /// What it is about, such as BUSINESS_BANK.
    #[arg(value_name = "TYPE")]
    callback_type: String,
    /// The verdict, such as REJECTED.
    status: String,
    /// Why; may be given several times.
    #[arg(long, value_name = "TEXT")]
    note: Vec<String>,
    #[command(flatten)]
    target: Target,
}

pub(super) async fn run(options: &Options) -> Result<(), Failure> {
    let Options { id, callback_type, status, note, target } = options;
    let callback =
        json!({"business": id, "type": callback_type, "status": status, "reject_notes": note});
    let answer = target.bytes(Method::POST, "/_mock/callbacks", Some(&callback)).await?;
    resend::attempted(target, &answer)
}
