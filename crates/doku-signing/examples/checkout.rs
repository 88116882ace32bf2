//! A platform opens a Checkout page in the name of a merchant that it has onboarded: the request is
//! signed with the brand id and the shared key that Get Business Data tells.
//!
//! `cargo run -p doku-signing --example checkout`

mod show;

use std::{error::Error, time::SystemTime};

use doku_signing::Credentials;
use doku_types::{Timestamp, partner::business::BusinessData};
use http::Request;

/// What Get Business Data answers, cut down to what counts here.
const BUSINESS: &str = r#"{
    "id": "BSN-0104-1678960841263",
    "name": "Warung Contoh",
    "brands": [{
        "id": "BRN-0200-1700000000000",
        "name": "Warung Contoh",
        "shared_key": "SK-vector-0123456789"
    }]
}"#;

fn main() -> Result<(), Box<dyn Error>> {
    let now = Timestamp::from(SystemTime::now());
    let order = "INV-20210231-0001";
    // Unique for each request; sent again, with the same body, if no answer comes.
    let request_id = format!("{order}-{}", now.as_millis());
    show::print(&open_checkout(BUSINESS, order, 20_000, &request_id, now)?);
    Ok(())
}

fn open_checkout(
    business: &str,
    invoice_number: &str,
    amount: u64,
    request_id: &str,
    now: Timestamp,
) -> Result<Request<String>, Box<dyn Error>> {
    let business = BusinessData::parse(business.as_bytes())?;
    let brand = business.brands.first().ok_or("the business has no brand")?;
    let key = brand.shared_key.clone().ok_or("the brand has no shared key yet")?;
    let merchant = Credentials::new(brand.id.as_str(), key);

    // The bytes that are signed are the bytes that are sent: nothing may print them anew.
    let body = serde_json::json!({
        "order": { "amount": amount, "invoice_number": invoice_number },
        "payment": { "payment_due_date": 60 },
    });
    let mut request = Request::post("https://api-sandbox.doku.com/checkout/v1/payment")
        .header("Content-Type", "application/json")
        .body(body.to_string())?;
    merchant.sign_http_request(&mut request, request_id, now)?;
    Ok(request)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Vector N3 of `tests/vectors`.
    #[test]
    fn the_request_has_the_signature_of_the_published_vector() {
        let now = Timestamp::parse("2026-11-22T03:04:05Z").unwrap();
        let id = "8f14e45f-ceea-467f-a8f4-3c1a2b3c4d5e";
        let request = open_checkout(BUSINESS, "INV-20210231-0001", 20_000, id, now).unwrap();
        assert_eq!(
            request.headers()["Signature"],
            "HMACSHA256=Wx/nZ8pTSLJKNdSTkN3TskD+SN4WjWjNj7umWZSsYhE="
        );
        main().unwrap();
    }

    #[test]
    fn without_a_shared_key_nothing_is_sent() {
        let unfinished = r#"{"id":"BSN-1","brands":[{"id":"BRN-1"}]}"#;
        let refused = open_checkout(unfinished, "INV-1", 1, "1", Timestamp::from_millis(0));
        assert_eq!(refused.unwrap_err().to_string(), "the brand has no shared key yet");
    }
}
