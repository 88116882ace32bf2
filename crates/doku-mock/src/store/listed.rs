//! Businesses in a list: in either order, and those only that somebody looks for.

use doku_types::{BusinessId, ClientId, Timestamp};
use rusqlite::{OptionalExtension, Row, params};

use super::{State, StoreError};

/// A business in a list.
#[derive(Debug, Clone, serde::Serialize, schemars::JsonSchema)]
#[schemars(rename = "ListedBusiness")]
pub(crate) struct Listed {
    /// Counts up from 1, in the order of registration.
    pub(crate) number: i64,
    /// Its `BSN-` id.
    #[schemars(with = "String")]
    pub(crate) id: BusinessId,
    /// The client id of its partner.
    #[schemars(with = "String")]
    pub(crate) partner: ClientId,
    /// As it was registered.
    pub(crate) name: String,
    /// `UPDATING`, `ACTIVE` or `REJECTED`.
    pub(crate) status: String,
    /// When it was registered, by the engine's clock.
    pub(crate) created: String,
}

/// Which businesses are looked for, and how many of them.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    /// Only those after this number.
    pub(crate) after: i64,
    /// Only those before it.
    pub(crate) before: i64,
    pub(crate) newest_first: bool,
    pub(crate) status: Option<String>,
    pub(crate) partner: Option<String>,
    /// A piece of the name, of the `BSN-` id or of the partner's own name for it, or the whole id of a brand.
    pub(crate) text: Option<String>,
    pub(crate) limit: u32,
}

impl Default for Wanted {
    /// All, oldest first.
    fn default() -> Self {
        Self {
            after: 0,
            before: i64::MAX,
            newest_first: false,
            status: None,
            partner: None,
            text: None,
            limit: u32::MAX,
        }
    }
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) listed: Vec<Listed>,
    /// Where to go on, in the same order: there may be more beyond this number.
    pub(crate) more: Option<i64>,
}

impl State<'_> {
    /// The businesses that are wanted. A search looks at a bounded number of them and says where to go on.
    pub(crate) fn list_businesses(&self, wanted: &Wanted) -> Result<Found, StoreError> {
        let whole_id = match &wanted.text {
            Some(text) => self.number_of(text)?,
            None => None,
        };
        let (after, before) = match whole_id {
            Some(number) => {
                (wanted.after.max(number - 1), wanted.before.min(number.saturating_add(1)))
            }
            None => (wanted.after, wanted.before),
        };
        let sieve = Sieve::of(wanted, whole_id.is_some());
        let mut query =
            self.sql.prepare_cached(if wanted.newest_first { NEWEST } else { OLDEST })?;
        let mut rows = query.query(params![after, before])?;
        let mut found = Found::default();
        let (mut seen, mut last) = (0_u32, None);
        while let Some(row) = rows.next()? {
            if found.listed.len() >= wanted.limit as usize
                || (sieve.is_search() && seen >= MAX_SEEN)
            {
                found.more = last;
                break;
            }
            seen += 1;
            last = Some(row.get(0)?);
            if sieve.lets_through(row) {
                found.listed.push(listed(row)?);
            }
        }
        Ok(found)
    }

    /// The number of the business that has this id, in whatever case, or one of whose brands has.
    fn number_of(&self, id: &str) -> Result<Option<i64>, StoreError> {
        let mut query = self.sql.prepare_cached(
            "SELECT number FROM businesses WHERE id = ?1
             UNION ALL SELECT business FROM brands WHERE id = ?1 LIMIT 1",
        )?;
        Ok(query.query_row([id.to_ascii_uppercase()], |row| row.get(0)).optional()?)
    }
}

/// What a row has to be like.
struct Sieve<'a> {
    status: Option<&'a str>,
    partner: Option<&'a str>,
    /// In lower case.
    text: Option<String>,
}

impl<'a> Sieve<'a> {
    fn of(wanted: &'a Wanted, is_found_by_id: bool) -> Self {
        let text = wanted.text.as_ref().filter(|_| !is_found_by_id);
        let text = text.map(|text| text.to_lowercase());
        Self { status: wanted.status.as_deref(), partner: wanted.partner.as_deref(), text }
    }

    fn is_search(&self) -> bool {
        self.status.is_some() || self.partner.is_some() || self.text.is_some()
    }

    fn lets_through(&self, row: &Row<'_>) -> bool {
        if self.partner.is_some_and(|partner| text_of(row, 2) != partner)
            || self.status.is_some_and(|status| text_of(row, 4) != status)
        {
            return false;
        }
        let Some(text) = &self.text else { return true };
        [1, 3, 6].into_iter().any(|of| text_of(row, of).to_lowercase().contains(text))
    }
}

/// What stands in a column; nothing where it is no text.
fn text_of<'a>(row: &'a Row<'_>, column: usize) -> &'a str {
    row.get_ref(column).ok().and_then(|value| value.as_str().ok()).unwrap_or_default()
}

fn listed(row: &Row<'_>) -> rusqlite::Result<Listed> {
    Ok(Listed {
        number: row.get(0)?,
        id: row.get::<_, String>(1)?.into(),
        partner: row.get::<_, String>(2)?.into(),
        name: row.get(3)?,
        status: row.get(4)?,
        created: Timestamp::from_millis(row.get(5)?).to_string(),
    })
}

/// How many businesses one search looks at: it must not keep the others waiting who work with the state.
pub(crate) const MAX_SEEN: u32 = 10_000;
const OLDEST: &str =
    "SELECT number, id, partner, name, status, created, partner_ref_id FROM businesses
     WHERE number > ?1 AND number < ?2 ORDER BY number";
const NEWEST: &str =
    "SELECT number, id, partner, name, status, created, partner_ref_id FROM businesses
     WHERE number > ?1 AND number < ?2 ORDER BY number DESC";
