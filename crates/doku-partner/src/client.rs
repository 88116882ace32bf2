//! The client: signs, sends, verifies, reads.

use std::{fmt, sync::Arc, time::SystemTime};

use bytes::Bytes;
use doku_signing::{
    Credentials,
    non_snap::{Form, SIGNATURE, SignedHeaders},
};
use doku_types::{
    BearerToken, BrandId, Timestamp,
    error::ApiError,
    partner::{
        business::BusinessData,
        file::UploadedFile,
        lite::{LiteRegistration, LiteReply},
        registration::{Registration, RegistrationReply},
        requirements::{Requirements, RequirementsQuery},
        token::{TokenReply, TokenRequest},
    },
    validate::ParseError,
};
use http::{HeaderValue, Request, Response, Uri, header};
use tracing::debug;

use crate::{
    environment::Environment,
    error::Error,
    operation::{
        Authentication, CheckRequirements, CreateBusinessLite, FileUpload, GenerateToken,
        GetBusinessData, Operation, RegisterBusiness, UploadFile,
    },
    transport::{HyperTransport, Transport},
};

/// Calls the Partner API. Cheap to clone; clones share their connections.
#[derive(Clone)]
pub struct PartnerClient(Arc<Inner>);

struct Inner {
    environment: Environment,
    credentials: Credentials,
    transport: Box<dyn Transport>,
    clock: Box<dyn Fn() -> Timestamp + Send + Sync>,
    request_ids: Box<dyn Fn() -> String + Send + Sync>,
}

impl PartnerClient {
    /// A client of the partner with these credentials.
    pub fn builder(environment: Environment, credentials: Credentials) -> PartnerClientBuilder {
        PartnerClientBuilder {
            environment,
            credentials,
            transport: None,
            clock: Box::new(|| SystemTime::now().into()),
            request_ids: Box::new(|| uuid::Uuid::new_v4().to_string()),
        }
    }

    /// Which documents a registration of this sort needs.
    ///
    /// # Errors
    /// [`Error`], as every call.
    pub async fn check_requirements(
        &self,
        query: &RequirementsQuery,
    ) -> Result<Requirements, Error> {
        self.call(&CheckRequirements::new(query)).await
    }

    /// A token to upload files with.
    ///
    /// # Errors
    /// [`Error`], as every call.
    pub async fn generate_token(&self, request: &TokenRequest) -> Result<TokenReply, Error> {
        self.call(&GenerateToken::new(request)).await
    }

    /// Uploads one file; the reply has the id to name it by.
    ///
    /// # Errors
    /// [`Error`], as every call.
    pub async fn upload_file(
        &self,
        token: &BearerToken,
        upload: &FileUpload,
    ) -> Result<UploadedFile, Error> {
        self.call(&UploadFile::new(token, upload)).await
    }

    /// Registers a merchant. Not sent again on failure: after [`Error::Transport`] it may have
    /// arrived.
    ///
    /// # Errors
    /// [`Error`], as every call.
    pub async fn register_business(
        &self,
        registration: &Registration,
    ) -> Result<RegistrationReply, Error> {
        self.call(&RegisterBusiness::new(registration)).await
    }

    /// Invites a merchant's owner to complete the data in DOKU's dashboard.
    ///
    /// # Errors
    /// [`Error`], as every call.
    pub async fn create_business_lite(
        &self,
        invitation: &LiteRegistration,
    ) -> Result<LiteReply, Error> {
        self.call(&CreateBusinessLite::new(invitation)).await
    }

    /// The business of a brand, as DOKU knows it.
    ///
    /// # Errors
    /// [`Error`], as every call.
    pub async fn business_data(
        &self,
        brand: &BrandId,
        query: &RequirementsQuery,
    ) -> Result<BusinessData, Error> {
        self.call(&GetBusinessData::new(brand, query)).await
    }

    /// Any operation: one request, one answer, no retry.
    ///
    /// The signature of the answer is verified when it has one; not every answer has (A14). That it
    /// answers this very request is part of that (A40).
    ///
    /// # Errors
    /// [`Error`].
    pub async fn call<O: Operation>(&self, operation: &O) -> Result<O::Reply, Error> {
        let request_id = (self.0.request_ids)();
        let (request, target) = self.request(operation, &request_id)?;
        // An upload is told by its bearer and sends no Request-Id.
        let sent_id = match operation.authentication() {
            Authentication::Signature => Some(request_id),
            Authentication::Bearer(_) => None,
        };
        let response = self.0.transport.send(request).await;
        let response =
            response.map_err(|source| Error::Transport { source, request_id: sent_id.clone() })?;
        let status = response.status().as_u16();
        debug!(operation = O::NAME, method = %O::METHOD, path = target, status, "answered");
        self.parse::<O>(&target, sent_id, &response)
    }

    /// The signed request of an operation, and its path without query.
    fn request<O: Operation>(
        &self,
        operation: &O,
        request_id: &str,
    ) -> Result<(Request<Bytes>, String), Error> {
        let path_and_query = operation.path_and_query();
        let uri = Uri::try_from(format!("{}{path_and_query}", self.0.environment))
            .map_err(http::Error::from)?;
        let target = uri.path().to_owned();
        let body = operation.body(request_id);
        let bytes = body.as_ref().map(|body| body.bytes.clone()).unwrap_or_default();
        let mut request = Request::new(bytes);
        *request.method_mut() = O::METHOD;
        *request.uri_mut() = uri;
        let signature = match operation.authentication() {
            Authentication::Signature => Some(self.0.credentials.sign_request(
                &O::METHOD,
                &target,
                request.body(),
                request_id,
                (self.0.clock)(),
            )),
            Authentication::Bearer(token) => {
                let mut value = HeaderValue::try_from(format!("Bearer {}", token.expose()))
                    .map_err(http::Error::from)?;
                value.set_sensitive(true);
                request.headers_mut().insert(header::AUTHORIZATION, value);
                None
            }
        };
        let headers = request.headers_mut();
        if let Some(signature) = signature {
            signature.write(headers, Form::Request)?;
        }
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
        if let Some(body) = body {
            let content_type =
                HeaderValue::try_from(body.content_type).map_err(http::Error::from)?;
            headers.insert(header::CONTENT_TYPE, content_type);
        }
        Ok((request, target))
    }

    fn parse<O: Operation>(
        &self,
        target: &str,
        request_id: Option<String>,
        response: &Response<Bytes>,
    ) -> Result<O::Reply, Error> {
        let (status, body) = (response.status(), response.body());
        if response.headers().contains_key(SIGNATURE)
            && let Err(why) = self.verify_reply::<O>(target, request_id.as_deref(), response)
        {
            return Err(Error::ReplySignature { why, request_id });
        }
        if status.is_success() {
            O::parse(body).map_err(|error| Error::Decode { status, error, request_id })
        } else if let Some(error) = ApiError::parse(body) {
            Err(Error::Refused { status, error, request_id })
        } else {
            let what = "an error without a text of DOKU's";
            let error = ParseError::Json { what, line: 1, column: 1 };
            Err(Error::Decode { status, error, request_id })
        }
    }

    /// The signature, and that it is of the reply to this very request (A40).
    fn verify_reply<O: Operation>(
        &self,
        target: &str,
        request_id: Option<&str>,
        response: &Response<Bytes>,
    ) -> Result<(), String> {
        let headers = SignedHeaders::read(response.headers(), Form::Response)
            .map_err(|error| error.to_string())?;
        let credentials = &self.0.credentials;
        credentials
            .verify_response(&O::METHOD, target, response.body(), &headers)
            .map_err(|error| error.to_string())?;
        if headers.client_id != credentials.client_id.as_str() {
            return Err("it is signed for another client".to_owned());
        }
        if request_id.is_some_and(|id| id != headers.request_id) {
            return Err("it is the answer to another request".to_owned());
        }
        Ok(())
    }
}

impl fmt::Debug for PartnerClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PartnerClient")
            .field("environment", &self.0.environment)
            .field("credentials", &self.0.credentials)
            .finish_non_exhaustive()
    }
}

/// What a client is made of; see [`PartnerClient::builder`].
pub struct PartnerClientBuilder {
    environment: Environment,
    credentials: Credentials,
    transport: Option<Box<dyn Transport>>,
    clock: Box<dyn Fn() -> Timestamp + Send + Sync>,
    request_ids: Box<dyn Fn() -> String + Send + Sync>,
}

impl PartnerClientBuilder {
    /// How requests travel; a [`HyperTransport`] without it.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Box::new(transport));
        self
    }

    /// Where the time of a request comes from; the machine's clock without it.
    pub fn clock(mut self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.clock = Box::new(clock);
        self
    }

    /// Where Request-Ids come from; random UUIDs without it. Each has to be unique, of 1 to 128
    /// visible ASCII characters.
    pub fn request_ids(mut self, ids: impl Fn() -> String + Send + Sync + 'static) -> Self {
        self.request_ids = Box::new(ids);
        self
    }

    /// The client.
    pub fn build(self) -> PartnerClient {
        let Self { environment, credentials, transport, clock, request_ids } = self;
        let transport = transport.unwrap_or_else(|| Box::new(HyperTransport::new()));
        PartnerClient(Arc::new(Inner { environment, credentials, transport, clock, request_ids }))
    }
}

impl fmt::Debug for PartnerClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PartnerClientBuilder")
            .field("environment", &self.environment)
            .field("credentials", &self.credentials)
            .finish_non_exhaustive()
    }
}

const USER_AGENT: &str = concat!("doku-partner/", env!("CARGO_PKG_VERSION"));
