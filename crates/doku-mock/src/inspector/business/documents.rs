//! The uploaded files that a registration names.

use doku_types::{FileId, partner::file::FilePurpose};
use maud::{Markup, html};

use super::{View, cut, seen::FILES};

impl View<'_> {
    /// What each is; a picture of it, if personal data is revealed.
    pub(super) fn documents(&self) -> Markup {
        let Some(registration) = self.business.registration() else {
            return html! {};
        };
        let files = registration.files();
        let first = self.seen.first_file;
        let shown = files.iter().enumerate().skip(first).take(FILES);
        let next = first.saturating_add(FILES);
        html! {
            section aria-labelledby="documents-heading" {
                h2 #documents-heading { "Documents" }
                @if files.is_empty() { p { "None." } }
                @else if !self.mask.is_open() {
                    p { a href={ (self.link("reveal", Some("true"))) "#documents-heading" } { "Reveal personal data" } " to see the pictures." }
                }
                ul.cards-grid {
                    @for (_, (pointer, purpose, id)) in shown { (self.document(pointer, purpose, id)) }
                }
                @if files.len() > FILES || first > 0 {
                    nav.pager aria-label="More documents" {
                        span { "There are " (files.len()) " documents" }
                        @if first > 0 { a href={ (self.link("file", None)) "#documents-heading" } { "First documents" } }
                        @if next < files.len() {
                            a href={ (self.link("file", Some(&next.to_string()))) "#documents-heading" } rel="next" { "More documents" }
                        }
                    }
                }
            }
        }
    }

    fn document(&self, pointer: &str, purpose: &FilePurpose, id: &FileId) -> Markup {
        let what = purpose.code().map_or(purpose.category().as_str(), |code| code.as_str());
        let place = in_words(pointer);
        let link = self.app.link(id);
        // Of the page's own origin, whatever the mock is called outside.
        let link = link.expose().strip_prefix(&*self.app.base_url).unwrap_or_default();
        let file = self.seen.files.get(id);
        html! {
            li.card {
                h3 { (cut(what, 80)) }
                p { (place) }
                p { code { (cut(id.as_str(), 80)) } }
                @match file {
                    None => p { "It is not known here any more." },
                    Some(file) => {
                        p { (cut(&file.media_type, 80)) ", " (size(file.size)) }
                        @if !self.mask.is_open() {
                            p.hint { "masked" }
                        } @else if file.media_type.starts_with("image/") {
                            a href=(link) { img.thumb loading="lazy" src=(link) alt={ (what) " of " (place) }; }
                        } @else {
                            p { a href=(link) { "Open " (what) " of " (place) } }
                        }
                    }
                }
            }
        }
    }
}

/// `/business/contacts/0/documents/1/id` is `contact 1, document 2`.
fn in_words(pointer: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    for segment in pointer.split('/').filter(|segment| !matches!(*segment, "" | "business" | "id"))
    {
        match (segment.parse::<usize>(), words.last_mut()) {
            (Ok(place), Some(list)) => *list = format!("{} {}", singular(list), place + 1),
            _ => words.push(segment.replace('_', " ")),
        }
    }
    words.join(", ")
}

fn singular(list: &str) -> &str {
    list.strip_suffix('s').unwrap_or(list)
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} bytes"),
        1024..1_048_576 => format!("{} KiB", bytes / 1024),
        _ => format!("{} MiB", bytes / 1_048_576),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_told_in_words() {
        assert_eq!(in_words("/business/contacts/0/documents/1/id"), "contact 1, document 2");
        assert_eq!(
            in_words("/business/contacts/9/owner_liveness/id"),
            "contact 10, owner liveness"
        );
        assert_eq!(in_words("/business/brands/0/photo_proofs/2/id"), "brand 1, photo proof 3");
    }
}
