//! `doku-mock explain` and `doku-mock sign`, run as a user does.

#![cfg(unix)]
#![allow(missing_docs)]

mod curl;
mod input;
mod mistakes;
mod program;
mod shown;
mod sign;
mod vectors;

// A foreign client's signatures, put together by hand; the doctor's own tests have them too.
#[allow(dead_code)]
#[path = "../../../doku-signing/tests/diagnose/errors.rs"]
mod errors;
#[allow(dead_code)]
#[path = "../../../doku-signing/tests/diagnose/naive.rs"]
mod naive;
