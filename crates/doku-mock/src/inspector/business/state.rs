//! Who it is, how far it is, and what is planned.

use http::Uri;
use maud::{Markup, html};
use serde_json::json;

use super::{
    View, cut,
    diagram::{INVITED, REGISTERED},
};
use crate::inspector::{
    ROOT,
    page::Tab,
    pieces::{badge, time},
};

impl View<'_> {
    /// Ids, and when it was registered.
    pub(super) fn facts(&self) -> Markup {
        let business = self.business;
        html! {
            dl.facts #facts data-live {
                dt { "Name" }
                dd { (cut(business.name(), 1000)) }
                dt { "Status" }
                dd { (badge(business.status().as_str())) }
                dt { "Number" }
                dd { (self.seen.stored.number) }
                dt { "Partner" }
                dd { code { (business.partner()) } }
                @if let Some(name) = business.partner_ref_id() {
                    dt { "partner_ref_id" }
                    dd { (cut(&self.masked("partner_ref_id", name), 300)) }
                }
                dt { "Brands" }
                dd {
                    @for brand in business.brands().iter().take(NAMED_BRANDS) { code { (brand.id()) } " " }
                    @if business.brands().len() > NAMED_BRANDS { "and " (business.brands().len() - NAMED_BRANDS) " more" }
                }
                dt { "Registered" }
                dd { (time(business.created())) }
                dt { "Callback URL" }
                dd {
                    @match business.callback_url() {
                        Some(url) => { code { (cut(&self.masked_url(url), 300)) } }
                        None => { "none: no callback is sent" }
                    }
                }
            }
            p { a href={ (ROOT) "?business=" (business.id()) } { "Its requests and callbacks in the timeline" } }
        }
    }

    /// A field of the data as the data shows it.
    fn masked(&self, field: &str, value: &str) -> String {
        let shown = self.mask.document(&json!({ field: value }));
        shown[field].as_str().unwrap_or_default().to_owned()
    }

    /// Where it leads; its query may hold a secret under any name.
    fn masked_url(&self, url: &str) -> String {
        let (url, query) = match url.split_once('?') {
            Some((url, _)) => (url, "?…"),
            None => (url, ""),
        };
        match url.parse::<Uri>() {
            Ok(url) => self.mask.target(&url) + query,
            Err(_) => "not a URL".to_owned(),
        }
    }

    /// The diagram, and what is planned.
    pub(super) fn state(&self) -> Markup {
        let business = self.business;
        let is_invited = business.invitation().is_some();
        let diagram = if business.partner_ref_id().is_some() { &INVITED } else { &REGISTERED };
        let status = business.status();
        let now = if is_invited { "INVITED" } else { status.as_str() };
        html! {
            section #state data-live aria-labelledby="state-heading" {
                h2 #state-heading { "State" }
                p {
                    @match now {
                        "INVITED" => "Invited: nobody has completed it yet, so there is nothing to judge. Its status is told as UPDATING.",
                        "ACTIVE" => "Active: KYB has approved the business and all its brands. An update puts what it changes under review again.",
                        "REJECTED" => "Rejected: the notes below say why. It is healed by an update of the rejected parts, or approved by hand after all.",
                        _ => "Under review: what is UPDATING below is not judged yet. An approval of all makes it active, a rejection of anything rejected. A part that is still REJECTED has to be updated too.",
                    }
                }
                @if now == "REJECTED" && let Some(brand) = business.brands().first() {
                    p { a href={ "/_mock/ui/try/update-business-data?brand=" (brand.id()) } { "Try an update" } }
                }
                (diagram.draw("The business", now))
                (self.planned())
            }
        }
    }

    fn planned(&self) -> Markup {
        let foreseen = self.business.clone().foreseen(self.app.config.pace);
        let mut planned =
            foreseen.flat_map(|(due, told)| told.into_iter().map(move |told| (due, told)));
        let first: Vec<_> = planned.by_ref().take(PLANNED).collect();
        let others = planned.count();
        html! {
            h3 { "What is planned" }
            @if first.is_empty() {
                p { "Nothing." }
            } @else {
                div.table tabindex="0" role="region" aria-label="What is planned" {
                    table.cards {
                        thead {
                            tr {
                                th scope="col" { "Due" }
                                th scope="col" { "Callback" }
                                th scope="col" { "Verdict" }
                                th scope="col" { "Brand" }
                            }
                        }
                        tbody {
                            @for (due, told) in &first {
                                tr {
                                    td { (time(*due)) }
                                    td { code { (told.callback_type.as_str()) @if let Some(code) = told.entity.as_ref().and_then(|entity| entity.code.as_deref()) { " " (cut(code, 80)) } } }
                                    td { (badge(told.status.as_str())) }
                                    td { @if let Some(brand) = &told.brand { code { (brand.id) } } }
                                }
                            }
                        }
                    }
                }
                @if others > 0 { p.hint { "and " (others) " more" } }
                p { a href=(Tab::Time.path()) { "Move the clock on" } " to have it happen, or decide below." }
            }
        }
    }
}

/// How many steps are listed.
const PLANNED: usize = 20;
/// How many brands are named at the top.
const NAMED_BRANDS: usize = 5;
