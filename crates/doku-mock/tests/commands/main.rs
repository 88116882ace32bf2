//! The commands of the program `doku-mock`, run as a user runs them, against a mock that is the program too.

#![cfg(unix)]
#![allow(missing_docs)]

mod answers;
mod examples;
mod failures;
mod help;
mod journal;
mod merchants;
mod page;
mod program;
mod receiver;
