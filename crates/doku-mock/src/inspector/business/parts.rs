//! The parts of the business and of its brands: how each was judged and why, with the form that rejects it.

use std::collections::HashMap;

use doku_types::code::Status;
use maud::{Markup, html};

use super::{View, cut, diagram::OPERATION, notes};
use crate::{
    inspector::pieces::badge,
    kyb::{Brand, Owner, Part, Review},
};

impl View<'_> {
    /// The business's own parts.
    pub(super) fn parts(&self) -> Markup {
        let business = self.business;
        if business.registration().is_none() {
            return html! {};
        }
        html! {
            section aria-labelledby="parts-heading" {
                h2 #parts-heading { "Parts of the business" }
                (self.table("Parts of the business, each with its verdict", "business", Owner::Business, |part| business.part(part)))
            }
        }
    }

    /// The brands, as many as there is room for.
    pub(super) fn brands(&self) -> Markup {
        let brands = self.business.brands();
        let first = self.seen.first_brand;
        let mut shown = String::new();
        let mut next = first;
        let mut asked = HashMap::new();
        for (place, brand) in brands.iter().enumerate().skip(first).take(MOST) {
            shown.push_str(&self.brand(place, brand, &mut asked).into_string());
            next = place + 1;
            if shown.len() > ROOM {
                break;
            }
        }
        html! {
            (maud::PreEscaped(shown))
            @if first > 0 || next < brands.len() {
                nav.pager aria-label="More brands" {
                    @if next > first { span { "Brands " (first + 1) " to " (next) " of " (brands.len()) } }
                    @else { span { "There are " (brands.len()) " brands" } }
                    @if first > 0 { a href=(self.link("brand", None)) { "First brands" } }
                    @if next > first && next < brands.len() {
                        a href={ (self.link("brand", Some(&next.to_string()))) "#brand-" (next) } rel="next" { "More brands" }
                    }
                }
            }
        }
    }

    fn brand<'a>(&self, place: usize, brand: &'a Brand, asked: &mut Asked<'a>) -> Markup {
        let sent = self.business.registration().and_then(|sent| sent.business.brands.get(place));
        let operation = brand.operational_status();
        let now = operation.as_ref().map_or("NOT OPERATING YET", |status| status.as_str());
        let heading = format!("brand-{place}-heading");
        html! {
            section #{ "brand-" (place) } aria-labelledby=(heading) {
                h2 id=(heading) {
                    "Brand " (place + 1)
                    @if let Some(sent) = sent { ": " (cut(&sent.name, 80)) }
                }
                div #{ "brand-" (place) "-state" } data-live {
                    dl.facts {
                        dt { "Id" }
                        dd { code { (brand.id()) } }
                        dt { "Status" }
                        dd { (badge(brand.status().as_str())) }
                        dt { "Operational status" }
                        dd {
                            @match &operation {
                                Some(status) => (badge(status.as_str())),
                                None => "not yet: the business was never active",
                            }
                        }
                        @if !brand.reject_notes().is_empty() && operation.as_ref().is_some_and(|now| now.as_str() != "ACTIVE") {
                            dt { "Why" }
                            dd { (notes(&brand.reject_notes(), 2, 200)) }
                        }
                    }
                    (OPERATION.draw(&format!("Brand {}", place + 1), now))
                }
                @if sent.is_some() {
                    (self.table(
                        &format!("Parts of brand {}", place + 1),
                        &format!("brand-{place}"),
                        Owner::Brand(place),
                        |part| brand.part(part),
                    ))
                }
                (self.services(place, brand, asked))
            }
        }
    }

    /// Of the parts that its owner may have, each a row; the last is the verdict on the owner itself.
    fn table<'a>(
        &self,
        label: &str,
        id: &str,
        owner: Owner,
        review: impl Fn(Part) -> Option<&'a Review>,
    ) -> Markup {
        let parts = Part::ALL.into_iter().filter(|part| part.is_of(owner));
        let (whole, own, status) = match owner {
            Owner::Business => ("BUSINESS", self.business.own(), self.business.own_status()),
            Owner::Brand(place) => {
                let brand = &self.business.brands()[place];
                ("BRAND", brand.own(), brand.status())
            }
        };
        let is_open = own.is_under_review()
            || parts.clone().any(|part| review(part).is_some_and(Review::is_under_review));
        html! {
            div.table tabindex="0" role="region" aria-label=(label) {
                table.cards {
                    @if is_open {
                        caption {
                            "What is under review can be rejected"
                            @if self.is_one_of_several(owner) { ", of all brands at once" }
                            ". Rejecting one part ends the review: every other part that is open is approved."
                        }
                    }
                    thead {
                        tr {
                            th scope="col" { "Part" }
                            th scope="col" { "Status" }
                            th scope="col" { "Notes" }
                            th scope="col" { "Reject" }
                        }
                    }
                    tbody {
                        @for part in parts { (self.row(
                                id,
                                part.callback_type().as_str(),
                                review(part).map(|review| (review, review.part_status())),
                            )) }
                        (self.row(id, whole, Some((own, status))))
                    }
                }
            }
        }
    }

    fn is_one_of_several(&self, owner: Owner) -> bool {
        owner != Owner::Business && self.business.brands().len() > 1
    }

    /// A part with its review and status, if anything of it was sent.
    fn row(&self, id: &str, part: &str, judged: Option<(&Review, Status)>) -> Markup {
        let id = format!("{id}-{part}");
        let is_open = judged.as_ref().is_some_and(|(review, _)| review.is_under_review());
        let is_whole = matches!(part, "BUSINESS" | "BRAND");
        html! {
            tr {
                th scope="row" { code { (part) } @if is_whole { @if part == "BUSINESS" { " (its own verdict, without the brands)" } @else { " (as a whole)" } } }
                td id={ (id) "-status" } data-live {
                    @match &judged {
                        Some((_, status)) => (badge(status.as_str())),
                        None => span.quiet { "nothing sent" },
                    }
                }
                td id={ (id) "-notes" } data-live {
                    @if let Some((review, _)) = &judged { (notes(review.notes(), 2, 200)) }
                }
                // What somebody may be typing into is not replaced.
                td id={ (id) "-reject" } data-live[!is_open] {
                    @if is_open {
                        (self.reject_form(&id, &format!("reject.{part}"), part, id.starts_with("brand-")))
                    } @else if judged.is_some() {
                        span.quiet { "judged already" }
                    }
                }
            }
        }
    }

    /// Whether a service can be activated and rejected, by its code: the engine is asked once for all brands. Of a
    /// business under review such a decision would be one about all of KYB.
    fn may_service<'a>(
        &self,
        code: &'a str,
        activate: &str,
        reject: &str,
        asked: &mut Asked<'a>,
    ) -> (bool, bool) {
        if self.business.status() != Status::Active {
            return (false, false);
        }
        *asked.entry(code).or_insert_with(|| (self.may(activate).is_ok(), self.may(reject).is_ok()))
    }

    /// The services of a brand: how each was decided, with what can be decided anew.
    fn services<'a>(&self, place: usize, brand: &'a Brand, asked: &mut Asked<'a>) -> Markup {
        let services = brand.services();
        html! {
            h3 { "Services of brand " (place + 1) }
            @if services.is_empty() {
                p { "None." }
            } @else {
                div.table tabindex="0" role="region" aria-label={ "Services of brand " (place + 1) } {
                    table.cards {
                        @if self.business.brands().len() > 1 {
                            caption {
                                "What is decided about a service counts for every brand that has it."
                            }
                        }
                        thead {
                            tr {
                                th scope="col" { "Service" }
                                th scope="col" { "Name" }
                                th scope="col" { "Status" }
                                th scope="col" { "Notes" }
                                th scope="col" { "Decide" }
                            }
                        }
                        tbody {
                            @for (n, service) in services.iter().enumerate().take(SERVICES) {
                                @let id = format!("brand-{place}-service-{n}");
                                @let shown = service.shown();
                                @let code = service.code().as_str();
                                @let (activate, reject) = (format!("product.activate.{code}"), format!("product.reject.{code}"));
                                @let review = service.review();
                                @let is_active = !review.is_under_review() && !review.is_rejected();
                                @let (can_activate, can_reject) = self.may_service(code, &activate, &reject, asked);
                                @let may_reject = !review.is_rejected() && can_reject;
                                @let may_activate = !is_active && can_activate;
                                tr {
                                    th scope="row" { code { (cut(code, 80)) } }
                                    td { (cut(&shown.name, 80)) }
                                    td id={ (id) "-status" } data-live { (badge(shown.status.as_str())) }
                                    td id={ (id) "-notes" } data-live { (notes(review.notes(), 2, 200)) }
                                    td id={ (id) "-decide" } data-live[!may_reject] {
                                        @if may_activate {
                                            (self.button(&activate, &format!("Activate {code}{}", self.of_all(true)), "first"))
                                        }
                                        @if may_reject { (self.reject_form(&id, &reject, code, true)) }
                                        @if !may_activate && !may_reject {
                                            span.quiet { "decided once the business is active" }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
                @if services.len() > SERVICES { p.hint { "and " (services.len() - SERVICES) " more" } }
            }
        }
    }
}

/// Of each service that was asked about: whether it can be activated, and rejected.
type Asked<'a> = HashMap<&'a str, (bool, bool)>;

/// How many brands a page shows, and how many bytes of them.
const MOST: usize = 20;
const ROOM: usize = 80_000;
/// How many services of a brand.
const SERVICES: usize = 20;
