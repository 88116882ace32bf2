//! A message as it was saved or said: its head, and its body to the byte.

use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header};

/// A request, or the reply to one, with what its signature covers.
pub(super) struct Saved {
    pub(super) method: Option<Method>,
    /// Path and query of the request.
    pub(super) target: Option<String>,
    pub(super) headers: HeaderMap,
    pub(super) body: Body,
    /// Whether it is a reply. Its method and target are those of its request.
    pub(super) is_reply: bool,
}

/// What is known of a body.
pub(super) enum Body {
    /// These bytes followed the head.
    Followed(Vec<u8>),
    /// It is not to be seen in what was saved.
    NotSaved,
}

impl Saved {
    /// A message of which nothing is known yet.
    pub(super) fn nothing() -> Self {
        let (headers, body) = (HeaderMap::new(), Body::Followed(Vec::new()));
        Self { method: None, target: None, headers, body, is_reply: false }
    }

    /// Reads a raw message: first line, headers, a blank line, and the body byte for byte.
    ///
    /// # Errors
    /// What cannot be read, as a sentence.
    pub(super) fn parse(text: &[u8]) -> Result<Self, String> {
        let text = text.trim_ascii_start();
        let (first, rest) = split_line(text);
        let mut saved = Self::nothing();
        saved.first_line(&String::from_utf8_lossy(first))?;
        let (headers, length) = headers(rest)?;
        saved.headers = headers;
        saved.body = Body::Followed(rest.get(length..).unwrap_or_default().to_vec());
        Ok(saved)
    }

    /// `POST /path HTTP/1.1`, or `HTTP/1.1 200 OK`.
    pub(super) fn first_line(&mut self, line: &str) -> Result<(), String> {
        if line.starts_with("HTTP/") {
            self.is_reply = true;
            return Ok(());
        }
        let (method, target) = request_line(line).ok_or(NO_REQUEST)?;
        self.method = Some(method);
        self.aim(target)
    }

    /// Takes a target, or a whole URL, whose host is kept where there is no header `Host`.
    pub(super) fn aim(&mut self, target: &str) -> Result<(), String> {
        let wrong = || format!("{target:?} is neither a path from its first slash nor a URL");
        let uri: Uri = target.parse().map_err(|_| wrong())?;
        let path = uri.path_and_query().filter(|path| path.as_str().starts_with('/'));
        self.target = Some(path.ok_or_else(wrong)?.as_str().to_owned());
        if let Some(host) = uri.authority()
            && let Ok(host) = HeaderValue::from_str(host.as_str())
        {
            self.headers.entry(header::HOST).or_insert(host);
        }
        Ok(())
    }

    /// Sets a header that was given as `Name: value`, in the place of those of its name.
    pub(super) fn set_header(&mut self, text: &str) -> Result<(), String> {
        let (name, value) = text.split_once(':').ok_or("a header is given as 'Name: value'")?;
        let name: HeaderName =
            name.trim().parse().map_err(|_| format!("{name:?} is no header name"))?;
        let value = value.trim().parse();
        let value = value.map_err(|_| format!("the value of the header {name} cannot be sent"))?;
        self.headers.insert(name, value);
        Ok(())
    }

    /// What `Content-Length` says.
    pub(super) fn content_length(&self) -> Option<usize> {
        self.headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.trim().parse().ok()
    }

    /// Whether the body went in pieces, each with its length before it.
    pub(super) fn is_chunked(&self) -> bool {
        let encoding = self.headers.get(header::TRANSFER_ENCODING);
        encoding.is_some_and(|value| value.as_bytes().to_ascii_lowercase().ends_with(b"chunked"))
    }
}

/// Method and target, if this is the first line of a request. The version may be missing.
pub(super) fn request_line(line: &str) -> Option<(Method, &str)> {
    let mut words = line.split_ascii_whitespace();
    let (method, target, version) = (words.next()?, words.next()?, words.next());
    let capitals = method.bytes().all(|byte| byte.is_ascii_uppercase());
    let aimed = target.starts_with('/') || target.contains("://");
    let versioned = version.is_none_or(|version| version.starts_with("HTTP/"));
    let method = method.parse().ok().filter(|_| capitals && aimed && versioned)?;
    words.next().is_none().then_some((method, target))
}

/// The headers, and how long they are with the blank line behind them.
///
/// # Errors
/// What cannot be read.
pub(super) fn headers(text: &[u8]) -> Result<(HeaderMap, usize), String> {
    let mut places = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let closed;
    let parsed = match httparse::parse_headers(text, &mut places) {
        Ok(httparse::Status::Partial) => {
            // A head alone, without the blank line.
            closed = [text.trim_ascii_end(), b"\r\n\r\n"].concat();
            places = [httparse::EMPTY_HEADER; MAX_HEADERS];
            httparse::parse_headers(if closed.len() == 4 { b"\r\n" } else { &closed }, &mut places)
        }
        parsed => parsed,
    };
    let (length, parsed) = match parsed {
        Ok(httparse::Status::Complete(parsed)) => parsed,
        Ok(httparse::Status::Partial) => return Err("its headers have no end".to_owned()),
        Err(httparse::Error::TooManyHeaders) => {
            return Err(format!("it has more than {MAX_HEADERS} headers"));
        }
        Err(error) => return Err(format!("its headers cannot be read: {error}")),
    };
    let mut headers = HeaderMap::new();
    for header in parsed {
        let name = HeaderName::from_bytes(header.name.as_bytes());
        let value = HeaderValue::from_bytes(header.value);
        if let (Ok(name), Ok(value)) = (name, value) {
            headers.append(name, value);
        }
    }
    Ok((headers, length.min(text.len())))
}

fn split_line(text: &[u8]) -> (&[u8], &[u8]) {
    match text.iter().position(|byte| *byte == b'\n') {
        Some(at) => (text[..at].trim_ascii_end(), &text[at + 1..]),
        None => (text.trim_ascii_end(), b""),
    }
}

const MAX_HEADERS: usize = 128;
/// Without what it says: that may be a key.
const NO_REQUEST: &str = "it neither begins with a line such as POST /path HTTP/1.1, nor has one behind > as the output of curl -v does";

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn whatever_bytes_come_are_read_or_refused(
            first in "(POST /x HTTP/1.1|HTTP/1.1 200|[A-Z/ ]{0,9})\r?\n",
            rest in prop::collection::vec(prop_oneof![
                Just(b'\n'), Just(b'\r'), Just(b':'), Just(b'a'), any::<u8>(),
            ], 0..60),
        ) {
            let text = [first.as_bytes(), &rest].concat();
            if let Ok(saved) = Saved::parse(&text) {
                let Body::Followed(body) = saved.body else { panic!("it followed") };
                prop_assert!(text.ends_with(&body));
            }
        }

        #[test]
        fn what_is_written_raw_reads_back(
            value in "[!-~]([ -~]{0,20}[!-~])?",
            body in prop::collection::vec(any::<u8>(), 0..60),
            line_end in prop_oneof![Just("\n"), Just("\r\n")],
        ) {
            let head = ["PUT /a?b=1 HTTP/1.1", &format!("Name: {value}"), "", ""].join(line_end);
            let saved = Saved::parse(&[head.as_bytes(), &body].concat()).unwrap();
            prop_assert_eq!(&saved.headers["name"], &*value);
            prop_assert_eq!((saved.method, saved.target.as_deref()), (Some(Method::PUT), Some("/a?b=1")));
            let Body::Followed(followed) = saved.body else { panic!("it followed") };
            prop_assert_eq!(followed, body);
        }
    }
}
