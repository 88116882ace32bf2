//! What the demo prints: for people, or with `--json` one JSON object a step.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use anstream::println;
use anstyle::{AnsiColor, Style};
use serde_json::json;

/// Prints the steps as they are done.
pub(crate) struct Report {
    json: bool,
    steps: AtomicUsize,
}

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default().bold();

impl Report {
    pub(crate) fn new(json: bool) -> Self {
        Self { json, steps: AtomicUsize::new(0) }
    }

    /// What is about to happen, and where.
    pub(crate) fn opening(&self, merchant: &str, host: &str, callback_url: &str) {
        if self.json {
            println!(
                "{}",
                json!({"onboarding": merchant, "host": host, "callback_url": callback_url})
            );
        } else {
            println!("{BOLD}Onboarding {merchant}{BOLD:#}");
            println!("   host       {host}");
            println!("   callbacks  {callback_url}");
        }
    }

    /// One finished step: what was asked, what came back, how long it took.
    pub(crate) fn step(&self, name: &str, asked: &str, got: &[String], took: Option<Duration>) {
        if self.json {
            let ms = took.map(|took| took.as_millis());
            println!(
                "{}",
                json!({"step": self.next_step(), "name": name, "asked": asked, "got": got, "ms": ms})
            );
            return;
        }
        let took = took.map(|took| format!("{} ms", took.as_millis()));
        self.heading(name, asked, took.as_deref());
        for (index, line) in got.iter().enumerate() {
            let label = if index == 0 { "got" } else { "" };
            println!("    {DIM}{label:<5}{DIM:#}  {line}");
        }
    }

    /// A step that takes its time: what was asked. What comes is told by [`Report::came`].
    pub(crate) fn waiting(&self, name: &str, asked: &str) {
        if self.json {
            println!("{}", json!({"step": self.next_step(), "name": name, "asked": asked}));
        } else {
            self.heading(name, asked, None);
        }
    }

    /// One thing that came.
    pub(crate) fn came(&self, what: &str, status: &str, after: Duration) {
        let ms = after.as_millis();
        if self.json {
            println!("{}", json!({"callback": what, "status": status, "verified": true, "ms": ms}));
        } else {
            println!(
                "    {DIM}got{DIM:#}    {what:<26}{status:<10}{DIM}signature right, after {ms} ms{DIM:#}"
            );
        }
    }

    /// Something came that is not what was asked for.
    pub(crate) fn refused(&self, why: &str, after: Duration) {
        let ms = after.as_millis();
        if self.json {
            println!("{}", json!({"refused": why, "verified": false, "ms": ms}));
        } else {
            println!("    {DIM}got{DIM:#}    a callback that was refused: {why}, after {ms} ms");
        }
    }

    fn heading(&self, name: &str, asked: &str, took: Option<&str>) {
        let step = self.next_step();
        println!();
        match took {
            Some(took) => println!("{BOLD}{step:>2}  {name:<24}{BOLD:#}{DIM}{took:>8}{DIM:#}"),
            None => println!("{BOLD}{step:>2}  {name}{BOLD:#}"),
        }
        println!("    {DIM}asked{DIM:#}  {asked}");
    }

    fn next_step(&self) -> usize {
        self.steps.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// The good end.
    pub(crate) fn done(&self, business: &str, brand: &str, took: Duration) {
        if self.json {
            let ms = took.as_millis();
            println!("{}", json!({"done": true, "business": business, "brand": brand, "ms": ms}));
        } else {
            println!();
            println!(
                "{GOOD}Done{GOOD:#} in {:.1} s: {business} is ACTIVE, and its brand {brand} can take payments.",
                took.as_secs_f64()
            );
        }
    }
}
