//! Why a mock cannot start, or will not do as it is told.

use std::{net::SocketAddr, path::PathBuf};

use doku_types::error::ApiError;

use crate::{CaError, reply::Reply, store::DataError};

/// Why a mock cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// More faults than can be armed.
    #[error("more faults than can be armed: give at most 100")]
    Faults(#[from] crate::TooManyFaults),
    /// The address is not on this machine, and there is no admin token: others could read identity
    /// papers.
    #[error(
        "{0} is not a loopback address: listen on 127.0.0.1 or [::1], or give an admin token (`--admin-token`) too"
    )]
    NotLoopback(SocketAddr),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {error}; `--listen 127.0.0.1:0` takes any free port")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The system's reason.
        #[source]
        error: std::io::Error,
    },
    /// The address for https cannot be listened on.
    #[error(
        "cannot listen for https on {address}: {error}; `--https 127.0.0.1:0` takes any free port, and docs/https.md says how to come by port 443"
    )]
    ListenHttps {
        /// The address.
        address: SocketAddr,
        /// The system's reason.
        #[source]
        error: std::io::Error,
    },
    /// The certificate authority for https cannot be used.
    #[error("no https: {0}")]
    Ca(#[from] CaError),
    /// A client id cannot stand in a header, so nobody could call by it.
    #[error("a client id has to be of visible ASCII characters, such as BRN-0001-1700000000000")]
    ClientId,
    /// Two partners cannot be told apart.
    #[error("the client id {0} is given twice: give each partner its own")]
    ClientIdTwice(String),
    /// The admin token cannot be sent in a header.
    #[error("the admin token has to be 1 to 1024 visible ASCII characters")]
    AdminToken,
    /// `public_url` is not a usable URL.
    #[error(
        "the public URL is not an absolute http or https URL without a path, such as http://doku.test:8480"
    )]
    PublicUrl,
    /// The clock would stand still where it should run, run too fast, or begin in a year for which
    /// there are no ids.
    #[error(
        "a clock runs 1 to 100000000 times as fast as the machine's, and begins from 1970 to 2128"
    )]
    Clock,
    /// The data file cannot be used.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The CAs for callbacks cannot be had.
    #[error("cannot use the certificates of {}: {error}", path.display())]
    CallbackCa {
        /// The file.
        path: PathBuf,
        /// Why: it cannot be read, holds no certificate, or this build has no TLS.
        #[source]
        error: std::io::Error,
    },
    /// The directory for uploaded files cannot be used.
    #[error(
        "the directory for uploaded files cannot be used: {0}; set TMPDIR to one that can be written to, or keep them beside a data file, by --data"
    )]
    Files(#[source] std::io::Error),
    /// The system gives no thread.
    #[error("the system gives no thread for the state: {0}")]
    Thread(#[source] std::io::Error),
}

/// The mock did not do it, and why: what its API would have answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
#[non_exhaustive]
pub struct Refused {
    /// The HTTP status.
    pub status: u16,
    /// What is wrong and what to do.
    pub message: String,
}

impl From<Reply> for Refused {
    fn from(reply: Reply) -> Self {
        let error = ApiError::parse(&reply.body);
        let message = error.map(|error| error.to_string()).unwrap_or_default();
        Self { status: reply.status.as_u16(), message }
    }
}

/// What was waited for did not happen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not within {seconds} s: {callbacks}")]
#[non_exhaustive]
pub struct WaitError {
    /// How long it was waited for.
    pub seconds: u64,
    /// How the callbacks stand.
    pub callbacks: String,
}
