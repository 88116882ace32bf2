//! The inspector's pages, without a browser: what they show, what they change, and who may.

mod assumptions;
mod business;
mod faults;
mod time;
mod timeline;
mod try_it;

use bytes::Bytes;
use contract::World;
use http::{Method, Request, Response, header};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

/// Status and text of a page.
pub(crate) async fn get(world: &World, path: &str) -> (u16, String) {
    let reply = ask(world, Method::GET, path, "", &[]).await;
    let page = String::from_utf8(reply.body().to_vec()).unwrap();
    (reply.status().as_u16(), page)
}

/// What is answered to a form that a page of the mock sends.
pub(crate) async fn post(world: &World, path: &str, fields: &[(&str, &str)]) -> Response<Bytes> {
    let form = form(fields);
    ask(world, Method::POST, path, &form, &[(header::ORIGIN.as_str(), ORIGIN)]).await
}

async fn ask(
    world: &World,
    method: Method,
    path: &str,
    form: &str,
    headers: &[(&str, &str)],
) -> Response<Bytes> {
    let mut request = Request::builder().method(method).uri(path).header(header::HOST, HOST);
    if !form.is_empty() {
        request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    world.mock.call(request.body(Bytes::copy_from_slice(form.as_bytes())).unwrap()).await
}

fn form(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

const HOST: &str = "127.0.0.1:8480";
const ORIGIN: &str = "http://127.0.0.1:8480";
const PAGES: [&str; 6] = [
    "/_mock/ui",
    "/_mock/ui/businesses",
    "/_mock/ui/time",
    "/_mock/ui/faults",
    "/_mock/ui/assumptions",
    "/_mock/ui/try",
];

#[tokio::test]
async fn a_page_loads_nothing_from_elsewhere_and_is_framed_by_nobody() {
    let world = World::new().await;
    for path in PAGES {
        let reply = ask(&world, Method::GET, path, "", &[]).await;
        assert_eq!(reply.status(), 200, "{path}");
        let header = |name: &str| reply.headers()[name].to_str().unwrap();
        let policy = header("content-security-policy");
        assert!(policy.starts_with("default-src 'none';"), "{policy}");
        assert!(!policy.contains("unsafe") && policy.contains("frame-ancestors 'none'"));
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("cache-control"), "no-store");
        let page = std::str::from_utf8(reply.body()).unwrap();
        for inline in ["style=", "<style", "onclick", "javascript:", "//cdn", "<script>"] {
            assert!(!page.contains(inline), "{path} has {inline}");
        }
        for linked in page.split("href=\"").skip(1).chain(page.split("src=\"").skip(1)) {
            assert!(linked.starts_with(['/', '#', '?']), "{path}: {linked:.40}");
        }
    }
    for asset in ["/_mock/ui/style.css", "/_mock/ui/script.js", "/_mock/ui/icon.svg"] {
        assert_eq!(get(&world, asset).await.0, 200, "{asset}");
    }
}

#[tokio::test]
async fn a_page_that_there_is_not_says_so_as_a_page() {
    let world = World::new().await;
    for path in ["/_mock/ui/nothing", "/_mock/ui/businesses/BSN-1/x/y", "/_mock/ui/%3Cscript%3E"] {
        let (status, page) = get(&world, path).await;
        assert_eq!(status, 404, "{path}");
        assert!(page.contains("<h1>Not found</h1>") && page.contains("There is no such page"));
        assert!(page.contains("href=\"/_mock/ui\"") && !page.contains("<script>"), "{page}");
    }
    let (status, _) = get(&world, "/_mock/nothing").await;
    assert_eq!(status, 404);
    let reply = post(&world, "/_mock/ui/nothing", &[("by", "1h")]).await;
    assert_eq!(reply.status(), 405);
}

#[tokio::test]
async fn a_form_counts_only_if_a_page_of_the_mock_itself_sends_it() {
    let world = World::new().await;
    let before = world.mock.now();
    let advance = form(&[("by", "1h")]);
    let refused = [
        &[][..],
        &[("origin", "null")],
        &[("origin", "http://127.0.0.1:8481")],
        &[("origin", "https://evil.example")],
        &[("origin", ORIGIN), ("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-origin")],
    ];
    for headers in refused {
        let reply = ask(&world, Method::POST, "/_mock/ui/time", &advance, headers).await;
        assert_eq!(reply.status(), 403, "{headers:?}");
    }
    assert_eq!(world.mock.now(), before);
    let headers = [("origin", ORIGIN), ("sec-fetch-site", "same-origin")];
    let reply = ask(&world, Method::POST, "/_mock/ui/time", &advance, &headers).await;
    assert_eq!(reply.status(), 303);
    assert_eq!(world.mock.now(), before + std::time::Duration::from_hours(1));
}

#[tokio::test]
async fn where_there_is_an_admin_token_a_browser_is_asked_for_it_as_a_password() {
    let world = World::with(|builder| builder.admin_token("token-1")).await;
    let reply = ask(&world, Method::GET, "/_mock/ui", "", &[]).await;
    assert_eq!(reply.status(), 401);
    assert!(reply.headers()["www-authenticate"].to_str().unwrap().starts_with("Basic "));
    let basic = |userpass: &str| format!("Basic {}", base64(userpass));
    for (userpass, status) in
        [(":token-1", 200), ("ann:token-1", 200), ("token-1", 401), ("a:b", 401)]
    {
        let headers = [("authorization", &*basic(userpass))];
        let reply = ask(&world, Method::GET, "/_mock/ui", "", &headers).await;
        assert_eq!(reply.status(), status, "{userpass}");
    }
    // What a page links to is opened by the same password; a program is told of the token.
    for (mode, scheme) in
        [(Some("navigate"), "Basic "), (Some("cors"), "Bearer "), (None, "Bearer ")]
    {
        for path in ["/_mock/", "/_mock/openapi.json", "/_mock/journal/1", "/_mock/journal/1/curl"]
        {
            let headers: Vec<_> = mode.map(|mode| ("sec-fetch-mode", mode)).into_iter().collect();
            let reply = ask(&world, Method::GET, path, "", &headers).await;
            assert_eq!(reply.status(), 401);
            let challenge = reply.headers()["www-authenticate"].to_str().unwrap();
            assert!(challenge.starts_with(scheme), "{path} {mode:?}: {challenge}");
        }
    }
    // A page asks the API with the same token.
    let headers = [("authorization", &*basic(":token-1")), ("origin", ORIGIN)];
    let reply = ask(&world, Method::POST, "/_mock/ui/time", &form(&[("by", "1h")]), &headers).await;
    assert_eq!(reply.status(), 303);
}

#[tokio::test]
async fn a_page_that_listens_is_told_of_a_change() {
    let world = World::new().await;
    let mut socket = TcpStream::connect(world.mock.address()).await.unwrap();
    socket.write_all(b"GET /_mock/ui/events HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let mut lines = BufReader::new(socket).lines();
    let mut told = async || {
        while lines.next_line().await.unwrap().expect("the stream goes on") != "event: changed" {}
    };
    // Sooner than the sign of life that comes without a change.
    let soon = std::time::Duration::from_secs(5);
    tokio::time::timeout(soon, told()).await.expect("told that it is listened to");
    world.mock.advance(std::time::Duration::from_secs(1)).await.unwrap();
    let reply = world.send(world.signed(Method::GET, "/nothing", b"")).await;
    assert_eq!(reply.status(), 404);
    tokio::time::timeout(soon, told()).await.expect("told of the change");
}

#[tokio::test]
async fn a_page_that_is_gone_gives_its_place_to_the_next() {
    let world = World::new().await;
    let mut listening = Vec::new();
    for _ in 0..64 {
        let (status, socket) = listen(&world, "").await;
        assert_eq!(status, 200);
        listening.push(socket);
    }
    assert_eq!(listen(&world, "").await.0, 503);
    drop(listening.pop());
    let next = async {
        while listen(&world, "").await.0 == 503 {
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
    };
    // Nothing happens meanwhile that a page would be told of: it would take half a minute.
    tokio::time::timeout(std::time::Duration::from_secs(15), next).await.unwrap();
}

#[tokio::test]
async fn a_page_of_another_origin_takes_no_place_of_those_who_listen() {
    let world = World::new().await;
    for (site, expected) in [
        ("cross-site", 403),
        ("same-site", 403),
        ("same-origin\r\nSec-Fetch-Site: cross-site", 403),
        ("same-origin", 200),
        ("none", 200),
    ] {
        let (status, _) = listen(&world, &format!("Sec-Fetch-Site: {site}\r\n")).await;
        assert_eq!(status, expected, "{site}");
    }
}

/// A connection that listens, and the status that it got.
async fn listen(world: &World, header: &str) -> (u16, BufReader<TcpStream>) {
    let mut socket = TcpStream::connect(world.mock.address()).await.unwrap();
    let head = format!("GET /_mock/ui/events HTTP/1.1\r\nHost: localhost\r\n{header}\r\n");
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut socket = BufReader::new(socket);
    let mut line = String::new();
    socket.read_line(&mut line).await.unwrap();
    (line.split(' ').nth(1).unwrap().parse().unwrap(), socket)
}

fn base64(text: &str) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    STANDARD.encode(text)
}
