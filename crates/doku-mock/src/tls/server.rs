//! The server's side of a handshake, with a certificate that is made again before it ends.

use std::{
    fmt, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use rustls::{
    AlertDescription, ServerConfig,
    pki_types::{PrivateKeyDer, ServerName},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use tokio::net::TcpStream;
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use tracing::warn;

use super::{CaError, CertificateAuthority, DOKU_HOSTS, certificate};

/// How connections become TLS. Clones share it.
#[derive(Clone)]
pub(crate) struct Tls {
    acceptor: TlsAcceptor,
    authority: PathBuf,
}

impl Tls {
    /// A server of DOKU's hosts, of this machine and of `hosts`.
    ///
    /// # Errors
    /// [`CaError`], if the authority may not vouch for one of them.
    pub(crate) fn new(authority: CertificateAuthority, hosts: &[String]) -> Result<Self, CaError> {
        let own = DOKU_HOSTS.iter().chain(&THIS_MACHINE).copied();
        let mut names = Vec::new();
        for host in own.chain(hosts.iter().map(String::as_str)) {
            let host = certificate::host(host)?;
            if !names.contains(&host) {
                names.push(host);
            }
        }
        authority.check(&names)?;
        let path = authority.certificate().to_owned();
        let issued = Issued::at(SystemTime::now(), &authority, &names)?;
        let presented = Presented { authority, names, issued: Mutex::new(issued) };
        let mut config = ServerConfig::builder_with_provider(certificate::provider())
            .with_safe_default_protocol_versions()
            // AWS-LC has the cipher suites of both.
            .expect("the provider speaks TLS 1.2 and 1.3")
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(presented));
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(config)), authority: path })
    }

    /// The certificate that clients have to trust.
    pub(crate) fn authority(&self) -> &Path {
        &self.authority
    }

    /// The handshake. How long it may take is the caller's to say.
    pub(crate) async fn accept(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        self.acceptor.accept(stream).await
    }

    /// Whether a handshake failed as it does where a client does not trust the authority. Not all say so:
    /// Node and Java just leave.
    pub(crate) fn is_distrust(error: &io::Error) -> bool {
        if error.kind() == io::ErrorKind::UnexpectedEof {
            return true;
        }
        let error = error.get_ref().and_then(|error| error.downcast_ref());
        let Some(rustls::Error::AlertReceived(alert)) = error else {
            return false;
        };
        matches!(
            alert,
            AlertDescription::UnknownCA
                | AlertDescription::BadCertificate
                | AlertDescription::CertificateUnknown
        )
    }
}

/// One certificate for all names, whichever the client asks for.
struct Presented {
    authority: CertificateAuthority,
    names: Vec<ServerName<'static>>,
    issued: Mutex<Issued>,
}

struct Issued {
    key: Arc<CertifiedKey>,
    at: SystemTime,
}

impl Issued {
    fn at(
        now: SystemTime,
        authority: &CertificateAuthority,
        names: &[ServerName<'static>],
    ) -> Result<Self, CaError> {
        let unusable = |error: &dyn fmt::Display| CaError::Unusable {
            path: authority.certificate().to_owned(),
            reason: error.to_string(),
        };
        let (certificate, key) = authority.issue(names, now)?;
        let key = PrivateKeyDer::try_from(key.serialize_der()).map_err(|error| unusable(&error))?;
        let provider = certificate::provider();
        let key = CertifiedKey::from_der(vec![certificate], key, &provider);
        let key = key.map_err(|error| unusable(&error))?;
        Ok(Self { key: Arc::new(key), at: now })
    }
}

impl Presented {
    /// The certificate, a new one if this one has been presented for long.
    fn at(&self, now: SystemTime) -> Arc<CertifiedKey> {
        let mut issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        // By the machine's clock, which goes on while the machine sleeps. It may be set back, too.
        let is_fresh = now.duration_since(issued.at).is_ok_and(|age| age < RENEWAL);
        if !is_fresh {
            match Issued::at(now, &self.authority, &self.names) {
                Ok(renewed) => *issued = renewed,
                Err(error) => warn!(%error, "cannot renew the certificate"),
            }
        }
        Arc::clone(&issued.key)
    }
}

impl ResolvesServerCert for Presented {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.at(SystemTime::now()))
    }
}

impl fmt::Debug for Presented {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Presented").field("names", &self.names).finish_non_exhaustive()
    }
}

const THIS_MACHINE: [&str; 3] = ["localhost", "127.0.0.1", "::1"];
/// How long a certificate is presented: half as long as it is valid.
const RENEWAL: Duration = Duration::from_secs(7 * 24 * 60 * 60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mock_that_runs_for_weeks_presents_certificates_that_are_valid() {
        let directory = tempfile::tempdir().unwrap();
        let authority = CertificateAuthority::open_or_make(directory.path(), &[]).unwrap();
        let names = vec![certificate::host("api.doku.com").unwrap()];
        let start = SystemTime::now();
        let issued = Mutex::new(Issued::at(start, &authority, &names).unwrap());
        let ca = authority.certificate_der().clone();
        let presented = Presented { authority, names, issued };
        let first = presented.at(start);
        let mut last = Arc::clone(&first);
        let hour = Duration::from_secs(60 * 60);
        for hours in (0..24 * 7 * 5).step_by(13) {
            let now = start + hours * hour;
            last = presented.at(now);
            certificate::verify(&ca, &last.cert[0], &presented.names[0], now).unwrap();
        }
        assert_ne!(last.cert, first.cert);
        // The clock is set right.
        let now = start + hour;
        certificate::verify(&ca, &presented.at(now).cert[0], &presented.names[0], now).unwrap();
        // Two handshakes of the same hour get the same.
        assert_eq!(presented.at(now + hour).cert, presented.at(now).cert);
    }
}
