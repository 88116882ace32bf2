//! `doku-mock journal`: what went over the wire, as a table, one in full, as it comes, or as a file.

use std::{
    collections::VecDeque,
    fs::File,
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use anstyle::{AnsiColor, Style};
use clap::builder::NonEmptyStringValueParser;
use http::Method;
use serde_json::{Value, json};

use super::{Failure, client::Target, is_read, print, table::visible};

/// Shows what went over the wire: the last exchanges as a table, or one of them in full.
///
/// What may be personal or secret is masked, unless the mock was started with --show-personal-data.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  doku-mock journal\n  doku-mock journal --status 4xx --operation business-registration\n  doku-mock journal 12\n  doku-mock journal --follow --json\n  doku-mock journal --har exchanges.har\n  doku-mock journal --curl 12 | sh"
)]
pub(super) struct Options {
    /// The number of one exchange, to be shown in full.
    #[arg(value_name = "NUMBER", conflicts_with_all = ["follow", "har", "curl"])]
    number: Option<u64>,
    /// Only the exchanges after this number.
    #[arg(long, default_value_t = 0, value_name = "NUMBER")]
    after: u64,
    /// The last so many of those that are asked for.
    #[arg(long, default_value_t = 100, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
    /// Only those of this client id.
    #[arg(long, value_parser = NonEmptyStringValueParser::new(), value_name = "ID")]
    partner: Option<String>,
    /// Only those for this operation: business-registration, or DOKU's name for it.
    #[arg(long, value_parser = NonEmptyStringValueParser::new(), value_name = "NAME")]
    operation: Option<String>,
    /// Only those answered so: 400, or 4xx; none if no answer came, bad if no 2xx did.
    #[arg(long, value_parser = NonEmptyStringValueParser::new(), value_name = "STATUS")]
    status: Option<String>,
    /// Only requests of which this became: refused, or not_authenticated.
    #[arg(long, value_parser = NonEmptyStringValueParser::new(), value_name = "VERDICT")]
    verdict: Option<String>,
    /// Only requests, which were received, or callbacks, which were sent.
    #[arg(long, value_parser = ["received", "sent"], value_name = "WAY")]
    direction: Option<String>,
    /// Only those about this business, by a BSN or BRN id.
    #[arg(long, value_parser = NonEmptyStringValueParser::new(), value_name = "ID")]
    business: Option<String>,
    /// Only those begun then or later, by the mock's clock: 2026-11-22T03:04:05Z.
    #[arg(long, value_parser = NonEmptyStringValueParser::new(), value_name = "INSTANT")]
    from: Option<String>,
    /// Only those begun before then, by the mock's clock.
    #[arg(long, value_parser = NonEmptyStringValueParser::new(), value_name = "INSTANT")]
    until: Option<String>,
    /// Only those in which this text stands, in whatever case: in method, path, Request-Id or a body.
    #[arg(long, value_parser = NonEmptyStringValueParser::new(), value_name = "TEXT")]
    text: Option<String>,
    /// Go on showing them as they come, until Ctrl-C.
    #[arg(long, conflicts_with_all = ["har", "curl"])]
    follow: bool,
    /// Write them to this file as HAR 1.2, which browsers' developer tools read.
    #[arg(long, conflicts_with = "curl", value_name = "FILE")]
    har: Option<PathBuf>,
    /// Print a curl command that sends this exchange again, signed afresh.
    #[arg(long, value_name = "NUMBER")]
    curl: Option<u64>,
    #[command(flatten)]
    target: Target,
}

pub(super) async fn run(options: &Options) -> Result<(), Failure> {
    let target = &options.target;
    if let Some(number) = options.number {
        let path = format!("/_mock/journal/{number}");
        let entry = target.bytes(Method::GET, &path, None).await?;
        return target.tell(&entry, in_full).map(drop);
    }
    if let Some(number) = options.curl {
        let path = format!("/_mock/journal/{number}/curl");
        let command = target.bytes(Method::GET, &path, None).await?;
        return print_command(&String::from_utf8_lossy(&command));
    }
    if let Some(file) = &options.har {
        return options.write_har(file).await;
    }
    let (entries, mut after) = options.last("/_mock/journal", "", "number").await?;
    if entries.is_empty() && !options.follow && !target.json {
        print(options.nothing());
        return Ok(());
    }
    let table = Table { json: target.json };
    table.head();
    let mut is_read = entries.iter().all(|entry| table.row(entry));
    // Long before the mock would be taken for one that hangs.
    let wait = (target.mock().patience() / 2).min(WAIT).as_millis();
    while options.follow && is_read {
        let path = options.path("/_mock/journal", after);
        let entries = target.get(&format!("{path}&wait={wait}ms")).await?;
        for entry in entries.as_array().into_iter().flatten() {
            is_read = is_read && table.row(entry);
            after = entry["number"].as_u64().unwrap_or(after);
        }
    }
    Ok(())
}

impl Options {
    fn path(&self, path: &str, after: u64) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("after", &after.to_string()).append_pair("limit", &PAGE.to_string());
        for (name, value) in self.filters() {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
        format!("{path}?{}", query.finish())
    }

    fn filters(&self) -> [(&'static str, &Option<String>); 9] {
        [
            ("partner", &self.partner),
            ("operation", &self.operation),
            ("status", &self.status),
            ("verdict", &self.verdict),
            ("direction", &self.direction),
            ("business", &self.business),
            ("from", &self.from),
            ("until", &self.until),
            ("text", &self.text),
        ]
    }

    /// What is said where there is nothing to show.
    fn nothing(&self) -> &'static str {
        let is_narrowed = self.after > 0 || self.filters().iter().any(|(_, value)| value.is_some());
        if is_narrowed {
            "The journal has no such exchange."
        } else {
            "Nothing has gone over the wire yet."
        }
    }

    /// The last of what is asked for, and the number after which to go on. The entries are at this
    /// `pointer` of each answer, and each has its number in this field.
    async fn last(
        &self,
        path: &str,
        pointer: &str,
        number: &str,
    ) -> Result<(VecDeque<Value>, u64), Failure> {
        let (mut last, mut after) = (VecDeque::new(), self.after);
        loop {
            let mut page = self.target.get(&self.path(path, after)).await?;
            let page = match page.pointer_mut(pointer).map(Value::take) {
                Some(Value::Array(page)) if !page.is_empty() => page,
                _ => return Ok((last, after)),
            };
            let reached = page.last().and_then(|entry| entry[number].as_u64());
            // Whatever answers here, there is an end to it.
            let Some(reached) = reached.filter(|reached| *reached > after) else {
                return Err(Failure::refused("the answer is no journal of a mock"));
            };
            after = reached;
            last.extend(page);
            let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
            last.drain(..last.len().saturating_sub(limit));
        }
    }

    async fn write_har(&self, file: &Path) -> Result<(), Failure> {
        let (entries, _) = self.last("/_mock/journal.har", "/log/entries", "_number").await?;
        let count = entries.len();
        let har = json!({"log": {
            "version": "1.2",
            "creator": {"name": "doku-mock", "version": env!("CARGO_PKG_VERSION")},
            "entries": entries,
        }});
        write_owned(file, har.to_string().as_bytes())
            .map_err(|error| Failure::refused(format!("{}: {error}", file.display())))?;
        match self.target.json {
            true => print(&json!({"file": file.to_string_lossy(), "entries": count}).to_string()),
            false => print(&format!("{count} exchanges in {}", file.display())),
        }
        Ok(())
    }
}

/// Rows as they come: of widths that are known before.
struct Table {
    json: bool,
}

impl Table {
    fn head(&self) {
        if !self.json {
            print(&line([
                "NO",
                "TIME",
                "METHOD",
                "OPERATION",
                "HTTP",
                "PARTNER",
                "BUSINESS",
                "MS",
                "NOTES",
            ]));
        }
    }

    /// Prints it; whether anybody still reads.
    fn row(&self, entry: &Value) -> bool {
        if self.json {
            return is_read(&entry.to_string());
        }
        let text = |field: &str| visible(entry[field].as_str().unwrap_or("-"));
        let number = |field: &str| entry[field].as_u64().map_or("-".to_owned(), |n| n.to_string());
        let what = match (entry["callback"].as_u64(), entry["operation"].as_str()) {
            (Some(callback), _) => format!("callback {callback}"),
            (None, Some(operation)) => visible(operation),
            (None, None) => text("path"),
        };
        let row = line([
            &number("number"),
            &text("at"),
            &text("method"),
            &what,
            &number("status"),
            &text("partner"),
            &text("business"),
            &number("latency_ms"),
            &notes(entry),
        ]);
        let is_good = matches!(entry["status"].as_u64(), Some(200..=299));
        let style = if is_good { Style::new() } else { AnsiColor::Red.on_default() };
        is_read(&format!("{style}{row}{style:#}"))
    }
}

/// What is worth a second look.
fn notes(entry: &Value) -> String {
    let mut notes = Vec::new();
    let texts = |value: &Value| -> Vec<String> {
        value.as_array().into_iter().flatten().filter_map(Value::as_str).map(visible).collect()
    };
    let codes = texts(&entry["diagnosis"]["codes"]);
    match entry["verdict"].as_str() {
        _ if !codes.is_empty() => notes.extend(codes),
        Some("accepted") | None => {}
        Some(verdict) => notes.push(visible(verdict)),
    }
    if let Some(attempt) = entry["attempt"].as_u64() {
        notes.push(format!("attempt {attempt}"));
    }
    match entry["caused_callbacks"].as_array().map_or(0, Vec::len) {
        0 => {}
        1 => notes.push("1 callback".to_owned()),
        count => notes.push(format!("{count} callbacks")),
    }
    notes.extend(texts(&entry["faults"]).into_iter().map(|fault| format!("fault {fault}")));
    notes.join(", ")
}

fn line(cells: [&str; 9]) -> String {
    let [number, time, method, what, status, partner, business, latency, notes] = cells;
    let line = format!(
        "{number:>6}  {time:<20}  {method:<6}  {what:<22}  {status:>4}  {partner:<22}  {business:<22}  {latency:>6}  {notes}"
    );
    line.trim_end().to_owned()
}

/// One exchange for people.
fn in_full(entry: &Value) -> String {
    let mut lines = Vec::new();
    let said = |value: &Value| match value {
        Value::String(text) => text.lines().map(visible).collect::<Vec<_>>().join("\n    "),
        value => visible(&value.to_string()),
    };
    for field in [
        "number",
        "at",
        "direction",
        "operation",
        "partner",
        "business",
        "verdict",
        "callback",
        "attempt",
        "latency_ms",
        "faults",
        "assumptions",
    ] {
        match &entry[field] {
            Value::Null => {}
            Value::Array(values) if values.is_empty() => {}
            Value::Array(values) => {
                let values: Vec<_> = values.iter().map(said).collect();
                lines.push(format!("{field}: {}", values.join(", ")));
            }
            value => lines.push(format!("{field}: {}", said(value))),
        }
    }
    if let Some(text) = entry["diagnosis"]["text"].as_str() {
        lines.push(format!("diagnosis:\n    {}", said(&text.into())));
    }
    for field in ["before", "after"] {
        if !entry[field].is_null() {
            lines.push(format!("{field}: {}", said(&entry[field])));
        }
    }
    for callback in entry["callbacks"].as_array().into_iter().flatten() {
        let attempts = callback["attempts"].as_array().into_iter().flatten();
        let attempts: Vec<_> = attempts
            .map(|attempt| match &attempt["status"] {
                Value::Null => said(&attempt["error"]),
                status => status.to_string(),
            })
            .collect();
        lines.push(format!(
            "callback {}: {} {} {}, attempts: {}",
            callback["number"],
            said(&callback["type"]),
            said(&callback["status"]),
            said(&callback["state"]),
            if attempts.is_empty() { "none".to_owned() } else { attempts.join(", ") }
        ));
    }
    lines.push(format!("\n{} {}", said(&entry["method"]), said(&entry["target"])));
    message(&entry["request"], &mut lines);
    lines.push(match entry["status"].as_u64() {
        Some(status) => format!("\nHTTP {status}"),
        None => "\nno answer".to_owned(),
    });
    message(&entry["response"], &mut lines);
    lines.join("\n")
}

fn message(message: &Value, lines: &mut Vec<String>) {
    let text = |value: &Value| visible(value.as_str().unwrap_or_default());
    for header in message["headers"].as_array().into_iter().flatten() {
        lines.push(format!("{}: {}", text(&header["name"]), text(&header["value"])));
    }
    let json = &message["json"];
    let body = match message["text"].as_str() {
        Some(body) => Some(body.lines().map(visible).collect::<Vec<_>>().join("\n")),
        None if !json.is_null() => {
            let pretty = serde_json::to_string_pretty(json).unwrap_or_default();
            Some(pretty.lines().map(visible).collect::<Vec<_>>().join("\n"))
        }
        None => message["base64"].as_str().map(visible),
    };
    let withheld = message["withheld"].as_str().map(visible);
    for shown in [body, withheld].into_iter().flatten() {
        lines.push(format!("\n{shown}"));
    }
}

/// Prints a command to the byte, as a shell is to have it: what print leaves out where there is no terminal
/// would be left out of a signed body. A terminal gets it as people see it.
fn print_command(command: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout();
    if stdout.is_terminal() {
        print(&command.lines().map(visible).collect::<Vec<_>>().join("\n"));
        return Ok(());
    }
    match stdout.write_all(command.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::refused(format!("cannot write to stdout: {error}")))
        }
        _ => Ok(()),
    }
}

/// Writes a file which, if it was not there, its owner alone can read: the mock may show personal data.
fn write_owned(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(bytes)
}

/// How many are asked for at once.
const PAGE: usize = 1000;
/// How long one call waits for what comes.
const WAIT: Duration = Duration::from_secs(20);
