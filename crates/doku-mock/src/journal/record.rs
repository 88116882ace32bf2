//! One exchange as the journal keeps it: all that was said in one buffer. It is spread out as a
//! [`JournalEntry`] only for those who read it.

use std::{borrow::Cow, fmt, sync::Arc};

use bytes::Bytes;
use doku_types::{BusinessId, ClientId, Timestamp, partner::endpoint::Endpoint};
use http::{Method, StatusCode};

use super::{
    Answer, Direction, JournalEntry, ReceivedRequest, SentCallback, Told, Verdict,
    entry::{ASSUMPTIONS, CLIENT_ID},
    head::{self, Head},
};
use crate::explanation::Explanation;

/// One exchange, without its number until it is added.
pub(crate) struct Record {
    pub(super) number: u64,
    pub(super) at: Timestamp,
    direction: Direction,
    /// Method, target, headers and body of the request, headers and body of the answer, one after the
    /// other. It is a copy: what was read from a connection is a part of the buffer that it was read
    /// into, and would keep the whole of that.
    said: Box<[u8]>,
    /// Where each of these ends, but for the last.
    ends: [usize; 5],
    request_size: Option<u64>,
    /// The answer's status, and how long its whole body was.
    answer: Option<(StatusCode, u64)>,
    latency_ms: u64,
    faults: Vec<String>,
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("number", &self.number)
            .field("direction", &self.direction)
            .finish_non_exhaustive()
    }
}

impl Record {
    pub(super) fn of_request(exchange: ReceivedRequest<'_>) -> Self {
        let ReceivedRequest {
            at,
            asked,
            callbacks,
            touched,
            faults,
            head,
            status,
            answer,
            latency_ms,
        } = exchange;
        let verdict = Verdict::of(asked.as_ref(), status, &faults);
        let (operation, partner, explanation, body) = match asked {
            Some(asked) => (Some(asked.operation), asked.partner, asked.explanation, asked.body),
            None => (None, None, None, Bytes::new()),
        };
        let (business, before, after) = match touched {
            Some(touched) => (Some(touched.business), touched.before, touched.after),
            None => (None, None, None),
        };
        let direction = Direction::Received {
            operation,
            partner,
            callbacks,
            explanation,
            verdict,
            business,
            before,
            after,
        };
        let request_size = match body.len() {
            0 => head.announced,
            read => Some(read as u64),
        };
        let record = Self::new(at, direction, head, &body, answer, latency_ms);
        Self { request_size, faults, ..record }
    }

    pub(super) fn of_callback(exchange: SentCallback<'_>) -> Self {
        let SentCallback {
            callback,
            partner,
            business,
            attempt,
            at,
            head,
            body,
            answer,
            latency_ms,
        } = exchange;
        let direction = Direction::Sent { callback, partner, business, attempt };
        Self::new(at, direction, head, body, answer, latency_ms)
    }

    fn new(
        at: Timestamp,
        direction: Direction,
        head: Head,
        body: &[u8],
        answer: Option<Told<'_>>,
        latency_ms: u64,
    ) -> Self {
        let kept = &body[..body.len().min(MAX_KEPT_BODY)];
        let told = answer.map_or(0, |answer| {
            head::lines_length(answer.headers) + answer.body.len().min(MAX_KEPT_BODY)
        });
        // No more than is needed, for it stays.
        let mut said = Vec::with_capacity(head.bytes.len() + kept.len() + told);
        said.extend_from_slice(&head.bytes);
        let head_end = said.len();
        said.extend_from_slice(kept);
        let (body_end, mut lines_end) = (said.len(), said.len());
        if let Some(Told { headers, body, .. }) = answer {
            head::write_lines(headers, &mut said);
            lines_end = said.len();
            said.extend_from_slice(&body[..body.len().min(MAX_KEPT_BODY)]);
        }
        let [method_end, target_end] = head.ends;
        Self {
            number: 0,
            at,
            direction,
            said: said.into_boxed_slice(),
            ends: [method_end, target_end, head_end, body_end, lines_end],
            request_size: Some(body.len() as u64),
            answer: answer.map(|answer| (answer.status, answer.body.len() as u64)),
            latency_ms,
            faults: Vec::new(),
        }
    }

    /// The entry that it is, for those who read it.
    pub(super) fn entry(&self) -> JournalEntry {
        let [method, target, request_headers, request_body, headers, body] = self.pieces();
        let method = Method::from_bytes(method);
        JournalEntry {
            number: self.number,
            at: self.at,
            direction: self.direction.clone(),
            method: method.expect("the bytes of a method are those of one"),
            target: head::target(target),
            request_headers: head::headers(request_headers),
            request_body: Bytes::copy_from_slice(request_body),
            request_size: self.request_size,
            answer: self.answer.map(|(status, size)| Answer {
                status,
                headers: head::headers(headers),
                body: Bytes::copy_from_slice(body),
                size,
            }),
            latency_ms: self.latency_ms,
            faults: self.faults.clone(),
        }
    }

    /// The partner: of a callback whose key signed it; of a request who proved to have sent it, else who
    /// is said to have.
    pub(crate) fn partner(&self) -> Option<Cow<'_, ClientId>> {
        match &self.direction {
            Direction::Received { partner: Some(partner), .. }
            | Direction::Sent { partner, .. } => Some(Cow::Borrowed(partner)),
            Direction::Received { partner: None, .. } => {
                let [_, _, headers, ..] = self.pieces();
                head::value(headers, CLIENT_ID).map(|said| Cow::Owned(said.into()))
            }
        }
    }

    /// The operation of a received request.
    pub(super) fn operation(&self) -> Option<Endpoint> {
        match &self.direction {
            Direction::Received { operation, .. } => *operation,
            Direction::Sent { .. } => None,
        }
    }

    /// The status of the answer, if one came.
    pub(super) fn status(&self) -> Option<u16> {
        self.answer.map(|(status, _)| status.as_u16())
    }

    /// The assumptions that the reply named, by comma; a callback's answer is no reply of the mock.
    pub(super) fn assumptions(&self) -> Option<&str> {
        let [.., headers, _] = self.pieces();
        let is_reply = matches!(self.direction, Direction::Received { .. });
        head::value(headers, ASSUMPTIONS).filter(|_| is_reply)
    }

    /// By what became of it, or by the brand that a refused request names in its path, whether it is about
    /// a business that has one of these ids.
    pub(super) fn is_about(&self, ids: &[String]) -> bool {
        if let Some(business) = self.business() {
            return ids.iter().any(|id| id == business.as_str());
        }
        let names_brand = matches!(
            self.operation(),
            Some(Endpoint::GetBusinessData | Endpoint::UpdateBusinessData)
        );
        if !names_brand {
            return false;
        }
        let [_, target, ..] = self.pieces();
        let target = head::target(target);
        let last = target.path().rsplit('/').next();
        ids.iter().any(|id| Some(id.as_str()) == last)
    }

    /// What became of a received request.
    pub(super) fn verdict(&self) -> Option<Verdict> {
        match &self.direction {
            Direction::Received { verdict, .. } => Some(*verdict),
            Direction::Sent { .. } => None,
        }
    }

    /// Whether the mock sent it.
    pub(super) fn is_sent(&self) -> bool {
        matches!(self.direction, Direction::Sent { .. })
    }

    /// Writes down, in lower case, what is looked through for a piece of text: the first line has method and target, the
    /// second the Request-Id, then come the bodies.
    pub(super) fn write_lower_case(&self, text: &mut Vec<u8>) {
        let [method, target, headers, body, _, answer] = self.pieces();
        let id = head::value(headers, REQUEST_ID).unwrap_or_default();
        for (piece, end) in [
            (method, b' '),
            (target, b'\n'),
            (id.as_bytes(), b'\n'),
            (body, b'\n'),
            (answer, b'\n'),
        ] {
            // In one pass: a full journal is a lot to go through.
            text.extend(piece.iter().map(u8::to_ascii_lowercase));
            text.push(end);
        }
    }

    fn business(&self) -> Option<&BusinessId> {
        match &self.direction {
            Direction::Received { business, .. } => business.as_ref(),
            Direction::Sent { business, .. } => Some(business),
        }
    }

    /// How much memory it takes in the journal, in bytes, but for what an allocator adds.
    pub(super) fn size(&self) -> usize {
        let direction = match &self.direction {
            Direction::Received {
                partner,
                callbacks,
                explanation,
                business,
                before,
                after,
                ..
            } => {
                partner.as_ref().map_or(0, |partner| partner.as_str().len())
                    + business.as_ref().map_or(0, |business| business.as_str().len())
                    + size_of_val(callbacks.as_slice())
                    + explanation.as_ref().map_or(0, Explanation::size)
                    + [before, after].into_iter().flatten().map(|state| state.size()).sum::<usize>()
            }
            Direction::Sent { partner, business, .. } => {
                partner.as_str().len() + business.as_str().len()
            }
        };
        let faults = self.faults.iter().map(|fault| size_of::<String>() + fault.len());
        SHARED + size_of::<Self>() + self.said.len() + direction + faults.sum::<usize>()
    }

    /// The pieces of what was said.
    fn pieces(&self) -> [&[u8]; 6] {
        let [method, target, request_headers, request_body, headers] = self.ends;
        [
            &self.said[..method],
            &self.said[method..target],
            &self.said[target..request_headers],
            &self.said[request_headers..request_body],
            &self.said[request_body..headers],
            &self.said[headers..],
        ]
    }
}

/// By which a request or a callback is known again.
const REQUEST_ID: &str = "request-id";
/// How much of a body is kept, in bytes.
pub(super) const MAX_KEPT_BODY: usize = 64 << 10;
/// What it takes to share one, in bytes: its place in the journal, and two counts.
const SHARED: usize = size_of::<Arc<Record>>() + 2 * size_of::<usize>();

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue, Uri};
    use proptest::prelude::*;

    use super::{
        super::example::{Example, any_example},
        *,
    };

    /// Headers in their order, with all that is known of them.
    fn told(headers: &HeaderMap) -> Vec<(&HeaderName, &[u8], bool)> {
        headers.iter().map(|(name, value)| (name, value.as_bytes(), value.is_sensitive())).collect()
    }

    fn capped(body: &Bytes) -> &[u8] {
        &body[..body.len().min(MAX_KEPT_BODY)]
    }

    fn said_length(headers: &HeaderMap) -> Option<u64> {
        match headers.get("content-length") {
            Some(length) => length.to_str().ok()?.parse().ok(),
            None => (!headers.contains_key("transfer-encoding")).then_some(0),
        }
    }

    fn assert_is(entry: &JournalEntry, example: &Example, is_answered: bool) {
        let Example { request, headers, answer, .. } = example;
        let target = request.uri().to_string();
        let target = target[..target.floor_char_boundary(4096)].parse::<Uri>().unwrap_or_default();
        assert_eq!(entry.method, request.method());
        assert_eq!(entry.target.to_string(), target.to_string());
        assert_eq!(told(&entry.request_headers), told(request.headers()));
        assert!(entry.request_body == capped(request.body()));
        assert_eq!(entry.answer.is_some(), is_answered);
        if let Some(kept) = &entry.answer {
            assert_eq!((kept.status, kept.size), (StatusCode::OK, answer.len() as u64));
            assert_eq!(told(&kept.headers), told(headers));
            assert!(kept.body == capped(answer));
        }
    }

    proptest! {
        #[test]
        fn whatever_was_said_is_read_as_it_was(example in any_example(), is_answered: bool) {
            let mut received = example.received();
            received.answer = received.answer.filter(|_| is_answered);
            let record = Record::of_request(received);
            let entry = record.entry();
            assert_is(&entry, &example, is_answered);
            let read = example.request.body().len() as u64;
            let size = if read == 0 { said_length(example.request.headers()) } else { Some(read) };
            prop_assert_eq!(entry.request_size, size);
            let partner = record.partner();
            prop_assert_eq!(partner.as_deref().map(ClientId::as_str), entry.partner());
            prop_assert_eq!(record.status(), is_answered.then_some(200));
            prop_assert_eq!(record.said.len(), record.pieces().map(<[u8]>::len).iter().sum::<usize>());

            let record = Record::of_callback(SentCallback {
                callback: 7,
                partner: "BRN-2".into(),
                business: "BSN-1".into(),
                attempt: 2,
                at: Timestamp::from_millis(0),
                head: example.head(),
                body: example.request.body(),
                answer: is_answered.then(|| example.told()),
                latency_ms: 1,
            });
            let entry = record.entry();
            assert_is(&entry, &example, is_answered);
            prop_assert_eq!(entry.request_size, Some(read));
            prop_assert_eq!(entry.partner(), Some("BRN-2"));
        }
    }

    #[test]
    fn an_entry_does_not_keep_the_buffer_that_its_request_was_read_into() {
        let read = Bytes::from(b"/x?y value body".repeat(1000));
        let mut example = Example::of(0);
        *example.request.uri_mut() = Uri::from_maybe_shared(read.slice(..4)).unwrap();
        *example.request.body_mut() = read.slice(11..15);
        let value = HeaderValue::from_maybe_shared(read.slice(5..10)).unwrap();
        example.request.headers_mut().append("a", value.clone());
        example.request.headers_mut().append("a", value.clone());
        example.headers.append("a", value);
        example.answer = read.slice(11..15);
        let record = Record::of_request(example.received());
        assert!(!read.is_unique());
        drop(example);
        assert!(read.is_unique());
        let entry = record.entry();
        assert_eq!(entry.target, "/x?y");
        assert_eq!(entry.request_headers.get_all("a").iter().collect::<Vec<_>>(), ["value"; 2]);
        assert_eq!((&entry.request_body[..], entry.request_headers.len()), (&b"body"[..], 2));
    }
}
