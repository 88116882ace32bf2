//! On which assumptions the replies stood that are kept.

use std::collections::BTreeMap;

use super::{
    Journal,
    query::{AT_ONCE, Order},
};

/// The replies that stood on an assumption.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Stood {
    /// How many they are.
    pub(crate) replies: u64,
    /// The number of the last of them; 0 if there is none.
    pub(crate) last: u64,
}

impl Journal {
    /// Which replies that are kept name each assumption, by its id.
    pub(crate) fn assumptions(&self) -> BTreeMap<String, Stood> {
        // Most replies say one of a few texts: only those are taken apart.
        let (mut said, mut seen) = (BTreeMap::<String, Stood>::new(), 0);
        loop {
            let records = self.records(seen..u64::MAX, Order::Oldest, AT_ONCE);
            let Some(last) = records.last() else {
                break;
            };
            seen = last.number;
            for record in &records {
                let Some(text) = record.assumptions() else {
                    continue;
                };
                if !said.contains_key(text) {
                    said.insert(text.to_owned(), Stood::default());
                }
                if let Some(stood) = said.get_mut(text) {
                    *stood = Stood { replies: stood.replies + 1, last: record.number };
                }
            }
        }
        let mut each = BTreeMap::<String, Stood>::new();
        for (text, stood) in &said {
            for id in text.split(',').filter(|id| !id.is_empty()) {
                let of = each.entry(id.to_owned()).or_default();
                *of = Stood { replies: of.replies + stood.replies, last: of.last.max(stood.last) };
            }
        }
        each
    }
}

#[cfg(test)]
mod tests {
    use allocation_counter::measure;
    use http::HeaderValue;

    use super::{
        super::{SentCallback, example::Example},
        *,
    };
    use doku_types::Timestamp;

    fn standing_on(text: &'static str) -> Example {
        let mut example = Example::of(1);
        let value = HeaderValue::from_static(text);
        example.headers.insert("doku-mock-assumptions", value);
        example
    }

    #[test]
    fn each_reply_counts_for_what_it_stood_on_and_no_entry_is_spread_out() {
        let journal = Journal::default();
        for number in 0..3 * AT_ONCE {
            let text = if number % 3 == 0 { "A14,A16" } else { "A14" };
            journal.write_down(&standing_on(text));
        }
        let all = 3 * AT_ONCE as u64;
        let stood = |replies, last| Stood { replies, last };
        let expected = BTreeMap::from([
            ("A14".to_owned(), stood(all, all)),
            ("A16".to_owned(), stood(all / 3, all - 2)),
        ]);
        assert_eq!(journal.assumptions(), expected);
        let measured = measure(|| drop(journal.assumptions()));
        assert!(measured.count_total <= 20, "{}", measured.count_total);
    }

    #[test]
    fn what_a_receiver_answers_to_a_callback_is_no_reply_of_the_mock() {
        let (journal, example) = (Journal::default(), standing_on("A14"));
        journal.sent(SentCallback {
            callback: 7,
            partner: "BRN-2".into(),
            business: "BSN-1".into(),
            attempt: 1,
            at: Timestamp::from_millis(0),
            head: example.head(),
            body: &bytes::Bytes::new(),
            answer: Some(example.told()),
            latency_ms: 1,
        });
        assert_eq!(journal.assumptions(), BTreeMap::new());
    }
}
