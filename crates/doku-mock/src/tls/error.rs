//! Why there is no certificate authority, or it is of no use.

use std::{io, path::PathBuf};

/// Why a certificate authority cannot be made, read or used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CaError {
    /// A file or the directory cannot be made, read or written.
    #[error("{}: {error}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// The system's reason.
        #[source]
        error: io::Error,
    },
    /// One of the two files is there without the other.
    #[error(
        "{} is half a certificate authority, {missing} is missing: put it back, or remove what is left and trust the one that is made next",
        directory.display()
    )]
    Half {
        /// The directory.
        directory: PathBuf,
        /// The file that is not there.
        missing: &'static str,
    },
    /// Others may read the key.
    #[error("{} can be read by others than its owner: chmod 600 it, or, if somebody may have it, remove the authority and trust a new one", path.display())]
    Exposed {
        /// The key.
        path: PathBuf,
    },
    /// A file holds something else, or the two do not belong together.
    #[error("{}: {reason}", path.display())]
    Unusable {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The authority was made for other names.
    #[error(
        "the certificate authority in {} may not vouch for {host}: make one that may by `doku-mock ca --dir OTHER --host {host}`, and trust that",
        directory.display()
    )]
    NotCovered {
        /// The directory.
        directory: PathBuf,
        /// The name.
        host: String,
    },
    /// No certificate can be for this.
    #[error("{0:?} is no host of a certificate: give a name, such as doku.test, or an IP address")]
    Host(String),
    /// This build has no TLS.
    #[error(
        "this build has no TLS: build doku-mock with its feature `tls`, which is on by default"
    )]
    NoTls,
}
