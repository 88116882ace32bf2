//! The help texts: complete, with examples, and seen when they change.

use std::{fs, path::Path};

use crate::program::{program, stdout};

/// Every command there is, as the help lists them; the first is the program itself.
pub(crate) fn commands() -> Vec<Vec<String>> {
    let mut found = vec![Vec::new()];
    let mut looked_at = 0;
    while let Some(command) = found.get(looked_at).cloned() {
        let help = help(&command);
        let (_, listed) = help.split_once("\nCommands:\n").unwrap_or_default();
        // A description that goes over several lines is indented further.
        let listed = listed.lines().take_while(|line| !line.is_empty());
        let names = listed.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
        for name in names.filter(|name| !name.is_empty() && *name != "help") {
            found
                .push(command.iter().map(String::as_str).chain([name]).map(String::from).collect());
        }
        looked_at += 1;
    }
    found
}

/// The long help of a command.
pub(crate) fn help(command: &[String]) -> String {
    let mut arguments: Vec<_> = command.iter().map(String::as_str).collect();
    arguments.push("--help");
    let output = program(&arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{command:?}");
    stdout(&output)
}

/// The example lines of a help text.
pub(crate) fn examples(help: &str) -> Vec<String> {
    let (_, examples) = help.split_once("Examples:\n").unwrap_or_default();
    examples.lines().map_while(|line| line.strip_prefix("  ").map(String::from)).collect()
}

/// `UPDATE_HELP=1` writes them anew: read them then.
#[test]
fn a_change_of_a_help_text_is_seen() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/commands/help");
    let update = std::env::var_os("UPDATE_HELP").is_some();
    let mut names = Vec::new();
    for command in commands() {
        let name = format!("{}.txt", [&["doku-mock".to_owned()], &command[..]].concat().join("-"));
        let help: String =
            help(&command).lines().flat_map(|line| [line.trim_end(), "\n"]).collect();
        let file = directory.join(&name);
        if update {
            fs::write(&file, &help).unwrap();
        }
        let kept = fs::read_to_string(&file).unwrap_or_default();
        assert!(kept == help, "{name} has changed, UPDATE_HELP=1 writes it anew:\n{help}");
        names.push(name);
    }
    for file in fs::read_dir(directory).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        assert!(names.contains(&name), "{name} is of a command that is gone: remove it");
    }
}

#[test]
fn each_help_says_what_and_how_and_gives_examples_of_its_own() {
    let commands = commands();
    assert!(commands.len() > 12, "{commands:?}");
    for command in commands {
        let help = help(&command);
        let examples = examples(&help);
        assert!(!examples.is_empty(), "no example in the help of {command:?}");
        let own = format!("doku-mock {}", command.join(" "));
        let is_own = examples.iter().any(|example| example.contains(own.trim_end()));
        assert!(is_own, "none of its examples is one of {command:?}");
        let (short, _) = help.split_once('\n').unwrap();
        assert!(short.len() < 125, "too long for a list: {short}");
    }
}
