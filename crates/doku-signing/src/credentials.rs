//! A client id with its key, and whole HTTP messages signed and verified by them.

use doku_types::{BearerToken, ClientId, SecretKey, Timestamp};
use http::{Method, Request, Response};

use crate::{
    Digest,
    header::HeaderError,
    non_snap::{Form, SignedHeaders},
    signature::SignatureError,
    snap::{self, BodyHash},
};

/// Who signs: the partner, or a merchant's brand with its shared key.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Credentials {
    /// For the header `Client-Id`.
    pub client_id: ClientId,
    /// The key of the HMAC; does not print.
    pub secret_key: SecretKey,
}

impl Credentials {
    /// A client id with its key.
    pub fn new(client_id: impl Into<ClientId>, secret_key: impl Into<SecretKey>) -> Self {
        Self { client_id: client_id.into(), secret_key: secret_key.into() }
    }

    /// The headers of a request, signed.
    ///
    /// `target` is the path without its query (A23), `body` the very bytes to be sent,
    /// `request_id` unique and of 1 to 128 characters, `at` within an hour of DOKU's clock.
    pub fn sign_request(
        &self,
        method: &Method,
        target: &str,
        body: &[u8],
        request_id: &str,
        at: Timestamp,
    ) -> SignedHeaders {
        self.sign(Form::Request, method, target, body, request_id, at)
    }

    /// The headers of a reply to a request of this method, target and id, signed.
    pub fn sign_response(
        &self,
        method: &Method,
        target: &str,
        body: &[u8],
        request_id: &str,
        at: Timestamp,
    ) -> SignedHeaders {
        self.sign(Form::Response, method, target, body, request_id, at)
    }

    /// Whether a request of these headers was signed with this key. The client id is covered by
    /// the signature; whether it is the expected one is for the caller to ask.
    ///
    /// # Errors
    /// See [`SignatureError`].
    pub fn verify_request(
        &self,
        method: &Method,
        target: &str,
        body: &[u8],
        headers: &SignedHeaders,
    ) -> Result<(), SignatureError> {
        self.verify(Form::Request, method, target, body, headers)
    }

    /// Whether a reply of these headers was signed with this key; `method` and `target` are those
    /// of its request.
    ///
    /// # Errors
    /// See [`SignatureError`].
    pub fn verify_response(
        &self,
        method: &Method,
        target: &str,
        body: &[u8],
        headers: &SignedHeaders,
    ) -> Result<(), SignatureError> {
        self.verify(Form::Response, method, target, body, headers)
    }

    /// Signs a request, non-SNAP: sets its four headers. Its body is what will be sent, its URI has
    /// the path that DOKU sees.
    ///
    /// # Errors
    /// A Request-Id or client id that nobody could verify: see [`SignedHeaders::write`].
    pub fn sign_http_request<B: AsRef<[u8]>>(
        &self,
        request: &mut Request<B>,
        request_id: &str,
        at: Timestamp,
    ) -> Result<(), HeaderError> {
        let target = request.uri().path();
        let body = request.body().as_ref();
        self.sign_request(request.method(), target, body, request_id, at)
            .write(request.headers_mut(), Form::Request)
    }

    /// Signs a reply, non-SNAP, such as a merchant's to DOKU's inquiry: sets its four headers.
    /// `method`, `target` and `request_id` are those of the request it answers.
    ///
    /// # Errors
    /// A Request-Id or client id that nobody could verify: see [`SignedHeaders::write`].
    pub fn sign_http_response<B: AsRef<[u8]>>(
        &self,
        response: &mut Response<B>,
        method: &Method,
        target: &str,
        request_id: &str,
        at: Timestamp,
    ) -> Result<(), HeaderError> {
        let body = response.body().as_ref();
        self.sign_response(method, target, body, request_id, at)
            .write(response.headers_mut(), Form::Response)
    }

    /// Signs a SNAP request: sets `Authorization`, `X-PARTNER-ID`, `X-EXTERNAL-ID`, `X-TIMESTAMP`,
    /// `X-SIGNATURE` and `CHANNEL-ID`, the last as `H2H` (documented).
    ///
    /// `token` comes from the token endpoint, `external_id` is unique within a day and of at most 32
    /// digits, `at` is written with the offset of Jakarta ([`Timestamp::wib`]). The body is what
    /// will be sent: compact JSON, so that it reads the same however DOKU minifies it.
    ///
    /// # Errors
    /// A text that nobody could verify, an empty token among them: see
    /// [`snap::SignedHeaders::write`].
    pub fn sign_snap_request<B: AsRef<[u8]>>(
        &self,
        request: &mut Request<B>,
        token: &BearerToken,
        external_id: &str,
        at: Timestamp,
    ) -> Result<(), HeaderError> {
        let mut headers = snap::SignedHeaders {
            token: Some(token.clone()),
            partner_id: self.client_id.to_string(),
            external_id: external_id.to_owned(),
            timestamp: at.wib(),
            signature: String::new(),
            channel_id: Some("H2H".to_owned()),
        };
        let path = request.uri().path_and_query().map_or("/", |target| target.as_str());
        let body = BodyHash::of(request.body().as_ref());
        let component = headers.component(request.method().as_str(), path, body);
        headers.signature = component.sign(&self.secret_key).to_string();
        headers.write(request.headers_mut())
    }

    fn sign(
        &self,
        form: Form,
        method: &Method,
        target: &str,
        body: &[u8],
        request_id: &str,
        at: Timestamp,
    ) -> SignedHeaders {
        let mut headers = SignedHeaders {
            client_id: self.client_id.to_string(),
            request_id: request_id.to_owned(),
            timestamp: at.to_string(),
            signature: String::new(),
        };
        let component = headers.component(target, Digest::of_message(method, body));
        headers.signature = component.sign(form, &self.secret_key).to_string();
        headers
    }

    fn verify(
        &self,
        form: Form,
        method: &Method,
        target: &str,
        body: &[u8],
        headers: &SignedHeaders,
    ) -> Result<(), SignatureError> {
        headers.component(target, Digest::of_message(method, body)).verify(
            form,
            &self.secret_key,
            &headers.signature,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signed_message_verifies_in_its_own_form_only() {
        let credentials = Credentials::new("BRN-1", "SK-1");
        let at = Timestamp::from_millis(0);
        let headers = credentials.sign_request(&Method::POST, "/x", b"{}", "id", at);
        assert_eq!(credentials.verify_request(&Method::POST, "/x", b"{}", &headers), Ok(()));
        assert_eq!(
            credentials.verify_response(&Method::POST, "/x", b"{}", &headers),
            Err(SignatureError::Mismatch)
        );
        assert_eq!(
            credentials.verify_request(&Method::POST, "/x", b"{ }", &headers),
            Err(SignatureError::Mismatch)
        );
    }

    #[test]
    fn what_nobody_could_verify_is_not_signed() {
        let credentials = Credentials::new("BRN-1", "SK-1");
        let at = Timestamp::from_millis(0);
        let long = "x".repeat(129);
        for (id, error) in [
            ("", HeaderError::Missing("Request-Id")),
            ("id ", HeaderError::Malformed("Request-Id")),
            ("a\tb", HeaderError::Malformed("Request-Id")),
            ("idé", HeaderError::Malformed("Request-Id")),
            (&long, HeaderError::Malformed("Request-Id")),
        ] {
            let mut request = Request::post("/x").body("{}").unwrap();
            assert_eq!(credentials.sign_http_request(&mut request, id, at), Err(error), "{id:?}");
            let mut reply = Response::new("{}");
            let refused = credentials.sign_http_response(&mut reply, &Method::POST, "/x", id, at);
            assert_eq!(refused, Err(error), "{id:?}");
            assert!(request.headers().is_empty() && reply.headers().is_empty(), "{id:?}");
        }
        for (token, id, error) in [
            ("", "1", HeaderError::Missing("Authorization")),
            ("token\n", "1", HeaderError::Malformed("Authorization")),
            ("token", "", HeaderError::Missing("X-EXTERNAL-ID")),
            ("token", " 1", HeaderError::Malformed("X-EXTERNAL-ID")),
        ] {
            let mut request = Request::post("/x").body("{}").unwrap();
            let refused = credentials.sign_snap_request(&mut request, &token.into(), id, at);
            assert_eq!(refused, Err(error), "{token:?} {id:?}");
            assert!(request.headers().is_empty(), "{token:?} {id:?}");
        }
    }

    #[test]
    fn credentials_do_not_print_their_key() {
        let printed = format!("{:?}", Credentials::new("BRN-1", "marker"));
        assert!(printed.contains("BRN-1") && !printed.contains("marker"));
    }
}
