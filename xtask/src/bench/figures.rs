//! What was measured: as a table, as JSON, and against the promises.

use std::{fmt, time::Duration};

use serde::Serialize;

/// Everything.
#[derive(Serialize)]
pub(crate) struct Figures {
    pub(crate) registrations: Registrations,
    pub(crate) callbacks: Callbacks,
    pub(crate) bytes: Vec<Bytes>,
    pub(crate) sizes: Vec<Size>,
    pub(crate) ladder: Ladder,
}

/// Per second, with 1 and with 32 requests in flight.
#[derive(Serialize)]
pub(crate) struct Registrations {
    pub(crate) memory_1: f64,
    pub(crate) memory_32: f64,
    pub(crate) durable_1: f64,
    pub(crate) durable_32: f64,
}

/// Per second.
#[derive(Serialize)]
pub(crate) struct Callbacks {
    pub(crate) in_process: f64,
    pub(crate) over_http: f64,
    /// Of the processor's time, for a callback within the process and its tenth of a registration.
    pub(crate) processor_us: Option<f64>,
}

/// What a data file takes.
#[derive(Serialize)]
pub(crate) struct Bytes {
    pub(crate) businesses: u64,
    pub(crate) file_bytes: u64,
    pub(crate) each: u64,
}

/// A mock with so many businesses in memory.
#[derive(Serialize)]
pub(crate) struct Size {
    pub(crate) businesses: u64,
    pub(crate) resident_bytes: Option<u64>,
    pub(crate) latency: Latency,
    /// The same with a thousand, measured in turn with it.
    pub(crate) thousand: Option<Latency>,
}

#[derive(Serialize)]
pub(crate) struct Latency {
    pub(crate) registration: Quantiles,
    pub(crate) look_up: Quantiles,
    pub(crate) callback: Quantiles,
}

/// In microseconds.
#[derive(Serialize)]
pub(crate) struct Quantiles {
    pub(crate) median_us: f64,
    pub(crate) p99_us: f64,
}

/// One registration with a receiver that never acknowledges.
#[derive(Serialize)]
pub(crate) struct Ladder {
    pub(crate) attempts: u32,
    pub(crate) median_ms: f64,
    pub(crate) worst_ms: f64,
}

impl Quantiles {
    pub(crate) fn of(mut samples: Vec<Duration>) -> Self {
        samples.sort_unstable();
        let at = |place: usize| samples.get(place).map_or(0.0, |took| took.as_secs_f64() * 1e6);
        Self { median_us: at(samples.len() / 2), p99_us: at(samples.len() * 99 / 100) }
    }
}

pub(crate) fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_unstable_by(f64::total_cmp);
    rates.get(rates.len() / 2).copied().unwrap_or_default()
}

impl Latency {
    fn each(&self) -> [(&'static str, &Quantiles); 3] {
        [
            ("registration", &self.registration),
            ("Get Business Data", &self.look_up),
            ("callback", &self.callback),
        ]
    }
}

impl Size {
    /// How much slower than with a thousand: the greatest ratio of two medians.
    pub(crate) fn slowdown(&self) -> f64 {
        let Some(thousand) = &self.thousand else {
            return 1.0;
        };
        let pairs = self.latency.each().into_iter().zip(thousand.each());
        pairs.map(|((_, here), (_, few))| here.median_us / few.median_us).fold(0.0, f64::max)
    }
}

impl Figures {
    pub(crate) fn promises_kept(&self) -> bool {
        self.promises().into_iter().all(|(_, _, kept)| kept)
    }

    /// Each promise, what was measured, and whether it was kept.
    fn promises(&self) -> [(&'static str, String, bool); 3] {
        let each = self.bytes.iter().map(|bytes| bytes.each).max().unwrap_or_default();
        let slowdown = self.sizes.iter().map(Size::slowdown).fold(1.0, f64::max);
        let ladder = self.ladder.median_ms;
        [
            ("at most 8192 bytes a business on disk", format!("{each} bytes"), each <= MOST_BYTES),
            (
                "at most 1.5 times as slow with many as with 1000",
                format!("{slowdown:.2} times"),
                slowdown <= MOST_SLOWDOWN,
            ),
            (
                "the whole ladder in under 100 ms",
                format!("{ladder:.1} ms"),
                ladder < LONGEST_LADDER_MS,
            ),
        ]
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Registrations { memory_1, memory_32, durable_1, durable_32 } = &self.registrations;
        writeln!(f, "Registrations per second          1 in flight    32 in flight")?;
        writeln!(f, "  in memory                {memory_1:>18.0}{memory_32:>16.0}")?;
        writeln!(f, "  in a file                {durable_1:>18.0}{durable_32:>16.0}")?;

        let Callbacks { in_process, over_http, processor_us } = &self.callbacks;
        writeln!(f, "\nCallbacks per second, with their registrations")?;
        writeln!(f, "  to a receiver in the process {in_process:>14.0}")?;
        writeln!(f, "  over HTTP                    {over_http:>14.0}")?;
        if let Some(processor_us) = processor_us {
            writeln!(f, "  processor time of one        {processor_us:>14.0} µs")?;
        }

        writeln!(f, "\nOn disk                             file          each")?;
        for Bytes { businesses, file_bytes, each } in &self.bytes {
            let megabytes = *file_bytes as f64 / 1e6;
            writeln!(f, "  {businesses:>9} businesses {megabytes:>15.1} MB {each:>8} bytes")?;
        }

        writeln!(f, "\nLatency in memory                 median           p99    against 1000")?;
        for Size { businesses, resident_bytes, latency, thousand } in &self.sizes {
            write!(f, "  {businesses} businesses")?;
            match resident_bytes {
                Some(bytes) => writeln!(f, ", {:.0} MB resident", *bytes as f64 / 1e6)?,
                None => writeln!(f)?,
            }
            for (index, (name, Quantiles { median_us, p99_us })) in
                latency.each().iter().enumerate()
            {
                write!(f, "    {name:<20} {median_us:>12.0} µs {p99_us:>10.0} µs")?;
                match thousand {
                    Some(few) => {
                        writeln!(f, "{:>13.2}", median_us / few.each()[index].1.median_us)?;
                    }
                    None => writeln!(f)?,
                }
            }
        }

        let Ladder { attempts, median_ms, worst_ms } = &self.ladder;
        writeln!(
            f,
            "\nThe retry ladder: {attempts} attempts, {median_ms:.1} ms (worst {worst_ms:.1} ms)"
        )?;

        writeln!(f, "\nPromises")?;
        for (promise, measured, kept) in self.promises() {
            let verdict = if kept { "kept" } else { "BROKEN" };
            writeln!(f, "  {verdict:<6}  {promise:<50} {measured:>12}")?;
        }
        Ok(())
    }
}

const MOST_BYTES: u64 = 8 << 10;
const MOST_SLOWDOWN: f64 = 1.5;
const LONGEST_LADDER_MS: f64 = 100.0;

#[cfg(test)]
mod tests {
    use super::*;

    fn latency(us: u64) -> Latency {
        let quantiles = || Quantiles::of(vec![Duration::from_micros(us); 3]);
        Latency { registration: quantiles(), look_up: quantiles(), callback: quantiles() }
    }

    fn figures(each: u64, slow_us: u64, ladder_ms: f64) -> Figures {
        let few =
            Size { businesses: 1, resident_bytes: None, latency: latency(100), thousand: None };
        let many = Size {
            businesses: 9,
            resident_bytes: None,
            latency: Latency { look_up: latency(slow_us).look_up, ..latency(100) },
            thousand: Some(latency(100)),
        };
        Figures {
            registrations: Registrations {
                memory_1: 1.0,
                memory_32: 1.0,
                durable_1: 1.0,
                durable_32: 1.0,
            },
            callbacks: Callbacks { in_process: 1.0, over_http: 1.0, processor_us: None },
            bytes: vec![Bytes { businesses: 9, file_bytes: 9 * each, each }],
            sizes: vec![few, many],
            ladder: Ladder { attempts: 40, median_ms: ladder_ms, worst_ms: ladder_ms },
        }
    }

    #[test]
    fn each_promise_alone_decides() {
        assert!(figures(8192, 150, 99.9).promises_kept());
        assert!(!figures(8193, 100, 1.0).promises_kept());
        assert!(!figures(1, 151, 1.0).promises_kept());
        assert!(!figures(1, 100, 100.0).promises_kept());
    }

    #[test]
    fn of_a_hundred_samples_the_99th_percentile_is_the_worst() {
        let quantiles = Quantiles::of((1..=100).rev().map(Duration::from_micros).collect());
        assert_eq!((quantiles.median_us.round(), quantiles.p99_us.round()), (51.0, 100.0));
    }
}
