//! https as clients see it: certificates that hold where they should and nowhere else, by rustls, by hand and by
//! the clients that people have.

#![cfg(all(unix, feature = "tls"))]

mod authority;
mod clients;
mod handshake;
mod program;
mod rogue;

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
    sync::Arc,
    time::Duration,
};

use doku_mock::{Builder, MockDoku};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tempfile::TempDir;

/// A mock with https, and the directory of its authority.
async fn start(change: impl FnOnce(Builder) -> Builder) -> (MockDoku, TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let builder = MockDoku::builder().https(any_port(), directory.path());
    (change(builder).start().await.unwrap(), directory)
}

fn any_port() -> SocketAddr {
    "127.0.0.1:0".parse().unwrap()
}

/// Where a mock listens for https.
fn address(mock: &MockDoku) -> SocketAddr {
    mock.https_url().unwrap().strip_prefix("https://").unwrap().parse().unwrap()
}

/// A client that trusts the certificates of `ca` and nothing else.
fn trusting(ca: &Path, versions: &[&'static SupportedProtocolVersion]) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(ca).unwrap() {
        roots.add(certificate.unwrap()).unwrap();
    }
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    Arc::new(config)
}

type Secure = StreamOwned<ClientConnection, TcpStream>;

/// Connects to `address` in the belief that it is `host`, and makes the handshake.
fn connect(
    address: SocketAddr,
    host: &str,
    config: &Arc<ClientConfig>,
) -> Result<Secure, std::io::Error> {
    let host = ServerName::try_from(host.to_owned()).unwrap();
    let socket = TcpStream::connect(address).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let connection = ClientConnection::new(Arc::clone(config), host).unwrap();
    let mut stream = StreamOwned::new(connection, socket);
    while stream.conn.is_handshaking() {
        stream.conn.complete_io(&mut stream.sock)?;
    }
    Ok(stream)
}

/// Sends a request that closes the connection; the reply.
fn ask(mut stream: impl Read + Write, target: &str, host: &str) -> String {
    let request = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    reply
}

/// The same, off the runtime's thread that the mock may need.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}
