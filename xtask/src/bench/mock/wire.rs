//! Messages on the wire, looked at as little as can be: status, lengths, and where they end.

/// A whole reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) status: u16,
    /// Bytes before the body.
    pub(super) head: usize,
    /// Bytes of the body, without what frames its chunks.
    pub(super) body: usize,
    /// Bytes on the wire.
    pub(super) whole: usize,
}

/// The reply that `bytes` begin with, once it is whole.
pub(super) fn scan(bytes: &[u8]) -> Result<Option<Reply>, &'static str> {
    let mut lines = Lines { bytes, at: 0 };
    let Some(first) = lines.next() else { return Ok(None) };
    let status = first.strip_prefix(b"HTTP/1.1 ").and_then(|rest| number(rest.get(..3)?, 10));
    let Some(Ok(status)) = status.map(u16::try_from) else {
        return Err("the reply does not begin as one of HTTP/1.1");
    };
    let Some(framing) = framing(&mut lines)? else { return Ok(None) };
    let head = lines.at;
    let end = match framing {
        Framing::Length(body) => lines.has(body).then_some((body, head + body)),
        Framing::Chunks => chunks(lines)?,
        Framing::None => return Err("the reply has no length"),
    };
    Ok(end.map(|(body, whole)| Reply { status, head, body, whole }))
}

/// How long the request is that `bytes` begin with, once it is whole.
pub(super) fn request_length(bytes: &[u8]) -> Result<Option<usize>, &'static str> {
    let mut lines = Lines { bytes, at: 0 };
    let Some(_) = lines.next() else { return Ok(None) };
    let Some(framing) = framing(&mut lines)? else { return Ok(None) };
    let end = match framing {
        Framing::Length(body) => lines.has(body).then_some(lines.at + body),
        Framing::Chunks => chunks(lines)?.map(|(_, whole)| whole),
        Framing::None => Some(lines.at),
    };
    Ok(end)
}

/// How a body says where it ends.
enum Framing {
    Length(usize),
    Chunks,
    None,
}

/// The lines are read to the end of the head; nothing is said before that has come.
fn framing(lines: &mut Lines<'_>) -> Result<Option<Framing>, &'static str> {
    let mut framing = Framing::None;
    loop {
        let Some(line) = lines.next() else { return Ok(None) };
        if line.is_empty() {
            return Ok(Some(framing));
        }
        if let Some(value) = value(line, b"content-length") {
            framing = Framing::Length(number(value, 10).ok_or("the length is no number")?);
        } else if value(line, b"transfer-encoding").is_some_and(|coding| coding == b"chunked") {
            framing = Framing::Chunks;
        }
    }
}

/// How long the chunks are together, and where the reply ends.
fn chunks(mut lines: Lines<'_>) -> Result<Option<(usize, usize)>, &'static str> {
    let mut body = 0;
    loop {
        let Some(line) = lines.next() else { return Ok(None) };
        let size = line.split(|byte| *byte == b';').next().unwrap_or_default();
        let size = number(size, 16).ok_or("the size of a chunk is no number")?;
        body += size;
        if size == 0 {
            // Trailers, if any, and the empty line.
            loop {
                match lines.next() {
                    None => return Ok(None),
                    Some([]) => return Ok(Some((body, lines.at))),
                    Some(_) => {}
                }
            }
        }
        lines.at += size;
        match lines.next() {
            None => return Ok(None),
            Some([]) => {}
            Some(_) => return Err("a chunk is longer than it says"),
        }
    }
}

/// Lines that are whole, without their ends.
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Lines<'_> {
    /// Whether so many bytes more have come.
    fn has(&self, more: usize) -> bool {
        self.bytes.len() - self.at >= more
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = self.bytes.get(self.at..)?;
        let end = rest.iter().position(|byte| *byte == b'\n')?;
        self.at += end + 1;
        let line = &rest[..end];
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    }
}

/// Of the line of a header with this name.
fn value<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    // The colon first: most lines are of another length.
    if *line.get(name.len())? != b':' || !line[..name.len()].eq_ignore_ascii_case(name) {
        return None;
    }
    Some(line[name.len() + 1..].trim_ascii())
}

/// At most what a reply here may have: anything longer is a mistake.
fn number(digits: &[u8], radix: u32) -> Option<usize> {
    let digits = str::from_utf8(digits).ok()?.trim();
    let number = u32::from_str_radix(digits, radix).ok()?;
    usize::try_from(number).ok().filter(|number| *number <= LONGEST)
}

const LONGEST: usize = 1 << 24;

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of each beginning of the bytes: nothing until the end, then this.
    fn scanned(bytes: &[u8]) -> Reply {
        for end in 0..bytes.len() {
            assert_eq!(scan(&bytes[..end]), Ok(None), "at {end}");
        }
        let reply = scan(bytes).unwrap().expect("it is whole");
        assert_eq!(scan(&[bytes, b"HTTP/1.1 500"].concat()), Ok(Some(reply)));
        reply
    }

    #[test]
    fn a_reply_with_a_length_ends_there() {
        let reply =
            scanned(b"HTTP/1.1 200 OK\r\nContent-LENGTH: 5\r\nx: content-length: 9\r\n\r\n12\r\n3");
        assert_eq!(reply, Reply { status: 200, head: 60, body: 5, whole: 65 });
        let reply = scanned(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
        assert_eq!((reply.status, reply.body), (400, 0));
    }

    #[test]
    fn a_chunked_reply_ends_behind_its_last_chunk_and_trailers() {
        let reply = scanned(
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nA;x=y\r\n0123\r\n6789\r\n1\r\na\r\n0\r\nx: y\r\n\r\n",
        );
        assert_eq!((reply.head, reply.body), (47, 11));
    }

    #[test]
    fn a_request_ends_behind_its_body_if_it_has_one() {
        for request in [
            &b"POST /x HTTP/1.1\r\ncontent-length: 3\r\n\r\nabc"[..],
            b"POST /x HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
            b"GET /x HTTP/1.1\r\nhost: x\r\n\r\n",
        ] {
            for end in 0..request.len() {
                assert_eq!(request_length(&request[..end]), Ok(None), "at {end}");
            }
            assert_eq!(request_length(request), Ok(Some(request.len())));
        }
    }

    #[test]
    fn what_is_no_reply_is_refused() {
        for wrong in [
            &b"HTTP/1.0 200 OK\r\n"[..],
            b"HTTP/1.1 2x0 OK\r\n",
            b"HTTP/1.1 200 OK\r\n\r\n",
            b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
            b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n",
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nab\r\n",
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nz\r\n",
        ] {
            assert!(scan(wrong).is_err(), "{}", String::from_utf8_lossy(wrong));
        }
    }
}
