//! The socket side: routes, connections, and their end.

mod exchange;
mod listen;

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    middleware,
    response::{IntoResponse, Response},
    routing::{MethodFilter, any, get, on},
};
use doku_types::partner::endpoint::Endpoint;
use http::{HeaderValue, Method, StatusCode, header};

pub(crate) use exchange::call;
pub(crate) use listen::{DRAIN, serve};

use crate::{admin, app::App, auth, fault, file_link, inspector, operation::file, reply::Reply};

/// Every path of the mock.
pub(crate) fn router(app: Arc<App>) -> Router {
    let whole = |own: Router<Arc<App>>| {
        operations()
            .merge(guarded(own, &app))
            .fallback(unknown_path)
            .method_not_allowed_fallback(wrong_method)
            .with_state(Arc::clone(&app))
    };
    whole(own().merge(inspector::routes(whole(own()))))
}

/// DOKU's operations.
fn operations() -> Router<Arc<App>> {
    let mut operations = Router::new();
    for operation in Endpoint::all() {
        let operation = *operation;
        // Every method of the list is one that axum knows.
        let method = match operation.method() {
            "GET" => MethodFilter::GET,
            "PUT" => MethodFilter::PUT,
            _ => MethodFilter::POST,
        };
        let answer = on(method, move |State(app): State<Arc<App>>, request: Request| async move {
            let answer = async |request| match operation {
                Endpoint::UploadFile => file::upload(&app, request).await,
                _ => auth::signed(&app, operation, request).await,
            };
            fault::around(&app, operation, request, answer).await
        });
        operations = operations.route(operation.path(), answer);
    }
    operations
}

/// The mock's own surface.
fn own() -> Router<Arc<App>> {
    let link = |State(app): State<Arc<App>>, request: Request| async move {
        file_link::serve(&app, request.uri()).await
    };
    admin::routes().route(&format!("{}{{id}}", file_link::PATH), get(link))
}

fn guarded(own: Router<Arc<App>>, app: &Arc<App>) -> Router<Arc<App>> {
    own
        // What is not there is told to nobody else either.
        .route("/_mock/{*rest}", any(unknown_path))
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn_with_state(Arc::clone(app), admin::guard))
}

/// What is answered to plain HTTP where https is spoken.
fn only_https_here(app: Arc<App>) -> Router {
    let refuse = || async {
        let message = "PLAIN HTTP WHERE HTTPS IS SPOKEN: BEGIN THE URL WITH https://";
        let mut reply = Reply::business(StatusCode::BAD_REQUEST, message, "A30").into_response();
        reply.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        reply
    };
    Router::new().fallback(refuse).with_state(app)
}

async fn wrong_method(method: Method) -> Response {
    auth::method_not_allowed(&method).into_response()
}

async fn unknown_path(request: Request) -> Reply {
    let path = request.uri().path().trim_start_matches('/');
    let message = format!("No static resource {path}.");
    Reply::router(StatusCode::NOT_FOUND, message, &["A31"])
}
