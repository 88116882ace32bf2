use doku_types::{ClientId, Timestamp};
use http::Method;
use rusqlite::Connection;

use super::*;
use crate::id::IdSource;

fn with_state<T>(sql: &Connection, work: impl FnOnce(&mut State<'_>) -> T) -> T {
    work(&mut State {
        sql,
        ids: &mut IdSource::new(Some(1)),
        faults: &Faults::default(),
        recalls: &crate::callback::Recalls::default(),
        now: Timestamp::from_millis(1_700_000_000_000),
        places: Vec::new(),
        agenda_changed: false,
        moved: false,
    })
}

#[test]
fn a_busy_partner_takes_no_reply_of_another_away() {
    let sql = schema::in_memory().unwrap();
    let (quiet, busy) = (ClientId::from("BRN-quiet"), ClientId::from("BRN-busy"));
    let fingerprint = Fingerprint::of(&Method::POST, "/token", b"");
    with_state(&sql, |state| {
        let mut keep =
            |partner, id: &str| state.keep_reply(partner, id, fingerprint, b"{}", "").unwrap();
        keep(&quiet, "request");
        for number in 0..10_003 {
            keep(&busy, &number.to_string());
        }
        let kept = |partner, id| state.kept_reply(partner, id, fingerprint).unwrap().is_some();
        assert!(kept(&quiet, "request"));
        let of_the_busy = ["0", "2", "3", "10002"].map(|id| kept(&busy, id));
        assert_eq!(of_the_busy, [false, false, true, true], "the newest 10,000");
    });
}

#[test]
fn a_business_that_cannot_be_read_stops_nothing_that_is_due_after_it() {
    let sql = schema::in_memory().unwrap();
    sql.execute_batch(
        "INSERT INTO businesses VALUES (1, 'BSN-1', 'BRN-1', NULL, '', '', 0, 1, '{');
         INSERT INTO businesses VALUES (2, 'BSN-2', 'BRN-1', NULL, '', '', 0, 2, '{}');",
    )
    .unwrap();
    with_state(&sql, |state| {
        assert_eq!(state.next_due().unwrap(), Some(Timestamp::from_millis(1)));
        assert!(state.due_business().unwrap().is_none());
        assert_eq!(state.next_due().unwrap(), None);
        let stored = state.business_by_id("BSN-1");
        assert!(matches!(stored, Err(StoreError::Unreadable { .. })), "it is still told of");
    });
}

#[test]
fn a_search_looks_at_a_bounded_number_of_businesses_and_says_where_to_go_on() {
    let sql = schema::in_memory().unwrap();
    sql.execute_batch(
        "WITH RECURSIVE n (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM n WHERE n < 25000)
         INSERT INTO businesses
         SELECT n, 'BSN-0001-' || n, 'BRN-1', NULL, iif(n IN (3, 12000), 'Warung', 'Toko'), 'ACTIVE', 0, NULL, '{}'
         FROM n",
    )
    .unwrap();
    with_state(&sql, |state| {
        let mut wanted = Wanted { newest_first: true, limit: 5, ..Wanted::default() };
        wanted.text = Some("warung".to_owned());
        let mut looked = Vec::new();
        loop {
            let found = state.list_businesses(&wanted).unwrap();
            let numbers: Vec<_> = found.listed.iter().map(|of| of.number).collect();
            looked.push((numbers, found.more));
            match found.more {
                Some(more) => wanted.before = more,
                None => break,
            }
        }
        let expected = [(vec![], Some(15_001)), (vec![12_000], Some(5_001)), (vec![3], None)];
        assert_eq!(looked, expected);
        // An id is found at once, wherever it is; a list that looks for nothing is no search.
        let wanted =
            Wanted { text: Some("BSN-0001-7".to_owned()), newest_first: true, ..Wanted::default() };
        let found = state.list_businesses(&wanted).unwrap();
        assert_eq!((found.listed.len(), found.more), (1, None));
        assert_eq!(state.list_businesses(&Wanted::default()).unwrap().listed.len(), 25_000);
    });
}
