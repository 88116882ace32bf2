//! By the clients that people have, each as its script in `tests/https` has it: a token from DOKU's own name with the
//! authority, and nothing without it. One that is not installed is skipped, and says so.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use crate::{address, blocking, start};

/// One language's script.
struct Script {
    program: &'static str,
    /// The arguments before the address, for a client that trusts this certificate or none of ours.
    arguments: fn(Option<&Path>) -> Vec<String>,
    /// The variable that names the certificate.
    variable: Option<&'static str>,
    /// What it says when it does not trust.
    refusal: &'static str,
}

#[tokio::test]
async fn curl_gets_a_token_with_the_authority_and_none_without() {
    try_out(Script {
        program: "sh",
        arguments: |_| vec![script("token.sh")],
        variable: Some("CA"),
        refusal: "certificate",
    })
    .await;
}

#[tokio::test]
async fn python_gets_a_token_with_the_authority_and_none_without() {
    try_out(Script {
        program: "python3",
        arguments: |_| vec![script("token.py")],
        variable: Some("SSL_CERT_FILE"),
        refusal: "CERTIFICATE_VERIFY_FAILED",
    })
    .await;
}

#[tokio::test]
async fn node_gets_a_token_with_the_authority_and_none_without() {
    try_out(Script {
        program: "node",
        arguments: |_| vec![script("token.mjs")],
        variable: Some("NODE_EXTRA_CA_CERTS"),
        refusal: "unable to verify",
    })
    .await;
}

#[tokio::test]
async fn php_gets_a_token_with_the_authority_and_none_without() {
    try_out(Script {
        program: "php",
        arguments: |ca| {
            let ca = ca.map(|ca| format!("curl.cainfo={}", ca.display()));
            let trust = ca.map(|ca| vec!["-d".to_owned(), ca]).unwrap_or_default();
            [trust, vec![script("token.php")]].concat()
        },
        variable: None,
        refusal: "certificate",
    })
    .await;
}

#[tokio::test]
async fn the_certificates_are_right_for_pythons_strict_verifier() {
    let strict = r#"
import os, socket, ssl
context = ssl.create_default_context(cafile=os.environ["CA"])
context.verify_flags |= ssl.VERIFY_X509_STRICT
socket = socket.create_connection(("127.0.0.1", os.environ["PORT"]))
print(context.wrap_socket(socket, server_hostname="api.doku.com").version())"#;
    let tried = Command::new("python3").args(["-c", "import ssl"]).output();
    if !tried.is_ok_and(|tried| tried.status.success()) {
        eprintln!("skipped: there is no python3 with ssl here");
        return;
    }
    let (mock, _directory) = start(|builder| builder).await;
    let (port, ca) = (address(&mock).port().to_string(), mock.ca().unwrap().to_owned());
    let mut command = Command::new("python3");
    command.args(["-c", strict]).env("CA", ca).env("PORT", port);
    let output = blocking(move || command.output().unwrap()).await;
    assert_eq!(String::from_utf8_lossy(&output.stdout), "TLSv1.3\n", "{output:?}");
}

async fn try_out(script: Script) {
    if !is_installed(&script) {
        return;
    }
    let (mock, _directory) = start(|builder| builder).await;
    let (address, ca) = (address(&mock), mock.ca().unwrap().to_owned());
    let (with, without) =
        blocking(move || (run(&script, address, Some(&ca)), (run(&script, address, None), script)))
            .await;
    let said = String::from_utf8_lossy(&with.stdout);
    assert!(with.status.success() && said.starts_with(r#"{"token":"eyJ"#), "{with:?}");
    let (without, script) = without;
    let error = String::from_utf8_lossy(&without.stderr);
    assert!(!without.status.success() && error.contains(script.refusal), "{without:?}");
    assert!(without.stdout.is_empty(), "{without:?}");
    // The one that was refused asked for nothing.
    assert_eq!(mock.journal().len(), 1);
}

fn run(script: &Script, address: SocketAddr, ca: Option<&Path>) -> Output {
    let mut command = Command::new(script.program);
    command.args((script.arguments)(ca)).arg(address.to_string());
    for variable in ["CA", "SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS", "https_proxy"] {
        command.env_remove(variable);
    }
    if let (Some(variable), Some(ca)) = (script.variable, ca) {
        command.env(variable, ca);
    }
    command.output().unwrap()
}

/// Whether it can be tried here; says what is missing otherwise.
fn is_installed(script: &Script) -> bool {
    let needed = match script.program {
        "sh" => ["curl --version", "openssl version"].as_slice(),
        "python3" => &["python3 -c 'import ssl'"],
        "node" => &["node --version"],
        _ => &["php -r 'exit(function_exists(\"curl_init\") ? 0 : 1);'"],
    };
    for command in needed {
        let tried = Command::new("sh").args(["-c", command]).output();
        if !tried.is_ok_and(|tried| tried.status.success()) {
            eprintln!("skipped: `{command}` fails here");
            return false;
        }
    }
    true
}

fn script(name: &str) -> String {
    let place = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/https").join(name);
    place.into_os_string().into_string().unwrap()
}
