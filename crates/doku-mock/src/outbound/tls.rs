//! https, by the feature `tls`: rustls with AWS-LC, the Mozilla roots that are bundled, and the CAs
//! of a file. Nothing is set for the whole process.

#[cfg(feature = "tls")]
pub(super) use with::{Connector, connector, refusal};
#[cfg(not(feature = "tls"))]
pub(super) use without::{Connector, connector, refusal};

#[cfg(feature = "tls")]
mod with {
    use std::{error::Error, io, path::Path, sync::Arc};

    use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
    use hyper_util::client::legacy::connect::HttpConnector;
    use rustls::{
        CertificateError, ClientConfig, RootCertStore,
        crypto::aws_lc_rs,
        pki_types::{CertificateDer, pem::PemObject},
    };

    use crate::{StartError, outbound::guard::Guard};

    pub(in crate::outbound) type Connector = HttpsConnector<HttpConnector<Guard>>;

    /// TLS over `http`, trusting the CAs of the PEM file `ca` too.
    pub(in crate::outbound) fn connector(
        mut http: HttpConnector<Guard>,
        ca: Option<&Path>,
    ) -> Result<Connector, StartError> {
        // The TLS layer looks at the scheme.
        http.enforce_http(false);
        let mut roots = RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        if let Some(path) = ca {
            let added = std::fs::read(path).and_then(|pem| add(&mut roots, &pem));
            added.map_err(|error| StartError::CallbackCa { path: path.to_owned(), error })?;
        }
        let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            // AWS-LC has the cipher suites of both.
            .expect("the provider speaks TLS 1.2 and 1.3")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(HttpsConnectorBuilder::new()
            .with_tls_config(config)
            .https_or_http()
            .enable_http1()
            .wrap_connector(http))
    }

    /// Adds the certificates of a PEM file; what else it holds is passed over.
    fn add(roots: &mut RootCertStore, pem: &[u8]) -> io::Result<()> {
        let malformed = |error: String| io::Error::new(io::ErrorKind::InvalidData, error);
        let bundled = roots.len();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate.map_err(|error| malformed(error.to_string()))?;
            roots.add(certificate).map_err(|error| malformed(error.to_string()))?;
        }
        if roots.len() == bundled {
            let message = "it holds no certificate: give a PEM file with BEGIN CERTIFICATE";
            return Err(malformed(message.to_owned()));
        }
        Ok(())
    }

    /// What is wrong with the receiver's certificate, if that is the error.
    pub(in crate::outbound) fn refusal(error: &(dyn Error + 'static)) -> Option<String> {
        let error: &rustls::Error = error.downcast_ref()?;
        let hint = match error {
            rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer) => {
                ": trust its CA with --callback-ca FILE"
            }
            _ => "",
        };
        Some(format!("TLS failed: {error}{hint}"))
    }
}

#[cfg(not(feature = "tls"))]
mod without {
    use std::{error::Error, io, path::Path};

    use hyper_util::client::legacy::connect::HttpConnector;

    use crate::{StartError, outbound::guard::Guard};

    pub(in crate::outbound) type Connector = HttpConnector<Guard>;

    pub(in crate::outbound) fn connector(
        http: HttpConnector<Guard>,
        ca: Option<&Path>,
    ) -> Result<Connector, StartError> {
        match ca {
            Some(path) => {
                let message = "this build has no TLS (feature `tls`)";
                let error = io::Error::new(io::ErrorKind::Unsupported, message);
                Err(StartError::CallbackCa { path: path.to_owned(), error })
            }
            None => Ok(http),
        }
    }

    pub(in crate::outbound) fn refusal(_: &(dyn Error + 'static)) -> Option<String> {
        None
    }
}

#[cfg(all(test, feature = "tls"))]
mod tests {
    use std::{io::Write, sync::Arc};

    use bytes::Bytes;
    use http::Request;
    use http_body_util::Full;
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
    use rustls::{ServerConfig, crypto::aws_lc_rs, pki_types::PrivateKeyDer};
    use tempfile::NamedTempFile;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };
    use tokio_rustls::TlsAcceptor;

    use crate::{
        StartError,
        outbound::{Outbound, OutboundError},
    };

    /// A receiver over TLS under the name `localhost`; its port, and a file with its CA.
    async fn receiver() -> (u16, NamedTempFile) {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let ca = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &ca).unwrap();

        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let accepted = acceptor.accept(socket);
                tokio::spawn(async move {
                    let Ok(mut socket) = accepted.await else { return };
                    let _ = socket.read_buf(&mut Vec::new()).await;
                    let _ = socket.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await;
                    // It ends at the next request, without a word of TLS.
                    let _ = socket.read_buf(&mut Vec::new()).await;
                });
            }
        });
        (port, file(ca.pem().as_bytes()))
    }

    fn file(content: &[u8]) -> NamedTempFile {
        let mut file = NamedTempFile::new().unwrap();
        file.write_all(content).unwrap();
        file
    }

    async fn send(outbound: &Outbound, url: &str) -> Result<u16, OutboundError> {
        let request = Request::post(url).body(Full::<Bytes>::from("{}")).unwrap();
        Ok(outbound.send(request, 0).await?.status.as_u16())
    }

    fn reason(outcome: Result<u16, OutboundError>) -> String {
        match outcome {
            Err(OutboundError::Failed(reason)) => reason,
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn a_receiver_over_tls_is_reached_with_its_ca_and_refused_without() {
        let (port, ca) = receiver().await;
        let url = format!("https://localhost:{port}/x");
        let trusting = Outbound::new(&[], Some(ca.path())).unwrap();
        // The second one finds the first one's connection dead.
        assert_eq!(send(&trusting, &url).await, Ok(204));
        assert_eq!(send(&trusting, &url).await, Ok(204));

        let reason = reason(send(&Outbound::new(&[], None).unwrap(), &url).await);
        assert!(reason.contains("invalid peer certificate: UnknownIssuer"), "{reason}");
        assert!(reason.contains("--callback-ca FILE"), "{reason}");
    }

    #[tokio::test]
    async fn a_certificate_for_another_name_is_refused() {
        let (port, ca) = receiver().await;
        let trusting = Outbound::new(&[], Some(ca.path())).unwrap();
        let reason = reason(send(&trusting, &format!("https://127.0.0.1:{port}/x")).await);
        assert!(reason.contains("not valid for name \"127.0.0.1\""), "{reason}");
    }

    #[tokio::test]
    async fn names_are_resolved_by_the_guard_over_https_too() {
        let outbound = Outbound::new(&[], None).unwrap();
        match send(&outbound, "https://no.such.name.invalid/x").await.unwrap_err() {
            // The guard's words.
            OutboundError::Failed(reason) => {
                assert!(reason.starts_with("no address for no.such.name.invalid: "), "{reason}");
            }
            // Some resolvers have an address for everything.
            OutboundError::Blocked(reason) => {
                assert!(reason.contains("neither loopback nor private"), "{reason}");
            }
        }
    }

    #[tokio::test]
    async fn a_receiver_that_speaks_no_tls_is_no_receiver_over_https() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://{}/x", listener.local_addr().unwrap());
        let outbound = Outbound::new(&[], None).unwrap();
        let sent = tokio::spawn(async move { send(&outbound, &url).await });
        let (mut socket, _) = listener.accept().await.unwrap();
        let _ = socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        let reason = reason(sent.await.unwrap());
        assert!(reason.starts_with("TLS failed: "), "{reason}");
    }

    #[tokio::test]
    async fn a_handshake_that_hangs_is_given_up_after_5_s() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://{}/x", listener.local_addr().unwrap());
        let outbound = Outbound::new(&[], None).unwrap();
        let sent = tokio::spawn(async move { send(&outbound, &url).await });
        let _held = listener.accept().await.unwrap();
        tokio::time::pause();
        assert_eq!(reason(sent.await.unwrap()), "no connection within 5 s");
    }

    #[tokio::test]
    async fn a_file_without_a_usable_certificate_is_an_error_at_the_start() {
        let key = KeyPair::generate().unwrap().serialize_pem();
        let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        let cut = "-----BEGIN CERTIFICATE-----\nAAAA\n";
        for (content, expected) in
            [("", "no certificate"), (&key, "no certificate"), (broken, ""), (cut, "")]
        {
            let file = file(content.as_bytes());
            let error = Outbound::new(&[], Some(file.path())).unwrap_err();
            let StartError::CallbackCa { path, .. } = &error else { panic!("{error:?}") };
            assert_eq!(path, file.path());
            assert!(error.to_string().contains(expected), "{error}");
        }
        let missing = Outbound::new(&[], Some("/no/such/file.pem".as_ref())).unwrap_err();
        assert!(missing.to_string().contains("/no/such/file.pem"), "{missing}");
    }
}
