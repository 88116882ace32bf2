//! https by rustls: nothing is installed process-wide.

use std::sync::Arc;

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};

/// AWS-LC, TLS 1.2 and 1.3, Mozilla's roots and these.
pub(super) fn config(
    more_roots: Vec<CertificateDer<'static>>,
) -> Result<ClientConfig, rustls::Error> {
    let mut roots: RootCertStore = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
    for root in more_roots {
        roots.add(root)?;
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

/// The certificates of a PEM file.
pub(super) fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, InvalidCertificate> {
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let certificates = certificates.map_err(|_| InvalidCertificate)?;
    // Looked at now, so that what cannot be a root is told where it is given.
    let mut roots = RootCertStore::empty();
    let usable = certificates.iter().all(|one| roots.add(one.clone()).is_ok());
    if !usable || certificates.is_empty() {
        return Err(InvalidCertificate);
    }
    Ok(certificates)
}

/// These are not certificates of a CA.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not certificates of a CA: give PEM with BEGIN CERTIFICATE")]
#[non_exhaustive]
pub struct InvalidCertificate;
