//! The authority, as whoever starts a mock sees it.

use std::{
    fmt,
    path::{Path, PathBuf},
    time::SystemTime,
};

use rcgen::{Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName, pem::PemObject};

use super::{CaError, DOKU_HOSTS, certificate, place};

/// A certificate authority of one's own, in a directory: `ca.pem`, for clients to trust, and
/// `ca-key.pem`, for its owner alone.
///
/// It can vouch for DOKU's API hosts, for this machine, for names that end in `.test`, and for those that
/// it was made for; not for the rest of the world, should its key be stolen. It is valid for five years.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let directory = tempfile::tempdir()?;
/// use doku_mock::CertificateAuthority;
///
/// let ca = CertificateAuthority::open_or_make(directory.path(), &[])?;
/// println!("trust {}", ca.certificate().display());
/// # Ok(())
/// # }
/// ```
pub struct CertificateAuthority {
    directory: PathBuf,
    path: PathBuf,
    is_new: bool,
    certificate: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

impl fmt::Debug for CertificateAuthority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CertificateAuthority").field("path", &self.path).finish_non_exhaustive()
    }
}

impl CertificateAuthority {
    /// The authority in a directory. Where there is none it is made, and may then vouch for `hosts` too,
    /// names (with what is below them) or addresses; one that is there is never changed. Whoever comes at
    /// the same time gets the same.
    ///
    /// # Errors
    /// [`CaError`]; among others where one that is there may not vouch for `hosts`.
    pub fn open_or_make(directory: impl AsRef<Path>, hosts: &[String]) -> Result<Self, CaError> {
        // Clients may run elsewhere, and are told where it is.
        let directory = directory.as_ref();
        let directory = std::path::absolute(directory).unwrap_or_else(|_| directory.to_owned());
        let hosts =
            hosts.iter().map(|host| certificate::host(host)).collect::<Result<Vec<_>, _>>()?;
        let (files, is_new) = place::open_or_make(&directory, || {
            let key = KeyPair::generate()?;
            let certificate = certificate::authority(&key, &hosts, SystemTime::now())?;
            Ok(place::Files { certificate, key: key.serialize_pem() })
        })?;
        let path = directory.join(place::CERTIFICATE);
        let unusable = |path: &Path, what: &str| CaError::Unusable {
            path: path.to_owned(),
            reason: format!("it holds no {what}: put the file back that `doku-mock ca` made"),
        };
        let certificate = CertificateDer::from_pem_slice(files.certificate.as_bytes())
            .map_err(|_| unusable(&path, "certificate in PEM"))?;
        // The errors may show what was read.
        let key_path = directory.join(place::KEY);
        let key = PrivatePkcs8KeyDer::from_pem_slice(files.key.as_bytes())
            .ok()
            .and_then(|key| KeyPair::try_from(key.secret_pkcs8_der()).ok())
            .ok_or_else(|| unusable(&key_path, "private key in PEM"))?;
        let issuer = certificate::issuer(key);
        let authority = Self { directory, path, is_new, certificate, issuer };
        authority.check(&hosts)?;
        Ok(authority)
    }

    /// The certificate to trust: the absolute path of a file in PEM.
    pub fn certificate(&self) -> &Path {
        &self.path
    }

    /// Whether it was made just now, and so is trusted by nobody yet.
    pub fn is_new(&self) -> bool {
        self.is_new
    }

    /// A certificate for these names, valid from now on, and its key.
    pub(super) fn issue(
        &self,
        hosts: &[ServerName<'_>],
        now: SystemTime,
    ) -> Result<(CertificateDer<'static>, KeyPair), CaError> {
        certificate::leaf(&self.issuer, hosts, now)
            .map_err(|error| self.unusable(error.to_string()))
    }

    /// The certificate to trust, as it is sent.
    #[cfg(test)]
    pub(super) fn certificate_der(&self) -> &CertificateDer<'static> {
        &self.certificate
    }

    /// Tries as a client would whether what it issues holds.
    pub(super) fn check(&self, hosts: &[ServerName<'_>]) -> Result<(), CaError> {
        // DOKU's own hosts first: what is wrong there is wrong with the authority.
        let own = certificate::host(DOKU_HOSTS[0])?;
        if let Err(error) = self.try_for(&own)? {
            return Err(self.unusable(format!(
                "no client would trust it ({error}): remove the authority and trust the one that is made next"
            )));
        }
        for host in hosts {
            if self.try_for(host)?.is_err() {
                let (directory, host) = (self.directory.clone(), host.to_str().into_owned());
                return Err(CaError::NotCovered { directory, host });
            }
        }
        Ok(())
    }

    fn try_for(&self, host: &ServerName<'_>) -> Result<Result<(), rustls::Error>, CaError> {
        let now = SystemTime::now();
        let (leaf, _) = self.issue(std::slice::from_ref(host), now)?;
        Ok(certificate::verify(&self.certificate, &leaf, host, now))
    }

    fn unusable(&self, reason: String) -> CaError {
        CaError::Unusable { path: self.path.clone(), reason }
    }
}
