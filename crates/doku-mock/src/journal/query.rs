//! What is looked for in the journal.

use std::str::FromStr;

use doku_types::{Timestamp, partner::endpoint::Endpoint};
use memchr::memmem::Finder;

use super::{Journal, JournalEntry, Verdict, record::Record};

/// What entries are looked for; without anything set, all.
#[derive(Debug, Clone, Default)]
pub(crate) struct Query {
    /// Only those after this number.
    pub(crate) after: u64,
    /// Only those before this number.
    pub(crate) before: Option<u64>,
    pub(crate) order: Order,
    /// Of this partner, or said to be.
    pub(crate) partner: Option<String>,
    pub(crate) operation: Option<Endpoint>,
    pub(crate) status: Option<Statuses>,
    pub(crate) verdict: Option<Verdict>,
    /// Only callbacks, or only requests.
    pub(crate) is_sent: Option<bool>,
    /// About a business of these ids: its own and its brands'.
    pub(crate) business: Option<Vec<String>>,
    /// Begun at or after this instant.
    pub(crate) from: Option<Timestamp>,
    /// Begun before this instant.
    pub(crate) until: Option<Timestamp>,
    /// Somewhere in what was said.
    pub(crate) text: Option<Text>,
}

/// Which come first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Order {
    #[default]
    Oldest,
    Newest,
}

/// A piece of text, whatever the case of its ASCII letters.
#[derive(Debug, Clone)]
pub(crate) struct Text(Finder<'static>);

impl FromStr for Text {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let is_short = text.len() <= MAX_TEXT;
        is_short.then(|| Self(Finder::new(&text.to_ascii_lowercase()).into_owned())).ok_or(())
    }
}

impl Text {
    /// Whether it stands in what was said, which `copy` is lent for: a copy in lower case is looked
    /// through in a time that depends on its length alone, whatever stands in it.
    fn is_in(&self, record: &Record, copy: &mut Vec<u8>) -> bool {
        copy.clear();
        record.write_lower_case(copy);
        self.0.find(copy).is_some()
    }
}

/// What was answered: `400`, `4xx` for all of them, `none` for no answer, `bad` for all that is no 2xx.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Statuses {
    One(u16),
    Hundred(u16),
    None,
    Bad,
}

impl Statuses {
    fn has(self, status: Option<u16>) -> bool {
        match self {
            Self::One(one) => status == Some(one),
            Self::Hundred(hundred) => status.is_some_and(|status| status / 100 == hundred),
            Self::None => status.is_none(),
            Self::Bad => !matches!(status, Some(200..=299)),
        }
    }
}

impl FromStr for Statuses {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "none" => return Ok(Self::None),
            "bad" => return Ok(Self::Bad),
            _ => {}
        }
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

/// Says of a text that is no operation which there are.
pub(crate) fn no_operation() -> String {
    let known: Vec<_> = Endpoint::all().iter().map(|known| kebab(*known)).collect();
    format!("operation is none of {}", known.join(", "))
}

/// `business-registration`.
pub(crate) fn kebab(operation: Endpoint) -> String {
    operation.name().to_lowercase().replace(' ', "-")
}

impl Query {
    fn matches(&self, record: &Record, copy: &mut Vec<u8>) -> bool {
        let is_partner = |wanted: &str| record.partner().is_some_and(|of| of.as_str() == wanted);
        self.from.is_none_or(|from| record.at >= from)
            && self.until.is_none_or(|until| record.at < until)
            && self.operation.is_none_or(|operation| record.operation() == Some(operation))
            && self.status.is_none_or(|statuses| statuses.has(record.status()))
            && self.verdict.is_none_or(|verdict| record.verdict() == Some(verdict))
            && self.is_sent.is_none_or(|is_sent| record.is_sent() == is_sent)
            && self.partner.as_deref().is_none_or(is_partner)
            && self.business.as_deref().is_none_or(|ids| record.is_about(ids))
            && self.text.as_ref().is_none_or(|text| text.is_in(record, copy))
    }
}

impl Journal {
    /// The first `limit` entries that are looked for, as long as they take no more than 8 MiB together, and
    /// whether there are more. Only those that are found are spread out.
    pub(crate) fn find(&self, query: &Query, limit: usize) -> (Vec<JournalEntry>, bool) {
        let (mut found, mut bytes, mut copy) = (Vec::new(), 0, Vec::new());
        let mut between = query.after..query.before.unwrap_or(u64::MAX);
        loop {
            let records = self.records(between.clone(), query.order, AT_ONCE);
            if records.is_empty() {
                return (found, false);
            }
            for record in records {
                match query.order {
                    Order::Oldest => between.start = record.number,
                    Order::Newest => between.end = record.number,
                }
                if query.matches(&record, &mut copy) {
                    bytes += record.size();
                    if found.len() == limit || (bytes > MAX_FOUND && !found.is_empty()) {
                        return (found, true);
                    }
                    found.push(record.entry());
                }
            }
        }
    }
}

/// The longest piece of text that is looked for, in bytes.
pub(crate) const MAX_TEXT: usize = 200;
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
            let (found, more) = journal.find(query, limit);
            assert_eq!(more, limit < 3, "{query:?}");
            found.iter().map(|entry| entry.number).collect::<Vec<_>>()
        };
        let (all, second) = (3 * AT_ONCE as u64, 2 * AT_ONCE as u64);
        assert_eq!(find(&of("BRN-2"), 10), [second]);
        assert_eq!(find(&of("BRN-1"), 2), [1, 2]);
        let after = Query { after: second - 2, ..of("BRN-1") };
        assert_eq!(find(&after, 2), [second - 1, second + 1]);
        assert!(find(&of("BRN-3"), 10).is_empty());
        assert!(find(&Query::default(), 0).is_empty());

        let newest = Query { order: Order::Newest, ..of("BRN-1") };
        assert_eq!(find(&newest, 2), [all, all - 1]);
        let before = Query { before: Some(second + 2), ..newest.clone() };
        assert_eq!(find(&before, 2), [second + 1, second - 1]);
        let between = Query { after: 2, before: Some(5), ..newest };
        assert_eq!(find(&between, 10), [4, 3]);
        assert_eq!(find(&Query { order: Order::Oldest, ..between.clone() }, 10), [3, 4]);
        assert!(find(&Query { after: 5, before: Some(3), ..between }, 10).is_empty());

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
        assert_eq!(("none".parse(), "bad".parse()), (Ok(Statuses::None), Ok(Statuses::Bad)));
        let are_bad = [None, Some(199), Some(200), Some(299), Some(300), Some(409)];
        let are_bad = are_bad.map(|status| Statuses::Bad.has(status));
        assert_eq!(are_bad, [true, true, false, false, true, true]);
        for text in ["", "xx", "0xx", "6xx", "44xx", "-1", "99", "600", "4XX", "ok"] {
            assert_eq!(text.parse::<Statuses>(), Err(()), "{text}");
        }
    }

    #[test]
    fn a_text_is_found_wherever_it_was_said_and_in_whatever_case() {
        let journal = Journal::default();
        let mut example = Example::of(0);
        *example.request.body_mut() = "{\"name\":\"Warung É\"}".into();
        let headers = example.request.headers_mut();
        headers.insert("request-id", "Id-7".parse().unwrap());
        headers.insert("authorization", "Bearer hidden".parse().unwrap());
        example.answer = "told you".into();
        journal.write_down(&example);
        journal.write_down(&Example::of(3));
        let numbers = |text: &str| {
            let query = Query { text: Some(text.parse().unwrap()), ..Query::default() };
            journal.find(&query, 9).0.iter().map(|entry| entry.number).collect::<Vec<_>>()
        };
        for text in ["id-7", "WARUNG É", "Told You", "\"NAME\":"] {
            assert_eq!(numbers(text), [1], "{text}");
        }
        assert_eq!(numbers("nnn"), [2]);
        assert_eq!((numbers("post /X"), numbers("name=BUDI")), (vec![1, 2], vec![1, 2]));
        for text in ["warung é", "hidden", "7told", "nobody"] {
            assert!(numbers(text).is_empty(), "{text}");
        }
        assert!("x".repeat(MAX_TEXT + 1).parse::<Text>().is_err());
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
