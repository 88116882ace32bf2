//! The two kinds of certificate, and whether one holds before the other.
//!
//! They are made for the strictest verifiers: key usages, key identifiers, constraints marked critical.

use std::{
    net::IpAddr,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    NameConstraints, PublicKeyData, SanType, SerialNumber, date_time_ymd,
};
use rustls::{
    CertificateError, RootCertStore,
    client::{WebPkiServerVerifier, danger::ServerCertVerifier},
    crypto::{CryptoProvider, aws_lc_rs},
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use sha2::{Digest, Sha256};

use super::{CaError, DOKU_HOSTS};

/// What a certificate is for: a name or an address, as rustls reads it.
pub(super) fn host(text: &str) -> Result<ServerName<'static>, CaError> {
    // As it stands in a URL.
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let name = ServerName::try_from(bare.to_owned());
    name.map_err(|_| CaError::Host(text.to_owned()))
}

/// A self-signed certificate of an authority that may vouch for DOKU's hosts, for this machine, for what
/// ends in `.test`, and for `hosts`; for nothing else.
pub(super) fn authority(
    key: &KeyPair,
    hosts: &[ServerName<'_>],
    now: SystemTime,
) -> Result<String, rcgen::Error> {
    let names = DOKU_HOSTS.iter().chain(&OWN_NAMES);
    let mut permitted: Vec<_> =
        names.map(|name| GeneralSubtree::DnsName((*name).to_owned())).collect();
    permitted.extend(LOOPBACK.map(GeneralSubtree::IpAddress));
    permitted.extend(hosts.iter().filter_map(|host| match host {
        ServerName::DnsName(name) => Some(GeneralSubtree::DnsName(name.as_ref().to_owned())),
        ServerName::IpAddress(address) => {
            Some(GeneralSubtree::IpAddress(alone(IpAddr::from(*address))))
        }
        _ => None,
    }));
    let mut params = described(key, now, AUTHORITY_VALIDITY);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.name_constraints =
        Some(NameConstraints { permitted_subtrees: permitted, excluded_subtrees: Vec::new() });
    Ok(params.self_signed(key)?.pem())
}

/// Who signs with this key: what [`authority`] says of itself follows from the key.
pub(super) fn issuer(key: KeyPair) -> Issuer<'static, KeyPair> {
    let params = described(&key, UNIX_EPOCH, Duration::ZERO);
    Issuer::new(params, key)
}

/// A certificate of a server of these names, and its key.
pub(super) fn leaf(
    issuer: &Issuer<'_, KeyPair>,
    hosts: &[ServerName<'_>],
    now: SystemTime,
) -> Result<(CertificateDer<'static>, KeyPair), rcgen::Error> {
    let key = KeyPair::generate()?;
    let mut params = validity(now, LEAF_VALIDITY);
    params.distinguished_name = named("doku-mock".to_owned());
    params.subject_alt_names = hosts
        .iter()
        .filter_map(|host| match host {
            ServerName::DnsName(name) => Some(name.as_ref().try_into().map(SanType::DnsName)),
            ServerName::IpAddress(address) => Some(Ok(SanType::IpAddress(IpAddr::from(*address)))),
            _ => None,
        })
        .collect::<Result<_, _>>()?;
    // Told, so that it has a key identifier.
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.use_authority_key_identifier_extension = true;
    let certificate = params.signed_by(&key, issuer)?;
    Ok((certificate.der().clone(), key))
}

/// Whether a client that trusts `authority` takes `leaf` for `host`.
pub(super) fn verify(
    authority: &CertificateDer<'_>,
    leaf: &CertificateDer<'_>,
    host: &ServerName<'_>,
    now: SystemTime,
) -> Result<(), rustls::Error> {
    let mut roots = RootCertStore::empty();
    roots.add(authority.clone().into_owned())?;
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider())
        .build()
        .map_err(|error| rustls::Error::General(error.to_string()))?;
    let now = UnixTime::since_unix_epoch(now.duration_since(UNIX_EPOCH).unwrap_or_default());
    let verified = verifier.verify_server_cert(leaf, &[], host, &[], now).map(drop);
    verified.and_then(|()| {
        // rustls trusts an authority whenever; others do not. Asked whether it is a server, it names a date that
        // is wrong before it says that it is none.
        match verifier.verify_server_cert(authority, &[], host, &[], now) {
            Err(
                error @ rustls::Error::InvalidCertificate(
                    CertificateError::ExpiredContext { .. }
                    | CertificateError::NotValidYetContext { .. },
                ),
            ) => Err(error),
            _ => Ok(()),
        }
    })
}

/// Nothing is set for the whole process.
pub(super) fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

/// What a certificate of the authority with this key has at least. Its name holds a digest of the key: two
/// authorities in one trust store are not taken for each other.
fn described(key: &KeyPair, now: SystemTime, long: Duration) -> CertificateParams {
    let mut params = validity(now, long);
    let digest = Sha256::digest(key.subject_public_key_info());
    let id: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    params.distinguished_name = named(format!("doku-mock CA {id}, for tests only"));
    params
}

/// Valid from a while ago, since another machine's clock may be slow.
fn validity(now: SystemTime, long: Duration) -> CertificateParams {
    let mut params = CertificateParams::default();
    let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    let epoch = date_time_ymd(1970, 1, 1);
    params.not_before = epoch + since.saturating_sub(BACK_DATED);
    params.not_after = epoch + since.saturating_add(long);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let mut serial: Vec<u8> = std::iter::repeat_with(|| fastrand::u8(..)).take(16).collect();
    // Positive, and of full length.
    serial[0] = serial[0] & 0x7f | 0x40;
    params.serial_number = Some(SerialNumber::from(serial));
    params
}

fn named(common_name: String) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::OrganizationName, "doku-mock");
    name.push(DnType::CommonName, common_name);
    name
}

/// This address and no other.
fn alone(address: IpAddr) -> CidrSubnet {
    CidrSubnet::from_addr_prefix(address, if address.is_ipv4() { 32 } else { 128 })
}

/// Nobody owns these, nor what ends in them (RFC 6761).
const OWN_NAMES: [&str; 2] = ["localhost", "test"];
const LOOPBACK: [CidrSubnet; 2] = [
    CidrSubnet::V4([127, 0, 0, 0], [255, 0, 0, 0]),
    CidrSubnet::V6([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], [255; 16]),
];
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// A team trusts an authority once.
const AUTHORITY_VALIDITY: Duration = Duration::from_secs(5 * 365 * DAY.as_secs());
/// A certificate is in memory only, and made again while a mock runs on.
const LEAF_VALIDITY: Duration = Duration::from_secs(14 * DAY.as_secs());
const BACK_DATED: Duration = Duration::from_secs(60 * 60);

#[cfg(test)]
mod tests {
    use rustls::pki_types::pem::PemObject;

    use super::*;

    /// Whether a certificate for `text`, made `later` than its authority for `hosts`, is taken then.
    fn taken(hosts: &[&str], text: &str, later: Duration) -> Result<(), rustls::Error> {
        let made = UNIX_EPOCH + Duration::from_secs(1_795_000_000);
        let hosts: Vec<_> = hosts.iter().map(|text| host(text).unwrap()).collect();
        let key = KeyPair::generate().unwrap();
        let pem = authority(&key, &hosts, made).unwrap();
        let ca = CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
        let host = host(text).unwrap();
        let (leaf, _) = leaf(&issuer(key), std::slice::from_ref(&host), made + later).unwrap();
        verify(&ca, &leaf, &host, made + later)
    }

    #[test]
    fn an_authority_vouches_for_its_own_names_and_no_others() {
        let ours = ["api.doku.com", "localhost", "a.localhost", "doku.test", "127.9.9.9", "::1"];
        for text in ours.into_iter().chain(DOKU_HOSTS) {
            assert_eq!(taken(&[], text, Duration::ZERO), Ok(()), "{text}");
        }
        for text in ["doku.com", "www.doku.com", "xapi.doku.com", "doku.mytest", "128.0.0.1", "::2"]
        {
            let error = taken(&[], text, Duration::ZERO).unwrap_err().to_string();
            assert!(error.contains("NameConstraintViolation"), "{text}: {error}");
        }
        assert_eq!(taken(&["mock.internal"], "mock.internal", Duration::ZERO), Ok(()));
        assert_eq!(taken(&["192.168.7.1", "[fd00::1]"], "192.168.7.1", Duration::ZERO), Ok(()));
        assert_eq!(taken(&["192.168.7.1", "[fd00::1]"], "[fd00::1]", Duration::ZERO), Ok(()));
    }

    #[test]
    fn an_authority_holds_for_five_years() {
        let year = 365 * DAY;
        assert_eq!(taken(&[], "api.doku.com", 5 * year - DAY), Ok(()));
        let error = taken(&[], "api.doku.com", 5 * year + DAY).unwrap_err();
        assert!(error.to_string().contains("expired"), "{error}");
    }

    #[test]
    fn what_is_no_host_is_told() {
        for text in ["", "a b", "https://x", "x:1", "*.doku.com", "[::1", "ä.test"] {
            assert!(matches!(host(text), Err(CaError::Host(_))), "{text}");
        }
    }
}
