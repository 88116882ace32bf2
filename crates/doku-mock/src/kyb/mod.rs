//! KYB: what DOKU decides about a business, and when. Pure: time and ids are arguments, and what
//! has to be told is returned.
//!
//! A [`Business`] is registered or invited; what was sent is under review until an [`Outcome`] decides
//! it, as planned by [`Business::submit`] or by hand with [`Business::decide`]. Its status follows
//! from the verdicts on its parts and from nothing else.

mod agenda;
mod brand;
mod business;
mod by_hand;
mod decision;
mod merge;
mod millis;
mod outcome;
mod part;
mod refusal;
mod review;
mod step;
#[cfg(test)]
mod tests;
mod told;
mod update;

pub use agenda::{Pace, PaceError};
pub(crate) use brand::{Brand, Service};
pub(crate) use business::Business;
pub(crate) use decision::Strictness;
pub(crate) use outcome::suggested as suggested_outcomes;
pub use outcome::{Outcome, OutcomeError};
pub(crate) use part::{Owner, Part};
pub(crate) use refusal::Refusal;
pub(crate) use review::Review;
