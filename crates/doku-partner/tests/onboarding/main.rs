//! Stories of the onboarding flow against the mock, over real sockets.
#![cfg(all(feature = "io", feature = "receiver"))]
#![allow(missing_docs)]

mod before_sending;
mod company;
mod interrupted;
mod line;
mod mended;
mod rejected;
mod told;
mod unanswered;
mod verdicts;
mod world;
