//! A request without its signature: made once a call, signed anew for each attempt.

use doku_signing::{Credentials, non_snap::Form};
use doku_types::Timestamp;
use http::{HeaderValue, Method, Request, Uri, header};

use super::{Authentication, Encoded, Operation};
use crate::{Body, Environment, Error, error::Cause};

pub(crate) struct Prepared {
    operation: &'static str,
    method: Method,
    uri: Uri,
    content_type: Option<HeaderValue>,
    encoded: Option<Encoded>,
    bearer: Option<HeaderValue>,
}

impl Prepared {
    pub(crate) fn new<O: Operation>(
        operation: &O,
        environment: &Environment,
        request_id: &str,
    ) -> Result<Self, Error> {
        let invalid = |error: http::Error| Error::new(O::NAME, Cause::request(error));
        let url = [environment.base_url(), &operation.path_and_query()].concat();
        let uri = Uri::try_from(url).map_err(|error| invalid(error.into()))?;
        let encoded = operation.body(request_id);
        let content_type = encoded.as_ref().map(|encoded| encoded.content_type().try_into());
        let content_type = content_type
            .transpose()
            .map_err(|error: header::InvalidHeaderValue| invalid(error.into()))?;
        let bearer = match operation.authentication() {
            Authentication::Signature => None,
            Authentication::Bearer(token) => {
                let mut value = HeaderValue::try_from(format!("{BEARER}{}", token.expose()))
                    .map_err(|error| invalid(error.into()))?;
                value.set_sensitive(true);
                Some(value)
            }
        };
        Ok(Self { operation: O::NAME, method: O::METHOD, uri, content_type, encoded, bearer })
    }

    /// The path, which is what is signed (A23).
    pub(crate) fn target(&self) -> &str {
        self.uri.path()
    }

    /// Whether it goes by signature, and so under a Request-Id.
    pub(crate) fn is_signed(&self) -> bool {
        self.bearer.is_none()
    }

    /// The token that it goes by.
    pub(crate) fn bearer(&self) -> Option<&str> {
        self.bearer.as_ref()?.to_str().ok()?.strip_prefix(BEARER)
    }

    pub(crate) fn is_repeatable(&self) -> bool {
        self.encoded.as_ref().is_none_or(Encoded::is_repeatable)
    }

    /// One attempt, at this instant.
    pub(crate) fn request(
        &self,
        credentials: &Credentials,
        user_agent: &HeaderValue,
        request_id: &str,
        at: Timestamp,
    ) -> Result<Request<Body>, Error> {
        let failed = |why: crate::BoxError| Error::new(self.operation, Cause::request(why));
        let body = match &self.encoded {
            None => Body::default(),
            Some(encoded) => encoded
                .open()
                .ok_or_else(|| failed("its content can be read only once, and was".into()))?,
        };
        let mut request = Request::new(body);
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.uri.clone();
        // At once for all, those that the transport adds included.
        request.headers_mut().reserve(HEADERS);
        match &self.bearer {
            Some(bearer) => {
                request.headers_mut().insert(header::AUTHORIZATION, bearer.clone());
            }
            None => {
                let bytes = request.body().as_bytes();
                let bytes = bytes.ok_or_else(|| failed("a stream cannot be signed".into()))?;
                credentials
                    .sign_request(&self.method, self.target(), bytes, request_id, at)
                    .write(request.headers_mut(), Form::Request)
                    .map_err(|error| failed(Box::new(error)))?;
            }
        }
        let headers = request.headers_mut();
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(header::USER_AGENT, user_agent.clone());
        if let Some(content_type) = &self.content_type {
            headers.insert(header::CONTENT_TYPE, content_type.clone());
        }
        Ok(request)
    }
}

const BEARER: &str = "Bearer ";

const HEADERS: usize = 10;
