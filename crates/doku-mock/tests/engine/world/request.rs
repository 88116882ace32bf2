//! What partners ask for, signed, and what has to be answered.

use std::time::Duration;

use bytes::Bytes;
use doku_signing::Credentials;
use doku_types::Timestamp;
use http::{Method, Request, Response, StatusCode};
use serde_json::Value;

use super::{Known, World};
use crate::{
    content::{Content, invitation},
    model::{Model, Refused},
    operation::{Asked, Field, Shape, Twist},
};

/// A request as it was sent.
#[derive(Clone)]
pub(super) struct Sent {
    pub(super) partner: usize,
    /// Whose files and ids its body names.
    pub(super) origin: usize,
    pub(super) id: String,
    pub(super) outcome: Option<&'static str>,
    pub(super) what: What,
}

#[derive(Clone)]
pub(super) enum What {
    /// With the outcome that its header or its e-mail asks for.
    Register {
        content: Content,
        asked: Option<&'static str>,
    },
    Invite {
        reference: u8,
        body: Vec<u8>,
    },
    /// To this content.
    Update {
        business: usize,
        content: Content,
        body: Vec<u8>,
        sound: bool,
    },
}

/// A reply that answers the same request for 24 h (A13).
pub(super) struct Kept {
    pub(super) at: Timestamp,
    pub(super) request: (Method, String, Vec<u8>),
    pub(super) reply: Bytes,
}

impl World<'_> {
    pub(super) async fn register(&mut self, partner: usize, shape: Shape, outcome: Asked) {
        let (tag, header) = match outcome {
            Asked::Default => (None, None),
            Asked::Header(outcome) => (None, Some(outcome)),
            Asked::Tag(outcome) => (Some(outcome), None),
        };
        let what = What::Register { content: Content::new(shape, tag), asked: tag.or(header) };
        self.send_new(partner, what, header).await;
    }

    pub(super) async fn invite(&mut self, partner: usize, reference: u8) {
        let body = invitation(reference).to_string().into_bytes();
        self.send_new(partner, What::Invite { reference, body }, None).await;
    }

    pub(super) async fn update(
        &mut self,
        business: usize,
        changes: &[(Field, u8)],
        faulty: bool,
        foreign: bool,
        outcome: Option<&'static str>,
    ) {
        let known = &self.businesses[business];
        let owner = known.partner;
        let partner = if foreign { (owner + 1) % self.partners.len() } else { owner };
        // Of an invitation nothing can be updated.
        let content = known.content.clone().unwrap_or_else(|| Content::new(SMALL, None));
        let content = content.changed(changes);
        let mut body = content.update(changes, &known.brands, &self.partners[owner].files);
        if faulty {
            body["business"]["banks"] = serde_json::json!([{"id": "BNK-unheard-of"}]);
        }
        let body = body.to_string().into_bytes();
        let what = What::Update { business, content, body, sound: !faulty };
        self.send_new(partner, what, outcome).await;
    }

    pub(super) async fn again(&mut self, request: u8, twist: Twist) {
        if self.requests.is_empty() {
            return;
        }
        let mut sent = self.requests[usize::from(request) % self.requests.len()].clone();
        match (twist, &mut sent.what) {
            (Twist::Same, _) => {}
            (Twist::OtherPartner, _) => sent.partner = (sent.partner + 1) % self.partners.len(),
            (Twist::OtherBody, What::Register { content, .. }) => content.own += 1,
            (Twist::OtherBody, What::Invite { body, .. } | What::Update { body, .. }) => {
                // The same to whoever reads it.
                body.push(b' ');
            }
        }
        self.send(sent, false).await;
    }

    pub(super) async fn get(&mut self, business: usize, foreign: bool) {
        let known = &self.businesses[business];
        let foreign = foreign && self.partners.len() > 1;
        let partner = (known.partner + usize::from(foreign)) % self.partners.len();
        let path = format!("{BASE}/business/{}", known.brands[0]);
        let before = self.snapshot();
        let id = format!("get-{}", self.receiver.received().len());
        let reply = self.call(partner, Method::GET, &path, b"", &id, None).await;
        assert_eq!(self.snapshot(), before);
        if foreign {
            assert_eq!(reply.status(), 404, "another partner's business");
        } else {
            assert_eq!(reply.status(), 200);
            assert!(before.businesses.contains(&Some(body_of(&reply))));
        }
    }

    /// Uploads a picture; returns its id.
    pub(super) async fn upload(&self, credentials: &Credentials) -> String {
        let body = r#"{"grant_type":"client_credentials"}"#;
        let mut request = Request::post(format!("{BASE}/token")).body(body).unwrap();
        credentials.sign_http_request(&mut request, "token", self.now).unwrap();
        let token = body_of(&self.mock().call(request).await);
        let mut body = b"--x\r\nContent-Disposition: form-data; name=\"category\"\r\n\r\nPHOTO_PROOF\r\n--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n".to_vec();
        body.extend_from_slice(b"\x89PNG\r\n\x1a\n\r\n--x--\r\n");
        let request = Request::post(format!("{BASE}/file"))
            .header("Authorization", format!("Bearer {}", token["token"].as_str().unwrap()))
            .header("Content-Type", "multipart/form-data; boundary=x")
            .body(body)
            .unwrap();
        let reply = body_of(&self.mock().call(request).await);
        reply["id"].as_str().unwrap_or_else(|| panic!("{reply}")).to_owned()
    }

    async fn send_new(&mut self, partner: usize, what: What, outcome: Option<&'static str>) {
        let id = format!("request-{}", self.requests.len());
        let origin = match what {
            What::Update { business, .. } => self.businesses[business].partner,
            _ => partner,
        };
        let sent = Sent { partner, origin, id, outcome, what };
        self.requests.push(sent.clone());
        self.send(sent, true).await;
    }

    /// Sends a request, looks at its answer, and takes in what it changes. One whose body is not
    /// `fresh` was written when the business was another.
    async fn send(&mut self, sent: Sent, fresh: bool) {
        let Sent { partner, origin, id, outcome, what } = sent;
        let (method, path, body) = match &what {
            What::Register { content, .. } => {
                let body = content.registration(&self.partners[origin].files).to_string();
                (Method::POST, format!("{BASE}/business"), body.into_bytes())
            }
            What::Invite { body, .. } => {
                (Method::POST, format!("{BASE}/business/lite/registration"), body.clone())
            }
            What::Update { business, body, .. } => {
                let brand = &self.businesses[*business].brands[0];
                (Method::PUT, format!("{BASE}/business/{brand}"), body.clone())
            }
        };
        let before = self.snapshot();
        let reply = self.call(partner, method.clone(), &path, &body, &id, outcome).await;
        self.returned();
        let status = reply.status();
        let (key, request) = ((partner, id), (method, path, body));
        let kept = self.kept.get(&key).filter(|kept| kept.at.abs_diff(self.now) < DAY);
        if let Some(kept) = kept {
            assert_eq!(status, StatusCode::CONFLICT);
            if kept.request == request {
                assert_eq!(*reply.body(), kept.reply, "a repeated request");
            } else {
                assert_eq!(code(&reply), "idempotent_request");
            }
            assert_eq!(self.snapshot(), before);
            return;
        }
        if status.is_success() {
            let kept = Kept { at: self.now, request, reply: reply.body().clone() };
            self.kept.insert(key, kept);
        } else {
            assert!(status.is_client_error(), "{status}");
            assert_ne!(code(&reply), "idempotent_request");
            assert_eq!(self.snapshot(), before);
        }
        let count = self.mock().businesses().len();
        let added = count - before.businesses.len();
        let expected = usize::from(status.is_success() && !matches!(what, What::Update { .. }));
        assert_eq!(added, expected, "how many businesses a request makes");
        match what {
            What::Register { content, asked } => {
                let strict = asked.is_some();
                let with = asked.unwrap_or(self.life.default);
                let mut model = Model::default();
                let foreseen = match partner == origin {
                    true => model.register(&content, with, strict),
                    // It names another partner's files.
                    false => Err(Refused),
                };
                assert_eq!(status.is_success(), foreseen.is_ok(), "{reply:?}");
                if let Ok(told) = foreseen {
                    assert_eq!(body_of(&reply)["business"]["status"], "UPDATING");
                    self.add(partner, &reply);
                    self.foreseen(self.businesses.len() - 1, content, model, told, false);
                }
            }
            What::Invite { reference, .. } => {
                let name = format!("shop-{reference}");
                let used = before.businesses.iter().zip(&self.businesses).any(|(data, known)| {
                    let data = data.as_ref().unwrap();
                    known.partner == partner && data["partner_ref_id"] == name.as_str()
                });
                assert_eq!(status.is_success(), !used);
                if !used {
                    self.add(partner, &reply);
                }
            }
            What::Update { business, content, sound, .. } => {
                let known = &self.businesses[business];
                let is_mine = partner == known.partner;
                let Some(old) = known.content.clone().filter(|_| is_mine && sound) else {
                    let expected = if is_mine { 400 } else { 404 };
                    assert_eq!(status, expected, "{reply:?}");
                    return;
                };
                let is_foreseen = fresh && self.is_quiet(business);
                let (strict, with) = (outcome.is_some(), outcome.unwrap_or(self.life.default));
                let mut model = known.model.clone();
                let foreseen = match is_foreseen {
                    true => model.update(&old, &content, with, strict),
                    false => Err(Refused),
                };
                if is_foreseen {
                    assert_eq!(status.is_success(), foreseen.is_ok(), "{reply:?}");
                }
                if status.is_success() {
                    self.businesses[business].brands = brands(&reply);
                    match foreseen {
                        Ok(told) if is_foreseen => {
                            self.foreseen(business, content, model, told, false);
                        }
                        _ => self.unforeseen(business, &old, content, fresh),
                    }
                }
            }
        }
    }

    fn add(&mut self, partner: usize, reply: &Response<Bytes>) {
        self.businesses.push(Known {
            partner,
            id: body_of(reply)["business"]["id"].as_str().unwrap().to_owned(),
            brands: brands(reply),
            content: None,
            model: Model::default(),
            expected: Vec::new(),
            is_foreseen: true,
            ripe: self.now,
            told_of_all: true,
        });
    }

    async fn call(
        &self,
        partner: usize,
        method: Method,
        path: &str,
        body: &[u8],
        id: &str,
        outcome: Option<&str>,
    ) -> Response<Bytes> {
        let mut request = Request::new(Bytes::copy_from_slice(body));
        *request.method_mut() = method;
        *request.uri_mut() = path.parse().unwrap();
        self.partners[partner].credentials.sign_http_request(&mut request, id, self.now).unwrap();
        if let Some(outcome) = outcome {
            request.headers_mut().insert("Doku-Mock-Outcome", outcome.parse().unwrap());
        }
        self.mock().call(request).await
    }
}

fn body_of(reply: &Response<Bytes>) -> Value {
    serde_json::from_slice(reply.body()).unwrap()
}

fn brands(reply: &Response<Bytes>) -> Vec<String> {
    let body = body_of(reply);
    let brands = body["business"]["brands"].as_array().unwrap();
    brands.iter().map(|brand| brand["id"].as_str().unwrap().to_owned()).collect()
}

fn code(reply: &Response<Bytes>) -> String {
    body_of(reply)["error"]["code"].as_str().unwrap_or_default().to_owned()
}

const BASE: &str = "/adv-core-api/partner/v1.0";
const DAY: Duration = Duration::from_hours(24);
const SMALL: Shape = Shape { callback_url: true, bank: true, social_media: true, brands: 1 };
