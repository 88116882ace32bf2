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
                        @match self.may(outcome) {
                            Ok(()) => {
                                div.actions { (self.button(outcome, text, kind)) span.hint { (about) } }
                            }
                            Err(reason) => {
                                p.hint { strong { (text) } " is not possible: " (reason) "." }
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
                        p.hint { strong { "Suspend all brands" } " is not possible: " (reason) "." }
                    }
                }
                (as_api("POST", &api, Some(&json!({"outcome": "approve"}))))
            }
        }
    }

    fn suspend_form(&self, may: &[Result<(), String>; 2]) -> Markup {
        let typed = self.typed.outcome.as_deref();
        let is_mine = typed.is_some_and(|outcome| outcome.starts_with("suspend"));
        let [plain, full] = may.each_ref().map(Result::is_ok);
        html! {
            form.reject method="post" action=(self.action("")) {
                div.field {
                    label for="suspend-note" { "Reason of a suspension (optional)" }
                    input #suspend-note name="reject_notes" autocomplete="off" maxlength="10000"
                        value=[is_mine.then_some(&self.typed.notes)];
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
    pub(super) fn reject_form(&self, id: &str, outcome: &str, what: &str) -> Markup {
        let is_mine = self.typed.outcome.as_deref() == Some(outcome);
        let note = format!("{id}-note");
        html! {
            form.reject method="post" action=(self.action("")) {
                div.field {
                    label for=(note) { "Note on " (what) " (optional)" }
                    input id=(note) name="reject_notes" autocomplete="off" maxlength="10000"
                        value=[is_mine.then_some(&self.typed.notes)];
                }
                button.danger name="outcome" value=(outcome) { "Reject " (what) }
            }
        }
    }

    /// Whether the engine takes a decision as the business stands, or why not.
    pub(super) fn may(&self, outcome: &str) -> Result<(), String> {
        let outcome = outcome.parse().map_err(|error: crate::OutcomeError| error.to_string())?;
        let decided = self.business.clone().decide(&outcome, &[], self.now);
        decided.map(drop).map_err(|refusal| refusal.to_string())
    }
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
