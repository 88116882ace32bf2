//! `docs/commands.md`: what it shows is what is printed.

use std::{fs, path::Path};

use crate::{
    help::commands,
    merchants,
    program::{Mock, stdout},
};

/// Each `console` block is given to bash, line by line, on one mock from the top of the page to its end; what is printed,
/// errors too, has to be what the page shows, but for the address of the mock, the directory, the size of a snapshot,
/// and how long an exchange took. `UPDATE_PAGE=1` writes it anew: read it then.
#[test]
fn the_page_of_the_commands_shows_what_they_print() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/commands.md");
    let written = fs::read_to_string(&page).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let mock = Mock::start(&[]);
    merchants::register(&mock, directory.path());

    let (mut shown, mut in_console, mut commands) = (String::new(), false, 0);
    for line in written.lines() {
        match line.strip_prefix("$ ") {
            _ if line.starts_with("```") => in_console = line == "```console",
            Some(command) if in_console => {
                let output = mock.shell(&format!("exec 2>&1; {command}"), directory.path());
                let printed = stdout(&output).replace(&mock.url, "http://127.0.0.1:8480");
                let printed = printed.replace(directory.path().to_str().unwrap(), "/home/budi");
                let printed = without_latencies(&without_sizes(&printed));
                shown.push_str(&format!("{line}\n{printed}"));
                commands += 1;
                // What it caused has arrived when the next is run.
                mock.told(&["advance", "0s"]);
                continue;
            }
            _ if in_console => continue,
            _ => {}
        }
        shown.push_str(&format!("{line}\n"));
    }
    assert!(commands > 10, "the page shows {commands} commands");
    if std::env::var_os("UPDATE_PAGE").is_some() {
        return fs::write(&page, &shown).unwrap();
    }
    let differs = written.lines().zip(shown.lines()).find(|(written, shown)| written != shown);
    assert!(written == shown, "UPDATE_PAGE=1 writes it anew; first at {differs:?}");
}

#[test]
fn the_page_lists_every_command_in_the_order_of_the_help() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/commands.md");
    let page = fs::read_to_string(page).unwrap();
    let rows = page.lines().skip_while(|line| !line.starts_with("| command"));
    let rows = rows.skip(2).take_while(|line| line.starts_with("| `"));
    let names = rows.flat_map(|row| row.split('|').nth(1).unwrap().trim().split(", "));
    let listed: Vec<_> = names.map(|name| name.trim_matches('`').to_owned()).collect();
    let commands: Vec<_> = commands().into_iter().filter_map(|mut names| names.pop()).collect();
    assert_eq!(listed, commands);
}

/// `12 bytes` becomes `… bytes`.
fn without_sizes(printed: &str) -> String {
    let pieces =
        printed.split_inclusive(" bytes").map(|piece| match piece.strip_suffix(" bytes") {
            Some(text) if text.ends_with(|c: char| c.is_ascii_digit()) => {
                format!("{}… bytes", text.trim_end_matches(|c: char| c.is_ascii_digit()))
            }
            _ => piece.to_owned(),
        });
    pieces.collect()
}

/// In rows of the journal, `    12` in the column MS becomes `     …`.
fn without_latencies(printed: &str) -> String {
    let lines = printed.split_inclusive('\n').map(|line| match line.split_at_checked(MS.end) {
        Some((row, notes)) if row[MS].trim().parse::<u64>().is_ok() => {
            format!("{}     …{notes}", &row[..MS.start])
        }
        _ => line.to_owned(),
    });
    lines.collect()
}

/// Where that column is.
const MS: std::ops::Range<usize> = 116..122;
