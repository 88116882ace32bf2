//! A registration or an update, sent so that it is done once.

use std::time::Duration;

use bytes::Bytes;
use doku_signing::Digest;
use doku_types::Timestamp;

use super::{
    Event, Onboarding,
    state::{Sent, Submission},
};
use crate::{
    Error, Operation, Reply,
    error::Cause,
    operation::{Encoded, RegisterBusiness, UpdateBusinessData},
};

impl Onboarding {
    /// Registers. Once it was sent it is the same that is sent again, under the same Request-Id, as long
    /// as DOKU can be trusted to know that.
    pub(super) async fn register(
        &mut self,
        operation: &RegisterBusiness<'_>,
    ) -> Result<Reply<<RegisterBusiness<'_> as Operation>::Reply>, Error> {
        let (now, digest) = (self.now(), digest(operation));
        let submission = &mut self.state.registration;
        let was_open = submission.is_open();
        match &submission.sent {
            None => submission.sent = Some(Sent::new(digest, now)),
            Some(sent) => sent.may_be_repeated(&digest, now).map_err(|why| {
                Error::new(RegisterBusiness::NAME, Cause::state(why))
                    .sent(Some(submission.request_id.clone()), 0)
                    .unknown(true, true)
            })?,
        }
        let request_id = submission.request_id.clone();
        match self.send(operation, request_id.clone()).await {
            Err(error) if error.settles(was_open) => {
                // A mended one is another request, and takes another id.
                self.state.registration = Submission::new(self.client.new_request_id());
                self.changed().await?;
                Err(error)
            }
            // Whatever came of this call, the one before may have been carried out.
            Err(error) if was_open => Err(error.still_unknown(request_id)),
            result => result,
        }
    }

    /// Updates. One that was sent without an answer is sent again if it is the same, as long as DOKU can
    /// be trusted to know its Request-Id; another takes its place once it is taken, since it is the last
    /// that counts.
    pub(super) async fn update(
        &mut self,
        operation: &UpdateBusinessData<'_>,
    ) -> Result<Reply<<UpdateBusinessData<'_> as Operation>::Reply>, Error> {
        let (now, digest) = (self.now(), digest(operation));
        let former = self.state.update.clone();
        let same = former.as_ref().and_then(|update| {
            let sent = update.sent.as_ref().filter(|sent| sent.digest == digest)?;
            Some((update.request_id.clone(), sent.may_be_repeated(&digest, now)))
        });
        let was_open = same.is_some();
        let request_id = match same {
            Some((request_id, Ok(()))) => request_id,
            Some((request_id, Err(why))) => {
                return Err(Error::new(UpdateBusinessData::NAME, Cause::state(why))
                    .sent(Some(request_id), 0)
                    .unknown(true, true));
            }
            None => {
                let mut other = Submission::new(self.client.new_request_id());
                other.sent = Some(Sent::new(digest, now));
                let request_id = other.request_id.clone();
                self.state.update = Some(other);
                request_id
            }
        };
        match self.send(operation, request_id.clone()).await {
            Ok(reply) => {
                let submission = self.state.update.take();
                self.changed().await.map_err(|error| {
                    // What is stored does not know it: sent again, it is answered as it was now.
                    self.state.update = submission;
                    error.still_unknown(request_id)
                })?;
                Ok(reply)
            }
            Err(error) if error.settles(was_open) => {
                // One before it is as open as it was.
                self.state.update = former.filter(|_| !was_open);
                self.changed().await?;
                Err(error)
            }
            Err(error) if was_open => Err(error.still_unknown(request_id)),
            result => result,
        }
    }

    /// Remembered before it is sent.
    async fn send<O: Operation>(
        &mut self,
        operation: &O,
        request_id: String,
    ) -> Result<Reply<O::Reply>, Error> {
        self.changed().await?;
        self.tell(&Event::Sending { request_id: &request_id });
        self.client.call_as(operation, request_id).await
    }

    fn now(&self) -> Timestamp {
        (self.client.0.clock)()
    }
}

/// Of the body, which these operations have in memory.
fn digest(operation: &impl Operation) -> String {
    let encoded = operation.body("");
    let bytes: Option<&Bytes> = encoded.as_ref().and_then(Encoded::as_bytes);
    Digest::of(bytes.map_or(&[], |bytes| bytes)).to_string()
}

impl Sent {
    /// Whether this is what was sent, and DOKU can be trusted to know its Request-Id still.
    fn may_be_repeated(&self, digest: &str, now: Timestamp) -> Result<(), &'static str> {
        if self.digest != digest {
            Err(OTHER)
        } else if now.abs_diff(self.at()) > KNOWN {
            Err(LATE)
        } else {
            Ok(())
        }
    }
}

const OTHER: &str = "it differs from what was sent before without an answer: submit the same, so that it is done once, and update it afterwards";
const LATE: &str = "it was sent almost a day ago without an answer, and DOKU may no longer know its Request-Id: ask DOKU whether it was carried out, and say so by `found` or `not_found`";

/// DOKU is assumed to know a Request-Id for 24 hours (A13); an hour is left for the difference of two
/// clocks.
const KNOWN: Duration = Duration::from_secs(23 * 3600);
