//! What was measured: as a table, as JSON, and against the aims.

use std::fmt;

use serde::Serialize;

use crate::bench::{process::Memory, spells::Figure};

/// Everything.
#[derive(Serialize)]
pub(super) struct Figures {
    /// Whether servers and load had a core each.
    pub(super) pinned: bool,
    pub(super) rates: Vec<Rate>,
    pub(super) start: Start,
    pub(super) idle: Option<Memory>,
    pub(super) after: After,
    /// This mock and others at the same GET; empty where they were not asked for.
    pub(super) peers: Vec<Peer>,
    pub(super) program_bytes: u64,
}

/// The mock and the floor, at one thing.
#[derive(Serialize)]
pub(super) struct Rate {
    pub(super) name: &'static str,
    pub(super) mock: Figure,
    pub(super) floor: Figure,
    /// Of the floor's rate: the median of all spells, each compared with the one beside it.
    pub(super) ratio: f64,
    /// What the ratio has to be at least.
    pub(super) aim: Option<f64>,
}

/// From the start of the process to its ready line.
#[derive(Serialize)]
pub(super) struct Start {
    pub(super) starts: usize,
    pub(super) median_ms: f64,
    pub(super) worst_ms: f64,
}

/// Memory after many requests.
#[derive(Serialize)]
pub(super) struct After {
    pub(super) requests: u64,
    pub(super) memory: Option<Memory>,
}

/// One of those that are compared, by name and version.
#[derive(Serialize)]
pub(super) struct Peer {
    pub(super) name: String,
    pub(super) measured: Option<Measured>,
    /// Why nothing was.
    pub(super) skipped: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Measured {
    pub(super) peer: Figure,
    pub(super) floor: Figure,
    pub(super) ratio: f64,
    /// From the start of the process.
    pub(super) first_answer_ms: f64,
    pub(super) idle: Option<Memory>,
    /// After the load.
    pub(super) after: Option<Memory>,
    /// Its files, without a runtime that it needs.
    pub(super) installed_bytes: u64,
}

impl Rate {
    /// The floor's time of the processor for one request to the mock's.
    fn processor_ratio(&self) -> Option<f64> {
        Some(self.floor.processor_us? / self.mock.processor_us?)
    }

    /// The ratio that is judged: the lower one. Where the load does not get enough of its core, both
    /// servers wait for it, and the ratio of the rates says too much.
    fn judged(&self) -> f64 {
        self.processor_ratio().map_or(self.ratio, |processor| processor.min(self.ratio))
    }
}

/// An aim and what was measured of it.
struct Aim {
    what: String,
    measured: String,
    met: bool,
}

impl Figures {
    pub(super) fn aims_met(&self) -> bool {
        self.aims().into_iter().all(|aim| aim.met)
    }

    /// What could not be measured on this system is no aim there.
    fn aims(&self) -> Vec<Aim> {
        let mut aims = Vec::new();
        for rate in &self.rates {
            let (name, ratio) = (rate.name, rate.judged());
            if let Some(aim) = rate.aim {
                let what = format!("{name}: at least {aim} of the floor");
                aims.push(Aim { what, measured: format!("{ratio:.2}"), met: ratio >= aim });
            }
        }
        let median = self.start.median_ms;
        aims.push(Aim {
            what: format!("ready in at most {LONGEST_START_MS} ms, by the median"),
            measured: format!("{median:.1} ms"),
            met: median <= LONGEST_START_MS,
        });
        let mut size = |what: String, bytes: u64, most: u64| {
            let met = bytes <= most << 20;
            aims.push(Aim { what, measured: format!("{:.1} MiB", mib(bytes)), met });
        };
        if let Some(memory) = self.idle {
            size(format!("idle at most {MOST_IDLE} MiB"), memory.resident, MOST_IDLE);
        }
        if let Some(memory) = self.after.memory {
            let what = format!("after {} requests at most {MOST_AFTER} MiB", self.after.requests);
            size(what, memory.resident, MOST_AFTER);
        }
        size(format!("program of at most {MOST_PROGRAM} MiB"), self.program_bytes, MOST_PROGRAM);
        aims
    }
}

impl Figures {
    fn write_peers(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.peers.is_empty() {
            return Ok(());
        }
        write!(f, "\nThe same GET from others     a second   of the floor   processor, µs")?;
        writeln!(f, "   first answer, ms   idle, MiB   after, MiB   installed, MiB")?;
        for Peer { name, measured, skipped } in &self.peers {
            write!(f, "  {name:<24}")?;
            let Some(measured) = measured else {
                writeln!(f, "  skipped: {}", skipped.as_deref().unwrap_or("not measured"))?;
                continue;
            };
            let Measured { peer, ratio, first_answer_ms, idle, after, installed_bytes, .. } =
                measured;
            write!(f, "{:>11.0}{ratio:>15.2}", peer.per_second)?;
            write!(f, "{:>16.0}", peer.processor_us.unwrap_or(f64::NAN))?;
            write!(f, "{first_answer_ms:>19.0}")?;
            for memory in [idle, after] {
                let resident = memory.map_or(f64::NAN, |memory| mib(memory.resident));
                write!(f, "{resident:>12.1}")?;
            }
            writeln!(f, "{:>18.1}", mib(*installed_bytes))?;
        }
        Ok(())
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let where_ = if self.pinned { "on one core" } else { "NOT pinned to a core" };
        let title = format!("Requests a second, {where_}");
        writeln!(f, "{title:<40}mock   floor   ratio   processor, µs   ratio       busy")?;
        for rate in &self.rates {
            let Rate { name, mock, floor, ratio, .. } = rate;
            write!(f, "  {name:<30}{:>12.0}{:>8.0}", mock.per_second, floor.per_second)?;
            write!(f, "{ratio:>8.2}")?;
            if let (Some(own), Some(bare)) = (mock.processor_us, floor.processor_us) {
                write!(f, "{own:>9.1}{bare:>7.1}{:>8.2}", rate.processor_ratio().unwrap_or(0.0))?;
            }
            if let (Some(own), Some(bare)) = (mock.busy, floor.busy) {
                write!(f, "{own:>7.2}{bare:>5.2}")?;
            }
            writeln!(f)?;
        }
        let Start { starts, median_ms, worst_ms } = &self.start;
        writeln!(f, "\nReady in {median_ms:.1} ms (median of {starts}, worst {worst_ms:.1} ms)")?;
        let after = format!("after {} requests", self.after.requests);
        writeln!(
            f,
            "\nMemory, MiB                         resident  anonymous      file      peak"
        )?;
        for (name, memory) in
            [("idle, a second after ready", self.idle), (&after, self.after.memory)]
        {
            let Some(Memory { resident, anonymous, file, peak }) = memory else { continue };
            write!(f, "  {name:<34}")?;
            for bytes in [resident, anonymous, file, peak] {
                write!(f, "{:>8.1}  ", mib(bytes))?;
            }
            writeln!(f)?;
        }
        writeln!(f, "\nThe program has {:.1} MiB", mib(self.program_bytes))?;
        self.write_peers(f)?;
        writeln!(f, "\nAims")?;
        for Aim { what, measured, met } in self.aims() {
            let verdict = if met { "met" } else { "MISSED" };
            writeln!(f, "  {verdict:<6}  {what:<56}{measured:>10}")?;
        }
        Ok(())
    }
}

fn mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

const LONGEST_START_MS: f64 = 60.0;
/// In MiB, as those below.
const MOST_IDLE: u64 = 16;
const MOST_AFTER: u64 = 64;
const MOST_PROGRAM: u64 = 12;

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(per_second: f64) -> Figure {
        Figure { per_second, processor_us: Some(1e6 / per_second), busy: Some(1.0) }
    }

    fn rate(ratio: f64, aim: Option<f64>) -> Rate {
        Rate { name: "an operation", mock: figure(500.0), floor: figure(1000.0), ratio, aim }
    }

    fn memory(mib: u64) -> Option<Memory> {
        let resident = mib << 20;
        Some(Memory { resident, anonymous: resident, file: 0, peak: resident })
    }

    fn figures() -> Figures {
        Figures {
            pinned: true,
            rates: vec![rate(0.5, Some(0.5)), rate(0.1, None)],
            start: Start { starts: 20, median_ms: 60.0, worst_ms: 90.0 },
            idle: memory(16),
            after: After { requests: 1000, memory: memory(64) },
            peers: Vec::new(),
            program_bytes: 12 << 20,
        }
    }

    #[test]
    fn each_aim_alone_decides() {
        assert!(figures().aims_met());
        assert!(!Figures { rates: vec![rate(0.49, Some(0.5))], ..figures() }.aims_met());
        let start = Start { median_ms: 60.1, ..figures().start };
        assert!(!Figures { start, ..figures() }.aims_met());
        assert!(!Figures { idle: memory(17), ..figures() }.aims_met());
        let after = After { memory: memory(65), ..figures().after };
        assert!(!Figures { after, ..figures() }.aims_met());
        assert!(!Figures { program_bytes: (12 << 20) + 1, ..figures() }.aims_met());
    }

    #[test]
    fn of_rates_and_processor_the_lower_ratio_is_judged() {
        // Half by the processor, whatever the rates say.
        assert!(!Figures { rates: vec![rate(0.9, Some(0.6))], ..figures() }.aims_met());
        assert!(!Figures { rates: vec![rate(0.4, Some(0.45))], ..figures() }.aims_met());
    }

    #[test]
    fn where_memory_is_not_told_it_is_no_aim() {
        let after = After { memory: None, ..figures().after };
        let figures = Figures { idle: None, after, ..figures() };
        assert!(figures.aims_met());
        assert_eq!(figures.aims().len(), 3);
    }

    #[test]
    fn what_is_skipped_says_why() {
        let skipped = Some("java is not installed".to_owned());
        let peer = Peer { name: "WireMock 3".to_owned(), measured: None, skipped };
        let shown = Figures { peers: vec![peer], ..figures() }.to_string();
        assert!(shown.contains("WireMock 3"), "{shown}");
        assert!(shown.contains("skipped: java is not installed"), "{shown}");
    }

    #[test]
    fn the_processors_ratio_is_of_one_request() {
        assert_eq!(rate(0.1, None).processor_ratio(), Some(0.5));
    }
}
