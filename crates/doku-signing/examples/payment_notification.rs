//! A shop is told of a payment, three times: as DOKU sent it, with another amount, and once more.
//!
//! `cargo run -p doku-signing --example payment_notification`

use std::{error::Error, time::SystemTime};

use doku_signing::{
    Message, MessageVerifier,
    non_snap::Form,
    replay::{Admission, MemoryReplayGuard, ReplayGuard},
};
use doku_types::{Timestamp, non_snap::notification::Notification};
use http::{Request, StatusCode};

fn main() -> Result<(), Box<dyn Error>> {
    let shop = Shop::open();
    let genuine = notification()?;
    let mut tampered = genuine.clone();
    *tampered.body_mut() = BODY.replace("150000.00", "1.00").into();
    for (story, request) in
        [("as sent", &genuine), ("with another amount", &tampered), ("once more", &genuine)]
    {
        let (status, why) = shop.notified(request, Timestamp::from(SystemTime::now()));
        println!("{story}: {status}, {why}");
    }
    Ok(())
}

/// Lives as long as the server.
struct Shop {
    verifier: MessageVerifier,
    /// In memory here; a table of the shop's database where it has more than one server.
    guard: MemoryReplayGuard,
}

impl Shop {
    fn open() -> Self {
        Self {
            verifier: MessageVerifier::new("SK-vector-0123456789")
                .for_client("MCH-0001-10791114622547"),
            guard: MemoryReplayGuard::new(),
        }
    }

    /// What the notification URL answers, and what goes into the log. DOKU tries again until a 2xx.
    fn notified(&self, request: &Request<Vec<u8>>, now: Timestamp) -> (StatusCode, String) {
        // Before anything reads the body. No window of time: DOKU repeats for
        // 12 to 17.5 hours (its page says both).
        let message = Message::of_request(request);
        let verified = match self.verifier.non_snap(Form::Request, &message, now) {
            Ok(verified) => verified,
            Err(why) => return (StatusCode::UNAUTHORIZED, why.to_string()),
        };
        let ticket = match self.guard.begin(&verified.replay_id, now) {
            Ok(Admission::New(ticket)) => ticket,
            Ok(Admission::Done) => return (StatusCode::OK, "known already".to_owned()),
            Ok(_) => return (StatusCode::SERVICE_UNAVAILABLE, "in progress".to_owned()),
            Err(full) => return (StatusCode::SERVICE_UNAVAILABLE, full.to_string()),
        };
        match Notification::parse(request.body()) {
            Ok(notification) => {
                let what = record(&notification);
                // The work is done and stored, so it does not come again.
                let _ = self.guard.commit(ticket, now);
                (StatusCode::OK, what)
            }
            Err(why) => {
                // Not done, so the next attempt is let in.
                let _ = self.guard.abort(ticket);
                (StatusCode::BAD_REQUEST, why.to_string())
            }
        }
    }
}

/// A shop of its own would write to its database here, once by invoice number and status: an order
/// may fail first and be paid later. That the guard knows a retry by its Request-Id is an assumption
/// (A06); for a SNAP notification it knows copies only, so there the database tells retries, by
/// `trxId` and `paymentRequestId`.
fn record(notification: &Notification) -> String {
    let order = &notification.order.invoice_number;
    match &notification.order.amount {
        Some(amount) if notification.is_paid() => format!("{order} is paid: {amount} rupiah"),
        _ => format!("{order} is not paid"),
    }
}

/// Vector N6 of `tests/vectors`: as it comes from DOKU.
fn notification() -> Result<Request<Vec<u8>>, http::Error> {
    Request::post("https://shop.example/payments/notifications")
        .header("Client-Id", "MCH-0001-10791114622547")
        .header("Request-Id", "479b663f-5c9d-400d-8e80-3e548a8f7639")
        .header("Request-Timestamp", "2020-08-11T08:45:42Z")
        .header("Signature", "HMACSHA256=c9boMGCFsMRizBWmwe1TUK9dWxc8+I0tAO4/MxF7s7g=")
        .body(BODY.into())
}

const BODY: &str = concat!(
    r#"{"service":{"id":"VIRTUAL_ACCOUNT"},"acquirer":{"id":"BCA"},"#,
    r#""channel":{"id":"VIRTUAL_ACCOUNT_BCA"},"transaction":{"status":"SUCCESS","#,
    r#""date":"2021-01-27T03:24:23Z","#,
    r#""original_request_id":"15022aab-444f-4b04-afa8-ddfce89432ec"},"#,
    r#""order":{"invoice_number":"INV-20210124-0001","amount":150000.00}}"#,
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_paid_once_and_only_with_the_amount_that_was_signed() {
        let shop = Shop::open();
        let now = Timestamp::parse("2020-08-11T08:45:43Z").unwrap();
        let genuine = notification().unwrap();
        let mut tampered = genuine.clone();
        *tampered.body_mut() = BODY.replace("150000.00", "1.00").into();

        assert_eq!(shop.notified(&tampered, now).0, StatusCode::UNAUTHORIZED);
        let paid = "INV-20210124-0001 is paid: 150000.00 rupiah";
        assert_eq!(shop.notified(&genuine, now), (StatusCode::OK, paid.to_owned()));
        assert_eq!(shop.notified(&genuine, now), (StatusCode::OK, "known already".to_owned()));
        main().unwrap();
    }
}
