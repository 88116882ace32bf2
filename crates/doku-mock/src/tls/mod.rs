//! https for whoever calls, by the feature `tls`: a certificate authority of one's own on the disk, a
//! certificate for DOKU's names from it, made in memory, and the handshake. A client whose host is
//! fixed can so be pointed here, unchanged.

#[cfg(feature = "tls")]
mod authority;
#[cfg(feature = "tls")]
mod certificate;
mod error;
#[cfg(feature = "tls")]
mod place;
#[cfg(feature = "tls")]
mod server;
#[cfg(not(feature = "tls"))]
mod without;

#[cfg(feature = "tls")]
pub use authority::CertificateAuthority;
pub use error::CaError;
#[cfg(feature = "tls")]
pub(crate) use server::Tls;
#[cfg(not(feature = "tls"))]
pub use without::CertificateAuthority;
#[cfg(not(feature = "tls"))]
pub(crate) use without::Tls;

/// DOKU's API hosts: what a certificate of the mock always names, beside this machine.
#[cfg(feature = "tls")]
pub(crate) const DOKU_HOSTS: [&str; 3] =
    ["api-uat.doku.com", "api.doku.com", "api-sandbox.doku.com"];
