//! The program `doku-mock`, killed with SIGKILL in the middle of its work, again and again, on one
//! data file: what it has answered holds, what it has not can be asked again, every callback is
//! told, and each retry comes when it would have come.
//!
//! `DOKU_MOCK_CRASH_ROUNDS` says how often it is killed, `DOKU_MOCK_CRASH_SEED` repeats what is sent
//! and when; what the processes are doing just then no seed repeats.

#![cfg(unix)]
#![allow(missing_docs)]

mod check;
mod left_behind;
mod load;
mod partner;
#[allow(dead_code, reason = "the drain tests use the rest")]
mod program;
mod refusals;
mod rounds;
mod sink;
mod told;
mod uploads;
