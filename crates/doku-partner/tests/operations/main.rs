//! Every operation against a mock of DOKU over real sockets: what succeeds, and each way in which a
//! caller can be refused.

#![allow(missing_docs)]

mod businesses;
mod clock;
mod contents;
mod credentials;
mod refusals;
mod replays;
mod several;
mod signed_replies;
mod tokens;
mod uploads;
mod world;
