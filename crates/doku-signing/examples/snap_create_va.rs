//! A merchant makes a virtual account by SNAP: a token first, signed with its RSA key, then the
//! request, signed with its secret key and the token.
//!
//! `cargo run -p doku-signing --example snap_create_va --features aws-lc-rs`

mod show;

use std::{error::Error, time::SystemTime};

use doku_signing::Credentials;
use doku_types::{Timestamp, snap::token::TokenReply};
use http::Request;

/// What the token request is answered.
const TOKEN_REPLY: &str = r#"{
    "responseCode": "2007300",
    "responseMessage": "Successful",
    "accessToken": "eyJhbGciOiJSUzI1NiJ9.vector.token",
    "tokenType": "Bearer",
    "expiresIn": 900
}"#;

/// Compact JSON, so that it is the same however DOKU minifies it. The spaces are part of the
/// values: a `partnerServiceId` is filled up to eight characters on the left.
const VIRTUAL_ACCOUNT: &str = concat!(
    r#"{"partnerServiceId":"  088899","customerNo":"12345678901234567890","#,
    r#""virtualAccountNo":"  08889912345678901234567890","virtualAccountName":"Jokul Doe","#,
    r#""virtualAccountEmail":"jokul@email.com","virtualAccountPhone":"6281828384858","#,
    r#""trxId":"abcdefgh1234","totalAmount":{"value":"12345678.00","currency":"IDR"}}"#,
);

fn main() -> Result<(), Box<dyn Error>> {
    let merchant = Credentials::new("BRN-0200-1700000000000", "SK-vector-0123456789");
    let now = Timestamp::from(SystemTime::now());
    #[cfg(any(feature = "aws-lc-rs", feature = "rsa"))]
    show::print(&token_request(&merchant, now)?);
    #[cfg(not(any(feature = "aws-lc-rs", feature = "rsa")))]
    println!("(The token request takes RSA: --features aws-lc-rs, or rsa.)\n");
    // Unique within the day, digits only.
    let external_id = now.as_millis().to_string();
    show::print(&create_va(&merchant, &external_id, now)?);
    Ok(())
}

#[cfg(any(feature = "aws-lc-rs", feature = "rsa"))]
fn token_request(
    merchant: &Credentials,
    now: Timestamp,
) -> Result<Request<String>, Box<dyn Error>> {
    use doku_signing::{
        rsa::RsaSigner,
        snap::{TokenHeaders, asymmetric::TokenComponent},
    };
    use doku_types::snap::token::TokenRequest;

    let signer = RsaSigner::from_pem(include_str!("../tests/keys/private-pkcs8.pem"))?;
    let timestamp = now.wib();
    let component =
        TokenComponent { client_id: merchant.client_id.as_str(), timestamp: &timestamp };
    let signature = component.sign(&signer)?;

    let url = "https://api-sandbox.doku.com/authorization/v1/access-token/b2b";
    let mut request = Request::post(url)
        .header("Content-Type", "application/json")
        .body(serde_json::to_string(&TokenRequest::builder().build())?)?;
    TokenHeaders { client_id: merchant.client_id.to_string(), timestamp, signature }
        .write(request.headers_mut())?;
    Ok(request)
}

fn create_va(
    merchant: &Credentials,
    external_id: &str,
    now: Timestamp,
) -> Result<Request<String>, Box<dyn Error>> {
    let token = TokenReply::parse(TOKEN_REPLY.as_bytes())?.access_token;
    let url = "https://api-sandbox.doku.com/virtual-accounts/bi-snap-va/v1.1/transfer-va/create-va";
    let mut request = Request::post(url)
        .header("Content-Type", "application/json")
        .body(VIRTUAL_ACCOUNT.to_owned())?;
    merchant.sign_snap_request(&mut request, &token, external_id, now)?;
    Ok(request)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merchant() -> Credentials {
        Credentials::new("BRN-0200-1700000000000", "SK-vector-0123456789")
    }

    /// Vector S3 of `tests/vectors`.
    #[test]
    fn the_request_has_the_signature_of_the_published_vector() {
        let now = Timestamp::parse_rfc3339("2024-03-26T16:01:41+07:00").unwrap();
        let request = create_va(&merchant(), "1", now).unwrap();
        assert_eq!(
            request.headers()["X-SIGNATURE"],
            "CPB/7zOWSPPH90pULFnWKqxNC61un/LW1QPlLQXiZTmD07e3AwLoFpVKuOfww+sMvXcOtWeTNsFpGWc8bC9keA=="
        );
        main().unwrap();
    }

    #[cfg(any(feature = "aws-lc-rs", feature = "rsa"))]
    #[test]
    fn the_token_request_is_signed_by_the_merchant_s_key() {
        use doku_signing::{rsa::RsaVerifier, snap::TokenHeaders};

        let request = token_request(&merchant(), Timestamp::from_millis(0)).unwrap();
        let headers = TokenHeaders::read(request.headers()).unwrap();
        let key = include_str!("../tests/keys/public-spki.pem");
        let verifier = RsaVerifier::from_pem(key).unwrap();
        assert_eq!(headers.component().verify(&verifier, &headers.signature), Ok(()));
    }
}
