//! The partner's side: what it asks, signed, over connections that may end at any moment.

use std::time::SystemTime;

use bytes::Bytes;
use doku_signing::{
    Credentials,
    non_snap::{Form, SignedHeaders},
};
use doku_types::{Timestamp, partner::BASE_PATH};
use http::{HeaderMap, HeaderValue, Method, Request, Uri, header};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;

/// A connection.
pub(crate) struct Line(SendRequest<Full<Bytes>>);

/// An answer that came whole.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// What was asked for.
    asked: (Method, Uri),
}

impl Line {
    /// `None` when nobody listens.
    pub(crate) async fn open(address: &str) -> Option<Self> {
        let stream = TcpStream::connect(address).await.ok()?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.ok()?;
        tokio::spawn(connection);
        Some(Self(sender))
    }

    /// `None` unless the whole answer came.
    pub(crate) async fn send(&mut self, request: Request<Full<Bytes>>) -> Option<Reply> {
        self.0.ready().await.ok()?;
        let asked = (request.method().clone(), request.uri().clone());
        let (head, body) = self.0.send_request(request).await.ok()?.into_parts();
        let (status, headers) = (head.status.as_u16(), head.headers);
        let body = body.collect().await.ok()?.to_bytes();
        Some(Reply { status, headers, body, asked })
    }
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// # Panics
    /// Unless it is signed, and rightly.
    pub(crate) fn is_signed(&self) {
        let (method, uri) = &self.asked;
        is_signed(method, uri.path(), &self.body, &self.headers);
    }
}

pub(crate) fn credentials() -> Credentials {
    Credentials::new(CLIENT_ID, SECRET_KEY)
}

/// # Panics
/// Unless a reply was signed, and rightly.
pub(crate) fn is_signed(method: &Method, target: &str, body: &[u8], headers: &HeaderMap) {
    let signed = SignedHeaders::read(headers, Form::Response);
    let signed = signed.unwrap_or_else(|error| panic!("{method} {target}: {error}"));
    let held = credentials().verify_response(method, target, body, &signed);
    held.unwrap_or_else(|error| panic!("{method} {target}: {error}"));
}

/// A request of an operation, signed now.
pub(crate) fn signed(
    method: &Method,
    operation: &str,
    body: &Bytes,
    request_id: &str,
) -> Request<Full<Bytes>> {
    let path = format!("{BASE_PATH}{operation}");
    let mut request = plain(method.as_str(), &path, body.clone());
    credentials()
        .sign_request(method, &path, body, request_id, Timestamp::from(SystemTime::now()))
        .write(request.headers_mut(), Form::Request)
        .unwrap();
    request
}

pub(crate) fn plain(method: &str, path: &str, body: impl Into<Bytes>) -> Request<Full<Bytes>> {
    Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, "127.0.0.1")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Full::new(body.into()))
        .unwrap()
}

pub(crate) fn advance(by: &str) -> Request<Full<Bytes>> {
    plain("POST", "/_mock/clock/advance", json!({ "by": by }).to_string())
}

pub(crate) fn token(request_id: &str) -> Request<Full<Bytes>> {
    let body = Bytes::from_static(br#"{"grant_type":"client_credentials","valid_time":"60"}"#);
    signed(&Method::POST, "/token", &body, request_id)
}

/// The shortest way to a business.
pub(crate) fn invitation(request_id: &str) -> Request<Full<Bytes>> {
    let body = Bytes::from_static(INVITATION.as_bytes());
    signed(&Method::POST, "/business/lite/registration", &body, request_id)
}

/// An upload of what a personal merchant has to show.
pub(crate) fn upload(token: &str, paper: Paper, content: &[u8]) -> Request<Full<Bytes>> {
    let mut request = plain("POST", UPLOAD, parts(paper, content));
    let headers = request.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MULTIPART));
    headers.insert(header::AUTHORIZATION, format!("Bearer {token}").parse().unwrap());
    request
}

/// The body of an upload.
pub(crate) fn parts(paper: Paper, content: &[u8]) -> Vec<u8> {
    let (category, code) = match paper {
        Paper::PhotoProof => ("PHOTO_PROOF", ""),
        Paper::IdentityCard => ("DOCUMENT", "KTP"),
        Paper::Face => ("OWNER_LIVENESS", ""),
    };
    let part = "--xyz\r\nContent-Disposition: form-data; name=";
    let head = format!(
        "{part}\"category\"\r\n\r\n{category}\r\n{part}\"code\"\r\n\r\n{code}\r\n{part}\"file\"; filename=\"paper.png\"\r\n\r\n"
    );
    [head.as_bytes(), content, b"\r\n--xyz--\r\n"].concat()
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Paper {
    PhotoProof,
    IdentityCard,
    Face,
}

/// A registration that has every part, so that every type of callback comes of it.
pub(crate) fn registration(name: &str, papers: &[String; 3], callback_url: &str) -> Bytes {
    let [photo_proof, identity_card, face] = papers;
    let social_media =
        json!([{"accounts": ["https://www.instagram.com/warung"], "code": "INSTAGRAM"}]);
    let brand = json!({
        "name": name, "description": "Nasi goreng", "category": "NON_RETAIL",
        "social_media": social_media, "photo_proofs": [{"id": photo_proof}],
    });
    let card = json!({
        "code": "KTP", "category": "DOCUMENT", "id": identity_card,
        "forms": [{"code": "NO_KTP", "value": "1234567890123456"}],
    });
    let contact = json!({
        "documents": [card], "email": "budi@example.com", "name": "Budi", "nationality": "ID",
        "phone_calling_code": "62", "phone_number": "81987654321", "position": "OWNER",
        "primary": true, "owner_liveness": {"id": face},
    });
    let bank = json!({
        "account_name": "Budi", "account_number": "98765432", "bank_id": "4",
        "bank_name": "BANK BCA", "country": "ID", "currency": "IDR", "swift_code": "014",
    });
    let business = json!({
        "type": "PERSONAL", "callback_url": callback_url, "legal_entity": "PERSEORANGAN",
        "name": name, "email": "warung@example.com", "phone_calling_code": "62",
        "phone_number": "81234567890", "brands": [brand], "addresses": [address(FIRST_STREET)],
        "banks": [bank], "contacts": [contact],
    });
    json!({ "business": business }).to_string().into()
}

/// An update that moves a business to another street.
pub(crate) fn move_to(street: &str) -> Bytes {
    json!({"business": {"addresses": [address(street)]}}).to_string().into()
}

fn address(street: &str) -> Value {
    json!({"area": "17133 - Kali Baru", "country": "ID", "name": street, "primary": true})
}

pub(crate) const CLIENT_ID: &str = "BRN-0001-1700000000777";
pub(crate) const SECRET_KEY: &str = "SK-of-the-crash-test";
pub(crate) const INVITATION: &str = r#"{"business":{"partner_ref_id":"1","name":"Warung","contact":{"name":"Budi","email":"budi@example.com","phone_calling_code":"62","phone_number":"81234567890"}},"invited_user":{"email":"budi@example.com"}}"#;
/// Where every business is at first.
pub(crate) const FIRST_STREET: &str = "Jalan Contoh 1";
pub(crate) const UPLOAD: &str = "/adv-core-api/partner/v1.0/file";
/// The media type of an upload.
pub(crate) const MULTIPART: &str = "multipart/form-data; boundary=xyz";
