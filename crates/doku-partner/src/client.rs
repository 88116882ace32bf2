//! The client: the operations as methods.

use std::{fmt, sync::Arc, time::Duration};

use doku_signing::Credentials;
use doku_types::{
    BearerToken, BrandId, Timestamp,
    partner::{
        business::BusinessData,
        file::UploadedFile,
        lite::{LiteRegistration, LiteReply},
        registration::{Registration, RegistrationReply},
        requirements::{Requirements, RequirementsQuery},
        token::{TokenReply, TokenRequest},
        update::Update,
    },
    validate::Fault,
};
use http::{HeaderValue, StatusCode};
use tokio::{sync::Semaphore, task::JoinSet};

use crate::{
    Environment, Error, FileUpload, Operation, PartnerClientBuilder, Reply, RetryPolicy, Transport,
    UnsignedReplies, call,
    error::Cause,
    operation::{
        CheckRequirements, CreateBusinessLite, GenerateToken, GetBusinessData, RegisterBusiness,
        UpdateBusinessData, UploadFile,
    },
    token_cache::TokenCache,
};

/// Calls the Partner API. Cheap to clone; clones share their connections and their upload token.
///
/// A call is sent again by the [`RetryPolicy`] when that does no harm. What makes or changes a
/// business goes under one Request-Id, with the same body and a fresh signature each time, so that
/// DOKU does it once (IDEM): if it had been done, the reply is [`Outcome::Replayed`](crate::Outcome).
/// If no attempt is answered, the error is [`ErrorKind::Ambiguous`](crate::ErrorKind::Ambiguous) and has the Request-Id to look for.
#[derive(Clone)]
pub struct PartnerClient(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) environment: Environment,
    pub(crate) credentials: Credentials,
    pub(crate) transport: Box<dyn Transport>,
    pub(crate) retry: RetryPolicy,
    pub(crate) unsigned: UnsignedReplies,
    pub(crate) correct_skew: bool,
    pub(crate) user_agent: HeaderValue,
    pub(crate) token_life: Duration,
    pub(crate) tokens: TokenCache,
    pub(crate) clock: Box<dyn Fn() -> Timestamp + Send + Sync>,
    pub(crate) request_ids: Box<dyn Fn() -> String + Send + Sync>,
    pub(crate) random: Box<dyn Fn() -> u64 + Send + Sync>,
}

impl PartnerClient {
    /// A client of the partner with these credentials.
    ///
    /// ```
    /// use doku_partner::{Credentials, Environment, PartnerClient, RetryPolicy, Timeouts};
    /// use std::time::Duration;
    ///
    /// let credentials = Credentials::new("BRN-0001-1700000000000", "SK-doku-mock-test-secret");
    /// let client = PartnerClient::builder(Environment::uat(), credentials)
    ///     .timeouts(Timeouts::new().total(Duration::from_secs(20)))
    ///     .retry(RetryPolicy::new().attempts(3))
    ///     .user_agent("my-platform/2.1")?
    ///     .build();
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn builder(environment: Environment, credentials: Credentials) -> PartnerClientBuilder {
        PartnerClientBuilder::new(environment, credentials)
    }

    /// Which documents a registration of this sort needs.
    ///
    /// # Errors
    /// [`Error`], as every call.
    pub async fn check_requirements(
        &self,
        query: &RequirementsQuery,
    ) -> Result<Reply<Requirements>, Error> {
        self.call(&CheckRequirements::new(query)).await
    }

    /// A token to upload files with. [`upload_file`](Self::upload_file) gets and keeps one by itself.
    ///
    /// # Errors
    /// [`Error`], as every call.
    pub async fn generate_token(&self, request: &TokenRequest) -> Result<Reply<TokenReply>, Error> {
        self.call(&GenerateToken::new(request)).await
    }

    /// Uploads one file; the reply has the id to name it by.
    ///
    /// The token is one of this client's, kept until shortly before it expires and fetched anew, once,
    /// if DOKU refuses it.
    ///
    /// # Errors
    /// [`Error`], as every call; [`ErrorKind::Validation`](crate::ErrorKind::Validation) for a file that [does not
    /// fit](FileUpload::faults), of which nothing is sent.
    pub async fn upload_file(&self, upload: &FileUpload) -> Result<Reply<UploadedFile>, Error> {
        refuse(UploadFile::NAME, upload.faults())?;
        let token = self.upload_token().await?;
        let refused = match self.call(&UploadFile::new(&token, upload)).await {
            // In whatever words: what DOKU says to a stale token is an assumption (A11).
            Err(error) if error.status() == Some(StatusCode::UNAUTHORIZED) => error,
            done_or_failed => return done_or_failed,
        };
        tracing::debug!(%refused, "the token is dropped");
        self.0.tokens.forget(&token).await;
        if !upload.is_repeatable() {
            return Err(refused);
        }
        let token = self.upload_token().await?;
        self.call(&UploadFile::new(&token, upload)).await
    }

    /// Uploads several files, at most `at_once` of them at the same time; what comes of each, in their
    /// order. The others go on when one fails; when this is dropped, all end.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub async fn upload_files(
        &self,
        uploads: impl IntoIterator<Item = FileUpload>,
        at_once: usize,
    ) -> Vec<Result<Reply<UploadedFile>, Error>> {
        let mut uploading = self.uploading(uploads, at_once);
        let mut results = Vec::new();
        results.resize_with(uploading.count, || None);
        while let Some((index, result)) = uploading.next().await {
            results[index] = Some(result);
        }
        // Each has ended, or its panic went on here.
        results.into_iter().flatten().collect()
    }

    /// Begins to upload several files.
    pub(crate) fn uploading(
        &self,
        uploads: impl IntoIterator<Item = FileUpload>,
        at_once: usize,
    ) -> Uploading {
        let places = Arc::new(Semaphore::new(at_once.clamp(1, Semaphore::MAX_PERMITS)));
        let mut running = JoinSet::new();
        let mut count = 0;
        for (index, upload) in uploads.into_iter().enumerate() {
            let (client, places) = (self.clone(), Arc::clone(&places));
            count += 1;
            running.spawn(async move {
                // Nobody closes the semaphore.
                let _place = places.acquire().await;
                (index, client.upload_file(&upload).await)
            });
        }
        Uploading { running, count }
    }

    /// Registers a merchant; KYB begins, and its verdicts come as [callbacks](crate::callback).
    ///
    /// To survive a crash in between, choose the Request-Id yourself, store it, and use
    /// [`call_as`](Self::call_as); or take [`Onboarding`](crate::onboarding::Onboarding), which does.
    ///
    /// # Errors
    /// [`Error`], as every call.
    pub async fn register_business(
        &self,
        registration: &Registration,
    ) -> Result<Reply<RegistrationReply>, Error> {
        self.call(&RegisterBusiness::new(registration)).await
    }

    /// Invites a merchant's owner to complete the data in DOKU's dashboard.
    ///
    /// # Errors
    /// [`Error`], as every call.
    pub async fn create_business_lite(
        &self,
        invitation: &LiteRegistration,
    ) -> Result<Reply<LiteReply>, Error> {
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
    ) -> Result<Reply<BusinessData>, Error> {
        self.call(&GetBusinessData::new(brand, query)).await
    }

    /// Changes the business of a brand; what changed is reviewed again (A08).
    ///
    /// # Errors
    /// [`Error`], as every call.
    pub async fn update_business(
        &self,
        brand: &BrandId,
        update: &Update,
    ) -> Result<Reply<RegistrationReply>, Error> {
        self.call(&UpdateBusinessData::new(brand, update)).await
    }

    /// Any operation, under a new Request-Id.
    ///
    /// The signature of the reply is verified when it has one, and that it answers this very request
    /// (A14, A40).
    ///
    /// # Errors
    /// [`Error`].
    pub async fn call<O: Operation>(&self, operation: &O) -> Result<Reply<O::Reply>, Error> {
        self.call_as(operation, self.new_request_id()).await
    }

    /// Any operation, under a Request-Id of one's own: unique to this request, of 1 to 128 visible ASCII
    /// characters. What was sent under it before is not done again, but answered as it was then, for
    /// 24 hours (A13).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let mock = doku_mock::MockDoku::start().await;
    /// # let environment = doku_partner::Environment::custom(mock.base_url())?;
    /// use doku_partner::{PartnerClient, operation::GenerateToken};
    /// use doku_types::partner::token::TokenRequest;
    ///
    /// let client = PartnerClient::builder(environment, mock.credentials().clone()).build();
    /// let (wish, id) = (TokenRequest::new(), client.new_request_id());
    /// let first = client.call_as(&GenerateToken::new(&wish), id.clone()).await?;
    /// // The answer was lost, say, or this process died. Later:
    /// let second = client.call_as(&GenerateToken::new(&wish), id).await?;
    /// assert!(second.is_replayed() && second.token == first.token);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error`]; [`ErrorKind::Conflict`](crate::ErrorKind::Conflict) if the id was used for another request.
    pub async fn call_as<O: Operation>(
        &self,
        operation: &O,
        request_id: impl Into<String>,
    ) -> Result<Reply<O::Reply>, Error> {
        call::call(&self.0, operation, request_id.into()).await
    }

    /// A new Request-Id, for [`call_as`](Self::call_as).
    pub fn new_request_id(&self) -> String {
        (self.0.request_ids)()
    }

    /// The token to upload with, which this client and its clones share.
    async fn upload_token(&self) -> Result<BearerToken, Error> {
        let life = self.0.token_life;
        let minutes = (life.as_secs() / 60) as u32;
        let fetch = || async move {
            let reply = self.generate_token(&TokenRequest::minutes(minutes)).await?;
            Ok(reply.into_inner().token)
        };
        self.0.tokens.get(life, &self.0.clock, fetch).await
    }
}

/// Uploads on their way; dropping it ends them.
pub(crate) struct Uploading {
    running: JoinSet<(usize, Result<Reply<UploadedFile>, Error>)>,
    count: usize,
}

impl Uploading {
    /// What came of the next one that ended, and which it is.
    pub(crate) async fn next(&mut self) -> Option<(usize, Result<Reply<UploadedFile>, Error>)> {
        match self.running.join_next().await? {
            Ok(ended) => Some(ended),
            Err(error) => match error.try_into_panic() {
                // Only a transport or a progress callback of the user's own can panic in there.
                Ok(panic) => std::panic::resume_unwind(panic),
                // Cancelled: the runtime is shutting down.
                Err(_) => None,
            },
        }
    }
}

/// With any fault, nothing is sent.
pub(crate) fn refuse(operation: &'static str, faults: Vec<Fault>) -> Result<(), Error> {
    if faults.is_empty() { Ok(()) } else { Err(Error::new(operation, Cause::Faults(faults))) }
}

impl fmt::Debug for PartnerClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PartnerClient")
            .field("environment", &self.0.environment)
            .field("credentials", &self.0.credentials)
            .finish_non_exhaustive()
    }
}

pub(crate) static USER_AGENT: HeaderValue =
    HeaderValue::from_static(concat!("doku-partner/", env!("CARGO_PKG_VERSION")));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_goes_wherever_it_is_needed() {
        fn is_shareable<T: Clone + Send + Sync + 'static>() {}
        fn is_sendable<T: Send>(_: T) {}
        is_shareable::<PartnerClient>();
        let client = PartnerClient::builder(Environment::uat(), Credentials::new("", "")).build();
        is_sendable(client.check_requirements(&RequirementsQuery::personal()));
        let draft: Registration = serde_json::from_str(r#"{"business":{}}"#).unwrap();
        let query = RequirementsQuery::personal();
        is_sendable(crate::onboarding::Onboarding::new(&client, query, draft).run());
    }
}
