//! The partner: requests as the client signs them, as raw bytes.

use std::time::SystemTime;

use bytes::Bytes;
use doku_mock::{DEFAULT_CLIENT_ID, DEFAULT_SECRET_KEY};
use doku_partner::{
    Credentials, Environment, Operation, PartnerClient,
    operation::{CheckRequirements, RegisterBusiness},
};
use doku_types::partner::{registration::Registration, requirements::RequirementsQuery};
use http::Request;

use super::{What, server::Server};
use crate::bench::load::{Result, merchant};

/// One with the built-in credentials of a mock.
pub(super) struct Partner {
    client: PartnerClient,
    environment: Environment,
    credentials: Credentials,
    registration: Registration,
}

impl Partner {
    /// Uploads the files that its registrations name.
    pub(super) async fn of(mock: &Server, callback_url: &str) -> Result<Self> {
        let environment = Environment::custom(&mock.base_url())?;
        let credentials = Credentials::new(DEFAULT_CLIENT_ID, DEFAULT_SECRET_KEY);
        let client = PartnerClient::builder(environment.clone(), credentials.clone()).build();
        let registration = merchant(&client, callback_url).await?;
        Ok(Self { client, environment, credentials, registration })
    }

    /// A request of its own Request-Id, signed now.
    pub(super) fn request(&self, what: What) -> Result<Bytes> {
        let (id, at) = (self.client.new_request_id(), SystemTime::now().into());
        let Self { environment, credentials, .. } = self;
        let request = match what {
            What::Requirements => CheckRequirements::new(&RequirementsQuery::personal())
                .into_request(environment, credentials, &id, at),
            What::Registration => RegisterBusiness::new(&self.registration).into_request(
                environment,
                credentials,
                &id,
                at,
            ),
        }?;
        let request = request.map(|body| body.as_bytes().cloned().unwrap_or_default());
        raw(&request)
    }

    /// A request whose signature is of another key.
    pub(super) fn wrongly_signed(&self) -> Result<Bytes> {
        let (id, at) = (self.client.new_request_id(), SystemTime::now().into());
        let others = Credentials::new(DEFAULT_CLIENT_ID, "SK-another");
        let request = CheckRequirements::new(&RequirementsQuery::personal()).into_request(
            &self.environment,
            &others,
            &id,
            at,
        )?;
        raw(&request.map(|_| Bytes::new()))
    }
}

/// As it goes over the wire.
fn raw(request: &Request<Bytes>) -> Result<Bytes> {
    let uri = request.uri();
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    let host = uri.authority().ok_or("the request has no host")?;
    let mut raw =
        format!("{} {target} HTTP/1.1\r\nhost: {host}\r\n", request.method()).into_bytes();
    for (name, value) in request.headers() {
        raw.extend_from_slice(name.as_str().as_bytes());
        raw.extend_from_slice(b": ");
        raw.extend_from_slice(value.as_bytes());
        raw.extend_from_slice(b"\r\n");
    }
    if !request.body().is_empty() {
        raw.extend_from_slice(format!("content-length: {}\r\n", request.body().len()).as_bytes());
    }
    raw.extend_from_slice(b"\r\n");
    raw.extend_from_slice(request.body());
    Ok(raw.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_written_as_it_was_signed() {
        let request =
            Request::post("http://127.0.0.1:1/x?y=z").header("Signature", "s").body("{}".into());
        let written = raw(&request.unwrap()).unwrap();
        assert_eq!(
            str::from_utf8(&written).unwrap(),
            "POST /x?y=z HTTP/1.1\r\nhost: 127.0.0.1:1\r\nsignature: s\r\ncontent-length: 2\r\n\r\n{}"
        );
    }
}
