//! How often a signature asks for memory: counted, so that a change is noticed.

#![allow(missing_docs)]

use allocation_counter::measure;
use doku_signing::{
    Digest,
    non_snap::{self, Form},
    snap::{self, BodyHash},
};
use doku_types::SecretKey;

#[test]
fn a_non_snap_signature_takes_at_most_three_from_body_to_text() {
    let key = SecretKey::from(KEY);
    let taken = allocations(|| {
        let component = non_snap::Component {
            client_id: CLIENT_ID,
            request_id: "8f14e45f-ceea-467f-a8f4-3c1a2b3c4d5e",
            timestamp: "2026-11-22T03:04:05Z",
            target: "/checkout/v1/payment",
            digest: Some(Digest::of(BODY)),
        };
        component.sign(Form::Request, &key).to_string()
    });
    assert!((1..=3).contains(&taken), "{taken}");
}

#[test]
fn a_snap_signature_takes_at_most_three_from_body_to_text() {
    let key = SecretKey::from(KEY);
    for body in [BODY, b"{ \"needs\" : \"to be minified\" }"] {
        let taken = allocations(|| {
            let component = snap::symmetric::Component {
                method: "POST",
                path: "/virtual-accounts/bi-snap-va/v1.1/transfer-va/create-va",
                token: "eyJhbGciOiJSUzI1NiJ9.vector.token",
                body: BodyHash::of(body),
                timestamp: "2024-03-26T16:01:41+07:00",
            };
            component.sign(&key).to_string()
        });
        assert!((1..=3).contains(&taken), "{taken}");
    }
}

fn allocations<T>(work: impl FnOnce() -> T) -> u64 {
    let mut result = None;
    let counted = measure(|| result = Some(work()));
    // What is given back was not optimised away.
    drop(std::hint::black_box(result));
    counted.count_total
}

const BODY: &[u8] = include_bytes!("../benches/create_va.json");
const CLIENT_ID: &str = "BRN-0200-1700000000000";
const KEY: &str = "SK-vector-0123456789";
