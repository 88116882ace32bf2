//! The table: what is sent, how, and what has to come of it.

use std::time::Duration;

use doku_types::partner::BASE_PATH;
use http::Method;

use crate::{
    client::Step::{self, HalfClose, Leave, Pause, Repeat, Say},
    program::{JSON, plain, signed},
};

/// One form of harm.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) steps: Vec<Step>,
    pub(crate) expected: Expected,
    /// The connection has ended by then, with room for a machine that is busy.
    pub(crate) within: Duration,
}

/// What has to come.
#[derive(Debug)]
pub(crate) enum Expected {
    /// These answers and no more.
    Answers(Vec<u16>),
    /// No answer.
    Closed,
    /// One of these answers; but what the client still wrote may have reset the connection before it was read.
    AnswerOrClosed(&'static [u16]),
    /// Not as many answers as requests were sent.
    FewerThan(usize),
}

use Expected::{AnswerOrClosed, Answers, Closed, FewerThan};

fn case(name: &'static str, steps: Vec<Step>, expected: Expected) -> Case {
    Case { name, steps, expected, within: Duration::from_secs(15) }
}

/// One piece of bytes, and one answer.
fn refused(name: &'static str, said: impl Into<Vec<u8>>, status: u16) -> Case {
    case(name, vec![Say(said.into())], Answers(vec![status]))
}

/// A POST to DOKU's surface with these header lines, and what follows its head.
fn post(headers: &str, rest: &str) -> Vec<u8> {
    let head = plain("POST", "/adv-core-api/outer", headers, b"");
    [&head, rest.as_bytes()].concat()
}

/// All of it; uploads show this token.
pub(crate) fn table(token: &str) -> Vec<Case> {
    let mut cases = slow();
    cases.extend(heads());
    cases.extend(framing());
    cases.extend(names());
    cases.extend(documents());
    cases.extend(uploads(token));
    cases.extend(pages());
    cases
}

/// 64 KiB of a chunked body.
fn chunk() -> Vec<u8> {
    [b"10000\r\n".as_slice(), &[b'x'; 1 << 16], b"\r\n"].concat()
}

/// Clients that take their time.
fn slow() -> Vec<Case> {
    let tenth = Duration::from_millis(100);
    let unread = plain("GET", "/_mock/openapi.json", "", b"").repeat(UNREAD);
    let registration = format!("{BASE_PATH}/business");
    let half = signed(Method::POST, &registration, JSON, &[b' '; 1000]);
    let half = &half[..half.len() - 900];
    vec![
        case("silent", vec![], Closed),
        case("half a head", vec![Say(b"GET /_mock/ready HTTP/1.1\r\nHo".to_vec())], Closed),
        case(
            "a head that comes byte by byte",
            vec![Say(b"GET / HTTP/1.1\r\nX: ".to_vec()), Repeat(b"x".to_vec(), 100, tenth)],
            Closed,
        ),
        case("empty lines for ever", vec![Repeat(b"\r\n".to_vec(), 100, tenth)], Closed),
        case(
            "idle after a reply",
            vec![Say(plain("GET", "/_mock/ready", "", b""))],
            Answers(vec![200]),
        ),
        case("half a body", vec![Say(half.to_vec())], Answers(vec![408])),
        case(
            "a body that comes byte by byte",
            vec![Say(half.to_vec()), Repeat(b" ".to_vec(), 100, tenth)],
            AnswerOrClosed(&[408]),
        ),
        case(
            "half a body and no more to come",
            vec![Say(half.to_vec()), HalfClose],
            Answers(vec![400]),
        ),
        case(
            "many chunks of what is refused at once",
            vec![
                Say(plain("POST", &format!("{BASE_PATH}/file"), NO_TOKEN, b"")),
                Repeat(chunk(), 64, Duration::ZERO),
                Say(b"0\r\n\r\n".to_vec()),
            ],
            Answers(vec![401]),
        ),
        case("half a body and gone", vec![Say(half.to_vec()), Leave], Closed),
        case(
            "gone before the reply",
            vec![Say(plain("GET", "/_mock/openapi.json", "", b"")), Leave],
            Closed,
        ),
        case("half-closed without a word", vec![HalfClose], Closed),
        case(
            "one that never reads",
            vec![Say(unread), Pause(Duration::from_secs(6))],
            FewerThan(UNREAD),
        ),
    ]
}

/// Heads that are none, or too much of one.
fn heads() -> Vec<Case> {
    let get = |line: &str| format!("{line}\r\nHost: 127.0.0.1\r\n\r\n");
    let with = |headers: &str| plain("GET", "/_mock/ready", headers, b"");
    let flood = |lines: usize| with(&"X-Flood: x\r\n".repeat(lines));
    let long_name = format!("{}: x\r\n", "N".repeat(70_000));
    let tls_hello = [0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0].repeat(10);
    vec![
        case("10,000 header lines", vec![Say(flood(10_000))], AnswerOrClosed(&[431])),
        refused("101 header lines", flood(100), 431),
        case(
            "a header of 1 MB",
            vec![Say(with(&format!("X: {}\r\n", "x".repeat(1_000_000))))],
            AnswerOrClosed(&[431]),
        ),
        case("a header's name of 70 kB", vec![Say(with(&long_name))], AnswerOrClosed(&[431])),
        case(
            "a target of 1 MB",
            vec![Say(get(&format!("GET /{} HTTP/1.1", "x".repeat(1_000_000))).into())],
            AnswerOrClosed(&[431]),
        ),
        refused(
            "a target of 65,000 bytes",
            get(&format!("GET /{} HTTP/1.1", "x".repeat(65_000))),
            404,
        ),
        refused("HTTP/0.9", "GET /_mock/ready\r\n\r\n", 400),
        refused("HTTP/3.7", get("GET /_mock/ready HTTP/3.7"), 400),
        case(
            "the preface of HTTP/2",
            vec![Say(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec())],
            Closed,
        ),
        refused("TLS on the plain port", tls_hello, 400),
        refused("noise", [0xff, 0xfe, 0x00, 0x80, b'\r', b'\n', b'\r', b'\n'], 400),
        refused("a NUL in the target", b"GET /_mock/re\0ady HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        refused("a NUL in a header", with("X: a\0b\r\n"), 400),
        refused("a bare CR in a header", with("X: a\rSmuggled: b\r\n"), 400),
        refused("obs-fold", with("X: a\r\n b\r\n"), 400),
        refused("a space before the colon", with("Content-Length : 5\r\n"), 400),
        refused("a header without a colon", with("nonsense\r\n"), 400),
        refused("a header without a name", with(": nonsense\r\n"), 400),
        refused(
            "a line that begins with a space",
            b"GET / HTTP/1.1\r\n Host: 127.0.0.1\r\n\r\n",
            400,
        ),
        refused("no Host", "GET /_mock/ready HTTP/1.1\r\n\r\n", 403),
        refused("two Hosts", with("Host: localhost\r\n"), 403),
        refused(
            "a target with another host",
            get("GET http://evil.example/_mock/metrics HTTP/1.1"),
            403,
        ),
        refused("CONNECT", get("CONNECT 127.0.0.1:22 HTTP/1.1"), 404),
        refused("TRACE", get("TRACE /_mock/ready HTTP/1.1"), 405),
        refused("OPTIONS *", get("OPTIONS * HTTP/1.1"), 404),
        refused("a method nobody knows", get("BREW /_mock/ready HTTP/1.1"), 405),
        refused(
            "garbage after a request",
            [with(""), b"\0\x01garbage\r\n\r\n".to_vec()].concat(),
            200,
        )
        .and_then(400),
        refused("an expectation that is nonsense", with("Expect: the-unexpected\r\n"), 200),
        refused(
            "an upgrade nobody offers",
            with("Connection: Upgrade\r\nUpgrade: websocket\r\n"),
            200,
        ),
        refused(
            "invalid UTF-8 in a header of DOKU's",
            {
                let mut request =
                    plain("POST", &format!("{BASE_PATH}/business"), "Client-Id: @\r\n", b"{}");
                for byte in request.iter_mut().filter(|byte| **byte == b'@') {
                    *byte = 0xff;
                }
                request
            },
            400,
        ),
    ]
}

impl Case {
    /// One more answer.
    fn and_then(mut self, status: u16) -> Self {
        if let Answers(statuses) = &mut self.expected {
            statuses.push(status);
        }
        self
    }
}

/// Lengths that lie, and requests hidden in bodies. Nothing hidden is ever answered.
fn framing() -> Vec<Case> {
    let hidden = "GET /adv-core-api/smuggled HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    let chunked = "Transfer-Encoding: chunked\r\n";
    let with_length = |length: &str| post(&format!("Content-Length: {length}\r\n"), hidden);
    let in_chunks = |headers: &str, chunks: &str| post(headers, &format!("{chunks}{hidden}"));
    let registration = format!("{BASE_PATH}/business");
    let signed_head = String::from_utf8(signed(Method::POST, &registration, JSON, b"")).unwrap();
    let signed_head = signed_head.trim_end_matches("\r\n");
    let signed_chunks =
        |chunks: &str| format!("{signed_head}\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}");
    let bomb = [b"10000\r\n".as_slice(), &[b'x'; 0x10000], b"\r\n"].concat();
    let at_once = Duration::ZERO;
    vec![
        refused(
            "both lengths, chunked last",
            in_chunks(&format!("Content-Length: 5\r\n{chunked}"), "0\r\n\r\n"),
            404,
        ),
        refused(
            "both lengths, chunked first",
            in_chunks(&format!("{chunked}Content-Length: 5\r\n"), "0\r\n\r\n"),
            404,
        ),
        refused("chunked twice", in_chunks(&chunked.repeat(2), "0\r\n\r\n"), 404),
        refused(
            "chunked, identity",
            in_chunks("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n"),
            400,
        ),
        refused("xchunked", in_chunks("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), 400),
        refused(
            "chunked after a tab and a form feed",
            in_chunks("Transfer-Encoding: \t\x0cchunked\r\n", "0\r\n\r\n"),
            400,
        ),
        refused(
            "chunked in HTTP/1.0",
            format!(
                "POST /adv-core-api/outer HTTP/1.0\r\nHost: 127.0.0.1\r\n{chunked}\r\n0\r\n\r\n{hidden}"
            ),
            400,
        ),
        refused("two lengths", post("Content-Length: 0\r\nContent-Length: 5\r\n", hidden), 400),
        refused("a list of lengths", with_length("5, 5"), 400),
        refused("a negative length", with_length("-1"), 400),
        refused("a length with a sign", with_length("+5"), 400),
        refused("a length in hexadecimal", with_length("0x5"), 400),
        refused("a length beyond 64 bits", with_length("18446744073709551616"), 400),
        refused("a length of nearly 64 bits", with_length("18446744073709551615"), 431),
        refused(
            "bare LF between heads",
            "GET /adv-core-api/outer HTTP/1.1\nHost: 127.0.0.1\nConnection: close\n\nGET /adv-core-api/smuggled HTTP/1.1\n\n",
            404,
        ),
        case(
            "1 GB of length, and nothing",
            vec![
                Say(signed_head.as_bytes().to_vec()),
                Say(b"\r\nContent-Length: 1000000000\r\n\r\n".to_vec()),
            ],
            Answers(vec![413]),
        ),
        case(
            "1 GB of length, and all that is taken",
            vec![
                Say(signed_head.as_bytes().to_vec()),
                Say(b"\r\nContent-Length: 1000000000\r\n\r\n".to_vec()),
                Repeat(vec![b'x'; 1 << 20], 1000, at_once),
            ],
            AnswerOrClosed(&[413]),
        ),
        case(
            "chunks without end",
            vec![Say(signed_chunks("").into()), Repeat(bomb, 16_000, at_once)],
            AnswerOrClosed(&[413]),
        ),
        case(
            "chunks of one byte without end",
            vec![Say(signed_chunks("").into()), Repeat(b"1\r\nx\r\n".repeat(1000), 2000, at_once)],
            AnswerOrClosed(&[408, 413]),
        ),
        refused("a chunk's size beyond 64 bits", signed_chunks("fffffffffffffffff\r\nx"), 400),
        refused("a chunk's size that is none", signed_chunks("g\r\nx"), 400),
        refused("a chunk's negative size", signed_chunks("-1\r\nx"), 400),
        refused("a chunk longer than it says", signed_chunks("1\r\nxyz\r\n0\r\n\r\n"), 400),
        case(
            "a chunk's extension without end",
            vec![Say(signed_chunks("1;").into()), Repeat(vec![b'x'; 1 << 16], 100, at_once)],
            AnswerOrClosed(&[400]),
        ),
        case(
            "trailers without end",
            vec![
                Say(signed_chunks("0\r\n").into()),
                Repeat(b"X-Trailer: x\r\n".repeat(1000), 100, at_once),
            ],
            AnswerOrClosed(&[400]),
        ),
    ]
}

/// Names that lead elsewhere, or are none.
fn names() -> Vec<Case> {
    let traversal = "..%2f..%2f..%2f..%2fetc%2fpasswd";
    let brand = |id: &str| signed(Method::GET, &format!("{BASE_PATH}/business/{id}"), "", b"");
    let own = |path: &str| plain("GET", &format!("/_mock/{path}"), "", b"");
    let long = "x".repeat(10_000);
    vec![
        refused("traversal in a brand id", brand(traversal), 404),
        refused("traversal by dots", brand("../../../../etc/passwd"), 404),
        refused("invalid UTF-8 in a brand id", brand("%ff%fe"), 404),
        refused("a NUL in a brand id", brand("BRN%00"), 404),
        refused("SQL in a brand id", brand("x'%20OR%20'1'='1"), 404),
        refused("a brand id of 10,000 bytes", brand(&long), 404),
        refused(
            "traversal in a link to a file",
            own(&format!("files/{traversal}?Expires=9999999999&Signature=x")),
            403,
        ),
        refused(
            "a link whose times overflow",
            own("files/DCM-0001-1700000000000?Expires=99999999999999999999&Signature=AAAA"),
            403,
        ),
        refused("traversal in a business's id", own(&format!("businesses/{traversal}")), 404),
        refused("invalid UTF-8 in a business's id", own("businesses/%ff"), 400),
        refused(
            "a journal entry's number beyond 64 bits",
            own("journal/99999999999999999999"),
            404,
        ),
        refused("a negative number of a callback", own("callbacks/-1"), 404),
        refused("a limit beyond 64 bits", own("journal?limit=99999999999999999999"), 400),
    ]
}

/// Documents that are none, or too much of one.
fn documents() -> Vec<Case> {
    let send = |body: &[u8]| signed(Method::POST, &format!("{BASE_PATH}/business"), JSON, body);
    let own = |body: &str| plain("POST", "/_mock/clock/advance", JSON, body.as_bytes());
    let keys = (0..50_000).map(|n| format!(r#""k{n}":0,"#)).collect::<String>();
    vec![
        refused("JSON 100,000 deep", send("[".repeat(100_000).as_bytes()), 400),
        refused("objects 10,000 deep", send(r#"{"business":"#.repeat(10_000).as_bytes()), 400),
        refused(
            "a number of 100,000 digits",
            send(format!(r#"{{"business":{}}}"#, "9".repeat(100_000)).as_bytes()),
            400,
        ),
        refused("a number beyond all", send(br#"{"business":1e999999999}"#), 400),
        refused("a key twice", send(br#"{"business":{},"business":{}}"#), 400),
        refused("50,000 keys", send(format!(r#"{{{keys}"business":{{}}}}"#).as_bytes()), 400),
        refused("invalid UTF-8 in JSON", send(b"{\"business\":\"\xff\xfe\"}"), 400),
        refused("half a surrogate", send(br#"{"business":{"name":"\ud800"}}"#), 400),
        refused("an empty body", send(b""), 400),
        refused("a megabyte and a byte", send(&vec![b' '; (1 << 20) + 1]), 413),
        refused("JSON 100,000 deep for the mock", own(&"[".repeat(100_000)), 400),
        refused("an advance beyond all time", own(r#"{"by":"9999999999999h"}"#), 400),
        refused("a negative advance", own(r#"{"by":"-1h"}"#), 400),
    ]
}

/// Forms that go on, or lie.
fn uploads(token: &str) -> Vec<Case> {
    let head = |rest: &str| {
        format!(
            "POST {BASE_PATH}/file HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n{rest}"
        )
    };
    let send = |body: &[u8]| {
        let form = "Content-Type: multipart/form-data; boundary=xyz\r\n";
        let head = head(&format!("{form}Content-Length: {}\r\n\r\n", body.len()));
        [head.as_bytes(), body].concat()
    };
    let open = |body: &str| {
        head(&format!(
            "Content-Type: multipart/form-data; boundary=xyz\r\nContent-Length: 14000000\r\n\r\n{body}"
        ))
    };
    let part = "--xyz\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n";
    let file = |name: &[u8]| {
        let mut body = b"--xyz\r\nContent-Disposition: form-data; name=\"category\"\r\n\r\nLOGO\r\n--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"".to_vec();
        body.extend_from_slice(name);
        body.extend_from_slice(b"\"\r\n\r\n\x89PNG\r\n\x1a\n\r\n--xyz--\r\n");
        send(&body)
    };
    let without_boundary = "Content-Type: multipart/form-data\r\nContent-Length: 4\r\n\r\nxxxx";
    let long_boundary = format!(
        "Content-Type: multipart/form-data; boundary={}\r\nContent-Length: 4\r\n\r\nxxxx",
        "b".repeat(1000)
    );
    let megabyte = Repeat(vec![b'x'; 1 << 20], 13, Duration::ZERO);
    let again = || Repeat(vec![b'x'; 1 << 20], 13, Duration::ZERO);
    let heads = "X-Part: x\r\n".repeat(1000);
    vec![
        refused("a form without a boundary", head(without_boundary), 400),
        refused("a boundary of 1,000 bytes", head(&long_boundary), 400),
        refused("a form without an end", send(part.as_bytes()), 400),
        case("a form that never goes on", vec![Say(open(part).into())], Answers(vec![408])),
        refused("10,000 parts", send(part.repeat(10_000).as_bytes()), 400),
        refused("a part with 1,000 headers", send(format!("--xyz\r\n{heads}\r\nx\r\n--xyz--\r\n").as_bytes()), 400),
        case("a part whose head goes on", vec![Say(open("--xyz\r\nContent-Disposition: ").into()), megabyte], Answers(vec![400])),
        case("nothing but what comes before the first part", vec![Say(open("").into()), again()], Answers(vec![400])),
        case("a padding without end", vec![Say(open("--xyz").into()), Repeat(vec![b' '; 1 << 20], 13, Duration::ZERO)], Answers(vec![400])),
        refused("a text of a megabyte", send(format!("--xyz\r\nContent-Disposition: form-data; name=\"category\"\r\n\r\n{}\r\n--xyz--\r\n", "x".repeat(1 << 20)).as_bytes()), 413),
        refused("traversal in a file's name", file(b"../../../../etc/passwd.png"), 200),
        refused("an absolute file name", file(b"/etc/cron.d/x.png"), 200),
        refused("control characters in a file's name", file(b"a\x01\x1b[2J.png"), 400),
        refused("a NUL in a file's name", file(b"a\0.png"), 400),
        refused("invalid UTF-8 in a file's name", file(b"\xff\xfe.png"), 200),
        refused("a file name of 100,000 bytes", file(&vec![b'x'; 100_000]), 400),
        refused("a wrong token", head("X: y\r\n\r\n").replace(token, "e30.e30.e30"), 401),
        refused("a token of 60 kB", head("X: y\r\n\r\n").replace(token, &"e".repeat(60_000)), 401),
    ]
}

/// Web pages that would use the mock of whoever looks at them.
fn pages() -> Vec<Case> {
    let form = "Content-Type: text/plain\r\n";
    let read = |headers: &str| format!("GET /_mock/journal HTTP/1.1\r\n{headers}\r\n");
    let reset = |headers: &str| plain("POST", "/_mock/reset", headers, b"{}");
    vec![
        refused("DNS rebinding", read("Host: rebound.example\r\n"), 403),
        refused(
            "DNS rebinding to what is not there",
            "GET /_mock/nothing HTTP/1.1\r\nHost: rebound.example\r\n\r\n",
            403,
        ),
        refused(
            "a host that only begins like this machine",
            read("Host: 127.0.0.1.evil.example\r\n"),
            403,
        ),
        refused("a host behind a user name", read("Host: 127.0.0.1@evil.example\r\n"), 403),
        refused(
            "a page of another origin that reads",
            read("Host: 127.0.0.1\r\nOrigin: http://evil.example\r\n"),
            403,
        ),
        refused(
            "a page of another origin that changes",
            reset(&format!("{JSON}Origin: http://evil.example\r\n")),
            403,
        ),
        refused(
            "a page of another port of this machine",
            reset(&format!("{JSON}Origin: http://127.0.0.1:1\r\n")),
            403,
        ),
        refused("a page without an origin", reset(&format!("{JSON}Origin: null\r\n")), 403),
        refused(
            "two origins",
            reset(&format!("{JSON}Origin: http://127.0.0.1\r\nOrigin: http://evil.example\r\n")),
            403,
        ),
        refused(
            "a form of another site",
            reset(&format!("{form}Sec-Fetch-Site: cross-site\r\n")),
            403,
        ),
        refused("a form", reset(form), 415),
        refused(
            "a preflight",
            "OPTIONS /_mock/reset HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: http://evil.example\r\nAccess-Control-Request-Method: POST\r\n\r\n",
            403,
        ),
    ]
}

/// Replies of 100 kB and more, beyond what sockets keep.
/// An upload in chunks whose token is none.
const NO_TOKEN: &str = "Authorization: Bearer x\r\nContent-Type: multipart/form-data; boundary=b\r\nTransfer-Encoding: chunked\r\n";
const UNREAD: usize = 400;
