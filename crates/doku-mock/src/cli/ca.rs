//! `doku-mock ca`: a certificate authority of one's own, for https.

use std::{
    env,
    path::{Path, PathBuf},
};

use doku_mock::CertificateAuthority;

use super::{Failure, print};

/// Makes a certificate authority for https, once, and says how clients come to trust it.
///
/// It can vouch for DOKU's API hosts, for this machine, for names that end in .test and for those that it is
/// made for, for five years; for nothing else. One that is there already stays as it is. Keep its key,
/// ca-key.pem, to yourself; give ca.pem to whoever calls the mock.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  doku-mock ca\n  doku-mock ca --dir team-ca --host mock.team.internal\n  doku-mock ca --json"
)]
pub(super) struct Options {
    /// Where it is or will be: .doku-mock/ca in the home directory unless set.
    #[arg(long, env = "DOKU_MOCK_CA", value_name = "DIR")]
    dir: Option<PathBuf>,
    /// A name, with what is below it, or an address that it may vouch for too; may be given several times.
    #[arg(long, value_name = "HOST")]
    host: Vec<String>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(Options { dir, host, json }: Options) -> Result<(), Failure> {
    let directory = directory(dir).map_err(Failure::refused)?;
    let authority = CertificateAuthority::open_or_make(&directory, &host);
    let authority = authority.map_err(|error| Failure::refused(error.to_string()))?;
    let ca = authority.certificate();
    if json {
        print(&serde_json::json!({ "ca": ca, "made": authority.is_new() }).to_string());
    } else {
        print(&told(ca, authority.is_new()));
    }
    Ok(())
}

/// The directory that was given, or the one that everything of this user shares.
pub(super) fn directory(given: Option<PathBuf>) -> Result<PathBuf, String> {
    given.or_else(|| Some(env::home_dir()?.join(".doku-mock").join("ca"))).ok_or_else(|| {
        "no home directory for the certificate authority: name one by DOKU_MOCK_CA".to_owned()
    })
}

fn told(ca: &Path, is_new: bool) -> String {
    let (did, ca) = (if is_new { "Made" } else { "There is" }, ca.display());
    format!(
        "{did} a certificate authority. Clients have to trust
  {ca}

  curl     curl --cacert {ca} …
  Node     NODE_EXTRA_CA_CERTS={ca} node …
  Python   SSL_CERT_FILE={ca} python3 …   (requests: REQUESTS_CA_BUNDLE)
  PHP      php -d curl.cainfo={ca} -d openssl.cafile={ca} …
  Java     keytool -importcert -noprompt -alias doku-mock -file {ca} -keystore trust.p12 -storepass changeit
           java -Djavax.net.ssl.trustStore=trust.p12 -Djavax.net.ssl.trustStorePassword=changeit …

Then `doku-mock --https 127.0.0.1:8443` serves https. docs/https.md says how a client whose host is fixed is led there."
    )
}
