//! What DOKU's people can decide now, by the buttons of it.

use doku_types::code::Status;
use maud::{Markup, html};
use serde_json::json;

use super::View;
use crate::inspector::pieces::as_api;

impl View<'_> {
    /// Of the whole business: each button where the engine takes it, and otherwise why not.
    pub(super) fn decide(&self) -> Markup {
        let api = format!("/_mock/businesses/{}/decide", self.business.id());
        html! {
            section aria-labelledby="decide-heading" {
                h2 #decide-heading { "Decide" }
                div #decide data-live {
                    @for (outcome, text, kind, about) in DECISIONS {
                        @match self.may_now(outcome) {
                            Ok(()) => {
                                div.actions { (self.button(outcome, text, kind)) span.hint { (about) } }
                            }
                            Err(reason) => {
                                p.hint { strong { (text) } " is not possible: " (clause(&reason)) "." }
                            }
                        }
                    }
                }
                @let suspension = ["suspend", "suspend.full"].map(|outcome| self.may(outcome));
                @let can_suspend = suspension.iter().any(Result::is_ok);
                // What somebody may be typing into is not replaced.
                div #suspend data-live[!can_suspend] {
                    @if can_suspend { (self.suspend_form(&suspension)) }
                    @else if let [Err(reason), _] = &suspension {
                        p.hint { strong { "Suspend all brands" } " is not possible: " (clause(reason)) "." }
                    }
                }
                (as_api("POST", &api, Some(&json!({"outcome": "approve"}))))
                (as_api("POST", &api, Some(&json!({"outcome": "reject.BUSINESS_BANK", "reject_notes": ["…"]}))))
            }
        }
    }

    fn suspend_form(&self, may: &[Result<(), String>; 2]) -> Markup {
        let [plain, full] = may.each_ref().map(Result::is_ok);
        html! {
            form.reject method="post" action=(self.action("")) {
                div.field {
                    label for="suspend-note" { "Reason of a suspension (optional)" }
                    (self.note("suspend"))
                }
                button.danger name="outcome" value="suspend" disabled[!plain] { "Suspend all brands" }
                button.danger name="outcome" value="suspend.full" disabled[!full] { "Suspend all brands fully" }
            }
            @if !plain || !full {
                p.hint { "Where a button is off, every brand is suspended so already." }
            } @else if self.is_under_review() {
                p.hint { "What is under review is approved first." }
            }
        }
    }

    fn is_under_review(&self) -> bool {
        self.business.status() == Status::Updating
    }

    /// A form that consists of one button.
    pub(super) fn button(&self, outcome: &str, text: &str, kind: &str) -> Markup {
        html! {
            form method="post" action=(self.action("")) {
                button class=(kind) name="outcome" value=(outcome) { (text) }
            }
        }
    }

    /// A form that rejects something, with a note or without.
    pub(super) fn reject_form(
        &self,
        id: &str,
        outcome: &str,
        what: &str,
        is_of_all: bool,
    ) -> Markup {
        let note = format!("{id}-note");
        html! {
            form.reject method="post" action=(self.action("")) {
                div.field {
                    label for=(note) { "Note on " (what) " (optional)" }
                    (self.note(id))
                }
                button.danger name="outcome" value=(outcome) { "Reject " (what) (self.of_all(is_of_all)) }
            }
        }
    }

    /// Where the reasons are typed that the form with this id gives, one a line: so Enter decides nothing.
    fn note(&self, form: &str) -> Markup {
        html! {
            input type="hidden" name="form" value=(form);
            textarea id={ (form) "-note" } name="reject_notes" rows="2" autocomplete="off" maxlength="10000" {
                "\n" (self.typed.note(form))
            }
        }
    }

    /// Whom a decision counts for, where that is more than what it stands beside.
    pub(super) fn of_all(&self, is_of_all: bool) -> &'static str {
        if is_of_all && self.business.brands().len() > 1 { " of all brands" } else { "" }
    }

    /// Whether a button of the whole business is there. The engine would take an activation of what is under review
    /// as an approval, too: that has its own button.
    fn may_now(&self, outcome: &str) -> Result<(), String> {
        match outcome == "activate" && self.business.status() != Status::Active {
            true => Err("the business is not active".to_owned()),
            false => self.may(outcome),
        }
    }

    /// Whether the engine takes a decision as the business stands, or why not.
    pub(super) fn may(&self, outcome: &str) -> Result<(), String> {
        let outcome = outcome.parse().map_err(|error: crate::OutcomeError| error.to_string())?;
        let decided = self.business.clone().decide(&outcome, &[], self.now);
        decided.map(drop).map_err(|refusal| refusal.to_string())
    }
}

/// Of a reason what comes before the advice: the buttons of the page are that.
fn clause(reason: &str) -> &str {
    reason.split(": ").next().unwrap_or(reason)
}

/// Outcome, button, its look, and what it does.
const DECISIONS: [(&str, &str, &str, &str); 3] = [
    (
        "approve",
        "Approve",
        "first",
        "What is under review or rejected is approved, what waits for activation is activated.",
    ),
    (
        "activate",
        "Activate everything",
        "",
        "Suspensions are lifted and every service is activated.",
    ),
    ("pending", "Hold back what is planned", "", "Nothing is decided until somebody does it here."),
];
