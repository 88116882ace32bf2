//! The Partner API, one file per component: `requirements`, `token`, `file`, `registration`,
//! `lite`, `business` and `callback`. Client and mock have files of the same names.

pub mod business;
pub mod callback;
pub mod file;
pub mod lite;
pub mod registration;
pub mod requirements;
pub mod token;

/// What every path of the Partner API begins with (documented: all pages of the API).
pub const BASE_PATH: &str = "/adv-core-api/partner/v1.0";
