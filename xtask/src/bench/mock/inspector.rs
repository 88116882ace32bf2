//! `cargo xtask bench inspector`: how long each page of the inspector takes and how large it is, in a mock that has
//! seen a lot.

use std::{
    fmt,
    path::Path,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use serde::Serialize;
use serde_json::Value;

use super::{
    What, build,
    cores::Cores,
    generator::{Ask, Asks, Line, Lines},
    partner::Partner,
    receiver::Receiver,
    server::Server,
};
use crate::bench::load::Result;

/// Measures the inspector's pages with many businesses and a full journal; takes two minutes.
///
/// The mock has one core. It gets so many registrations, which wait for KYB, and some of everything else, then each
/// page is asked for again and again, those with a search that finds nothing among them. Exits with 1 when a page takes
/// 100 ms or has 300 KiB.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  cargo xtask bench inspector\n  cargo xtask bench inspector --businesses 10000"
)]
pub(crate) struct Options {
    /// How many businesses there are.
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(100..))]
    businesses: u64,
    /// How often each page is asked for.
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..))]
    times: u16,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(options: &Options) -> ExitCode {
    let measured = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(measure(options)));
    crate::bench::told(measured, options.json, Figures::aims_met)
}

#[derive(Serialize)]
struct Figures {
    businesses: u64,
    /// What the journal holds.
    exchanges: u64,
    journal_bytes: u64,
    times: u16,
    pages: Vec<Page>,
}

#[derive(Serialize)]
struct Page {
    name: &'static str,
    median_ms: f64,
    worst_ms: f64,
    /// The largest.
    bytes: usize,
}

impl Figures {
    fn aims_met(&self) -> bool {
        self.pages.iter().all(|page| page.worst_ms < MAX_MS && page.bytes < MAX_BYTES)
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { businesses, exchanges, journal_bytes, times, pages } = self;
        let mebibytes = journal_bytes / (1 << 20);
        writeln!(
            f,
            "{businesses} businesses, {exchanges} exchanges of {mebibytes} MiB in the journal; each page {times} times"
        )?;
        writeln!(f, "{:<44} {:>9} {:>9} {:>9}", "page", "median", "worst", "size")?;
        for Page { name, median_ms, worst_ms, bytes } in pages {
            let kibibytes = bytes.div_ceil(1 << 10);
            writeln!(f, "{name:<44} {median_ms:>6.1} ms {worst_ms:>6.1} ms {kibibytes:>5} KiB")?;
        }
        writeln!(f, "aims: each under {MAX_MS} ms and {} KiB", MAX_BYTES >> 10)
    }
}

async fn measure(options: &Options) -> Result<Figures> {
    // With all cores.
    let program = build()?;
    let cores = Cores::choose();
    let server = mock(&program, &cores)?;
    let receiver = Receiver::start().await?;
    register(&server, &receiver, options.businesses).await?;
    // Not before: one that nothing is asked over is closed.
    let mut line = Line::open(server.address()).await?;
    add_the_rest(&server, &receiver, &mut line).await?;

    let counted = text(&mut line, "/_mock/metrics").await?;
    let exchanges = figure(&counted, "doku_mock_journal_entries ")?;
    let journal_bytes = figure(&counted, "doku_mock_journal_bytes ")?;
    let mut pages = Vec::new();
    for (name, path) in paths(&mut line).await? {
        eprintln!("{name}");
        pages.push(page(&mut line, name, &path, options.times).await?);
    }
    let Options { businesses, times, .. } = *options;
    Ok(Figures { businesses, exchanges, journal_bytes, times, pages })
}

/// KYB takes two days in it, so that there is a lot that falls due.
fn mock(program: &Path, cores: &Cores) -> Result<Server> {
    let mut command = cores.server(program);
    command.args(["--listen", "127.0.0.1:0", "--pace", "realistic"]);
    Server::told(command, &[])
}

/// So many businesses, which wait for KYB.
async fn register(server: &Server, receiver: &Receiver, businesses: u64) -> Result<()> {
    let partner = Partner::of(server, &receiver.url()).await?;
    let (sent, told) = (AtomicU64::new(0), (businesses / 10).max(1));
    let asks: Asks = Arc::new(move || {
        let nth = sent.fetch_add(1, Ordering::Relaxed);
        if nth > 0 && nth.is_multiple_of(told) && nth < businesses {
            eprintln!("    {nth} of {businesses} businesses");
        }
        let request = (nth < businesses).then(|| partner.request(What::Registration));
        Some(Ask { request: request?.ok()?, status: 200, length: None })
    });
    let mut lines = Lines::open(server.address()).await?;
    let registered = lines.send(&asks, Duration::from_hours(1)).await?;
    match registered == businesses {
        true => Ok(()),
        false => Err(format!("{registered} of {businesses} were registered").into()),
    }
}

/// A business that was decided and told of, a wrong signature, and faults that never strike.
async fn add_the_rest(server: &Server, receiver: &Receiver, line: &mut Line) -> Result<()> {
    let last = last_business(line).await?;
    let decide = format!("/_mock/businesses/{last}/decide");
    change(line, &decide, r#"{"outcome":"approve"}"#).await?;
    receiver.wait_for(1).await?;
    for _ in 0..ARMED {
        let fault =
            r#"{"reply":"status","status":503,"operation":"check-requirements","nth":1000000}"#;
        change(line, "/_mock/faults", fault).await?;
    }
    let partner = Partner::of(server, &receiver.url()).await?;
    line.exchange(&partner.wrongly_signed()?).await?;
    Ok(())
}

/// What is asked for: each page, and each with a search that goes through everything and finds nothing.
async fn paths(line: &mut Line) -> Result<Vec<(&'static str, String)>> {
    let business = last_business(line).await?;
    let entries = text(line, "/_mock/journal?order=newest&limit=20").await?;
    let entries: Vec<Value> = serde_json::from_str(&entries)?;
    let of = |what: &dyn Fn(&Value) -> bool| {
        let found =
            entries.iter().find(|entry| what(entry)).and_then(|entry| entry["number"].as_u64());
        found.ok_or("the journal does not hold what it should")
    };
    let wrong = of(&|entry| !entry["diagnosis"].is_null())?;
    let sent = of(&|entry| entry["direction"] == "sent")?;
    let newest = of(&|_| true)?;
    let oldest = newest.saturating_sub(KEPT - 60);
    let ui = "/_mock/ui";
    Ok(vec![
        ("timeline", ui.to_owned()),
        ("timeline, a text that is nowhere", format!("{ui}?text=nowhere-to-be-found")),
        ("timeline, a business", format!("{ui}?business={business}")),
        ("timeline, its oldest", format!("{ui}?before={oldest}")),
        ("exchange, a wrong signature", format!("{ui}/exchanges/{wrong}")),
        ("exchange, a callback, revealed", format!("{ui}/exchanges/{sent}?reveal=true")),
        ("businesses", format!("{ui}/businesses")),
        ("businesses, a text that is nowhere", format!("{ui}/businesses?text=nowhere-to-be-found")),
        ("businesses, a status that none has", format!("{ui}/businesses?status=REJECTED")),
        ("business", format!("{ui}/businesses/{business}")),
        ("business, revealed", format!("{ui}/businesses/{business}?reveal=true")),
        ("time", format!("{ui}/time")),
        ("faults", format!("{ui}/faults")),
        ("assumptions", format!("{ui}/assumptions")),
        ("try it", format!("{ui}/try")),
        ("try it, Business Registration", format!("{ui}/try/business-registration")),
    ])
}

async fn page(line: &mut Line, name: &'static str, path: &str, times: u16) -> Result<Page> {
    let (mut took, mut bytes) = (Vec::new(), 0);
    for _ in 0..times {
        let began = Instant::now();
        let (reply, _) = line.exchange(&get(path)).await?;
        took.push(began.elapsed().as_secs_f64() * 1e3);
        if reply.status != 200 {
            return Err(format!("{path} was answered with {}", reply.status).into());
        }
        bytes = bytes.max(reply.body);
    }
    took.sort_unstable_by(f64::total_cmp);
    Ok(Page { name, median_ms: took[took.len() / 2], worst_ms: took[took.len() - 1], bytes })
}

async fn last_business(line: &mut Line) -> Result<String> {
    let listed = text(line, "/_mock/businesses?order=newest&limit=1").await?;
    let listed: Value = serde_json::from_str(&listed)?;
    Ok(listed[0]["id"].as_str().ok_or("there is no business")?.to_owned())
}

async fn text(line: &mut Line, path: &str) -> Result<String> {
    let (reply, bytes) = line.exchange(&get(path)).await?;
    if reply.status != 200 {
        return Err(format!("{path} was answered with {}", reply.status).into());
    }
    Ok(String::from_utf8(bytes[reply.head..].to_vec())?)
}

async fn change(line: &mut Line, path: &str, document: &str) -> Result<()> {
    let length = document.len();
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{document}"
    );
    let (reply, bytes) = line.exchange(request.as_bytes()).await?;
    match reply.status {
        200 => Ok(()),
        _ => Err(format!("{path}: {}", String::from_utf8_lossy(bytes)).into()),
    }
}

fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n").into_bytes()
}

/// A figure of the mock's metrics.
fn figure(metrics: &str, name: &str) -> Result<u64> {
    let line = metrics.lines().find_map(|line| line.strip_prefix(name));
    Ok(line.ok_or("the metrics lack a figure")?.trim().parse()?)
}

const MAX_MS: f64 = 100.0;
const MAX_BYTES: usize = 300 << 10;
/// How many exchanges a full journal holds.
const KEPT: u64 = 10_000;
/// How many faults are armed, as many as may be.
const ARMED: usize = 100;
