//! The states of a business and of a brand, drawn, with the present one lit.

use maud::{Markup, html};

/// Four states around one: something comes from above, and goes on to the left or to the right.
pub(super) struct Diagram {
    /// Where it begins; a mere beginning is no state that is told to anybody.
    top: &'static str,
    middle: &'static str,
    left: &'static str,
    right: &'static str,
    /// What leads from the top to the middle.
    begins: &'static str,
    /// From the middle to the left and to the right.
    to_left: &'static str,
    to_right: &'static str,
    /// Back from both.
    back: &'static str,
    /// Between left and right: `both_ways`, or to the left only.
    across: &'static str,
    both_ways: bool,
}

/// The status of a business as a whole.
pub(super) const REGISTERED: Diagram = Diagram {
    top: "registered",
    middle: "UPDATING",
    left: "ACTIVE",
    right: "REJECTED",
    begins: "under review",
    to_left: "KYB approves",
    to_right: "KYB rejects",
    back: "an update",
    across: "approved by hand",
    both_ways: false,
};
/// The same of one that began with an invitation.
pub(super) const INVITED: Diagram =
    Diagram { top: "INVITED", begins: "its owner completes it", ..REGISTERED };
/// Whether a brand may work.
pub(super) const OPERATION: Diagram = Diagram {
    top: "NOT OPERATING YET",
    middle: "ACTIVE",
    left: "SUSPENDED",
    right: "FULL_SUSPENDED",
    begins: "the business is active",
    to_left: "suspend",
    to_right: "suspend.full",
    back: "activate",
    across: "suspend, suspend.full",
    both_ways: true,
};

impl Diagram {
    /// The drawing, and what a reader of it is told.
    pub(super) fn draw(&self, what: &str, now: &str) -> Markup {
        let label = format!("{what}: {now} now. {}", self.in_words());
        html! {
            svg.diagram role="img" aria-label=(label) viewBox="0 0 440 256" width="440" height="256" {
                (way("M220 44V84", "220,94 215,84 225,84"))
                text.small x="300" y="74" { (self.begins) }
                (way("M165 132L92 192", "84,199 89,188 95,196"))
                text.small x="78" y="160" { (self.to_left) }
                (way("M275 132L348 192", "356,199 345,196 351,188"))
                text.small x="362" y="160" { (self.to_right) }
                (way("M128 199L201 139", "209,132 204,143 198,135"))
                (way("M312 199L239 139", "231,132 242,135 236,143"))
                text.small x="220" y="184" { (self.back) }
                (way("M282 219H168", "158,219 168,214 168,224"))
                @if self.both_ways { polygon.head points="282,219 272,214 272,224" {} }
                text.small x="220" y="250" { (self.across) }
                (state(self.top, 220, 24, now))
                (state(self.middle, 220, 113, now))
                (state(self.left, 83, 219, now))
                (state(self.right, 357, 219, now))
            }
        }
    }

    fn in_words(&self) -> String {
        let Self { top, middle, left, right, .. } = self;
        let across = match self.both_ways {
            true => format!("{left} to {right} and back: {}.", self.across),
            false => format!("{right} to {left}: {}.", self.across),
        };
        format!(
            "{top} to {middle}: {}. {middle} to {left}: {}. {middle} to {right}: {}. \
             {left} or {right} to {middle}: {}. {across}",
            self.begins, self.to_left, self.to_right, self.back
        )
    }
}

fn state(name: &str, x: u16, y: u16, now: &str) -> Markup {
    let lit = match name {
        _ if name != now => "",
        "ACTIVE" => "lit good",
        "REJECTED" | "SUSPENDED" | "FULL_SUSPENDED" => "lit bad",
        "NOT OPERATING YET" => "lit plain",
        _ => "lit open",
    };
    html! {
        g class=(lit) {
            rect.state x=(x - 75) y=(y - 19) width="150" height="38" rx="8" {}
            text x=(x) y=(y + 5) { (name.replace('_', " ")) }
        }
    }
}

fn way(path: &str, head: &str) -> Markup {
    html! { path.way d=(path) {} polygon.head points=(head) {} }
}
