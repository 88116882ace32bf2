//! One item of an outcome's list.

use std::{fmt, str::FromStr};

use doku_types::code::PaymentMethod;

use super::OutcomeError;
use crate::kyb::{brand::Suspension, part::Target};

/// One item of the list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Item {
    Pending,
    Approve,
    Reject(Target),
    Suspend(Suspension),
    Activate,
    ActivateService(PaymentMethod),
    RefuseService(PaymentMethod),
}

impl Item {
    /// Why the two cannot both come true.
    pub(super) fn contradicts(&self, other: &Self) -> Option<&'static str> {
        match (self, other) {
            (Self::Pending, Self::Pending) => None,
            (Self::Pending, _) => Some("what is pending is not decided"),
            (Self::Reject(_), Self::Suspend(_)) => {
                Some("only an active business is suspended, and a rejected one is not active")
            }
            (Self::Suspend(how), Self::Suspend(other)) if how < other => {
                Some("a suspension is either full or not")
            }
            (Self::Reject(_), Self::RefuseService(_) | Self::ActivateService(_)) => {
                Some("services are decided once the business is active, and a rejected one is not")
            }
            (Self::ActivateService(code), Self::RefuseService(other)) if code == other => {
                Some("a service is either activated or rejected")
            }
            (
                Self::Activate,
                Self::Reject(_)
                | Self::Suspend(_)
                | Self::RefuseService(_)
                | Self::ActivateService(_),
            ) => Some("to activate is to approve all, lift suspensions and activate every service"),
            _ => None,
        }
    }
}

impl FromStr for Item {
    type Err = OutcomeError;

    fn from_str(text: &str) -> Result<Self, OutcomeError> {
        let unknown = || OutcomeError::Unknown(quoted(text));
        match text {
            "pending" => Ok(Self::Pending),
            "approve" => Ok(Self::Approve),
            "activate" => Ok(Self::Activate),
            "suspend" => Ok(Self::Suspend(Suspension::Plain)),
            "suspend.full" => Ok(Self::Suspend(Suspension::Full)),
            _ => {
                for (prefix, item) in SERVICES {
                    if let Some(code) = text.strip_prefix(prefix) {
                        let one = !code.is_empty() && !code.contains(',');
                        return one.then(|| item(code.into())).ok_or_else(unknown);
                    }
                }
                let part = text.strip_prefix("reject.").ok_or_else(unknown)?;
                let target = Target::all().find(|target| target.callback_type().as_str() == part);
                target.map(Self::Reject).ok_or_else(unknown)
            }
        }
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pending => f.write_str("pending"),
            Self::Approve => f.write_str("approve"),
            Self::Activate => f.write_str("activate"),
            Self::Suspend(Suspension::Plain) => f.write_str("suspend"),
            Self::Suspend(Suspension::Full) => f.write_str("suspend.full"),
            Self::Reject(target) => write!(f, "reject.{target}"),
            Self::ActivateService(code) => write!(f, "product.activate.{code}"),
            Self::RefuseService(code) => write!(f, "product.reject.{code}"),
        }
    }
}

/// The beginning of a text from outside, fit to be shown.
pub(super) fn quoted(text: &str) -> String {
    let cut: String = text.chars().take(MAX_QUOTED).collect();
    let dots = if cut.len() < text.len() { "…" } else { "" };
    format!("{}{dots}", cut.escape_debug())
}

/// Makes an item about a service.
type OfService = fn(PaymentMethod) -> Item;

/// What is decided about a service that the rest of the text names.
const SERVICES: [(&str, OfService); 2] =
    [("product.activate.", Item::ActivateService), ("product.reject.", Item::RefuseService)];
/// How many characters of a wrong item an error repeats.
const MAX_QUOTED: usize = 40;
