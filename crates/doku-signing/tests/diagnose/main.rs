//! The doctor is given signatures with a known mistake, each made here by hand, and has to name it.

#![allow(missing_docs)]

#[cfg(any(feature = "aws-lc-rs", feature = "rsa"))]
mod asymmetric;
mod errors;
mod naive;
mod pairs;
mod promises;
mod singles;
mod vectors;
