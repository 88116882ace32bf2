//! Callbacks: what is to be told ([`outbox`]) and the telling ([`delivery`]).

mod delivery;
mod outbox;

pub(crate) use delivery::deliver;
pub(crate) use outbox::Outbox;
pub use outbox::{Attempt, CallbackRecord, DeliveryState};
