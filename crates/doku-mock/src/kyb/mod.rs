//! KYB: what DOKU decides about a business, as pure functions.

mod business;

pub(crate) use business::{Brand, Business, Event, Submission};
