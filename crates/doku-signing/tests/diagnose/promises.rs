//! What the doctor never does.

use doku_signing::diagnose::{Diagnosis, Mistake};
use http::Method;
use proptest::prelude::*;

use crate::{
    errors::{COMMON, NON_SNAP, SNAP},
    naive::{BODY, Presented, Protocol, SECRET, Signer, TOKEN, base64},
};

fn protocol() -> impl Strategy<Value = Protocol> {
    prop_oneof![Just(Protocol::NonSnap), Just(Protocol::Snap)]
}

/// Neither secret, token, right signature, nor anything of the body.
fn is_discreet(diagnosis: &Diagnosis, right: &str) -> bool {
    let said = format!("{diagnosis} {diagnosis:?}");
    let right = right.trim_start_matches("HMACSHA256=");
    let secrets = [SECRET, "marker", TOKEN, right, "invoice", "INV/2026", "Café"];
    secrets.iter().all(|secret| !said.contains(secret))
}

#[test]
fn no_report_of_any_mistake_tells_a_secret() {
    for (protocol, own) in [(Protocol::NonSnap, NON_SNAP), (Protocol::Snap, SNAP)] {
        let right = Signer::right(protocol).signature();
        for (mistake, _, make) in COMMON.iter().chain(own) {
            let mut signer = Signer::right(protocol);
            make(&mut signer);
            let diagnosis = signer.diagnosis();
            assert!(is_discreet(&diagnosis, &right), "{mistake:?}: {diagnosis}");
        }
    }
}

#[test]
fn a_report_shows_where_the_strings_and_the_bodies_part() {
    let mut signer = Signer::right(Protocol::NonSnap);
    signer.body = BODY.replacen("{\"", "{\n  \"", 1).replace(
        r#"{"invoice":"INV/2026 <1>","amount":6000.00},"#,
        "{\n    \"invoice\": \"INV/2026 <1>\",\n    \"amount\": 6000.00\n  },\n  ",
    );
    signer.body = signer.body.replace("\"order\":{", "\"order\": {");
    signer.body = signer.body.replace("\"name\":\"Café & co\"}", "\"name\": \"Café & co\"\n}");
    let Diagnosis::Mistake(report) = signer.diagnosis() else { panic!("not explained") };
    assert_eq!(report.mistakes(), [Mistake::BodyIndent2]);
    assert_eq!(report.signed(), Some(&*signer.string_to_sign()));
    assert_eq!(report.right(), Signer::right(Protocol::NonSnap).string_to_sign());
    let strings = report.difference().unwrap();
    assert_eq!((strings.line(), strings.column()), (5, 8));
    let bodies = report.body_difference().unwrap();
    assert_eq!((bodies.offset(), bodies.line(), bodies.column()), (1, 1, 2));
    assert_eq!((bodies.right(), bodies.signed()), ("a quote", "a line feed"));
    let said = report.to_string();
    assert!(said.contains("[body-indent-2]") && said.contains("Client-Id:BRN-0200-1700000000000␊"));
}

#[test]
fn a_mistake_in_the_key_leaves_the_string_as_it_is() {
    let mut signer = Signer::right(Protocol::Snap);
    signer.key.push('\n');
    let Diagnosis::Mistake(report) = signer.diagnosis() else { panic!("not explained") };
    assert_eq!(report.difference(), None);
    assert!(report.right().starts_with("POST:/a%20b/pay?x=1:<token>:"));
    assert_eq!(report.signed(), Some(report.right()));
}

#[test]
fn a_large_body_is_searched_for_single_mistakes_only() {
    let sent = format!("[{}0]", "0,".repeat(40_000));
    let mut signer = Signer::right(Protocol::NonSnap);
    signer.body = sent.clone() + "\n";
    let large = Presented { body: sent.as_bytes(), ..Presented::default() };
    assert!(matches!(large.diagnosis(&signer.signature()), Diagnosis::Mistake(_)));
    signer.key.push('\n');
    let Diagnosis::Unknown(report) = large.diagnosis(&signer.signature()) else { panic!() };
    assert!(!report.looked_for_pairs() && report.to_string().contains("pairs were not looked for"));
}

#[test]
fn what_is_no_signature_is_said_to_be_none() {
    let Diagnosis::Unknown(report) = Presented::default().diagnosis("HMACSHA256=AAAA") else {
        panic!("explained")
    };
    assert!(!report.is_readable() && report.to_string().contains("cannot be a signature"));
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..40),
        r#"[\[{ ]{0,3}("[a-zé\\/<]{0,5}" ?[:,]? ?|[0-9.eE+-]{1,5}|[\[\]{},: \n])*"#
            .prop_map(String::into_bytes),
        Just(BODY.as_bytes().to_vec()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_right_signature_is_never_a_mistake(
        protocol in protocol(),
        key in "[ -~\t]{1,40}",
        path in "/[a-z%/]{0,12}",
        body in "[ -~é\n]{1,60}",
        padded in any::<bool>(),
    ) {
        let mut signer = Signer::right(protocol);
        signer.key.clone_from(&key);
        signer.target.clone_from(&path);
        signer.body = match protocol {
            // Minified by its definition: what stands between quotes stays.
            Protocol::Snap => String::from_utf8(
                doku_signing::snap::minify(body.as_bytes()).into_owned()
            ).unwrap(),
            Protocol::NonSnap => body.clone(),
        };
        let sent = Presented {
            protocol, target: &path, body: body.as_bytes(), key: &key, ..Presented::default()
        };
        let signature = signer.signature();
        let signature = if padded { &*signature } else { signature.trim_end_matches('=') };
        prop_assert_eq!(sent.diagnosis(signature), Diagnosis::Right);
    }

    #[test]
    fn a_random_signature_is_unknown_and_its_report_discreet(
        protocol in protocol(), bytes in prop::collection::vec(any::<u8>(), 64), long in any::<bool>(),
    ) {
        let signature = base64(&bytes[..if long { 64 } else { 32 }]);
        let signature = match protocol {
            Protocol::NonSnap => format!("HMACSHA256={signature}"),
            Protocol::Snap => signature,
        };
        let diagnosis = Presented { protocol, ..Presented::default() }.diagnosis(&signature);
        prop_assert!(matches!(diagnosis, Diagnosis::Unknown(_)));
        prop_assert!(is_discreet(&diagnosis, &Signer::right(protocol).signature()));
    }

    #[test]
    fn nothing_that_comes_from_outside_panics(
        protocol in protocol(),
        get in any::<bool>(),
        target in prop_oneof!["/[ -~]{0,20}", "[%?/é]{0,6}"],
        timestamp in prop_oneof![
            "[!-~]{1,25}",
            "[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9](\\.[0-9]{0,3})?(Z|[+-][0-2][0-9]:00)",
        ],
        body in body(),
        signature in "(HMACSHA256=)?[ -~]{1,60}[!-~]",
    ) {
        let method = if get { Method::GET } else { Method::PUT };
        let sent = Presented {
            protocol, method, target: &target, timestamp: &timestamp, body: &body,
            ..Presented::default()
        };
        let readable = sent.diagnosis(&signature).to_string();
        let mac = base64(&[7; 64]);
        prop_assert!(!readable.is_empty() && !sent.diagnosis(&mac).to_string().is_empty());
    }
}
