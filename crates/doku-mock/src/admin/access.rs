//! Who may use the mock's own surface: whoever calls it by a name of this machine, so that no web page can
//! read it by a name of its own that leads here; no web page but the mock's own, so that none can change anything; and
//! where there is an admin token, only who has it.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use doku_types::{SecretKey, validate::is_loopback_host};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header, uri::Authority};

use crate::{app::App, file_link, inspector, reply::Reply};

/// Refuses a Host that is neither loopback nor the public URL's, web pages of another origin, and who does not show the
/// token. No page of another origin may use what is answered.
pub(crate) async fn guard(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    // A signed link is for everybody who has it, and for pages that show its picture.
    let is_link = request.uri().path().starts_with(file_link::PATH);
    let mut response = judged(&app, request, next).await;
    let mut set = |name, value| {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    };
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::CACHE_CONTROL, "no-store");
    if !is_link {
        set(CROSS_ORIGIN_RESOURCE_POLICY, "same-origin");
    }
    response
}

async fn judged(app: &App, request: Request, next: Next) -> Response {
    if !is_for_us(app, &request) {
        let message = "THE HOST IS NOT THIS MACHINE: CALL IT 127.0.0.1 OR LOCALHOST, OR START THE MOCK WITH --public-url AND THIS HOST";
        return Reply::business(StatusCode::FORBIDDEN, message, "A30").into_response();
    }
    if !is_of_us(app, &request) {
        let message = "A WEB PAGE OF ANOTHER ORIGIN HAS NO BUSINESS HERE: CALL THE MOCK FROM A PROGRAM, WITHOUT Origin AND Sec-Fetch-Site";
        return Reply::business(StatusCode::FORBIDDEN, message, "A30").into_response();
    }
    if let Some(token) = &app.config.admin_token
        && !is_open(request.uri().path())
        && !has(request.headers(), token)
    {
        let message = "THE ADMIN TOKEN IS MISSING OR ANOTHER: SEND Authorization: Bearer AND WHAT THE MOCK WAS GIVEN AS --admin-token";
        let mut refusal = Reply::business(StatusCode::UNAUTHORIZED, message, "A30").into_response();
        // A browser can show it as a password only, and asks for that: for a page, and wherever a link of it leads.
        let is_page = request.uri().path().starts_with(inspector::ROOT);
        let challenge = match is_page || is_navigation(request.headers()) {
            true => r#"Basic realm="doku-mock: any name, and the admin token", charset="UTF-8""#,
            false => r#"Bearer realm="doku-mock""#,
        };
        let challenge = HeaderValue::from_static(challenge);
        refusal.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        return refusal;
    }
    next.run(request).await
}

fn is_for_us(app: &App, request: &Request) -> bool {
    let public = app.base_url.parse::<Uri>().ok();
    let public = public.as_ref().and_then(Uri::host);
    let is_ours = |authority: &Authority| {
        let bare = !authority.as_str().contains('@');
        let is_public = public.is_some_and(|host| host.eq_ignore_ascii_case(authority.host()));
        bare && (is_loopback_host(authority.host()) || is_public)
    };
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let host = match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().ok().and_then(|host| host.parse().ok()),
        _ => None,
    };
    // A request may name its host in its target too.
    let target = request.uri().authority();
    host.as_ref().is_some_and(is_ours) && target.is_none_or(is_ours)
}

/// Whether no web page sends it, or one of the mock's own. The scheme is left aside: whoever stands before the mock may
/// speak https.
fn is_of_us(app: &App, request: &Request) -> bool {
    let headers = request.headers();
    let public = app.base_url.split_once("://").map(|(_, authority)| authority);
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let is_ours = |origin: &HeaderValue| {
        let origin = origin.to_str().ok().and_then(|origin| origin.split_once("://"));
        origin.is_some_and(|(_, authority)| {
            let same = |ours: &str| ours.eq_ignore_ascii_case(authority);
            host.is_some_and(same) || public.is_some_and(same)
        })
    };
    let changes = !request.method().is_safe();
    let is_cross_site =
        headers.get_all(SEC_FETCH_SITE).iter().any(|site| site.as_bytes() == b"cross-site");
    headers.get_all(header::ORIGIN).iter().all(is_ours) && !(changes && is_cross_site)
}

/// Whether a browser opens it as a page.
fn is_navigation(headers: &HeaderMap) -> bool {
    headers.get(SEC_FETCH_MODE).is_some_and(|mode| mode.as_bytes() == b"navigate")
}

/// Readiness tells nothing of anybody, and a link to a file is signed.
fn is_open(path: &str) -> bool {
    path == READY || path.starts_with(file_link::PATH)
}

fn has(headers: &HeaderMap, token: &SecretKey) -> bool {
    let mut sent = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(sent), None) = (sent.next(), sent.next()) else {
        return false;
    };
    let Some((scheme, sent)) = sent.to_str().ok().and_then(|sent| sent.split_once(' ')) else {
        return false;
    };
    let sent = match scheme {
        _ if scheme.eq_ignore_ascii_case("bearer") => Some(SecretKey::from(sent.trim())),
        _ if scheme.eq_ignore_ascii_case("basic") => password(sent.trim()),
        _ => None,
    };
    // Compared in constant time.
    sent.is_some_and(|sent| sent == *token)
}

/// The password of `Basic` (RFC 7617), whatever the name before it.
fn password(sent: &str) -> Option<SecretKey> {
    let decoded = String::from_utf8(BASE64.decode(sent).ok()?).ok()?;
    decoded.split_once(':').map(|(_, password)| SecretKey::from(password))
}

/// Whether a text can be sent as a bearer: visible ASCII, and not nothing.
pub(crate) fn is_token(text: &str) -> bool {
    (1..=MAX_TOKEN).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}

const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName =
    HeaderName::from_static("cross-origin-resource-policy");
/// Of what site the page is that a browser asks for: it says so itself.
pub(crate) const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
/// Where readiness is asked for.
pub(super) const READY: &str = "/_mock/ready";
/// How long a token may be, in bytes.
const MAX_TOKEN: usize = 1024;
