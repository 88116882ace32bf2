//! What was measured: as a table, as JSON, and against the aim.

use std::fmt;

use serde::Serialize;

use super::Spell;
use crate::bench::figures::median;

/// Everything.
#[derive(Serialize)]
pub(super) struct Figures {
    pub(super) rows: Vec<Row>,
}

/// The two, at one thing.
#[derive(Serialize)]
pub(super) struct Row {
    server: &'static str,
    operation: &'static str,
    in_flight: usize,
    /// Requests a second.
    client: f64,
    bare: f64,
    /// Of the rates: the median of all pairs of spells, not of the two medians.
    ratio: f64,
    /// Of the processor's time, for one request.
    client_us: Option<f64>,
    bare_us: Option<f64>,
}

/// One of the two over all its spells.
#[derive(Default)]
pub(super) struct Side {
    rates: Vec<f64>,
    requests: u64,
    processor: Option<f64>,
}

impl Side {
    pub(super) fn add(&mut self, spell: &Spell) {
        self.rates.push(spell.requests as f64 / spell.took.as_secs_f64());
        self.requests += spell.requests;
        if let Some(spent) = spell.processor {
            *self.processor.get_or_insert_default() += spent.as_secs_f64();
        }
    }

    fn processor_us(&self) -> Option<f64> {
        self.processor.map(|seconds| seconds * 1e6 / self.requests as f64)
    }
}

impl Row {
    pub(super) fn new(
        server: &'static str,
        operation: &'static str,
        in_flight: usize,
        client: Side,
        bare: Side,
    ) -> Self {
        let ratios = client.rates.iter().zip(&bare.rates).map(|(client, bare)| client / bare);
        let ratio = median(ratios.collect());
        let (client_us, bare_us) = (client.processor_us(), bare.processor_us());
        let (client, bare) = (median(client.rates), median(bare.rates));
        Self { server, operation, in_flight, client, bare, ratio, client_us, bare_us }
    }
}

impl Figures {
    pub(super) fn aims_met(&self) -> bool {
        self.aims().into_iter().all(|(_, worst)| worst >= LEAST_RATIO)
    }

    /// Each server with the worst ratio there.
    fn aims(&self) -> Vec<(&'static str, f64)> {
        let mut aims: Vec<(&str, f64)> = Vec::new();
        for row in &self.rows {
            match aims.iter_mut().find(|(server, _)| *server == row.server) {
                Some((_, worst)) => *worst = worst.min(row.ratio),
                None => aims.push((row.server, row.ratio)),
            }
        }
        aims
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut server = "";
        for row in &self.rows {
            if row.server != server {
                let gap = if server.is_empty() { "" } else { "\n" };
                server = row.server;
                let title = format!("Requests a second to {server}");
                writeln!(f, "{gap}{title:<45}      client        bare    ratio    processor time")?;
            }
            let what = format!("{}, {} in flight", row.operation, row.in_flight);
            let Row { client, bare, ratio, .. } = row;
            write!(f, "  {what:<43}{client:>12.0}{bare:>12.0}{ratio:>9.2}")?;
            match row.client_us.zip(row.bare_us) {
                Some((client, bare)) => writeln!(f, "{client:>8.1} /{bare:>5.1} µs")?,
                None => writeln!(f)?,
            }
        }
        writeln!(f, "\nAim: at least {LEAST_RATIO} of the bare client, to the same server")?;
        for (server, worst) in self.aims() {
            let verdict = if worst >= LEAST_RATIO { "met" } else { "MISSED" };
            writeln!(f, "  {verdict:<6}  to {server}: {worst:.2} at worst")?;
        }
        Ok(())
    }
}

const LEAST_RATIO: f64 = 0.85;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn side(requests: &[u64], us: Option<u64>) -> Side {
        let mut side = Side::default();
        for &requests in requests {
            let processor = us.map(|us| Duration::from_micros(us * requests));
            side.add(&Spell { requests, took: Duration::from_secs(1), processor });
        }
        side
    }

    fn row(server: &'static str, client: &[u64], bare: &[u64]) -> Row {
        Row::new(server, "an operation", 1, side(client, Some(30)), side(bare, Some(20)))
    }

    #[test]
    fn a_spell_is_compared_with_the_one_beside_it() {
        // The machine was four times as fast for a while: the rates differ, the ratios do not.
        let row = row("a", &[90, 360, 90], &[100, 400, 100]);
        assert_eq!((row.client, row.bare, row.ratio), (90.0, 100.0, 0.9));
        assert_eq!(
            row.client_us.zip(row.bare_us).map(|(a, b)| (a.round(), b.round())),
            Some((30.0, 20.0))
        );
    }

    #[test]
    fn each_server_alone_decides() {
        let met = |rows| Figures { rows }.aims_met();
        assert!(met(vec![row("a", &[85], &[100]), row("b", &[110], &[100])]));
        assert!(!met(vec![row("a", &[84], &[100]), row("b", &[110], &[100])]));
        assert!(!met(vec![
            row("a", &[90], &[100]),
            row("b", &[90], &[100]),
            row("b", &[84], &[100])
        ]));
    }
}
