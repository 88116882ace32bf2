//! The Partner API, one file per component: `requirements`, `token`, `file`, `registration`,
//! `lite`, `business` and `callback`. Client and mock have files of the same names. What
//! registration and reading back share is in `part`.

pub mod business;
pub mod callback;
pub mod file;
pub mod lite;
pub mod part;
pub mod registration;
pub mod requirements;
pub mod token;

/// What every path of the Partner API begins with (documented: all pages of the API).
pub const BASE_PATH: &str = "/adv-core-api/partner/v1.0";
