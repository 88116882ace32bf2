//! What was measured: as a table, as JSON, and against the aim.

use std::fmt;

use serde::Serialize;

use crate::bench::spells::{Figure, Side};

/// Everything.
#[derive(Serialize)]
pub(super) struct Figures {
    pub(super) rows: Vec<Row>,
}

/// The three, at one thing.
#[derive(Serialize)]
pub(super) struct Row {
    server: &'static str,
    operation: &'static str,
    in_flight: usize,
    client: Figure,
    by_hand: Figure,
    bare: Figure,
    /// Of the client's rate: the median of all spells compared with those beside them.
    to_by_hand: f64,
    to_bare: f64,
}

impl Row {
    /// Of the client, the work by hand and the bare client.
    pub(super) fn new(
        server: &'static str,
        operation: &'static str,
        in_flight: usize,
        [client, by_hand, bare]: [Side; 3],
    ) -> Self {
        Self {
            server,
            operation,
            in_flight,
            to_by_hand: client.ratio(&by_hand),
            to_bare: client.ratio(&bare),
            client: client.figure(),
            by_hand: by_hand.figure(),
            bare: bare.figure(),
        }
    }

    fn sides(&self) -> [&Figure; 3] {
        [&self.client, &self.by_hand, &self.bare]
    }
}

impl Figures {
    pub(super) fn aims_met(&self) -> bool {
        self.aims().into_iter().all(|(_, worst)| worst >= LEAST_RATIO)
    }

    /// What the client is compared with, and the worst ratio.
    fn aims(&self) -> Vec<(String, f64)> {
        let mut aims: Vec<(String, f64)> = Vec::new();
        for row in &self.rows {
            for (other, ratio) in [("by hand", row.to_by_hand), ("bare", row.to_bare)] {
                let what = format!("{other}, to {}", row.server);
                match aims.iter_mut().find(|(known, _)| *known == what) {
                    Some((_, worst)) => *worst = worst.min(ratio),
                    None => aims.push((what, ratio)),
                }
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
                write!(f, "{gap}{title:<38}    client   by hand      bare")?;
                writeln!(f, "   to by hand   to bare    processor, µs")?;
            }
            let what = format!("{}, {} in flight", row.operation, row.in_flight);
            write!(f, "  {what:<36}")?;
            for side in row.sides() {
                write!(f, "{:>10.0}", side.per_second)?;
            }
            write!(f, "{:>13.2}{:>10.2}    ", row.to_by_hand, row.to_bare)?;
            for us in row.sides().into_iter().filter_map(|side| side.processor_us) {
                write!(f, "{us:>5.0}")?;
            }
            writeln!(f)?;
        }
        writeln!(f, "\nAim: at least {LEAST_RATIO}, at worst")?;
        for (what, worst) in self.aims() {
            let verdict = if worst >= LEAST_RATIO { "met" } else { "MISSED" };
            writeln!(f, "  {verdict:<6}  {what:<32}{worst:>6.2}")?;
        }
        Ok(())
    }
}

const LEAST_RATIO: f64 = 0.85;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::bench::spells::Spell;

    fn side(requests: &[u64], us: Option<u64>) -> Side {
        let mut side = Side::default();
        for &requests in requests {
            let processor = us.map(|us| Duration::from_micros(us * requests));
            side.add(&Spell { requests, took: Duration::from_secs(1), processor });
        }
        side
    }

    fn row(server: &'static str, client: &[u64], by_hand: &[u64], bare: &[u64]) -> Row {
        let sides = [side(client, Some(30)), side(by_hand, Some(25)), side(bare, None)];
        Row::new(server, "an operation", 1, sides)
    }

    #[test]
    fn a_spell_is_compared_with_those_beside_it() {
        // The machine was four times as fast for a while: the rates differ, the ratios do not.
        let row = row("a", &[90, 360, 90], &[100, 400, 100], &[180, 720, 180]);
        assert_eq!(row.sides().map(|side| side.per_second), [90.0, 100.0, 180.0]);
        assert_eq!((row.to_by_hand, row.to_bare), (0.9, 0.5));
        let us = row.sides().map(|side| side.processor_us.map(f64::round));
        assert_eq!(us, [Some(30.0), Some(25.0), None]);
    }

    #[test]
    fn each_comparison_alone_decides() {
        let met = |rows| Figures { rows }.aims_met();
        let good = || row("a", &[85], &[100], &[100]);
        assert!(met(vec![good(), row("b", &[110], &[100], &[100])]));
        assert!(!met(vec![good(), row("b", &[84], &[100], &[90])]));
        assert!(!met(vec![good(), row("b", &[84], &[90], &[100])]));
        assert!(!met(vec![row("a", &[84], &[90], &[100]), good()]));
    }
}
