//! What the program can be given, and what it refuses.

use std::fs;

use crate::program::run;

const BODY: &str = r#"{"grant_type":"client_credentials","valid_time":"360"}"#;
/// The README's own.
const HEADERS: [&str; 4] = [
    "Client-Id: BRN-0001-1700000000000",
    "Request-Id: request-1",
    "Request-Timestamp: 2026-11-22T03:04:05Z",
    "Signature: HMACSHA256=89b+bhacB0IKfPdyHmbtsuFF3Y+KC2WKrP+2TIh8sVg=",
];
const TARGET: &str = "/adv-core-api/partner/v1.0/token";

fn raw(line_end: &str, more: &str) -> String {
    let head = HEADERS.join(line_end);
    format!("POST {TARGET} HTTP/1.1{line_end}{head}{line_end}{more}{line_end}{BODY}")
}

#[test]
fn a_raw_request_is_read_with_either_line_end() {
    for line_end in ["\n", "\r\n"] {
        let ran = run(&["explain", "-"], raw(line_end, "").as_bytes());
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let lines: Vec<_> = ran.stdout.lines().take(2).collect();
        let subject = format!("non-snap: POST {TARGET}, 54 bytes of body");
        assert_eq!(lines, [&*subject, "The signature is right."]);
        // Saved an hour ago or more, by now.
        assert!(ran.stdout.contains("so sign afresh before it is sent"), "{ran:?}");
    }
}

#[test]
fn an_editors_line_end_behind_the_body_is_left_out_by_content_length() {
    let with_length = raw("\r\n", "Content-Length: 54\r\n") + "\n";
    let ran = run(&["explain", "-"], with_length.as_bytes());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stdout.contains("the 1 bytes beyond Content-Length were left out"), "{ran:?}");
    let without = raw("\r\n", "") + "\n";
    let ran = run(&["explain", "-", "--json"], without.as_bytes());
    assert_eq!(ran.json()["codes"], serde_json::json!(["body-trimmed"]), "{ran:?}");
    let cut = raw("\r\n", "Content-Length: 60\r\n");
    let ran = run(&["explain", "-"], cut.as_bytes());
    assert!(ran.stdout.contains("6 bytes of the body are missing"), "{ran:?}");
}

#[test]
fn options_alone_are_a_request_too_and_complete_an_input() {
    let mut arguments = vec!["explain", "--target", TARGET, "--body", BODY];
    for header in HEADERS {
        arguments.extend(["-H", header]);
    }
    let ran = run(&arguments, b"");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    // The whole URL, whose host stands for the header.
    let url = format!("https://api.example{TARGET}?x=1");
    arguments[2] = &url;
    assert_eq!(run(&arguments, b"").code, Some(0));

    let other = raw("\n", "").replace(TARGET, "/behind/a/proxy");
    let ran = run(&["explain", "-", "--target", TARGET], other.as_bytes());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let ran =
        run(&["explain", "-", "-H", "Request-Id: request-2", "--json"], raw("\n", "").as_bytes());
    assert_eq!(ran.json()["codes"], serde_json::json!(["unknown"]));
    assert!(ran.stdout.contains("built-in key: give another by --secret-key"), "{ran:?}");
}

#[test]
fn a_header_that_is_not_there_is_a_mistake() {
    let ran = run(&["explain", "--target", "/x", "-H", HEADERS[0]], b"");
    assert_eq!(ran.code, Some(1));
    assert!(ran.stdout.contains("the header Request-Id is missing. [header-missing]"), "{ran:?}");
    let ran = run(&["explain", "--target", "/x", "--json"], b"");
    assert_eq!(ran.json()["codes"], serde_json::json!(["header-missing"]));
    let odd = raw("\n", "").replace("89b+", "é");
    let ran = run(&["explain", "-", "--json"], odd.as_bytes());
    assert_eq!(ran.json()["codes"], serde_json::json!(["header-malformed"]), "{ran:?}");
    let nonsense = raw("\n", "").replace("89b+bhacB0IKfPdyHmbtsuFF3Y+KC2WKrP+2TIh8sVg=", "x");
    let ran = run(&["explain", "-", "--json"], nonsense.as_bytes());
    assert_eq!(ran.json()["codes"], serde_json::json!(["signature-unreadable"]), "{ran:?}");
    assert_eq!(ran.json()["verdict"], "mistake");
}

#[test]
fn a_timestamp_that_doku_refuses_is_noted() {
    let told = |timestamp: &str| {
        let header = format!("Request-Timestamp: {timestamp}");
        run(&["explain", "-", "-H", &header], raw("\n", "").as_bytes()).stdout
    };
    let jakarta = told("2026-11-22T10:04:05+07:00");
    assert!(jakarta.contains("UTC in whole seconds with a Z, 2026-11-22T03:04:05Z"), "{jakarta}");
    assert!(told("yesterday").contains("is no time such as"));
    assert!(told("2999-01-01T00:00:00Z").contains("days ahead: DOKU takes at most 60 min"));
}

#[test]
fn wrong_input_is_told_with_a_way_out_and_not_shown() {
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &[u8]| {
        let path = directory.path().join(name);
        fs::write(&path, content).unwrap();
        path.display().to_string()
    };
    let key = file("key", b"SK-marker and so on");
    let large = file("large", &vec![b' '; (16 << 20) + 1]);
    let binary = file("binary", b"\0\x01\xff\xfe");
    let headers = raw("\n", &"X: y\n".repeat(200));
    let (many, chunked, both, snap, token) = (
        file("many", headers.as_bytes()),
        file("chunked", raw("\n", "Transfer-Encoding: chunked\n").as_bytes()),
        file("both", raw("\n", "X-SIGNATURE: x\n").as_bytes()),
        file("snap", b"POST /x HTTP/1.1\nX-SIGNATURE: x\nX-TIMESTAMP: x\n\n"),
        file("token", b"POST /x HTTP/1.1\nX-CLIENT-KEY: x\nX-SIGNATURE: x\nX-TIMESTAMP: x\n\n"),
    );
    let reply = file("reply", b"HTTP/1.1 200 OK\nClient-Id: x\n\n{}");
    let garbled = file("garbled", b"POST /x HTTP/1.1\nno header at all\n\n");
    let private = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/test-rsa-private.pem");
    for (arguments, told) in [
        (&[][..], "required arguments were not provided"),
        (&["/nothing/here"], "/nothing/here cannot be read: No such file"),
        (&["-"], "- is not a saved request: it neither begins with"),
        (&[&key], "key is not a saved request: it neither begins with"),
        (&[&binary], "binary is not a saved request"),
        (&[&garbled], "its headers cannot be read"),
        (&[&large], "has more than 16777216 bytes"),
        (&[&many], "it has more than 128 headers"),
        (&[&chunked], "saved in chunks: give it whole"),
        (&[&both], "say by --scheme which is meant"),
        (&[&token], "give the sender's public key by --public-key FILE"),
        (&[&token, "--public-key", private], "this is a private key"),
        (&[&token, "--public-key", &key], "not a PEM"),
        (&[&reply], "give --target, and --method"),
        (&[&snap, "--reply"], "SNAP's replies are not signed"),
        (&["-", "--body-file", "-"], "only one of INPUT and --body-file can be -"),
        (&[&key, "--body", "x", "--body-file", "y"], "cannot be used with"),
        (&["--target", "no/slash"], "neither a path from its first slash nor a URL"),
        (&["--target", "/x", "-H", "no colon"], "'Name: value'"),
        (&["--target", "/x", "-H", "na me: x"], "is no header name"),
        (&["--target", "/x", "-H", "Name: a\nb"], "cannot be sent"),
        (&["--target", "/x", "--secret-key", ""], "value is required"),
        (&["--target", "/x", "--scheme", "other"], "non-snap, snap, snap-token"),
    ] {
        let arguments = [&["explain"], arguments].concat();
        let ran = run(&arguments, b"");
        assert_eq!((ran.code, &*ran.stdout), (Some(2), ""), "{arguments:?}: {ran:?}");
        assert!(ran.stderr.contains(told), "{arguments:?}: {}", ran.stderr);
        assert!(!ran.stderr.contains("SK-marker"), "{}", ran.stderr);
    }
}
