//! Figures of the mock, as Prometheus reads them: its text format 0.0.4.

use std::{
    collections::BTreeMap,
    fmt::{Display, Write},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use doku_types::partner::endpoint::Endpoint;
use http::{HeaderValue, StatusCode, header};

use super::Operation;
use crate::{app::App, fault::FaultKind, reply::Reply, store::Counts};

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::get("/_mock/metrics", "metrics", "Gives figures for Prometheus", get)
            .gives_media(MEDIA_TYPE),
    ]
}

/// What is counted as it happens; since the start, whatever is reset.
#[derive(Debug)]
pub(crate) struct Metrics {
    started: Instant,
    connections: AtomicU64,
    answered: Mutex<Answered>,
}

#[derive(Debug, Default)]
struct Answered {
    /// By operation and status.
    requests: BTreeMap<(&'static str, u16), u64>,
    latencies: BTreeMap<&'static str, Latencies>,
}

#[derive(Debug, Default)]
struct Latencies {
    /// How many took as long as this bucket says and longer than the one before.
    buckets: [u64; BUCKETS.len()],
    count: u64,
    sum: Duration,
}

impl Default for Metrics {
    fn default() -> Self {
        Self { started: Instant::now(), connections: AtomicU64::new(0), answered: Mutex::default() }
    }
}

impl Metrics {
    /// A request was answered: one of DOKU's operations, or one of the mock's `own` surface, or
    /// another.
    pub(crate) fn answered(
        &self,
        operation: Option<Endpoint>,
        own: bool,
        status: StatusCode,
        latency: Duration,
    ) {
        let operation = match operation {
            Some(operation) => operation.name(),
            None if own => "mock",
            None => "other",
        };
        let mut answered = self.locked();
        *answered.requests.entry((operation, status.as_u16())).or_default() += 1;
        let latencies = answered.latencies.entry(operation).or_default();
        latencies.count += 1;
        latencies.sum += latency;
        let bucket = BUCKETS.iter().position(|limit| latency.as_secs_f64() <= *limit);
        if let Some(bucket) = bucket {
            latencies.buckets[bucket] += 1;
        }
    }

    /// A connection is open until the answer is dropped.
    pub(crate) fn connected(self: &Arc<Self>) -> Connected {
        self.connections.fetch_add(1, Ordering::Relaxed);
        Connected(Arc::clone(self))
    }

    fn locked(&self) -> MutexGuard<'_, Answered> {
        self.answered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An open connection.
#[derive(Debug)]
pub(crate) struct Connected(Arc<Metrics>);

impl Drop for Connected {
    fn drop(&mut self) {
        self.0.connections.fetch_sub(1, Ordering::Relaxed);
    }
}

/// `GET /_mock/metrics`.
async fn get(State(app): State<Arc<App>>) -> Response {
    let counts = app.store.run(|state| state.counts()).await;
    match counts {
        Ok((counts, _)) => {
            let mut response = told(&app, &counts).into_response();
            let media_type = HeaderValue::from_static(MEDIA_TYPE);
            response.headers_mut().insert(header::CONTENT_TYPE, media_type);
            response
        }
        Err(error) => Reply::from(error).into_response(),
    }
}

fn told(app: &App, counts: &Counts) -> String {
    let mut text = Text::default();
    of_requests(&mut text, &app.metrics);
    of_state(&mut text, counts);
    of_memory(&mut text, app);
    of_process(&mut text, app);
    text.0
}

fn of_requests(text: &mut Text, metrics: &Metrics) {
    let answered = metrics.locked();
    let mut family = text.family(
        "requests_total",
        "counter",
        "Requests answered, by operation (mock: under /_mock/, other: no operation) and HTTP status.",
    );
    for ((operation, status), count) in &answered.requests {
        family.sample("", &[("operation", operation), ("status", &status.to_string())], count);
    }
    let mut family = text.family(
        "request_duration_seconds",
        "histogram",
        "How long requests took to be answered, by the machine's clock.",
    );
    for (operation, latencies) in &answered.latencies {
        let mut count = 0;
        for (limit, bucket) in BUCKETS.iter().zip(latencies.buckets) {
            count += bucket;
            let labels = [("operation", *operation), ("le", &limit.to_string())];
            family.sample("_bucket", &labels, count);
        }
        family.sample("_bucket", &[("operation", operation), ("le", "+Inf")], latencies.count);
        family.sample("_sum", &[("operation", operation)], latencies.sum.as_secs_f64());
        family.sample("_count", &[("operation", operation)], latencies.count);
    }
}

fn of_state(text: &mut Text, counts: &Counts) {
    let by = |text: &mut Text, name, kind, help, label, counted: &[(String, u64)]| {
        let mut family = text.family(name, kind, help);
        for (value, count) in counted {
            family.sample("", &[(label, value)], count);
        }
    };
    let businesses = &counts.businesses;
    by(text, "businesses", "gauge", "Businesses, by status.", "status", businesses);
    let help = "Callbacks, by state of their delivery.";
    by(text, "callbacks", "gauge", help, "state", &counts.callbacks);
    let help = "Attempts at callbacks that are stored, by outcome (unanswered: also blocked ones).";
    by(text, "callback_attempts_total", "counter", help, "outcome", &counts.attempts);
    text.one("files", "gauge", "Uploaded files.", counts.files);
    text.one("file_bytes", "gauge", "What uploaded files have together.", counts.file_bytes);
    text.one("kept_replies", "gauge", "Replies kept for repeated requests.", counts.replies);
}

/// What is gone with the process: faults and the journal.
fn of_memory(text: &mut Text, app: &App) {
    let mut struck = BTreeMap::<_, u64>::new();
    for fault in app.faults.list().values() {
        let kind = match fault.kind {
            FaultKind::Duplicate => "duplicate",
            FaultKind::Reorder => "reorder",
            FaultKind::Delay(_) => "delay",
            FaultKind::Drop => "drop",
        };
        *struck.entry(kind).or_default() += u64::from(fault.happened);
    }
    let help = "How many times faults that are armed have struck, by kind.";
    let mut family = text.family("faults_struck_total", "counter", help);
    for (kind, count) in &struck {
        family.sample("", &[("kind", kind)], count);
    }
    let entries = app.journal.after(0).len();
    text.one("journal_entries", "gauge", "Exchanges that the journal keeps.", entries);
}

fn of_process(text: &mut Text, app: &App) {
    let open = app.metrics.connections.load(Ordering::Relaxed);
    text.one("open_connections", "gauge", "Connections that are open.", open);
    let seconds = app.clock.now().as_millis() as f64 / 1000.0;
    text.one("clock_seconds", "gauge", "The engine's clock, in seconds since 1970.", seconds);
    let uptime = app.metrics.started.elapsed().as_secs_f64();
    text.one("uptime_seconds", "gauge", "How long the mock has been up.", uptime);
    let mut family = text.family("build_info", "gauge", "Always 1; the label tells the version.");
    family.sample("", &[("version", env!("CARGO_PKG_VERSION"))], 1);
    if let Some(bytes) = resident_bytes() {
        let help = "Memory of the process that is in RAM.";
        text.one("resident_memory_bytes", "gauge", help, bytes);
    }
}

/// `None` where the system does not tell.
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

/// The text format: a family is told with its help and type, then its samples.
#[derive(Default)]
struct Text(String);

struct Family<'a> {
    text: &'a mut String,
    name: &'static str,
}

impl Text {
    fn family(&mut self, name: &'static str, kind: &str, help: &str) -> Family<'_> {
        // Writing to a String cannot fail.
        let _ = writeln!(self.0, "# HELP {PREFIX}{name} {help}\n# TYPE {PREFIX}{name} {kind}");
        Family { text: &mut self.0, name }
    }

    fn one(&mut self, name: &'static str, kind: &str, help: &str, value: impl Display) {
        self.family(name, kind, help).sample("", &[], value);
    }
}

impl Family<'_> {
    fn sample(&mut self, end: &str, labels: &[(&str, &str)], value: impl Display) {
        let told = labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value)));
        let mut told = told.collect::<Vec<_>>().join(",");
        if !told.is_empty() {
            told = format!("{{{told}}}");
        }
        let _ = writeln!(self.text, "{PREFIX}{}{end}{told} {value}", self.name);
    }
}

fn escaped(label: &str) -> String {
    label.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n")
}

const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";
const PREFIX: &str = "doku_mock_";
/// Upper limits, in seconds.
const BUCKETS: [f64; 12] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_s_quotes_backslashes_and_line_feeds_are_escaped() {
        let mut text = Text::default();
        text.family("x", "gauge", "X.").sample("", &[("a", "q\" b\\ n\n")], 1);
        let sample = text.0.lines().last().unwrap();
        assert_eq!(sample, r#"doku_mock_x{a="q\" b\\ n\n"} 1"#);
    }

    #[test]
    fn a_latency_of_a_limit_counts_below_it_and_one_beyond_all_in_none() {
        let metrics = Metrics::default();
        for millis in [1, 2, 6000] {
            let latency = Duration::from_millis(millis);
            metrics.answered(None, true, StatusCode::OK, latency);
        }
        let mut text = Text::default();
        of_requests(&mut text, &metrics);
        let bucket = |le: &str| {
            let name =
                format!("request_duration_seconds_bucket{{operation=\"mock\",le=\"{le}\"}} ");
            text.0.split(&name).nth(1).unwrap().lines().next().unwrap().to_owned()
        };
        assert_eq!(
            ["0.0005", "0.001", "0.0025", "5", "+Inf"].map(bucket),
            ["0", "1", "2", "2", "3"]
        );
    }
}
