//! The headers that the program signs.

use doku_types::Timestamp;

use crate::program::{Run, run};

const BODY: &str = r#"{"grant_type":"client_credentials","valid_time":"360"}"#;
const TARGET: &str = "/adv-core-api/partner/v1.0/token";
const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors");

fn sign(arguments: &[&str]) -> Run {
    run(&[&["sign"], arguments].concat(), b"")
}

#[test]
fn the_readmes_signature_comes_out() {
    let fixed = ["--request-id", "request-1", "--timestamp", "2026-11-22T03:04:05Z"];
    let wanted = "Client-Id: BRN-0001-1700000000000\nRequest-Id: request-1\nRequest-Timestamp: 2026-11-22T03:04:05Z\nSignature: HMACSHA256=89b+bhacB0IKfPdyHmbtsuFF3Y+KC2WKrP+2TIh8sVg=\n";
    let ran = sign(&[&["POST", TARGET, "--body", BODY], &fixed[..]].concat());
    assert_eq!((ran.code, &*ran.stdout, &*ran.stderr), (Some(0), wanted, ""));
    // The whole URL, the query, Jakarta's time and standard input make no difference.
    let url = format!("http://127.0.0.1:8480{TARGET}?x=1");
    let ran = run(
        &[
            "sign",
            "POST",
            &url,
            "--body-file",
            "-",
            "--request-id",
            "request-1",
            "--timestamp",
            "2026-11-22T10:04:05.9+07:00",
            "--show-string",
        ],
        BODY.as_bytes(),
    );
    assert_eq!(ran.stdout, wanted);
    let string = "Client-Id:BRN-0001-1700000000000\nRequest-Id:request-1\nRequest-Timestamp:2026-11-22T03:04:05Z\nRequest-Target:/adv-core-api/partner/v1.0/token\nDigest:23kYsU7yk6vZ/exEcBe1UAFmjn17wuk165Oc+E3Cb8Y=\n";
    assert_eq!(ran.stderr, string);
}

#[test]
fn ids_are_fresh_and_the_time_is_now() {
    let ids: std::collections::HashSet<String> = (0..3)
        .map(|_| {
            let ran = sign(&["GET", "/x", "--json"]).json();
            let at = ran["headers"]["Request-Timestamp"].as_str().unwrap().to_owned();
            let now = Timestamp::from(std::time::SystemTime::now());
            assert!(Timestamp::parse(&at).unwrap().abs_diff(now).as_secs() < 600, "{at}");
            ran["headers"]["Request-Id"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(ids.len(), 3, "{ids:?}");
}

#[test]
fn the_vectors_of_every_scheme_come_out() {
    let read = |file: &str| std::fs::read_to_string(format!("{VECTORS}/{file}")).unwrap();
    let key = format!("{VECTORS}/test-rsa-private.pem");
    for (case, scheme) in [
        ("non-snap-request/n3-post", "non-snap"),
        ("snap-symmetric/s3-create-va", "snap"),
        ("snap-symmetric/s4-get-with-query", "snap"),
        ("snap-asymmetric-token/s1-token-request", "snap-token"),
        ("snap-asymmetric-transaction/s6-create-va", "snap-transaction"),
    ] {
        let request = read(&format!("{case}/request.http"));
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        let header = |name: &str| {
            let line = head.lines().find(|line| line.starts_with(&format!("{name}: ")));
            line.map_or("", |line| line.split_once(": ").unwrap().1)
        };
        let mut line = head.split(' ');
        let (method, target) = (line.next().unwrap(), line.next().unwrap());
        let client = ["Client-Id", "X-PARTNER-ID", "X-CLIENT-KEY"].map(header).concat();
        let id = ["Request-Id", "X-EXTERNAL-ID"].map(header).concat();
        let at = ["Request-Timestamp", "X-TIMESTAMP"].map(header).concat();
        let token = header("Authorization").trim_start_matches("Bearer ");
        let mut arguments = vec![
            method,
            target,
            "--scheme",
            scheme,
            "--client-id",
            &client,
            "--timestamp",
            &at,
            "--secret-key",
            "SK-vector-0123456789",
            "--body",
            body,
            "--show-string",
        ];
        for (option, value) in [("--request-id", &*id), ("--token", token)] {
            if !value.is_empty() {
                arguments.extend([option, value]);
            }
        }
        if scheme.starts_with("snap-t") {
            arguments.extend(["--private-key", &key]);
        }
        let ran = sign(&arguments);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        for line in ran.stdout.lines() {
            assert!(head.lines().any(|sent| sent == line), "{case}: {line}");
        }
        let signature = read(&format!("{case}/signature.txt"));
        assert!(ran.stdout.contains(&format!(": {signature}\n")), "{case}: {ran:?}");
        let mut string = read(&format!("{case}/string-to-sign.txt")) + "\n";
        if !token.is_empty() {
            string = string.replace(token, "<token>");
            assert!(string.contains(":<token>:"), "{string}");
        }
        assert_eq!(ran.stderr, string, "{case}");
    }
}

#[test]
fn what_it_signs_it_finds_right() {
    let (private, public) =
        (format!("{VECTORS}/test-rsa-private.pem"), format!("{VECTORS}/test-rsa-public.pem"));
    for (scheme, signing, explaining) in [
        ("non-snap", &[][..], &[][..]),
        ("snap", &["--token", "some.token"], &[]),
        ("snap-token", &["--private-key", &*private], &["--public-key", &*public]),
        ("snap-transaction", &["--private-key", &*private], &["--public-key", &*public]),
    ] {
        for (method, body) in [("POST", BODY), ("GET", ""), ("DELETE", "{\n}\n")] {
            let target = "/a%20b/pay?x=1";
            let options = ["--scheme", scheme, "--body", body];
            let signed = sign(&[&[method, target], &options[..], signing].concat());
            assert_eq!(signed.code, Some(0), "{signed:?}");
            let request = format!("{method} {target} HTTP/1.1\n{}\n{body}", signed.stdout);
            let ran = run(&[&["explain", "-", "--json"], explaining].concat(), request.as_bytes());
            let verdict = ran.json();
            assert_eq!(ran.code, Some(0), "{scheme} {method}: {ran:?}");
            assert_eq!(
                (&verdict["scheme"], &verdict["notes"]),
                (&scheme.into(), &serde_json::json!([]))
            );
        }
    }
}

#[test]
fn what_cannot_be_signed_is_told() {
    let public = format!("{VECTORS}/test-rsa-public.pem");
    for (arguments, told) in [
        (&["POST", "/x", "--scheme", "snap"][..], "--token <TOKEN>"),
        (&["POST", "/x", "--scheme", "snap-token"], "--private-key <FILE>"),
        (
            &["POST", "/x", "--scheme", "snap-token", "--private-key", &public],
            "this is a public key",
        ),
        (&["POST", "x"], "neither a path from its first slash nor a URL"),
        (&["POST"], "TARGET"),
        (&["POST", "/x", "--timestamp", "yesterday"], "is no time such as"),
        (&["POST", "/x", "--request-id", " x"], "the header Request-Id is malformed"),
        (&["POST", "/x", "--client-id", "é"], "the header Client-Id is malformed"),
        (&["POST", "/x", "--body-file", "/nothing"], "/nothing cannot be read"),
        (
            &["POST", "/x", "--scheme", "snap", "--token", "tok\u{e9}n-marker"],
            "Authorization is malformed",
        ),
    ] {
        let ran = sign(arguments);
        assert_eq!((ran.code, &*ran.stdout), (Some(2), ""), "{arguments:?}: {ran:?}");
        assert!(ran.stderr.contains(told), "{arguments:?}: {}", ran.stderr);
        assert!(!ran.stderr.contains("n-marker"), "{}", ran.stderr);
    }
}

#[test]
fn secrets_in_the_environment_do_not_show() {
    for verb in ["sign", "explain"] {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_doku-mock"));
        command.args([verb, "--help"]).env("DOKU_MOCK_SECRET_KEY", "SK-marker");
        let help = command.env("DOKU_MOCK_TOKEN", "token-marker").output().unwrap();
        assert!(!String::from_utf8(help.stdout).unwrap().contains("marker"));
    }
}
