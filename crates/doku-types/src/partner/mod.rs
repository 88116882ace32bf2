//! The Partner API, one file per component: `requirements`, `token`, `file`, `registration`,
//! `lite`, `business`, `update` and `callback`. Client and mock have files of the same names. What
//! registration and reading back share is in `part`; `rejection` says what a verdict asks for, and
//! `endpoint` lists the operations.
//!
//! A request is read in two ways: `parse` is a server's, which checks every rule and ignores what
//! nobody knows; serde's own is a client's, which reads what it is given and keeps unknown fields in
//! `extra`. A reply or callback is read by its `parse`, or by [`read`](crate::validate::read).

pub mod business;
pub mod callback;
pub mod endpoint;
pub mod file;
pub mod lite;
pub mod part;
pub mod registration;
pub mod rejection;
pub mod requirements;
pub mod token;
pub mod update;

/// What every path of the Partner API begins with (documented: all pages of the API).
pub const BASE_PATH: &str = "/adv-core-api/partner/v1.0";
