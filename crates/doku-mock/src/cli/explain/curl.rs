//! The output of `curl -v`: `> ` before each line that was sent, `< ` before each that came, and never the
//! body that was sent.

use super::message::{Body, Saved, headers, request_line};

/// The last request in it, or with `reply` the reply to that; `None` if this is no such output.
///
/// # Errors
/// What cannot be read.
pub(super) fn find(text: &[u8], reply: bool) -> Option<Result<Saved, String>> {
    let lines: Vec<_> = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end).collect();
    let begins = |line: &&[u8]| sent(line, b'>').is_some_and(|line| request_line(line).is_some());
    let last = lines.iter().rposition(begins)?;
    // A raw message may have such a line in its body.
    let first = String::from_utf8_lossy(lines[0]);
    if request_line(&first).is_some() || first.starts_with("HTTP/") {
        return None;
    }
    Some(read(&lines[last..], reply))
}

fn read(lines: &[&[u8]], reply: bool) -> Result<Saved, String> {
    let mut saved = Saved::nothing();
    saved.body = Body::NotSaved;
    // The caller has seen that the first is one.
    saved.first_line(sent(lines[0], b'>').unwrap_or_default())?;
    saved.headers.extend(head(&lines[1..], b'>')?);
    if reply {
        let came = |line: &&[u8]| {
            let status = sent(line, b'<').filter(|line| line.starts_with("HTTP/"));
            let status = status.and_then(|line| line.split(' ').nth(1));
            // Not `100 Continue`.
            status.is_some_and(|status| !status.starts_with('1'))
        };
        let at = lines.iter().position(came).ok_or("there is no reply in it")?;
        saved.headers = head(&lines[at + 1..], b'<')?;
        saved.is_reply = true;
    }
    Ok(saved)
}

/// The headers up to the blank line; lines of curl's own may stand between.
fn head(lines: &[&[u8]], mark: u8) -> Result<http::HeaderMap, String> {
    let mut text = Vec::new();
    for line in lines.iter().filter(|line| line.first() == Some(&mark)) {
        let line = line[1..].trim_ascii_start();
        if line.is_empty() {
            break;
        }
        text.extend_from_slice(line);
        text.extend_from_slice(b"\r\n");
    }
    text.extend_from_slice(b"\r\n");
    headers(&text).map(|(headers, _)| headers)
}

/// What stands behind the mark.
fn sent(line: &[u8], mark: u8) -> Option<&str> {
    let line = line.strip_prefix(&[mark])?;
    std::str::from_utf8(line).ok().map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn whatever_lines_come_are_read_or_refused(
            lines in prop::collection::vec(
                "> POST /x HTTP/2|[<>*] ?[A-Za-z]{0,3}:? ?[ -~é]{0,5}\r?|[<>]|< HTTP/[12. ]{0,9}", 0..9,
            ),
            reply in any::<bool>(),
        ) {
            let found = find(lines.join("\n").as_bytes(), reply);
            let asked = lines.iter().any(|line| line == "> POST /x HTTP/2");
            prop_assert!(found.is_some() || !asked || lines[0].starts_with("HTTP/"), "{:?}", lines);
        }
    }

    #[test]
    fn the_reply_is_the_one_behind_continue() {
        let text = "> PUT /x HTTP/1.1\n> A: b\n> \n< HTTP/1.1 100 Continue\n< \n< HTTP/1.1 200 OK\n< C: d\n< \n< E: f\n";
        let request = find(text.as_bytes(), false).unwrap().unwrap();
        assert_eq!((&request.headers["a"], request.headers.len()), (&"b".parse().unwrap(), 1));
        let reply = find(text.as_bytes(), true).unwrap().unwrap();
        assert_eq!((&reply.headers["c"], reply.headers.len()), (&"d".parse().unwrap(), 1));
        assert_eq!((reply.is_reply, reply.target.as_deref()), (true, Some("/x")));
    }
}
