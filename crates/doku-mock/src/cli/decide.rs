//! `doku-mock decide`: the verdict of DOKU's people.

use http::Method;
use serde_json::json;

use super::{
    Failure, businesses,
    client::{Target, id},
};

/// Decides what is open of a business, as DOKU's people would.
///
/// For a mock that was started with --outcome pending or --pace realistic, and for what comes after an approval: a
/// suspension, its end, a refused service. The callbacks leave at once. Shows the business as it is then.
///
/// Outcomes: approve, reject.<PART>, suspend, suspend.full, activate, product.activate.<CODE>, product.reject.<CODE>; several by comma.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  doku-mock decide BSN-0001-1795316647003 approve\n  doku-mock decide BSN-0001-1795316647003 reject.BUSINESS_BANK --note 'The account is closed'\n  doku-mock decide BSN-0001-1795316646003 suspend"
)]
pub(super) struct Options {
    /// Which business, by its BSN- or BRN- id.
    #[arg(value_parser = id)]
    id: String,
    /// What becomes of it, such as approve or reject.BUSINESS_DOCUMENT.
    outcome: String,
    /// What the merchant is told of a refusal; may be given several times.
    #[arg(long, value_name = "TEXT")]
    note: Vec<String>,
    #[command(flatten)]
    target: Target,
}

pub(super) async fn run(Options { id, outcome, note, target }: &Options) -> Result<(), Failure> {
    let path = format!("/_mock/businesses/{id}/decide");
    let decision = json!({"outcome": outcome, "reject_notes": note});
    let answer = target.bytes(Method::POST, &path, Some(&decision)).await?;
    target.tell(&answer, businesses::shown).map(drop)
}
