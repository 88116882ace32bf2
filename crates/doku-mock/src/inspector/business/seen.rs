//! What the page of a business is made of, read at once.

use std::collections::HashMap;

use doku_types::FileId;

use super::{super::form::Form, Refusal, nobody};
use crate::{
    app::App,
    callback::CallbackRecord,
    reply::Reply,
    store::{LastUploads, State, StoreError, Stored, StoredFile},
};

/// A business with what was told of it and what is known of its files.
pub(super) struct Seen {
    pub(super) stored: Stored,
    /// Newest first; one alone if it was asked for.
    pub(super) callbacks: Vec<CallbackRecord>,
    /// Whether there are earlier ones.
    pub(super) has_earlier: bool,
    /// Of those that the page shows.
    pub(super) files: HashMap<FileId, StoredFile>,
    /// Of its partner; only of a business that is not complete.
    pub(super) uploads: LastUploads,
    /// From which brand and file on they are shown, counted from 0.
    pub(super) first_brand: usize,
    pub(super) first_file: usize,
}

impl Seen {
    /// # Errors
    /// There is no such business, or the query is not readable.
    pub(super) async fn read(app: &App, id: &str, query: &Form) -> Result<Self, Refusal> {
        let id = id.to_owned();
        let before = query.number("before")?.unwrap_or(i64::MAX);
        let one: Option<i64> = query.number("callback")?;
        let first_brand = query.number("brand")?.unwrap_or(0);
        let first_file = query.number("file")?.unwrap_or(0);
        let read = app.store.run(move |state| {
            let Some(stored) = state.business_by_id(&id)? else { return Ok(None) };
            let of = Some(stored.number);
            let (mut callbacks, mut has_earlier) = match one {
                Some(number) => {
                    let mut found = state.callbacks(of, number.saturating_sub(1), 1)?;
                    found.retain(|record| record.number == number);
                    (found, false)
                }
                None => newest(state, stored.number, before)?,
            };
            has_earlier |= callbacks.len() > CALLBACKS;
            callbacks.truncate(CALLBACKS);
            let mut files = HashMap::new();
            let registration = stored.business.registration();
            let named = registration.map(|sent| sent.files()).unwrap_or_default();
            for (_, _, id) in named.into_iter().skip(first_file).take(FILES) {
                if let Some(file) = state.file(id)? {
                    files.insert(id.clone(), file);
                }
            }
            let uploads = match registration {
                Some(_) => LastUploads::default(),
                None => state.last_uploads(stored.business.partner())?,
            };
            Ok::<_, Reply>(Some(Self {
                stored,
                callbacks,
                has_earlier,
                files,
                uploads,
                first_brand,
                first_file,
            }))
        });
        read.await?.0.ok_or_else(nobody)
    }
}

/// More than a page shows, if there are so many; fewer of such as say very much, and then whether there may be
/// earlier ones.
fn newest(
    state: &State<'_>,
    business: i64,
    mut before: i64,
) -> Result<(Vec<CallbackRecord>, bool), StoreError> {
    let mut read: Vec<CallbackRecord> = Vec::new();
    let mut bytes = 0;
    while read.len() <= CALLBACKS {
        let more = state.callbacks_between(Some(business), (0, before), true, AT_ONCE)?;
        let Some(last) = more.last() else { break };
        before = last.number;
        bytes += more.iter().map(|record| record.body.len()).sum::<usize>();
        read.extend(more);
        if bytes > MOST_BYTES {
            return Ok((read, true));
        }
    }
    Ok((read, false))
}

/// The `BSN-` id of the business with this `BSN-` or `BRN-` id.
///
/// # Errors
/// There is none.
pub(super) async fn id_of(app: &App, id: &str) -> Result<String, Refusal> {
    let id = id.to_owned();
    let found = app.store.run(move |state| state.business_by_id(&id).map_err(Reply::from));
    found.await?.0.map(|stored| stored.business.id().to_string()).ok_or_else(nobody)
}

/// The number of a callback of this business.
///
/// # Errors
/// There is no such business, or no such callback of it.
pub(super) async fn callback_of(app: &App, id: &str, number: &str) -> Result<i64, Refusal> {
    let id = id.to_owned();
    let wanted: Option<i64> = number.parse().ok();
    let found = app.store.run(move |state| {
        let Some(stored) = state.business_by_id(&id)? else { return Ok(None) };
        let after = wanted.unwrap_or(i64::MAX).saturating_sub(1);
        Ok::<_, Reply>(Some(state.callbacks(Some(stored.number), after, 1)?.pop()))
    });
    let found = found.await?.0.ok_or_else(nobody)?;
    let found = found.map(|record| record.number).filter(|number| Some(*number) == wanted);
    found.ok_or_else(|| Refusal {
        status: http::StatusCode::NOT_FOUND,
        messages: vec!["this business has no such callback".to_owned()],
    })
}

/// How many callbacks a page shows.
const CALLBACKS: usize = 50;
/// How many are read at once, and how many bytes of them are enough.
const AT_ONCE: u32 = 10;
const MOST_BYTES: usize = 1 << 20;
/// How many files a page shows.
pub(super) const FILES: usize = 24;
