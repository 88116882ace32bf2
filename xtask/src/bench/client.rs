//! `cargo xtask bench client`: the client beside hyper-util's, bare and with the same work by hand, to
//! the same server.

mod callers;
mod figures;
mod servers;

use std::{
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::task::JoinSet;

use self::{
    callers::{Bare, ByHand, Caller, Ours, What},
    figures::{Figures, Row},
    servers::{Server, Told},
};
use super::{
    load::Result,
    spells::{Side, Spell},
};

/// Measures the client beside hyper-util's; takes two minutes.
///
/// Three send the same requests over the same kind of pool to the same server, in turn, from one thread:
/// the client; the same work written by hand, which signs, verifies and reads by the same crates; and
/// hyper-util alone, with requests signed beforehand and replies that nobody reads. Exits with 1 when an
/// aim is missed: at least 0.85 of what the others achieve.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  cargo xtask bench client --seconds 20")]
pub(crate) struct Options {
    /// How long each of the three is measured for each row, in seconds.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=600))]
    seconds: u32,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(options: &Options) -> ExitCode {
    // One thread for all clients; the servers have their own.
    let measured = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(measure(options.seconds)));
    super::told(measured, options.json, Figures::aims_met)
}

async fn measure(seconds: u32) -> Result<Figures> {
    let mut rows = Vec::new();
    for server in [Server::floor()?, Server::mock()?] {
        for what in [What::Requirements, What::Registration] {
            for in_flight in [1, IN_FLIGHT] {
                let told = server.told();
                eprintln!("{} to {}, {in_flight} in flight", what.name(), told.kind);
                rows.push(row(told, what, in_flight, seconds * SPELLS_A_SECOND).await?);
            }
        }
        server.stop()?;
    }
    Ok(Figures { rows })
}

/// The three in turn, spell by spell, so that what slows the machine down slows all.
async fn row(server: &Arc<Told>, what: What, in_flight: usize, spells: u32) -> Result<Row> {
    let ours = Ours::new(server, what)?;
    let (by_hand, bare) = (ByHand::new(ours.clone())?, Bare::new(ours.clone()));
    let mut sides: [Side; 3] = Default::default();
    // The first of each opens the connections and is forgotten.
    for nth in 0..=spells {
        let achieved = [
            spell(&ours, in_flight).await?,
            spell(&by_hand, in_flight).await?,
            spell(&bare.prepared(PREPARED)?, in_flight).await?,
        ];
        if nth > 0 {
            for (side, spell) in sides.iter_mut().zip(&achieved) {
                side.add(spell);
            }
        }
    }
    Ok(Row::new(server.kind, what.name(), in_flight, sides))
}

async fn spell<C: Caller>(caller: &C, in_flight: usize) -> Result<Spell> {
    let (before, began) = (processor_time(), Instant::now());
    let mut callers = JoinSet::new();
    for _ in 0..in_flight {
        let caller = caller.clone();
        callers.spawn(async move {
            let mut requests = 0;
            while began.elapsed() < SPELL && caller.call().await? {
                requests += 1;
            }
            Ok(requests)
        });
    }
    let requests = callers.join_all().await.into_iter().sum::<Result<u64>>()?;
    let took = began.elapsed();
    let spent = before.zip(processor_time()).map(|(before, after)| after.saturating_sub(before));
    Ok(Spell { requests, took, processor: spent })
}

/// What this thread has had of the processor.
fn processor_time() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    stat.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

const SPELL: Duration = Duration::from_millis(250);
const SPELLS_A_SECOND: u32 = 4;
/// Requests at a time where many are wanted.
const IN_FLIGHT: usize = 16;
/// Signed requests made before a spell, where each can be sent only once. More than are sent in one.
const PREPARED: usize = 4_000;
