//! A host with TLS: its certificate is looked at before anything is sent.

use std::{sync::Arc, time::Duration};

use doku_partner::{ErrorKind, HyperTransport, HyperTransportBuilder};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::net::TcpListener;
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ClientConfig, RootCertStore, ServerConfig,
        crypto::aws_lc_rs,
        pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, pem::PemObject},
    },
};

use crate::{
    answer::Answer,
    call::{assert_discreet, builder, register, registered, timeouts},
    host::{Host, State},
};

/// A host with a certificate of its own for one name.
pub(crate) struct TlsHost {
    pub(crate) port: u16,
    /// Its certificate, to be trusted.
    pub(crate) pem: String,
    pub(crate) state: Arc<State>,
}

impl TlsHost {
    pub(crate) async fn playing(name: &str, answers: Vec<Answer>) -> Self {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed([name.to_owned()]).unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
        let mut config =
            ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_no_client_auth()
                .with_single_cert(vec![cert.der().clone()], key)
                .unwrap();
        // As most hosts do, it would rather speak HTTP/2.
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = State::playing(answers);
        let serving = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (state, acceptor) = (Arc::clone(&serving), acceptor.clone());
                tokio::spawn(async move {
                    // A client that does not trust the certificate goes before a request.
                    if let Ok(wire) = acceptor.accept(socket).await {
                        state.serve(wire).await;
                    }
                });
            }
        });
        Self { port, pem: cert.pem(), state }
    }

    pub(crate) fn trusted(&self) -> HyperTransportBuilder {
        let transport = HyperTransport::builder().timeouts(timeouts());
        transport.root_certificates(self.pem.as_bytes()).unwrap()
    }
}

#[tokio::test]
async fn a_host_whose_certificate_is_trusted_is_called() {
    let host = TlsHost::playing("localhost", vec![registered()]).await;
    let client = builder(&format!("https://localhost:{}", host.port))
        .transport(host.trusted().no_proxy().build())
        .build();
    assert!(register(&client).await.unwrap().is_signed);
    assert_eq!(host.state.came().len(), 1);
}

#[tokio::test]
async fn a_tls_configuration_made_for_http_2_as_well_does_no_harm() {
    let host = TlsHost::playing("localhost", vec![registered()]).await;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(host.pem.as_bytes()) {
        roots.add(certificate.unwrap()).unwrap();
    }
    let mut config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let transport = HyperTransport::builder().timeouts(timeouts()).no_proxy().tls_config(config);
    let client =
        builder(&format!("https://localhost:{}", host.port)).transport(transport.build()).build();
    assert!(register(&client).await.unwrap().is_signed);
}

#[tokio::test]
async fn a_host_with_a_foreign_certificate_is_sent_nothing() {
    let host = TlsHost::playing("localhost", vec![registered()]).await;
    let plain = HyperTransport::builder().timeouts(timeouts()).no_proxy().build();
    let client = builder(&format!("https://localhost:{}", host.port)).transport(plain).build();
    let error = register(&client).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Transport, 3), "{error}");
    assert!(!error.outcome_unknown(), "nothing was sent");
    assert!(error.to_string().contains("no connection: "), "{error}");
    assert!(error.to_string().contains("certificate"), "{error}");
    assert!(host.state.came().is_empty());
    assert_discreet(&error);
}

#[tokio::test]
async fn a_certificate_is_good_for_its_own_name_alone() {
    let host = TlsHost::playing("doku.test", vec![registered()]).await;
    let client = builder(&format!("https://localhost:{}", host.port))
        .transport(host.trusted().no_proxy().build())
        .build();
    let error = register(&client).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome_unknown()), (ErrorKind::Transport, false), "{error}");
    assert!(error.to_string().contains("certificate"), "{error}");
    assert!(host.state.came().is_empty());
}

#[tokio::test]
async fn a_host_that_speaks_no_tls_is_sent_nothing() {
    let host = Host::playing([registered()]).await;
    // It waits for the end of a head that is a handshake: the time to connect ends that.
    let short = timeouts().connect(Duration::from_millis(200));
    let impatient = HyperTransport::builder().no_proxy().timeouts(short).build();
    let client = builder(&host.url().replace("http:", "https:")).transport(impatient).build();
    let error = register(&client).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome_unknown()), (ErrorKind::Transport, false), "{error}");
    assert!(host.came().is_empty());
}
