//! What an outcome asks for.

use super::{Opened, Refused, SERVICES};

/// An outcome, taken apart.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Wish<'a> {
    pub(super) pending: bool,
    pub(super) rejected: Vec<&'a str>,
    pub(super) after: After,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct After {
    pub(super) activate: bool,
    pub(super) refused: Vec<String>,
    pub(super) suspension: Option<&'static str>,
}

impl<'a> Wish<'a> {
    pub(super) fn of(outcome: &'a str) -> Self {
        let mut wish = Self::default();
        for item in outcome.split(',') {
            if let Some(service) = item.strip_prefix("product.reject.") {
                wish.after.refused.push(service.to_owned());
            } else if let Some(target) = item.strip_prefix("reject.") {
                wish.rejected.push(target);
            }
            wish.pending |= item == "pending";
            wish.after.activate |= item == "activate";
            match item {
                "suspend" => wish.after.suspension = Some("SUSPENDED"),
                "suspend.full" => wish.after.suspension = Some("FULL_SUSPENDED"),
                _ => {}
            }
        }
        wish
    }

    /// Whether it can come true of what is to be judged.
    pub(super) fn check(&self, opened: &Opened) -> Result<(), Refused> {
        let is_judged = |target: &&str| match *target {
            "BUSINESS" => opened.iter().any(|(owner, _)| *owner == 0),
            "BRAND" => opened.iter().any(|(owner, _)| *owner > 0),
            part => opened.iter().any(|(_, parts)| parts.contains(&part)),
        };
        let is_known = |code: &String| SERVICES.contains(&code.as_str());
        let fits = self.rejected.iter().all(is_judged) && self.after.refused.iter().all(is_known);
        if fits { Ok(()) } else { Err(Refused) }
    }
}

impl After {
    /// A later word replaces what it speaks of.
    pub(super) fn follow(&mut self, later: &Self) {
        if *later == Self::default() {
            return;
        }
        if self.activate || later.activate {
            *self = Self::default();
        }
        self.activate = later.activate;
        if !later.refused.is_empty() {
            self.refused.clone_from(&later.refused);
        }
        self.suspension = later.suspension.or(self.suspension);
    }
}
