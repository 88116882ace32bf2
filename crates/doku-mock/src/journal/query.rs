//! What is looked for in the journal.

use std::str::FromStr;

use doku_types::{Timestamp, partner::endpoint::Endpoint};

use super::{Journal, JournalEntry, record::Record};

/// What entries are looked for; without anything set, all.
#[derive(Debug, Clone, Default)]
pub(crate) struct Query {
    /// Only those after this number.
    pub(crate) after: u64,
    /// Of this partner, or said to be.
    pub(crate) partner: Option<String>,
    pub(crate) operation: Option<Endpoint>,
    pub(crate) status: Option<Statuses>,
    /// About a business of these ids: its own and its brands'.
    pub(crate) business: Option<Vec<String>>,
    /// Begun at or after this instant.
    pub(crate) from: Option<Timestamp>,
    /// Begun before this instant.
    pub(crate) until: Option<Timestamp>,
}

/// HTTP statuses: `400`, or `4xx` for all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Statuses {
    One(u16),
    Hundred(u16),
}

impl FromStr for Statuses {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if let Some(hundred) = text.strip_suffix("xx") {
            let hundred = hundred.parse().map_err(drop)?;
            return (1..=5).contains(&hundred).then_some(Self::Hundred(hundred)).ok_or(());
        }
        let status = text.parse().map_err(drop)?;
        (100..=599).contains(&status).then_some(Self::One(status)).ok_or(())
    }
}

/// An operation by DOKU's name for it, or the same in kebab case.
pub(crate) fn operation(text: &str) -> Option<Endpoint> {
    let wanted = text.trim().to_lowercase().replace(' ', "-");
    let named = |operation: &&Endpoint| kebab(**operation) == wanted;
    Endpoint::all().iter().find(named).copied()
}

/// `business-registration`.
pub(crate) fn kebab(operation: Endpoint) -> String {
    operation.name().to_lowercase().replace(' ', "-")
}

impl Query {
    fn matches(&self, record: &Record) -> bool {
        let status = record.status();
        let is_status = |of: Statuses| match of {
            Statuses::One(one) => status == Some(one),
            Statuses::Hundred(hundred) => status.is_some_and(|status| status / 100 == hundred),
        };
        let is_partner = |wanted: &str| record.partner().is_some_and(|of| of.as_str() == wanted);
        self.from.is_none_or(|from| record.at >= from)
            && self.until.is_none_or(|until| record.at < until)
            && self.operation.is_none_or(|operation| record.operation() == Some(operation))
            && self.status.is_none_or(is_status)
            && self.partner.as_deref().is_none_or(is_partner)
            && self.business.as_deref().is_none_or(|ids| record.is_about(ids))
    }
}

impl Journal {
    /// The first `limit` entries that are looked for, oldest first, as long as they take no more than
    /// 8 MiB together; and the number after which to look on. Only those that are found are spread out.
    pub(crate) fn find(&self, query: &Query, limit: usize) -> (Vec<JournalEntry>, u64) {
        let (mut found, mut seen, mut bytes) = (Vec::new(), query.after, 0);
        loop {
            let records = self.records(seen, AT_ONCE);
            if records.is_empty() {
                return (found, seen);
            }
            for record in records {
                if query.matches(&record) {
                    bytes += record.size();
                    if found.len() == limit || (bytes > MAX_FOUND && !found.is_empty()) {
                        return (found, seen);
                    }
                    found.push(record.entry());
                }
                seen = record.number;
            }
        }
    }
}

/// How many are looked at before others may write.
pub(super) const AT_ONCE: usize = 500;
/// How much is found at once, in bytes of memory.
const MAX_FOUND: usize = 8 << 20;

#[cfg(test)]
mod tests {
    use allocation_counter::measure;

    use super::{super::example::Example, *};

    #[test]
    fn a_question_goes_over_the_whole_journal_and_spreads_out_only_what_it_finds() {
        let journal = Journal::default();
        for number in 1..=3 * AT_ONCE {
            let partner = if number == 2 * AT_ONCE { "BRN-2" } else { "BRN-1" };
            journal.write_down(&Example { partner: Some(partner), ..Example::of(1) });
        }
        let of = |partner: &str| Query { partner: Some(partner.to_owned()), ..Query::default() };
        let find = |query: &Query, limit| {
            let (found, seen) = journal.find(query, limit);
            (found.iter().map(|entry| entry.number).collect::<Vec<_>>(), seen)
        };
        let (all, second) = (3 * AT_ONCE as u64, 2 * AT_ONCE as u64);
        assert_eq!(find(&of("BRN-2"), 10), (vec![second], all));
        assert_eq!(find(&of("BRN-1"), 2), (vec![1, 2], 2));
        let after = Query { after: second - 2, ..of("BRN-1") };
        assert_eq!(find(&after, 2), (vec![second - 1, second + 1], second + 1));
        assert_eq!(find(&of("BRN-3"), 10), (vec![], all));
        assert_eq!(find(&Query::default(), 0), (vec![], 0));

        let (nobody, status) = (of("BRN-3"), Some(Statuses::Hundred(5)));
        for query in [nobody, Query { status, ..Query::default() }] {
            let measured = measure(|| drop(journal.find(&query, 10)));
            // A list at a time.
            assert!(measured.count_total <= 4, "{}", measured.count_total);
        }
    }

    #[test]
    fn statuses_are_read_one_by_one_and_by_the_hundred() {
        assert_eq!("404".parse(), Ok(Statuses::One(404)));
        assert_eq!("4xx".parse(), Ok(Statuses::Hundred(4)));
        for text in ["", "xx", "0xx", "6xx", "44xx", "-1", "99", "600", "4XX", "ok"] {
            assert_eq!(text.parse::<Statuses>(), Err(()), "{text}");
        }
    }

    #[test]
    fn an_operation_has_doku_s_name_and_the_same_in_kebab_case() {
        for wanted in Endpoint::all() {
            for text in [wanted.name().to_owned(), kebab(*wanted)] {
                assert_eq!(operation(&text), Some(*wanted), "{text}");
            }
        }
        assert_eq!(operation("business"), None);
    }
}
