//! The three that are compared: the client, the same work written by hand over hyper-util, and
//! hyper-util alone with requests made beforehand.

use std::{
    hint::black_box,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use doku_partner::{
    Environment, HyperTransport, Operation, PartnerClient, RetryPolicy,
    operation::{CheckRequirements, RegisterBusiness},
};
use doku_signing::non_snap::{Form, SignedHeaders};
use doku_types::partner::{registration::Registration, requirements::RequirementsQuery};
use http::{Method, Request, StatusCode, Uri, header, response::Parts};
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};

use super::{super::load::Result, servers::Told};

/// What is asked of the server.
#[derive(Clone, Copy)]
pub(super) enum What {
    Requirements,
    Registration,
}

impl What {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Requirements => "Check Requirements",
            Self::Registration => "Business Registration",
        }
    }
}

/// Who sends requests.
pub(super) trait Caller: Clone + Send + 'static {
    /// One request and its whole reply; false when there is none left to send.
    fn call(&self) -> impl Future<Output = Result<bool>> + Send;
}

/// The client: signs, sends, verifies the reply if it is signed, reads it.
#[derive(Clone)]
pub(super) struct Ours {
    client: PartnerClient,
    asked: Arc<Asked>,
}

struct Asked {
    what: What,
    query: RequirementsQuery,
    registration: Registration,
    environment: Environment,
    server: Arc<Told>,
}

impl Ours {
    pub(super) fn new(server: &Arc<Told>, what: What) -> Result<Self> {
        let environment = Environment::custom(&server.base_url)?;
        let clock = Arc::clone(server);
        let client = PartnerClient::builder(environment.clone(), server.credentials.clone())
            .transport(HyperTransport::builder().no_proxy().build())
            .clock(move || clock.now())
            // A request that fails has to fail the benchmark.
            .retry(RetryPolicy::never())
            .build();
        let asked = Asked {
            what,
            query: RequirementsQuery::personal(),
            registration: Registration::parse(&server.registration)?,
            environment,
            server: Arc::clone(server),
        };
        Ok(Self { client, asked: Arc::new(asked) })
    }

    /// A request as this client sends it, to be sent by another.
    fn request(&self) -> Result<Request<Bytes>> {
        let Asked { what, query, registration, environment, server } = &*self.asked;
        let (id, at) = (self.client.new_request_id(), server.now());
        let credentials = &server.credentials;
        let request = match what {
            What::Requirements => {
                CheckRequirements::new(query).into_request(environment, credentials, &id, at)
            }
            What::Registration => {
                RegisterBusiness::new(registration).into_request(environment, credentials, &id, at)
            }
        };
        Ok(request?.map(|body| body.as_bytes().cloned().unwrap_or_default()))
    }
}

impl Caller for Ours {
    async fn call(&self) -> Result<bool> {
        let is_signed = match self.asked.what {
            What::Requirements => {
                self.client.check_requirements(&self.asked.query).await?.is_signed
            }
            What::Registration => {
                self.client.register_business(&self.asked.registration).await?.is_signed
            }
        };
        // Otherwise less was measured than is said.
        if is_signed != self.asked.server.signs {
            return Err("the replies are not signed as they should be".into());
        }
        Ok(true)
    }
}

/// The work of a call by direct calls of the crates that the client stands on: no retry, no limits, no
/// time kept.
#[derive(Clone)]
pub(super) struct ByHand {
    client: HyperClient,
    uri: Uri,
    like: Ours,
}

impl ByHand {
    pub(super) fn new(like: Ours) -> Result<Self> {
        Ok(Self { client: hyper_client(), uri: like.request()?.uri().clone(), like })
    }
}

impl Caller for ByHand {
    async fn call(&self) -> Result<bool> {
        let Asked { what, registration, server, .. } = &*self.like.asked;
        let id = self.like.client.new_request_id();
        let request = Request::builder()
            .uri(self.uri.clone())
            .header(header::ACCEPT, JSON)
            .header(header::USER_AGENT, "by hand");
        let mut request = match what {
            What::Requirements => request.body(Bytes::new())?,
            What::Registration => request
                .method(Method::POST)
                .header(header::CONTENT_TYPE, JSON)
                .body(serde_json::to_vec(registration)?.into())?,
        };
        server.credentials.sign_http_request(&mut request, &id, server.now())?;
        let method = request.method().clone();
        let (parts, body) = ask(&self.client, request.map(Full::new)).await?;
        if server.signs {
            let signed = SignedHeaders::read(&parts.headers, Form::Response)?;
            server.credentials.verify_response(&method, self.uri.path(), &body, &signed)?;
            if signed.request_id != id {
                return Err("the answer to another request".into());
            }
        }
        match what {
            What::Requirements => drop(black_box(CheckRequirements::parse(&body)?)),
            What::Registration => drop(black_box(RegisterBusiness::parse(&body)?)),
        }
        Ok(true)
    }
}

/// hyper-util's client alone: the requests are made, the replies are not looked at.
#[derive(Clone)]
pub(super) struct Bare {
    client: HyperClient,
    like: Ours,
}

impl Bare {
    pub(super) fn new(like: Ours) -> Self {
        Self { client: hyper_client(), like }
    }

    /// With requests at hand: one that is sent again and again, or, where that would be a replay, so
    /// many that are sent once.
    pub(super) fn prepared(&self, count: usize) -> Result<Prepared> {
        let once =
            self.like.asked.server.signs && matches!(self.like.asked.what, What::Registration);
        let first = self.like.request()?;
        let body = first.body().clone();
        let mut requests = vec![first.map(Full::new)];
        while once && requests.len() < count {
            // The same bytes in one place, as the other's registration is one.
            requests.push(self.like.request()?.map(|_| Full::new(body.clone())));
        }
        let client = self.client.clone();
        Ok(Prepared { client, requests: requests.into(), once, next: Arc::default() })
    }
}

/// The bare client with its requests.
#[derive(Clone)]
pub(super) struct Prepared {
    client: HyperClient,
    requests: Arc<[Request<Full<Bytes>>]>,
    once: bool,
    next: Arc<AtomicUsize>,
}

impl Caller for Prepared {
    async fn call(&self) -> Result<bool> {
        let nth = if self.once { self.next.fetch_add(1, Ordering::Relaxed) } else { 0 };
        let Some(request) = self.requests.get(nth) else { return Ok(false) };
        ask(&self.client, request.clone()).await?;
        Ok(true)
    }
}

type HyperClient = Client<HttpConnector, Full<Bytes>>;

/// With the pool of the client's transport.
fn hyper_client() -> HyperClient {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(Duration::from_secs(30))
        .http1_max_buf_size(64 << 10)
        .build(connector)
}

/// One exchange, the body read to its end.
async fn ask(client: &HyperClient, request: Request<Full<Bytes>>) -> Result<(Parts, Bytes)> {
    let (parts, body) = client.request(request).await?.into_parts();
    let body = body.collect().await?.to_bytes();
    if parts.status != StatusCode::OK {
        let text = String::from_utf8_lossy(&body);
        return Err(format!("the server answered {}: {text}", parts.status).into());
    }
    Ok((parts, body))
}

const JSON: &str = "application/json";
