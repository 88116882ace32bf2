//! Why does a signature not match? A request is signed, then sent by a library that prints the body
//! anew, and by one that also keeps a line end behind the key.
//!
//! `cargo run -p doku-signing --example doctor`

use doku_signing::{
    Credentials, Message,
    diagnose::{self, Diagnosis},
    non_snap::Form,
};
use doku_types::Timestamp;
use http::Request;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for report in reports()? {
        println!("{report}");
    }
    Ok(())
}

fn reports() -> Result<Vec<Diagnosis>, Box<dyn std::error::Error>> {
    let mut reports = Vec::new();
    let right = Credentials::new("BRN-0200-1700000000000", "SK-doku-mock-test-secret");
    let stray = Credentials::new("BRN-0200-1700000000000", "SK-doku-mock-test-secret\n");
    for signer in [&right, &stray] {
        let signed = "{\n  \"order\": {\n    \"amount\": 20000\n  }\n}";
        let mut request = Request::post("/checkout/v1/payment").body(signed)?;
        let now = Timestamp::parse("2026-11-22T03:04:05Z").ok_or("no timestamp")?;
        signer.sign_http_request(&mut request, "8f14e45f-ceea-467f-a8f4-3c1a2b3c4d5e", now)?;

        let sent = request.map(|_| r#"{"order":{"amount":20000}}"#);
        let message = Message::of_request(&sent);
        reports.push(diagnose::non_snap(Form::Request, &message, &right.secret_key)?);
    }
    Ok(reports)
}

#[cfg(test)]
mod tests {
    use super::*;
    use doku_signing::diagnose::Mistake;

    #[test]
    fn each_request_is_told_what_was_done_wrong_with_it() {
        let named: Vec<_> = reports()
            .unwrap()
            .into_iter()
            .map(|diagnosis| match diagnosis {
                Diagnosis::Mistake(report) => report.mistakes().to_vec(),
                other => panic!("{other}"),
            })
            .collect();
        let (indented, newline) = (Mistake::BodyIndent2, Mistake::KeyNewline);
        assert_eq!(named, [vec![indented], vec![indented, newline]]);
        main().unwrap();
    }
}
