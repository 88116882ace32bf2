//! `doku-mock businesses`: which there are, or one with its parts.

use doku_types::{code::Status, partner::business::BusinessData};
use http::Method;
use serde::Deserialize;

use super::{
    Failure,
    client::{Target, id},
    table::{table, visible, word},
};

/// Lists the businesses, or shows one with its parts.
///
/// Where their ids come from that other commands ask for, and how far the review of one is: its parts, brands and
/// services with their statuses and notes.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  doku-mock businesses\n  doku-mock businesses BSN-0001-1795316646003\n  doku-mock businesses --after 100 --json"
)]
pub(super) struct Options {
    /// Only this one, by its BSN- or BRN- id.
    #[arg(value_parser = id, conflicts_with_all = ["after", "limit"])]
    id: Option<String>,
    /// Only those after this number; the list's last line names it.
    #[arg(long, value_name = "NUMBER", default_value_t = 0, value_parser = clap::value_parser!(i64).range(0..))]
    after: i64,
    /// At most so many.
    #[arg(long, value_name = "COUNT", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
    #[command(flatten)]
    target: Target,
}

#[derive(Deserialize)]
struct Listed {
    number: i64,
    id: String,
    partner: String,
    name: String,
    status: String,
    created: String,
}

pub(super) async fn run(Options { id, after, limit, target }: &Options) -> Result<(), Failure> {
    if let Some(id) = id {
        let answer = target.bytes(Method::GET, &format!("/_mock/businesses/{id}"), None).await?;
        return target.tell(&answer, shown).map(drop);
    }
    let path = format!("/_mock/businesses?after={after}&limit={limit}");
    let answer = target.bytes(Method::GET, &path, None).await?;
    let told = target.tell(&answer, |listed: &Vec<Listed>| {
        let Some(last) = listed.last().map(|business| business.number) else {
            return "No business is registered yet.".to_owned();
        };
        let more = listed.len() >= usize::try_from(*limit).unwrap_or(usize::MAX);
        let rows: Vec<_> = listed
            .iter()
            .map(|of| [&of.id, &of.partner, &of.status, &of.created, &of.name].map(Clone::clone))
            .collect();
        let listed = table(["ID", "PARTNER", "STATUS", "CREATED", "NAME"], &rows);
        match more {
            true => format!("{listed}\nThere may be more: --after {last}"),
            false => listed,
        }
    });
    told.map(drop)
}

/// A business with its parts: a line each, and the notes below.
pub(super) fn shown(business: &BusinessData) -> String {
    let text = |status: &Option<Status>| {
        status.as_ref().map_or_else(|| "-".to_owned(), |status| status.as_str().to_owned())
    };
    let mut parts = Vec::new();
    let mut add =
        |part: &str, id: String, status: String| parts.push([part.to_owned(), id, status]);
    let named = |id: Option<&str>| id.unwrap_or("-").to_owned();
    for address in &business.addresses {
        add("address", named(address.id.as_ref().map(AsRef::as_ref)), text(&address.status));
    }
    for bank in &business.banks {
        add("bank", named(bank.id.as_ref().map(AsRef::as_ref)), text(&bank.status));
    }
    for contact in &business.contacts {
        add("contact", named(contact.id.as_ref().map(AsRef::as_ref)), text(&contact.status));
    }
    let mut notes = business.reject_notes.clone();
    for brand in &business.brands {
        add("brand", brand.id.to_string(), text(&brand.status));
        if brand.operational_status.is_some() {
            add("  operation", String::new(), text(&brand.operational_status));
        }
        for service in &brand.services {
            let code = service.code.as_str().to_owned();
            add("  service", code, service.status.as_str().to_owned());
        }
        notes.extend(brand.reject_notes.iter().cloned());
    }
    let mut lines = vec![format!(
        "{}  {}  {}",
        business.id,
        word(&text(&business.status)),
        visible(business.name.as_deref().unwrap_or("invited, not yet filled in")),
    )];
    if !parts.is_empty() {
        lines.push(table(["PART", "ID", "STATUS"], &parts));
    }
    lines.extend(notes.iter().map(|note| format!("note: {}", visible(note))));
    lines.join("\n")
}
