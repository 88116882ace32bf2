//! Metrics, in the text format that Prometheus reads.

use std::collections::{BTreeMap, BTreeSet};

use contract::{Sink, World, path, set_header};
use doku_mock::{CallbackFault, FaultKind};
use doku_types::code::CallbackType;
use http::Method;
use tokio::io::AsyncReadExt;

/// A sample: its family's type, its labels, its value.
type Samples = BTreeMap<(String, BTreeMap<String, String>), f64>;

/// Reads the text format 0.0.4 and refuses what Prometheus would.
fn parse(text: &str) -> Samples {
    let (mut kinds, mut helps, mut done) = (BTreeMap::new(), BTreeSet::new(), BTreeSet::new());
    let mut samples = Samples::new();
    let mut current = String::new();
    assert!(text.ends_with('\n'), "the last line ends too");
    for line in text.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, help) = help.split_once(' ').unwrap();
            assert!(!help.is_empty() && helps.insert(name), "{name} is told once");
            assert!(done.insert(std::mem::replace(&mut current, name.to_owned())), "{name}");
            continue;
        }
        if let Some(kind) = line.strip_prefix("# TYPE ") {
            let (name, kind) = kind.split_once(' ').unwrap();
            assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
            assert!(name == current && kinds.insert(name, kind).is_none(), "{line}");
            continue;
        }
        let (what, value) = line.rsplit_once(' ').unwrap();
        let (name, labels) = match what.split_once('{') {
            Some((name, labels)) => (name, labels.strip_suffix('}').unwrap()),
            None => (what, ""),
        };
        let is_name = |name: &str| {
            !name.is_empty()
                && !name.starts_with(|first: char| first.is_ascii_digit())
                && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        };
        assert!(is_name(name) && name.starts_with("doku_mock_"), "{line}");
        let end = name.strip_prefix(current.as_str()).unwrap_or_else(|| panic!("{line}"));
        match kinds[current.as_str()] {
            "histogram" => assert!(["_bucket", "_sum", "_count"].contains(&end), "{line}"),
            "counter" => assert!(end.is_empty() && name.ends_with("_total"), "{line}"),
            _ => assert!(end.is_empty() && !name.ends_with("_total"), "{line}"),
        }
        // No label of the mock's has a quote or a comma in it.
        let labels = labels.split(',').filter(|label| !label.is_empty()).map(|label| {
            let (name, value) = label.split_once('=').unwrap();
            assert!(is_name(name), "{line}");
            let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
            (name.to_owned(), value.unwrap().to_owned())
        });
        let value: f64 = value.parse().unwrap();
        assert!(value.is_finite() && value >= 0.0, "{line}");
        let sample = (name.to_owned(), labels.collect());
        assert!(samples.insert(sample, value).is_none(), "twice: {line}");
    }
    samples
}

async fn scrape(world: &World) -> Samples {
    let reply = world.send(world.plain(Method::GET, "/_mock/metrics", b"")).await;
    assert_eq!(reply.status(), 200);
    let content_type = &reply.headers()["content-type"];
    assert_eq!(content_type, "text/plain; version=0.0.4; charset=utf-8");
    parse(std::str::from_utf8(reply.body()).unwrap())
}

fn value(samples: &Samples, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
    let labels = labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    samples.get(&(format!("doku_mock_{name}"), labels.collect())).copied()
}

#[tokio::test]
async fn what_happened_is_counted() {
    let world = World::new().await;
    let sink = Sink::answering([500]).await;
    let drop = CallbackFault::new(FaultKind::Drop).of(CallbackType::Brand).times(1);
    world.mock.arm(drop).unwrap();
    world.registered(&sink).await;
    let unsigned = world.plain(Method::POST, &path("/business"), b"{}");
    assert_eq!(world.send(unsigned).await.status(), 400);
    assert_eq!(world.send(world.plain(Method::GET, "/nowhere", b"")).await.status(), 404);

    let samples = scrape(&world).await;
    let is = |name, labels: &[(&str, &str)], expected: f64| {
        assert_eq!(value(&samples, name, labels), Some(expected), "{name} {labels:?}");
    };
    let requests = "requests_total";
    is(requests, &[("operation", "Business Registration"), ("status", "200")], 1.0);
    is(requests, &[("operation", "Business Registration"), ("status", "400")], 1.0);
    is(requests, &[("operation", "Upload File"), ("status", "200")], 3.0);
    is(requests, &[("operation", "other"), ("status", "404")], 1.0);
    is("businesses", &[("status", "ACTIVE")], 1.0);
    is("callbacks", &[("state", "delivered")], 8.0);
    is("callbacks", &[("state", "pending")], 1.0);
    is("callbacks", &[("state", "dropped")], 1.0);
    is("callback_attempts_total", &[("outcome", "acknowledged")], 8.0);
    is("callback_attempts_total", &[("outcome", "refused")], 1.0);
    is("faults_struck_total", &[("kind", "callback.drop")], 1.0);
    is("files", &[], 3.0);
    is("file_bytes", &[], 3.0 * contract::PNG.len() as f64);
    is("kept_replies", &[], 2.0);
    is("clock_seconds", &[], contract::start().as_seconds() as f64);
    is("build_info", &[("version", env!("CARGO_PKG_VERSION"))], 1.0);
    is("journal_entries", &[], world.mock.journal().len() as f64);
    is("journal_evicted_total", &[], 0.0);
    assert!(value(&samples, "journal_bytes", &[]).unwrap() > 1000.0);
    assert!(value(&samples, "open_connections", &[]).unwrap() >= 1.0);
    assert!(value(&samples, "uptime_seconds", &[]).is_some());
    #[cfg(target_os = "linux")]
    assert!(value(&samples, "resident_memory_bytes", &[]).unwrap() > 1e6);
}

#[tokio::test]
async fn a_histogram_s_buckets_add_up_and_its_end_is_its_count() {
    let world = World::new().await;
    world.upload_papers().await;
    let samples = scrape(&world).await;
    for (operation, count) in [("Upload File", 3.0), ("Generate Token", 1.0)] {
        let of = ("operation", operation);
        let mut buckets: Vec<(f64, f64)> = samples
            .iter()
            .filter(|((name, labels), _)| {
                name == "doku_mock_request_duration_seconds_bucket" && labels["operation"] == of.1
            })
            .map(|((_, labels), value)| (labels["le"].parse().unwrap(), *value))
            .collect();
        buckets.sort_by(|one, other| one.0.total_cmp(&other.0));
        assert_eq!(buckets.len(), 13);
        assert!(buckets.windows(2).all(|two| two[0].1 <= two[1].1), "{buckets:?}");
        assert_eq!(buckets.last(), Some(&(f64::INFINITY, count)));
        let name = "request_duration_seconds_count";
        assert_eq!(value(&samples, name, &[of]), Some(count));
        assert!(value(&samples, "request_duration_seconds_sum", &[of]).unwrap() > 0.0);
    }
}

/// Whatever strangers send, there is no series for each of it.
#[tokio::test]
async fn what_is_sent_makes_no_series_of_its_own() {
    let world = World::new().await;
    let hostile = |number: u32| {
        let target = format!("/x{number}\"\n{{}}").replace(['"', '\n', '{', '}'], "%22");
        let mut request = world.plain(Method::GET, &target, b"");
        set_header(&mut request, "client-id", &format!("BRN-{number}"));
        request
    };
    assert_eq!(world.send(hostile(0)).await.status(), 404);
    scrape(&world).await;
    let before = scrape(&world).await.len();
    for number in 1..50 {
        world.send(hostile(number)).await;
        let method = Method::from_bytes(format!("X{number}").as_bytes()).unwrap();
        world.send(world.plain(method, "/y", b"")).await;
    }
    assert_eq!(scrape(&world).await.len(), before);
}

#[tokio::test]
async fn connections_that_are_gone_are_not_counted() {
    let world = World::new().await;
    for _ in 0..5 {
        // Closed at once.
        drop(world.write(&world.plain(Method::GET, "/nowhere", b"")).await);
    }
    let mut open = f64::INFINITY;
    for _ in 0..100 {
        open = value(&scrape(&world).await, "open_connections", &[]).unwrap();
        if open <= 2.0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert!(open <= 2.0, "{open} are open");
}

#[tokio::test]
async fn a_request_whose_connection_was_reset_is_not_counted_as_answered() {
    let world = World::new().await;
    let mut request = world.plain(Method::GET, &path("/file"), b"");
    set_header(&mut request, "doku-mock-fault", "reset.after");
    let mut socket = world.write(&request).await;
    assert!(socket.read_to_end(&mut Vec::new()).await.is_err());
    let samples = scrape(&world).await;
    let labels = [("operation", "Check Requirements"), ("status", "400")];
    assert_eq!(value(&samples, "requests_total", &labels), None);
    assert_eq!(value(&samples, "faults_struck_total", &[("kind", "reset.after")]), Some(1.0));
}
