//! What the journal keeps, within its bounds.

use std::{
    collections::{HashMap, VecDeque},
    iter,
    sync::Arc,
};

use doku_types::partner::endpoint::Endpoint;

use super::record::Record;

/// The entries, oldest first, and what is counted.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// Shared, so that whoever reads them does so without holding up those who write.
    pub(super) records: VecDeque<Arc<Record>>,
    pub(super) last: u64,
    pub(super) bytes: usize,
    pub(super) evicted: u64,
    /// How many requests were answered, of each operation and status.
    pub(super) answered: HashMap<(Option<Endpoint>, u16), u64>,
}

/// The oldest that made room, and the others, of which there are seldom any.
type Evicted = (Option<Arc<Record>>, Vec<Arc<Record>>);

impl Kept {
    /// Adds one, and returns what made room for it: most often one, which needs no list.
    pub(super) fn add(&mut self, mut record: Arc<Record>) -> Evicted {
        self.last += 1;
        Arc::get_mut(&mut record).expect("nobody shares it yet").number = self.last;
        self.bytes += record.size();
        self.records.push_back(record);
        let oldest = self.evict();
        (oldest, iter::from_fn(|| self.evict()).collect())
    }

    /// Takes out the oldest, if there are too many or too large ones.
    fn evict(&mut self) -> Option<Arc<Record>> {
        if self.records.len() <= MAX_ENTRIES && self.bytes <= MAX_BYTES {
            return None;
        }
        let oldest = self.records.pop_front()?;
        self.bytes -= oldest.size();
        self.evicted += 1;
        Some(oldest)
    }
}

/// How many entries are kept.
pub(crate) const MAX_ENTRIES: usize = 10_000;
/// About how much memory they may take, in bytes.
pub(crate) const MAX_BYTES: usize = 64 << 20;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use allocation_counter::measure;
    use doku_signing::{
        Message,
        diagnose::{self, Diagnosis},
        non_snap::Form,
    };
    use doku_types::Timestamp;

    use super::{
        super::{
            BrandState, BusinessState, Counts, Direction, Journal, JournalEntry, Touched,
            example::Example, record::MAX_KEPT_BODY,
        },
        *,
    };
    use crate::explanation::{Explanation, ToSign};

    #[test]
    fn the_journal_is_bounded_by_count_and_by_bytes_and_still_counts() {
        let journal = Journal::default();
        for _ in 0..MAX_ENTRIES + 10 {
            journal.write_down(&Example::of(1));
        }
        let entries = journal.after(0);
        assert_eq!((entries.len(), entries[0].number), (MAX_ENTRIES, 11));
        let Counts { entries, bytes, evicted, last } = journal.counts();
        assert_eq!((entries, evicted, last), (MAX_ENTRIES, 10, MAX_ENTRIES as u64 + 10));
        assert!(bytes <= MAX_BYTES);
        assert_eq!(
            journal.answered(Endpoint::GenerateToken, |s| s == 200),
            MAX_ENTRIES as u64 + 10
        );

        let large = Example::of(1_000_000);
        for _ in 0..2000 {
            journal.write_down(&large);
        }
        let entries = journal.after(0);
        let Counts { bytes, evicted, last, .. } = journal.counts();
        assert_eq!(evicted + entries.len() as u64, last);
        assert!(bytes <= MAX_BYTES && bytes > MAX_BYTES / 2, "{bytes}");
        assert!(entries.len() <= MAX_BYTES / MAX_KEPT_BODY);
        assert_eq!(entries.last().unwrap().number, MAX_ENTRIES as u64 + 2010);
        let last = entries.last().unwrap();
        assert_eq!((last.request_body.len(), last.request_size), (MAX_KEPT_BODY, Some(1_000_000)));
    }

    /// A target is cut off; what is not, counts.
    #[test]
    fn long_targets_methods_and_lists_of_callbacks_do_not_outgrow_the_journal() {
        let long = format!("/x?{}", "q".repeat(60_000));
        let said = |entry: &JournalEntry| {
            let Direction::Received { callbacks, .. } = &entry.direction else {
                return 0;
            };
            entry.method.as_str().len() + entry.target.to_string().len() + 8 * callbacks.len()
        };
        let said = |journal: &Journal| journal.after(0).iter().map(said).sum::<usize>();
        let journal = Journal::default();
        let mut example = Example::of(0);
        *example.request.uri_mut() = long.parse().unwrap();
        for count in [0, 20_000] {
            example.callbacks = vec![1; count];
            for _ in 0..MAX_ENTRIES {
                journal.write_down(&example);
            }
            assert!(said(&journal) <= 64 << 20);
            assert_eq!(journal.after(0)[0].target.to_string(), long[..4096]);
        }
        let mut example = Example::of(0);
        *example.request.method_mut() = "M".repeat(60_000).parse().unwrap();
        for _ in 0..2000 {
            journal.write_down(&example);
        }
        assert!(said(&journal) <= 64 << 20);
    }

    #[test]
    fn a_full_journal_of_typical_exchanges_takes_less_than_24_mib_and_says_so() {
        let (journal, example) = (Journal::default(), Example::check_requirements());
        let measured = measure(|| {
            for _ in 0..MAX_ENTRIES {
                journal.write_down(&example);
            }
        });
        let Counts { entries, bytes, evicted, .. } = journal.counts();
        assert_eq!((entries, evicted), (MAX_ENTRIES, 0));
        assert!(bytes <= 20 << 20, "{bytes}, to which an allocator adds a little");
        assert_counted(bytes, measured.bytes_current, 5);
    }

    #[test]
    fn to_write_an_exchange_down_takes_few_allocations() {
        let (journal, example) = (Journal::default(), Example::check_requirements());
        for _ in 0..MAX_ENTRIES {
            journal.write_down(&example);
        }
        let handed_over = measure(|| drop(example.received())).count_total;
        let all = measure(|| journal.write_down(&example)).count_total;
        // Before, a head and a partner; then what was said, and what shares it.
        assert!(handed_over <= 2 && all - handed_over <= 2, "{all} of which {handed_over} before");
    }

    #[test]
    fn what_is_told_of_a_business_a_signature_and_faults_counts_too() {
        let told = [("BUSINESS_DOCUMENT", "WAITING_APPROVAL"), ("KYC", "APPROVED")];
        let statuses = |pairs: &[(&str, &str)]| {
            let owned = pairs.iter().map(|(of, is)| ((*of).to_owned(), (*is).to_owned()));
            owned.collect::<BTreeMap<_, _>>()
        };
        let many: Vec<_> = (0..40).map(|n| format!("SERVICE_{n}")).collect();
        let many: Vec<_> = many.iter().map(|code| (code.as_str(), "ACTIVE")).collect();
        for services in [&[][..], &told, &many] {
            let brand = BrandState {
                id: "BRN-0001-1700000000000".to_owned(),
                status: "WAITING_APPROVAL".to_owned(),
                operational_status: Some("ACTIVE".to_owned()),
                parts: statuses(&told),
                services: statuses(services),
            };
            let state = BusinessState {
                status: "WAITING_APPROVAL".to_owned(),
                parts: statuses(&told),
                brands: vec![brand; 3],
            };
            let example = Example {
                touched: Some(Touched {
                    business: "BSN-0001-1700000000000".into(),
                    before: Some(Box::new(state.clone())),
                    after: Some(Box::new(state)),
                }),
                explanation: Some(examined()),
                callbacks: vec![1; 30],
                faults: vec!["reset.after".to_owned(); 3],
                ..Example::of(3000)
            };
            let journal = Journal::default();
            let measured = measure(|| {
                for _ in 0..1000 {
                    journal.write_down(&example);
                }
            });
            // How a map lies in memory is the standard library's own affair.
            assert_counted(journal.counts().bytes, measured.bytes_current, 25);
        }
    }

    /// What is said of a wrong signature.
    fn examined() -> Explanation {
        let key = "SK-1".into();
        let mut request = http::Request::post("/x").body("{}\n").unwrap();
        let credentials = doku_signing::Credentials::new("BRN-1", "SK-1");
        credentials.sign_http_request(&mut request, "id-1", Timestamp::from_millis(0)).unwrap();
        let request = request.map(|_| "{}");
        let message = Message::of_request(&request);
        let found = diagnose::non_snap(Form::Request, &message, &key).unwrap();
        let Diagnosis::Mistake(report) = found else { panic!("{found}") };
        Explanation {
            to_sign: ToSign::of(&report),
            ..Explanation::of("header-missing", "It is missing. ".repeat(50))
        }
    }

    /// Within so many percent.
    fn assert_counted(bytes: usize, measured: i64, percent: i64) {
        let counted = i64::try_from(bytes).unwrap();
        assert!((counted - measured).abs() <= measured * percent / 100, "{counted} of {measured}");
    }
}
