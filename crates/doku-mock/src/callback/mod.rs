//! Callbacks: what is to be told ([`outbox`]), what is held back until its cause was answered
//! ([`release`]), and the telling ([`delivery`]).

pub(crate) mod delivery;
mod outbox;
mod recall;
mod record;
mod release;

pub(crate) use delivery::{Due, Lanes};
pub(crate) use outbox::{DueCallback, Outgoing};
pub(crate) use recall::Recalls;
pub use record::{Attempt, CallbackRecord, DeliveryState};
pub(crate) use release::{Held, OnItsWay, Place, Releases};
