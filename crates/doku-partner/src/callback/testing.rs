//! Callbacks as DOKU would send them, for tests of your own receiver.

use bytes::Bytes;
use doku_signing::Credentials;
use doku_types::{Timestamp, partner::callback::Callback};
use http::{HeaderValue, Request, header};

/// A callback to this URL, signed with these credentials: the partner's own. The same `request_id` makes
/// it the same callback, sent again (A06).
///
/// ```
/// use doku_partner::{Credentials, callback::{CallbackReceiver, testing}};
/// use doku_types::{Timestamp, code::{CallbackType, Status}, partner::callback::Callback};
///
/// let credentials = Credentials::new("BRN-0001-1700000000000", "SK-doku-mock-test-secret");
/// let callback = Callback::builder()
///     .callback_type(CallbackType::BusinessDocument)
///     .status(Status::Rejected)
///     .reject_notes(["The KTP is blurred".to_owned()])
///     .brand("BRN-0104-1678960841263")
///     .build();
/// let at = Timestamp::from_millis(1_700_000_000_000);
/// let url = "https://platform.example/doku/callbacks";
/// let request = testing::signed(&credentials, url, &callback, "event-1", at);
///
/// // Send it to your handler, or verify it right here:
/// let receiver = CallbackReceiver::new(credentials, "/doku/callbacks");
/// let received = receiver.receive(request.headers(), request.body())?;
/// assert_eq!(received.callback, callback);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Panics
/// When the URL is none, or the Request-Id cannot stand in a header: it is a test that is wrong.
pub fn signed(
    credentials: &Credentials,
    url: &str,
    callback: &Callback,
    request_id: &str,
    at: Timestamp,
) -> Request<Bytes> {
    // A struct of texts: writing it cannot fail.
    let body = serde_json::to_vec(callback).expect("a callback can be written");
    let mut request = Request::post(url).body(Bytes::from(body)).expect("a URL");
    credentials.sign_http_request(&mut request, request_id, at).expect("a Request-Id");
    let json = HeaderValue::from_static("application/json");
    request.headers_mut().insert(header::CONTENT_TYPE, json);
    request
}
