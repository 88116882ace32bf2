//! `cargo xtask bench engine`: registrations, callbacks, bytes, latencies and the retry ladder.

use std::{
    fs,
    path::Path,
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

use doku_mock::{CallbackFault, DeliveryState, FaultKind, MockDoku};
use doku_partner::{callback::CallbackReceiver, receiver::CallbackListener};
use http::StatusCode;

use super::{
    figures::{Bytes, Callbacks, Figures, Ladder, Latency, Quantiles, Registrations, Size, median},
    load::{Acknowledging, IN_FLIGHT, Load, Result, standing},
    process::{Memory, processor_time},
};

/// Measures the mock's engine; takes a minute and a half, with --full a quarter of an hour.
///
/// Exits with 1 when a promise is broken: at most 8 KiB on disk for each business, no operation more
/// than 1.5 times as slow with the most businesses as with a thousand, and a registration's whole
/// retry ladder in less than 100 ms.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  cargo xtask bench engine --full")]
pub(crate) struct Options {
    /// Up to a million businesses, not only a hundred thousand. Takes 10 GB of memory and of disk.
    #[arg(long)]
    full: bool,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(options: &Options) -> ExitCode {
    let sizes: &[u64] =
        if options.full { &[THOUSAND, 100_000, 1_000_000] } else { &[THOUSAND, 100_000] };
    let measured = tokio::runtime::Runtime::new()
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(measure(sizes)));
    super::told(measured, options.json, Figures::promises_kept)
}

async fn measure(sizes: &[u64]) -> Result<Figures> {
    // First, while the process is small.
    let sizes_in_memory = latencies(sizes).await?;
    Ok(Figures {
        sizes: sizes_in_memory,
        registrations: registrations().await?,
        callbacks: callbacks().await?,
        bytes: bytes(sizes).await?,
        ladder: ladder().await?,
    })
}

/// Latencies with few and with many businesses in memory. Each size is measured in turn with a fresh
/// mock of a thousand, so that what slows the machine down slows both.
async fn latencies(sizes: &[u64]) -> Result<Vec<Size>> {
    let called = Acknowledging::default();
    let load = Load::start(called.receive(standing()), CALLBACK_URL).await?;
    let mut measured = Vec::new();
    let mut stored = 0;
    for &size in sizes {
        eprintln!("latencies with {size} businesses in memory");
        if size == THOUSAND {
            load.fill(size).await?;
        } else {
            fill_untold(&load, size - stored).await?;
        }
        stored = size;
        let resident_bytes = Memory::of("self").map(|memory| memory.resident);
        let (mut here, mut few) = (Samples::default(), Samples::default());
        for _ in 0..ROUNDS {
            if size > THOUSAND {
                let called = Acknowledging::default();
                let fresh = Load::start(called.receive(standing()), CALLBACK_URL).await?;
                // With callbacks, so that its journal is as full as the other's.
                fresh.fill(THOUSAND).await?;
                few.take(&fresh, &called).await?;
                fresh.end().await;
            }
            here.take(&load, &called).await?;
            stored += SAMPLES as u64;
        }
        let latency = here.latency();
        let against = (size > THOUSAND).then(|| few.latency());
        let size = Size { businesses: size, resident_bytes, latency, thousand: against };
        eprintln!("    at most {:.2} times as slow as with {THOUSAND}", size.slowdown());
        measured.push(size);
    }
    load.end().await;
    Ok(measured)
}

/// Callbacks are written and, by a fault, never attempted: to deliver ten million takes minutes.
async fn fill_untold(load: &Arc<Load>, count: u64) -> Result<()> {
    load.mock().arm(CallbackFault::new(FaultKind::Drop))?;
    load.fill(count).await?;
    load.mock().disarm();
    Ok(())
}

#[derive(Default)]
struct Samples {
    registration: Vec<Duration>,
    look_up: Vec<Duration>,
    callback: Vec<Duration>,
}

impl Samples {
    /// One request at a time; its callbacks are over before the next.
    async fn take(&mut self, load: &Load, called: &Acknowledging) -> Result<()> {
        for _ in 0..SAMPLES {
            called.listen();
            self.registration.push(load.register().await?);
            load.mock().settle().await;
            // From one callback of a business to the next: recorded, found, signed, handed over.
            let instants = called.heard();
            self.callback.extend(instants.windows(2).map(|pair| pair[1] - pair[0]));
            self.look_up.push(load.look_up(self.look_up.len()).await?);
        }
        Ok(())
    }

    fn latency(self) -> Latency {
        Latency {
            registration: Quantiles::of(self.registration),
            look_up: Quantiles::of(self.look_up),
            callback: Quantiles::of(self.callback),
        }
    }
}

/// What is answered in a second. Each registration is decided and its ten callbacks are written; a
/// fault delays them, so that none is delivered meanwhile.
async fn registrations() -> Result<Registrations> {
    eprintln!("registrations per second");
    let mut rates: [Vec<f64>; 4] = Default::default();
    for _ in 0..SPELLS {
        for (rates, (durable, in_flight)) in
            rates.iter_mut().zip([(false, 1), (false, IN_FLIGHT), (true, 1), (true, IN_FLIGHT)])
        {
            let directory = tempfile::tempdir()?;
            let mut builder = standing();
            if durable {
                builder = builder.data(directory.path().join("mock.db"));
            }
            let load = Load::start(builder, CALLBACK_URL).await?;
            load.mock().arm(CallbackFault::new(FaultKind::Delay(Duration::from_hours(1))))?;
            let began = Instant::now();
            let count = load.register_while(in_flight, move || began.elapsed() < SPELL).await?;
            rates.push(count as f64 / began.elapsed().as_secs_f64());
            load.end().await;
        }
    }
    let [memory_1, memory_32, durable_1, durable_32] = rates.map(median);
    Ok(Registrations { memory_1, memory_32, durable_1, durable_32 })
}

/// Callbacks per second, with the registrations that cause them: ten each.
async fn callbacks() -> Result<Callbacks> {
    eprintln!("callbacks per second");
    let (mut in_process, mut over_http, mut work) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..SPELLS {
        let called = Acknowledging::default();
        let load = Load::start(called.receive(standing()), CALLBACK_URL).await?;
        let (rate, processor) = callbacks_of(load).await?;
        in_process.push(rate);
        work.extend(processor);

        let listener = CallbackListener::bind(([127, 0, 0, 1], 0).into()).await?;
        let url = format!("http://{}{CALLBACK_PATH}", listener.local_addr()?);
        let load = Load::start(standing(), &url).await?;
        let credentials = load.mock().credentials().clone();
        let mut received = listener.serve(CallbackReceiver::new(credentials, CALLBACK_PATH));
        let reading = tokio::spawn(async move { while received.next().await.is_some() {} });
        over_http.push(callbacks_of(load).await?.0);
        reading.abort();
    }
    Ok(Callbacks {
        in_process: median(in_process),
        over_http: median(over_http),
        processor_us: (!work.is_empty()).then(|| median(work)),
    })
}

/// The rate, and the processor's time for each callback in microseconds.
async fn callbacks_of(load: Arc<Load>) -> Result<(f64, Option<f64>)> {
    let before = processor_time("self");
    let began = Instant::now();
    let mut count = 0_u32;
    while began.elapsed() < SPELL {
        load.fill(500).await?;
        count += 5_000;
    }
    let rate = f64::from(count) / began.elapsed().as_secs_f64();
    let spent =
        before.zip(processor_time("self")).map(|(before, after)| after.saturating_sub(before));
    load.end().await;
    Ok((rate, spent.map(|spent| spent.as_secs_f64() * 1e6 / f64::from(count))))
}

/// The size of a data file once the mock has stopped, each business with its ten callbacks delivered.
async fn bytes(sizes: &[u64]) -> Result<Vec<Bytes>> {
    let directory = tempfile::tempdir()?;
    let data = directory.path().join("mock.db");
    let mut measured = Vec::new();
    let mut stored = 0;
    for &size in sizes {
        eprintln!("bytes of {size} businesses on disk");
        let builder = Acknowledging::default().receive(standing()).data(&data);
        let load = Load::start(builder, CALLBACK_URL).await?;
        load.fill(size - stored).await?;
        load.end().await;
        stored = size;
        let (file, log) = (length(&data)?, length(&data.with_extension("db-wal")).unwrap_or(0));
        if log != 0 {
            return Err(format!("the mock left {log} bytes outside of its data file").into());
        }
        measured.push(Bytes { businesses: size, file_bytes: file, each: file.div_ceil(size) });
    }
    Ok(measured)
}

fn length(path: &Path) -> std::io::Result<u64> {
    fs::metadata(path).map(|file| file.len())
}

/// A registration whose receiver never acknowledges, and the clock advanced past the last attempt.
async fn ladder() -> Result<Ladder> {
    eprintln!("the retry ladder");
    let mut took = Vec::new();
    for _ in 0..LADDERS {
        let refusing = standing().receiver(|_| async { StatusCode::INTERNAL_SERVER_ERROR });
        let load = Load::start(refusing, CALLBACK_URL).await?;
        let began = Instant::now();
        load.register().await?;
        load.mock().settle().await;
        load.mock().advance(Duration::from_hours(13)).await?;
        took.push(began.elapsed());
        check_ladder(load.mock())?;
        load.end().await;
    }
    took.sort_unstable();
    Ok(Ladder {
        attempts: 40,
        median_ms: millis(took[LADDERS / 2]),
        worst_ms: millis(took[LADDERS - 1]),
    })
}

fn check_ladder(mock: &MockDoku) -> Result<()> {
    let callbacks = mock.callbacks();
    let attempts: usize = callbacks.iter().map(|callback| callback.attempts.len()).sum();
    let exhausted =
        callbacks.iter().filter(|callback| callback.state == DeliveryState::Exhausted).count();
    if (attempts, exhausted) == (40, 10) {
        return Ok(());
    }
    Err(format!("the ladder made {attempts} attempts and exhausted {exhausted} callbacks").into())
}

fn millis(took: Duration) -> f64 {
    took.as_secs_f64() * 1e3
}

const THOUSAND: u64 = 1_000;
const ROUNDS: usize = 5;
/// In each round.
const SAMPLES: usize = 200;
const LADDERS: usize = 11;
/// How often a rate is measured, and how long.
const SPELLS: usize = 3;
const SPELL: Duration = Duration::from_millis(700);
const CALLBACK_PATH: &str = "/doku/callbacks";
/// For receivers within this process, which take callbacks whatever their URL.
const CALLBACK_URL: &str = "http://127.0.0.1:9/doku/callbacks";
