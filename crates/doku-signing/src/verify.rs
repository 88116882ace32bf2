//! Whole messages verified, safe to copy: the right client, a key of several, a time window if one
//! is wanted, and what was signed handed back.
//!
//! ```
//! use doku_signing::{Credentials, Message, MessageVerifier, non_snap::Form};
//! use doku_types::Timestamp;
//! use http::Request;
//!
//! // What DOKU sends to https://shop.example/payments/notifications …
//! let now = Timestamp::parse("2026-11-22T03:04:05Z").unwrap();
//! let doku = Credentials::new("BRN-0200-1700000000000", "SK-old");
//! let mut notification = Request::post("/payments/notifications").body(br#"{"x":1}"#).unwrap();
//! doku.sign_http_request(&mut notification, "8f14e45f-ceea-467f-a8f4-3c1a2b3c4d5e", now).unwrap();
//!
//! // … verified while the key is being changed from SK-old to SK-new.
//! let verifier = MessageVerifier::new("SK-new").or_key("SK-old").for_client(doku.client_id);
//! let message = Message::of_request(&notification);
//! let verified = verifier.non_snap(Form::Request, &message, now).unwrap();
//! assert_eq!(verified.key, 1);
//! ```

use std::time::Duration;

use doku_types::{ClientId, SecretKey, Timestamp};

use crate::{
    Digest, Message,
    header::HeaderError,
    non_snap::{self, Form},
    signature::SignatureError,
    snap::{self, BodyHash, minify},
    verdict::{Verified, VerifyError},
};

/// Verifies the HMAC signatures of messages, of either protocol.
#[derive(Debug, Clone)]
pub struct MessageVerifier {
    keys: Vec<SecretKey>,
    client: Option<ClientId>,
    request_id: Option<String>,
    window: Option<Window>,
    query: bool,
    empty_token: bool,
}

/// How far a message's timestamp may be from now; DOKU itself allows an hour in both directions.
///
/// Exhaustive on purpose: there is no third direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs)]
pub struct Window {
    /// How old it may be.
    pub past: Duration,
    /// How far ahead of this machine's clock it may be.
    pub future: Duration,
}

impl MessageVerifier {
    /// With this key, for any client, at any age. An empty or blank key verifies nothing:
    /// [`SignatureError::NoKey`].
    ///
    /// Any age, because DOKU repeats notifications for 12 to 17.5 hours (its page says both) and does
    /// not say whether it signs them afresh.
    pub fn new(key: impl Into<SecretKey>) -> Self {
        Self {
            keys: vec![key.into()],
            client: None,
            request_id: None,
            window: None,
            query: false,
            empty_token: true,
        }
    }

    /// Or with this one: while a key is being changed, or where one direction has a key of its own.
    pub fn or_key(mut self, key: impl Into<SecretKey>) -> Self {
        self.keys.push(key.into());
        self
    }

    /// Only messages that name this client.
    pub fn for_client(mut self, client: impl Into<ClientId>) -> Self {
        self.client = Some(client.into());
        self
    }

    /// Only the message of this `Request-Id`: a reply, which names the request it answers. (SNAP
    /// does not sign its `X-EXTERNAL-ID`, so there it proves nothing.)
    ///
    /// ```
    /// use doku_signing::{Credentials, Message, MessageVerifier, VerifyError, non_snap::Form};
    /// use doku_types::Timestamp;
    /// use http::{Method, Response};
    ///
    /// let (target, now) = ("/checkout/v1/payment", Timestamp::from_millis(0));
    /// let doku = Credentials::new("BRN-0200-1700000000000", "SK-doku-mock-test-secret");
    /// let mut reply = Response::new(b"{}");
    /// doku.sign_http_response(&mut reply, &Method::POST, target, "request-1", now).unwrap();
    ///
    /// let (headers, body) = (reply.headers(), reply.body().as_slice());
    /// let message = Message { method: &Method::POST, target, headers, body };
    /// let verifier = MessageVerifier::new(doku.secret_key);
    /// let of = |id| verifier.clone().for_request_id(id).non_snap(Form::Response, &message, now);
    /// assert!(of("request-1").is_ok());
    /// assert_eq!(of("request-2"), Err(VerifyError::OtherRequest));
    /// ```
    pub fn for_request_id(mut self, id: impl Into<String>) -> Self {
        self.request_id = Some(id.into());
        self
    }

    /// Only messages of about now.
    pub fn within(mut self, window: Window) -> Self {
        self.window = Some(window);
        self
    }

    /// Non-SNAP: also where the query stands in `Request-Target`. DOKU's own requests leave it out
    /// (A23), callbacks to a URL with a query may not (A04).
    pub fn or_target_with_query(mut self) -> Self {
        self.query = true;
        self
    }

    /// SNAP: only where an access token is presented and signed. Without this a signature over an empty
    /// token will do too, since DOKU does not say what it signs where no Token URL is registered;
    /// it is the key that makes either safe.
    pub fn presented_token_only(mut self) -> Self {
        self.empty_token = false;
        self
    }

    /// Verifies a non-SNAP message. A reply's [`Message`] has the method and target of its request;
    /// that it answers this request, and not another to the same target, is known only by
    /// [`for_request_id`](Self::for_request_id).
    ///
    /// The signature does not cover the body of a GET, nor that of the reply to one: see
    /// [`Verified::covers_body`].
    ///
    /// # Errors
    /// [`VerifyError`], the first that applies in the order of its variants.
    pub fn non_snap(
        &self,
        form: Form,
        message: &Message<'_>,
        now: Timestamp,
    ) -> Result<Verified, VerifyError> {
        let headers = non_snap::SignedHeaders::read(message.headers, form)?;
        self.check_time(&headers.timestamp, now, Timestamp::parse)?;
        self.check_client(&headers.client_id)?;
        self.check_request(&headers.request_id)?;
        let digest = Digest::of_message(message.method, message.body);
        let path = message.target.split('?').next().unwrap_or_default();
        let targets = [path, message.target];
        let targets = &targets[..if self.query && path != message.target { 2 } else { 1 }];
        let key = self.first_key(|key| {
            first_success(targets, |target| {
                headers.component(target, digest).verify(form, key, &headers.signature)
            })
        })?;
        Ok(Verified {
            replay_id: format!("{} {}", headers.client_id, headers.request_id),
            client_id: headers.client_id.into(),
            request_id: headers.request_id,
            timestamp: headers.timestamp,
            token: None,
            covers_body: digest.is_some() || message.body.is_empty(),
            key,
        })
    }

    /// Verifies a SNAP request. Whether the presented access token is one that was given out, and
    /// still lives, is for the caller to ask.
    ///
    /// The body is hashed minified, then, should that not match, as it came.
    ///
    /// # Errors
    /// [`VerifyError`], the first that applies in the order of its variants.
    pub fn snap(&self, message: &Message<'_>, now: Timestamp) -> Result<Verified, VerifyError> {
        let headers = snap::SignedHeaders::read(message.headers)?;
        if headers.token.is_none() && !self.empty_token {
            return Err(HeaderError::Missing(snap::AUTHORIZATION).into());
        }
        self.check_time(&headers.timestamp, now, Timestamp::parse_rfc3339)?;
        self.check_client(&headers.partner_id)?;
        self.check_request(&headers.external_id)?;
        let presented = snap::symmetric::Signature::parse(&headers.signature)?;
        let minified = minify(message.body);
        let hashes = [BodyHash::of_raw(&minified), BodyHash::of_raw(message.body)];
        let hashes = &hashes[..if hashes[0] == hashes[1] { 1 } else { 2 }];
        let slots = &[false, true][..if self.empty_token { 2 } else { 1 }];
        let key = self.first_key(|key| {
            first_success(slots, |empty| {
                first_success(hashes, |body| {
                    let mut component =
                        headers.component(message.method.as_str(), message.target, *body);
                    if *empty {
                        component.token = "";
                    }
                    component.verify(key, &headers.signature)
                })
            })
        })?;
        Ok(Verified {
            replay_id: presented.to_string(),
            client_id: headers.partner_id.into(),
            request_id: headers.external_id,
            timestamp: headers.timestamp,
            token: headers.token,
            covers_body: true,
            key,
        })
    }

    fn check_time(
        &self,
        text: &str,
        now: Timestamp,
        parse: fn(&str) -> Option<Timestamp>,
    ) -> Result<(), VerifyError> {
        let Some(window) = self.window else { return Ok(()) };
        let at = parse(text).ok_or(VerifyError::TimestampFormat)?;
        let off = at.abs_diff(now);
        if at < now && off > window.past {
            return Err(VerifyError::TooOld { age: off });
        }
        if at > now && off > window.future {
            return Err(VerifyError::TooNew { ahead: off });
        }
        Ok(())
    }

    fn check_client(&self, named: &str) -> Result<(), VerifyError> {
        match &self.client {
            Some(client) if client.as_str() != named => Err(VerifyError::OtherClient),
            _ => Ok(()),
        }
    }

    fn check_request(&self, named: &str) -> Result<(), VerifyError> {
        match &self.request_id {
            Some(id) if id != named => Err(VerifyError::OtherRequest),
            _ => Ok(()),
        }
    }

    /// The place of the first key that verifies; else what is wrong with the signature. Which key it
    /// was shows in the time taken, as it does in [`Verified::key`].
    fn first_key(
        &self,
        verify: impl Fn(&SecretKey) -> Result<(), SignatureError>,
    ) -> Result<usize, SignatureError> {
        let mut why = SignatureError::Mismatch;
        for (place, key) in self.keys.iter().enumerate() {
            match verify(key) {
                Ok(()) => return Ok(place),
                Err(error) => why = error,
            }
        }
        Err(why)
    }
}

/// The first success, else the last failure.
fn first_success<T>(
    options: &[T],
    verify: impl Fn(&T) -> Result<(), SignatureError>,
) -> Result<(), SignatureError> {
    let mut verdict = Err(SignatureError::Mismatch);
    for option in options {
        verdict = verify(option);
        if verdict.is_ok() {
            break;
        }
    }
    verdict
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Credentials;
    use http::{HeaderMap, Method, Request};

    const NOW: &str = "2026-11-22T03:04:05Z";

    fn now() -> Timestamp {
        Timestamp::parse(NOW).unwrap()
    }

    fn doku() -> Credentials {
        Credentials::new("BRN-1", "SK-1")
    }

    fn notification() -> Request<Vec<u8>> {
        let mut request = Request::post("/notify?a=1").body(b"{\"amount\":1.00}".to_vec()).unwrap();
        doku().sign_http_request(&mut request, "request-1", now()).unwrap();
        request
    }

    fn snap_notification(token: &str) -> Request<Vec<u8>> {
        let mut request = Request::post("/v1.1/transfer-va/payment")
            .body(b"{\"name\":\"A B\"}".to_vec())
            .unwrap();
        doku().sign_snap_request(&mut request, &token.into(), "42", now()).unwrap();
        request
    }

    fn both(verifier: &MessageVerifier, now: Timestamp) -> [Result<usize, VerifyError>; 2] {
        let (plain, snap) = (notification(), snap_notification("t"));
        [
            verifier.non_snap(Form::Request, &Message::of_request(&plain), now),
            verifier.snap(&Message::of_request(&snap), now),
        ]
        .map(|verdict| verdict.map(|verified| verified.key))
    }

    #[test]
    fn the_key_that_matched_is_told_and_no_other_key_will_do() {
        let rotating = MessageVerifier::new("SK-0").or_key("SK-1").or_key("SK-2");
        assert_eq!(both(&rotating, now()), [Ok(1), Ok(1)]);
        let mismatch = Err(VerifyError::Signature(SignatureError::Mismatch));
        let wrong = MessageVerifier::new("SK-0").or_key("sk-1");
        assert_eq!(both(&wrong, now()), [mismatch.clone(), mismatch]);
    }

    #[test]
    fn an_empty_key_verifies_nothing_whatever_was_signed_with_it() {
        // HMAC fills a key up with zeros: the second is as empty as the first.
        for empty in ["", "\0\0", " ", "\r\n", "\u{a0}"] {
            let forger = Credentials::new("BRN-1", empty);
            let mut plain = Request::post("/notify").body(b"{}".to_vec()).unwrap();
            forger.sign_http_request(&mut plain, "request-1", now()).unwrap();
            let mut snap = plain.clone();
            forger.sign_snap_request(&mut snap, &"t".into(), "42", now()).unwrap();
            let (plain, snap) = (Message::of_request(&plain), Message::of_request(&snap));

            let only = Err(VerifyError::Signature(SignatureError::NoKey));
            let verifier = MessageVerifier::new(empty);
            assert_eq!(verifier.non_snap(Form::Request, &plain, now()), only, "{empty:?}");
            assert_eq!(verifier.snap(&snap, now()), only, "{empty:?}");
            for verifier in [
                MessageVerifier::new("SK-1").or_key(empty),
                MessageVerifier::new(empty).or_key("SK-1"),
            ] {
                assert!(verifier.non_snap(Form::Request, &plain, now()).is_err(), "{empty:?}");
                assert!(verifier.snap(&snap, now()).is_err(), "{empty:?}");
                // The other key is as good as ever.
                assert!(
                    verifier.snap(&Message::of_request(&snap_notification("t")), now()).is_ok()
                );
            }
            let headers = non_snap::SignedHeaders::read(plain.headers, Form::Request).unwrap();
            let verdict = forger.verify_request(plain.method, plain.target, plain.body, &headers);
            assert_eq!(verdict, Err(SignatureError::NoKey), "{empty:?}");
        }
    }

    #[test]
    fn only_the_expected_client_is_let_in() {
        let ours = MessageVerifier::new("SK-1").for_client("BRN-1");
        assert_eq!(both(&ours, now()), [Ok(0), Ok(0)]);
        let other = MessageVerifier::new("SK-1").for_client("BRN-2");
        assert_eq!(
            both(&other, now()),
            [Err(VerifyError::OtherClient), Err(VerifyError::OtherClient)]
        );
    }

    #[test]
    fn age_matters_only_where_a_window_was_asked_for_and_each_direction_has_its_own() {
        let hour = Duration::from_hours(1);
        let later = |seconds: i64| Timestamp::from_millis(now().as_millis() + seconds * 1000);
        let anytime = MessageVerifier::new("SK-1");
        assert_eq!(both(&anytime, later(1_000_000)), [Ok(0), Ok(0)]);

        let window = Window { past: hour, future: Duration::from_secs(60) };
        let timely = anytime.within(window);
        for seconds in [0, 3600, -60] {
            assert_eq!(both(&timely, later(seconds)), [Ok(0), Ok(0)], "{seconds}");
        }
        let age = Duration::from_secs(3601);
        assert_eq!(both(&timely, later(3601)), [(); 2].map(|()| Err(VerifyError::TooOld { age })));
        let ahead = Duration::from_secs(61);
        assert_eq!(both(&timely, later(-61)), [(); 2].map(|()| Err(VerifyError::TooNew { ahead })));
    }

    #[test]
    fn a_target_with_its_query_is_accepted_only_where_that_was_asked_for() {
        let request = notification();
        let message = Message::of_request(&request);
        let signed = doku().sign_request(&Method::POST, message.target, message.body, "id", now());
        let mut headers = HeaderMap::new();
        signed.write(&mut headers, Form::Request).unwrap();
        let message = Message { headers: &headers, ..message };
        let verifier = MessageVerifier::new("SK-1");
        assert!(verifier.non_snap(Form::Request, &message, now()).is_err());
        assert!(verifier.or_target_with_query().non_snap(Form::Request, &message, now()).is_ok());
    }

    #[test]
    fn behind_a_proxy_the_registered_path_counts() {
        let request = notification();
        let message = Message::of_request(&request).at_target("/inner");
        let verifier = MessageVerifier::new("SK-1");
        assert!(verifier.non_snap(Form::Request, &message, now()).is_err());
        let message = message.at_target("/notify");
        assert!(verifier.non_snap(Form::Request, &message, now()).is_ok());
    }

    #[test]
    fn the_signed_token_slot_is_the_presented_bearer_or_empty_unless_that_is_ruled_out() {
        let verifier = MessageVerifier::new("SK-1");
        let strict = verifier.clone().presented_token_only();
        let mut request = snap_notification("t");
        assert!(strict.snap(&Message::of_request(&request), now()).is_ok());

        sign_without_token(&mut request);
        request.headers_mut().insert("Authorization", "bearer DUMMY".parse().unwrap());
        let message = Message::of_request(&request);
        assert_eq!(verifier.snap(&message, now()).unwrap().token, Some("DUMMY".into()));
        assert_eq!(strict.snap(&message, now()), Err(SignatureError::Mismatch.into()));
    }

    #[test]
    fn a_reply_is_believed_only_for_the_request_that_it_names() {
        let mut reply = http::Response::new(b"{}".to_vec());
        doku().sign_http_response(&mut reply, &Method::POST, "/x", "first", now()).unwrap();
        let (headers, body) = (reply.headers(), reply.body().as_slice());
        let message = Message { method: &Method::POST, target: "/x", headers, body };
        let any = MessageVerifier::new("SK-1");
        let verdict = |id| any.clone().for_request_id(id).non_snap(Form::Response, &message, now());
        assert!(any.non_snap(Form::Response, &message, now()).is_ok());
        assert_eq!(verdict("first").unwrap().request_id, "first");
        assert_eq!(verdict("second"), Err(VerifyError::OtherRequest));
    }

    #[test]
    fn it_is_told_whether_the_body_is_covered() {
        let verifier = MessageVerifier::new("SK-1");
        for (method, body, covered) in [
            (Method::POST, "{}", true),
            (Method::POST, "", true),
            (Method::GET, "", true),
            (Method::GET, "{}", false),
        ] {
            for form in [Form::Request, Form::Response] {
                let sign = match form {
                    Form::Request => Credentials::sign_request,
                    Form::Response => Credentials::sign_response,
                };
                let mut headers = HeaderMap::new();
                let signed = sign(&doku(), &method, "/x", body.as_bytes(), "id", now());
                signed.write(&mut headers, form).unwrap();
                let covers = |body: &str| {
                    let (target, body) = ("/x", body.as_bytes());
                    let message = Message { method: &method, target, headers: &headers, body };
                    verifier.non_snap(form, &message, now()).map(|verified| verified.covers_body)
                };
                assert_eq!(covers(body), Ok(covered), "{method} {body:?}");
                // What is said to be covered cannot be another.
                assert_eq!(covers("[]").is_ok(), method == Method::GET, "{method} {body:?}");
            }
        }
        let snap = snap_notification("t");
        assert!(verifier.snap(&Message::of_request(&snap), now()).unwrap().covers_body);
    }

    #[test]
    fn where_the_presented_token_must_be_signed_there_must_be_one() {
        let verifier = MessageVerifier::new("SK-1");
        let strict = verifier.clone().presented_token_only();
        let mut request = snap_notification("t");
        sign_without_token(&mut request);
        for authorization in [None, Some("Bearer"), Some("Bearer ")] {
            request.headers_mut().remove("Authorization");
            if let Some(value) = authorization {
                request.headers_mut().insert("Authorization", value.parse().unwrap());
            }
            let message = Message::of_request(&request);
            assert!(verifier.snap(&message, now()).is_ok(), "{authorization:?}");
            let missing = Err(HeaderError::Missing("Authorization").into());
            assert_eq!(strict.snap(&message, now()), missing, "{authorization:?}");
        }
    }

    /// As DOKU may where no Token URL is registered: the token's slot is empty.
    fn sign_without_token(request: &mut Request<Vec<u8>>) {
        let headers = snap::SignedHeaders::read(request.headers()).unwrap();
        let body = BodyHash::of(request.body());
        let mut component = headers.component("POST", "/v1.1/transfer-va/payment", body);
        component.token = "";
        let signature = component.sign(&"SK-1".into()).to_string().parse().unwrap();
        request.headers_mut().insert("X-SIGNATURE", signature);
    }

    #[test]
    fn a_snap_body_is_verified_minified_and_as_it_came() {
        let mut request = snap_notification("t");
        *request.body_mut() = b"{ \"name\" : \"A B\" }\n".to_vec();
        let verifier = MessageVerifier::new("SK-1");
        assert!(verifier.snap(&Message::of_request(&request), now()).is_ok());

        let body = BodyHash::of_raw(request.body());
        let headers = snap::SignedHeaders::read(request.headers()).unwrap();
        let raw = headers.component("POST", "/v1.1/transfer-va/payment", body);
        let signature = raw.sign(&"SK-1".into()).to_string().parse().unwrap();
        request.headers_mut().insert("X-SIGNATURE", signature);
        assert!(verifier.snap(&Message::of_request(&request), now()).is_ok());

        *request.body_mut() = b"{\"name\":\"AB\"}".to_vec();
        assert!(verifier.snap(&Message::of_request(&request), now()).is_err());
    }

    #[test]
    fn what_tells_a_replay_cannot_be_changed_on_the_way() {
        let verifier = MessageVerifier::new("SK-1");
        let mut request = snap_notification("t");
        let before = verifier.snap(&Message::of_request(&request), now()).unwrap().replay_id;
        request.headers_mut().insert("X-EXTERNAL-ID", "43".parse().unwrap());
        let unpadded = before.trim_end_matches('=').parse().unwrap();
        request.headers_mut().insert("X-SIGNATURE", unpadded);
        let after = verifier.snap(&Message::of_request(&request), now()).unwrap().replay_id;
        assert_eq!(before, after);
    }
}
