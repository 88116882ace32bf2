//! What a build without TLS has: errors.

use std::{convert::Infallible, io, path::Path};

use tokio::net::TcpStream;

use super::CaError;

/// A certificate authority of one's own; not in this build, which lacks the feature `tls`.
#[derive(Debug)]
#[non_exhaustive]
pub struct CertificateAuthority {
    never: Infallible,
}

impl CertificateAuthority {
    /// There is none.
    ///
    /// # Errors
    /// [`CaError::NoTls`].
    pub fn open_or_make(_: impl AsRef<Path>, _: &[String]) -> Result<Self, CaError> {
        Err(CaError::NoTls)
    }

    /// The certificate to trust.
    pub fn certificate(&self) -> &Path {
        match self.never {}
    }

    /// Whether it was made just now.
    pub fn is_new(&self) -> bool {
        match self.never {}
    }
}

/// Never there.
#[derive(Clone)]
pub(crate) struct Tls {
    never: Infallible,
}

impl Tls {
    pub(crate) fn new(authority: CertificateAuthority, _: &[String]) -> Result<Self, CaError> {
        match authority.never {}
    }

    pub(crate) fn authority(&self) -> &Path {
        match self.never {}
    }

    pub(crate) fn is_distrust(_: &io::Error) -> bool {
        false
    }

    pub(crate) async fn accept(&self, _: TcpStream) -> io::Result<TcpStream> {
        match self.never {}
    }
}
