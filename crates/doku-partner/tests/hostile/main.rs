//! A client and a host that does it wrong: answers that break, lie, loop or never come. The host is
//! written for these tests, sends exactly the bytes that a story wants and keeps what it was sent.

#![allow(missing_docs)]

mod answer;
mod believed;
mod broken;
mod call;
mod connection;
mod host;
mod lost;
#[cfg(feature = "tls")]
mod proxy;
mod refused;
mod secrets;
mod sent_once;
#[cfg(feature = "tls")]
mod tls;
mod too_large;
mod upload;
