//! The page of the evidence ledger.

use contract::{World, path};
use doku_types::evidence;
use http::Method;

use super::get;

const PAGE: &str = "/_mock/ui/assumptions";

fn place(page: &str, text: &str) -> usize {
    page.find(text).unwrap_or_else(|| panic!("{text} is not there"))
}

#[tokio::test]
async fn what_the_traffic_has_stood_on_comes_first_with_its_count_and_the_way_there() {
    let world = World::new().await;
    let (_, page) = get(&world, PAGE).await;
    assert!(page.contains("no reply in the journal names one") && page.contains("<tr id=\"A12\">"));

    let request = || world.signed(Method::GET, &path("/business/BRN-0"), b"");
    for _ in 0..2 {
        let reply = world.send(request()).await;
        assert_eq!(reply.headers()["doku-mock-assumptions"], "A12,A14");
    }
    let (status, page) = get(&world, PAGE).await;
    assert_eq!(status, 200);
    let others = place(&page, "The others");
    for id in ["A12", "A14"] {
        assert!(place(&page, &format!("<tr id=\"{id}\">")) < others, "{id}");
    }
    assert!(place(&page, "<tr id=\"A01\">") > others);
    let (_, row) = page.split_once("<tr id=\"A12\">").unwrap();
    let (row, _) = row.split_once("</tr>").unwrap();
    assert!(row.contains("2 replies") && row.contains("href=\"/_mock/ui/exchanges/2\""), "{row}");
}

#[tokio::test]
async fn every_entry_is_there_once_and_can_be_pointed_at() {
    let world = World::new().await;
    let (_, page) = get(&world, PAGE).await;
    for entry in evidence::ledger() {
        assert_eq!(page.matches(&format!("<tr id=\"{}\">", entry.id)).count(), 1, "{}", entry.id);
    }
    assert!(page.len() < 300 << 10, "{}", page.len());
}

#[tokio::test]
async fn the_ledger_is_filtered_by_how_something_is_known() {
    let world = World::new().await;
    for kind in ["documented", "observed", "second_hand", "assumed"] {
        let (status, page) = get(&world, &format!("{PAGE}?evidence={kind}")).await;
        assert_eq!(status, 200);
        assert!(page.contains(&format!("<option value=\"{kind}\" selected>")));
        for entry in evidence::ledger() {
            let is_there = page.contains(&format!("<tr id=\"{}\">", entry.id));
            let known = serde_json::to_value(entry.evidence).unwrap();
            assert_eq!(is_there, known == kind, "{kind}: {}", entry.id);
        }
    }
    let (status, page) = get(&world, &format!("{PAGE}?evidence=%3Cscript%3E")).await;
    assert_eq!(status, 400);
    assert!(page.contains("evidence is none of documented") && !page.contains("<script>"));
}
