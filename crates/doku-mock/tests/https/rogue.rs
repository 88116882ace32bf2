//! What a thief of the authority's key could do: nothing, outside of its names.

use std::{
    fmt::Write as _,
    io::{Read, Write},
    net::{SocketAddr, TcpListener},
    path::Path,
    process::Command,
    sync::Arc,
    thread,
};

use doku_mock::CertificateAuthority;
use rcgen::{CertificateParams, DnType, Issuer, KeyPair, PublicKeyData};
use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    crypto::aws_lc_rs,
    pki_types::PrivateKeyDer,
    version::{TLS12, TLS13},
};
use sha2::{Digest, Sha256};

use crate::{connect, trusting};

/// A server that claims to be these hosts, with a certificate made by the stolen key.
fn rogue(directory: &Path, hosts: &[&str]) -> SocketAddr {
    let stolen = std::fs::read_to_string(directory.join("ca-key.pem")).unwrap();
    let stolen = KeyPair::from_pem(&stolen).unwrap();
    let mut id = String::new();
    for byte in &Sha256::digest(stolen.subject_public_key_info())[..4] {
        write!(id, "{byte:02x}").unwrap();
    }
    let mut issuer = CertificateParams::default();
    issuer.distinguished_name = rcgen::DistinguishedName::new();
    issuer.distinguished_name.push(DnType::OrganizationName, "doku-mock");
    issuer
        .distinguished_name
        .push(DnType::CommonName, format!("doku-mock CA {id}, for tests only"));
    let issuer = Issuer::new(issuer, stolen);

    let key = KeyPair::generate().unwrap();
    let hosts: Vec<_> = hosts.iter().map(|host| (*host).to_owned()).collect();
    let mut params = CertificateParams::new(hosts).unwrap();
    params.use_authority_key_identifier_extension = true;
    let certificate = params.signed_by(&key, &issuer).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for socket in listener.incoming() {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = StreamOwned::new(connection, socket.unwrap());
            let reply = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi";
            if stream.read(&mut [0; 4096]).is_ok() {
                let _ = stream.write_all(reply);
                stream.conn.send_close_notify();
                let _ = stream.flush();
            }
        }
    });
    address
}

#[test]
fn a_stolen_key_vouches_for_nothing_but_the_authoritys_names() {
    let directory = tempfile::tempdir().unwrap();
    let ca = CertificateAuthority::open_or_make(directory.path(), &[]).unwrap();
    let config = trusting(ca.certificate(), &[&TLS12, &TLS13]);
    // Within its names this server is taken: the certificate is right otherwise.
    connect(rogue(directory.path(), &["api.doku.com"]), "api.doku.com", &config).unwrap();
    for host in ["www.example.com", "dashboard.doku.com", "doku.com", "10.0.0.1", "::2"] {
        let server = rogue(directory.path(), &[host]);
        let error = connect(server, host, &config).unwrap_err().to_string();
        assert!(error.contains("NameConstraintViolation"), "{host}: {error}");
    }
}

#[test]
fn an_authority_made_for_more_names_vouches_for_those_too() {
    let directory = tempfile::tempdir().unwrap();
    let hosts = ["team.internal".to_owned(), "10.0.0.1".to_owned()];
    let ca = CertificateAuthority::open_or_make(directory.path(), &hosts).unwrap();
    let config = trusting(ca.certificate(), &[&TLS13]);
    for host in ["team.internal", "doku.team.internal", "10.0.0.1"] {
        connect(rogue(directory.path(), &[host]), host, &config).unwrap();
    }
    for host in ["internal", "10.0.0.2"] {
        let error = connect(rogue(directory.path(), &[host]), host, &config).unwrap_err();
        assert!(error.to_string().contains("NameConstraintViolation"), "{host}: {error}");
    }
}

#[test]
fn curl_python_and_node_keep_to_the_names_too() {
    let directory = tempfile::tempdir().unwrap();
    let ca = CertificateAuthority::open_or_make(directory.path(), &[]).unwrap();
    let server = rogue(directory.path(), &["www.example.com", "api.doku.com"]);
    let honest = rogue(directory.path(), &["api.doku.com"]);
    let curl = r#"curl -sS --cacert "$CA" --connect-to "::127.0.0.1:$PORT" "https://$HOST/""#;
    let python = r#"python3 -c '
import os, socket, ssl
context = ssl.create_default_context(cafile=os.environ["CA"])
socket = socket.create_connection(("127.0.0.1", os.environ["PORT"]))
context.wrap_socket(socket, server_hostname=os.environ["HOST"])'"#;
    let node = r#"node -e '
const { CA, PORT, HOST } = process.env;
const options = { port: PORT, servername: HOST, ca: require("fs").readFileSync(CA) };
require("tls").connect(options, () => process.exit(0)).on("error", (error) => {
    console.error(error.message);
    process.exit(1);
});'"#;
    for (needed, client) in [("curl", curl), ("python3", python), ("node", node)] {
        let found = Command::new(needed).arg("--version").output();
        if !found.is_ok_and(|found| found.status.success()) {
            eprintln!("skipped: there is no {needed} here");
            continue;
        }
        let run = |address: SocketAddr, host: &str| {
            let mut command = Command::new("sh");
            command.args(["-c", client]).env("CA", ca.certificate()).env("HOST", host);
            command.env("PORT", address.port().to_string()).output().unwrap()
        };
        let taken = run(honest, "api.doku.com");
        assert!(taken.status.success(), "{needed}: {taken:?}");
        let refused = run(server, "www.example.com");
        let error = String::from_utf8_lossy(&refused.stderr);
        assert!(!refused.status.success(), "{needed} takes it");
        assert!(error.contains("permitted subtree violation"), "{needed}: {error}");
    }
}
