//! The registration as its partner reads it.

use maud::{Markup, html};
use serde_json::Value;

use super::View;
use crate::{
    inspector::pieces::{as_api, code},
    operation::business::data,
};

impl View<'_> {
    /// As Get Business Data shows it, as far as there is room.
    pub(super) fn data(&self) -> Markup {
        // It is maps with text keys.
        let data = serde_json::to_value(data(self.app, self.business)).unwrap_or_default();
        let mut buffer = vec![0; ROOM];
        let (text, is_whole) = beginning(&self.mask.document(&data), &mut buffer);
        let end = end_of_room(text);
        html! {
            section aria-labelledby="data-heading" {
                h2 #data-heading { "Data" }
                details {
                    summary { "What its partner reads with Get Business Data" }
                    (code("What its partner reads", &text[..end]))
                    @if !is_whole || end < text.len() {
                        p.hint { "It is longer than a page has room for: the API has all of it." }
                    }
                }
                (as_api("GET", &format!("/_mock/businesses/{}", self.business.id()), None))
            }
        }
    }
}

/// What a document says as far as the buffer goes, and whether that is all of it.
fn beginning<'a>(document: &Value, buffer: &'a mut [u8]) -> (&'a str, bool) {
    let mut rest = &mut *buffer;
    let is_whole = serde_json::to_writer_pretty(&mut rest, document).is_ok();
    let left = rest.len();
    let written = &buffer[..buffer.len() - left];
    // It may end within a character.
    let text = written.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    (text, is_whole)
}

/// Where to cut a text so that it has room in a page: what HTML writes as an entity takes more of it.
fn end_of_room(text: &str) -> usize {
    let mut taken = 0;
    for (at, c) in text.char_indices() {
        taken += match c {
            '<' | '>' => 4,
            '&' => 5,
            '"' => 6,
            c => c.len_utf8(),
        };
        if taken > ROOM {
            return at;
        }
    }
    text.len()
}

/// How many bytes of it a page shows.
const ROOM: usize = 40_000;
