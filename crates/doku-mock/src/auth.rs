//! Who calls: the HMAC headers, checked in the order of DOKU's gateway, and the bearer.

use std::sync::Arc;

use axum::{extract::Request, response::IntoResponse, response::Response};
use bytes::Bytes;
use doku_signing::{
    Credentials, HeaderError,
    non_snap::{Form, REQUEST_ID, SignedHeaders},
};
use doku_types::{
    BrandId, ClientId, Timestamp, code::GatewayCode, error::ApiError, partner::endpoint::Endpoint,
    validate::MAX_BODY,
};
use http::{HeaderMap, HeaderName, Method, StatusCode, Uri, header, request::Parts};

use crate::{
    app::{App, WINDOW},
    bearer::BearerFault,
    body,
    explanation::{self, Explanation},
    fault::Skew,
    kyb::Outcome,
    operation,
    reply::Reply,
};

/// A request whose signature was right.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) partner: ClientId,
    pub(crate) request_id: String,
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) body: Bytes,
    /// What is to become of the submission, as [`OUTCOME`] says it.
    pub(crate) outcome: Option<String>,
}

/// Rides on a response to the journal: what was asked.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) operation: Endpoint,
    /// Who, if that was proved.
    pub(crate) partner: Option<ClientId>,
    /// As far as it was read and is to be kept: not an upload's.
    pub(crate) body: Bytes,
    /// Why it was refused, if that was by its headers or its signature.
    pub(crate) explanation: Option<Explanation>,
}

impl Asked {
    /// A request for this operation of which nothing is known yet.
    pub(crate) fn new(operation: Endpoint) -> Self {
        Self { operation, partner: None, body: Bytes::new(), explanation: None }
    }
}

/// Why a request got no further than its headers or its signature.
#[derive(Debug)]
pub(crate) struct Refusal {
    reply: Reply,
    explanation: Option<Box<Explanation>>,
}

impl Refusal {
    fn explained(reply: Reply, explanation: Explanation) -> Self {
        Self { reply, explanation: Some(Box::new(explanation)) }
    }

    /// The reply as DOKU gives it, and what was wrong beside it: in a header, and for the journal.
    pub(crate) fn into_response(self, asked: Asked) -> Response {
        let mut response = self.reply.into_response();
        if let Some(explanation) = &self.explanation {
            explanation.tell(response.headers_mut());
        }
        let explanation = self.explanation.map(|explanation| *explanation);
        response.extensions_mut().insert(Asked { explanation, ..asked });
        response
    }
}

/// A refusal that explains itself, such as that of a body that is too large.
impl From<Reply> for Refusal {
    fn from(reply: Reply) -> Self {
        Self { reply, explanation: None }
    }
}

impl Call {
    /// The last segment of the path: the brand id of Get Business Data.
    pub(crate) fn brand(&self) -> BrandId {
        self.uri.path().rsplit('/').next().unwrap_or_default().into()
    }
}

/// Checks the HMAC headers, runs the operation, and signs its reply (A14). A refusal by the header
/// checks is not signed.
pub(crate) async fn signed(app: &Arc<App>, operation: Endpoint, request: Request) -> Response {
    let (parts, mut content) = request.into_parts();
    let mut asked = Asked::new(operation);
    let skew = Skew::of(&parts.extensions);
    let checked = async {
        let (credentials, headers) = check_headers(app, &parts.headers, skew)?;
        asked.body = body::read(&mut content, MAX_BODY, app.config.limits.body).await?;
        check_signature(app, credentials, &parts, &asked.body, &headers).await?;
        Ok::<_, Refusal>((credentials, headers.request_id))
    };
    let (credentials, request_id) = match checked.await {
        Ok(checked) => checked,
        Err(refusal) => return refusal.into_response(asked),
    };
    let outcome = outcome_header(&parts.headers);
    let (partner, body) = (credentials.client_id.clone(), asked.body.clone());
    let call = Call { partner, request_id, method: parts.method, uri: parts.uri, body, outcome };
    let answered = operation::answer(app, operation, &call).await;
    let mut reply = answered.unwrap_or_else(|refusal| refusal);
    reply.assumptions.push("A14");
    if call.uri.query().is_some() {
        reply.assumptions.push("A23");
    }
    let signature = credentials.sign_response(
        &call.method,
        call.uri.path(),
        &reply.body,
        &call.request_id,
        skew.shows(app.clock.now()),
    );
    let mut response = reply.into_response();
    response.extensions_mut().insert(Asked { partner: Some(call.partner), ..asked });
    // The headers were read from a request, so they can be written.
    let _ = signature.write(response.headers_mut(), Form::Response);
    response
}

/// What a request says about its own outcome, in one header or several.
pub(crate) fn outcome_header(headers: &HeaderMap) -> Option<String> {
    let values: Vec<_> = headers.get_all(OUTCOME).iter().map(|value| value.as_bytes()).collect();
    (!values.is_empty()).then(|| String::from_utf8_lossy(&values.join(&b',')).into_owned())
}

/// The same, understood.
///
/// # Errors
/// 400 for what is no outcome.
pub(crate) fn outcome(header: Option<&str>) -> Result<Option<Outcome>, Reply> {
    let outcome = header.map(str::parse).transpose();
    outcome.map_err(|error| Reply::outcome("the header Doku-Mock-Outcome", &error))
}

/// Presence, formats, the time window, the client: all that needs no body.
fn check_headers<'a>(
    app: &'a App,
    headers: &HeaderMap,
    skew: Skew,
) -> Result<(&'a Credentials, SignedHeaders), Refusal> {
    let malformed = |name: &str| {
        let message = format!("Invalid format Header {name}");
        Reply::gateway(GatewayCode::InvalidHeaderRequest, &message)
    };
    let signed = SignedHeaders::read(headers, Form::Request).map_err(|error| match error {
        HeaderError::Missing(name) => {
            let message = format!("Header {name} is required");
            let reply = Reply::gateway(GatewayCode::InvalidHeaderRequest, &message);
            Refusal::explained(reply, explanation::missing(headers))
        }
        HeaderError::Malformed(name) => {
            Refusal::explained(malformed(name), explanation::malformed(name, headers))
        }
        // A kind of error that this crate does not know is about the headers all the same.
        _ => malformed(REQUEST_ID).into(),
    })?;
    let Some(at) = Timestamp::parse(&signed.timestamp) else {
        let reply = malformed(Form::Request.timestamp_header());
        return Err(Refusal::explained(reply, explanation::malformed_timestamp(&signed.timestamp)));
    };
    if !app.is_timely(skew.meant(at)) {
        let reply = Reply::gateway(
            GatewayCode::RequestTimeOutOfRange,
            "Header Request-Timestamp is not in +- 3600 second of now",
        );
        return Err(Refusal::explained(
            reply,
            explanation::untimely(skew.meant(at), &app.clocks(), WINDOW),
        ));
    }
    let client_id = ClientId::from(signed.client_id.as_str());
    match app.credentials(&client_id) {
        Some(credentials) => Ok((credentials, signed)),
        None => {
            let reply = Reply::gateway(GatewayCode::InvalidClientId, "Invalid Client-Id");
            Err(Refusal::explained(reply, explanation::unknown_client(&signed.client_id)))
        }
    }
}

async fn check_signature(
    app: &App,
    credentials: &Credentials,
    parts: &Parts,
    body: &Bytes,
    headers: &SignedHeaders,
) -> Result<(), Refusal> {
    let verify = |target: &str| credentials.verify_request(&parts.method, target, body, headers);
    let with_query = parts.uri.path_and_query().map(http::uri::PathAndQuery::as_str);
    let verdict = verify(parts.uri.path()).or_else(|error| match with_query {
        Some(target) if app.config.accept_query_in_target => verify(target),
        _ => Err(error),
    });
    if verdict.is_ok() {
        return Ok(());
    }
    let reply = Reply::gateway(GatewayCode::InvalidSignature, "Invalid Header Signature");
    let explanation = app.doctor.examine(&credentials.secret_key, parts, body).await;
    Err(Refusal::explained(reply, explanation))
}

/// Whose bearer a request carries.
///
/// # Errors
/// The 401 of A11.
pub(crate) fn bearer(app: &App, headers: &HeaderMap) -> Result<ClientId, Refusal> {
    let verified = token(headers).and_then(|token| {
        let client = app.bearers.verify(token, app.clock.now())?;
        app.credentials(&client).map(|_| client).ok_or(BearerFault::UnknownClient)
    });
    verified.map_err(|fault| {
        let error = ApiError::gateway(GatewayCode::InvalidToken, fault.message());
        let reply = Reply::json(StatusCode::UNAUTHORIZED, &error, &["A11"]);
        Refusal::explained(reply, Explanation::of(fault.code(), fault.advice()))
    })
}

fn token(headers: &HeaderMap) -> Result<&str, BearerFault> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(BearerFault::Missing);
    };
    value
        .to_str()
        .ok()
        .and_then(|text| {
            let (scheme, token) = text.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
        })
        .ok_or(BearerFault::NoBearer)
}

/// Whether the method of a known path is another than its own.
pub(crate) fn method_not_allowed(method: &Method) -> Reply {
    let message = format!("Request method '{method}' is not supported");
    Reply::router(StatusCode::METHOD_NOT_ALLOWED, message, &["A10", "A30"])
}

/// What is to become of this registration or update; the mock's own.
pub(crate) const OUTCOME: HeaderName = HeaderName::from_static("doku-mock-outcome");
