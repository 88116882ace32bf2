//! SNAP, Bank Indonesia's standard as DOKU speaks it: virtual accounts, QRIS, direct debit, payout.
//!
//! | signature | over | by | module |
//! | --- | --- | --- | --- |
//! | token request | `<client id>\|<timestamp>` | RSA, the caller's private key | [`asymmetric`] |
//! | every other request | method, path, access token, hash of the body, timestamp | HMAC-SHA512, the secret key | [`symmetric`] |
//! | the standard's variant without a token | method, path, hash of the body, timestamp | RSA | [`asymmetric`] |
//!
//! A timestamp is text here: it is signed as it stands in its header, be it with `Z`, with an
//! offset or with milliseconds (both forms work, observed; [`Timestamp::wib`] writes the one that
//! the standard asks for). So is the path: what is on the wire, with its query if it has one.
//!
//! [`Timestamp::wib`]: doku_types::Timestamp::wib

pub mod asymmetric;
mod headers;
mod minify;
pub mod symmetric;

pub use headers::{
    AUTHORIZATION, CHANNEL_ID, CLIENT_KEY, EXTERNAL_ID, PARTNER_ID, SIGNATURE, SignedHeaders,
    TIMESTAMP, TokenHeaders,
};
pub use minify::{BodyHash, minify};
