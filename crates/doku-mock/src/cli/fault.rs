//! `doku-mock fault`: what goes wrong on demand.

use doku_mock::Fault;
use http::Method;
use serde_json::{Value, json};

use super::{Failure, client::Target, table::visible};

/// Arms faults, or lists or disarms those that are armed.
#[derive(clap::Args)]
#[command(override_usage = USAGE, after_help = HELP)]
pub(super) struct Options {
    /// What goes wrong from now on.
    #[arg(value_name = "FAULT", conflicts_with_all = ["list", "clear"], required_unless_present_any = ["list", "clear"])]
    faults: Vec<Fault>,
    /// List those that are armed, with how often each has happened.
    #[arg(long, conflicts_with = "clear")]
    list: bool,
    /// Disarm the one of this number, or all.
    #[arg(long, value_name = "NUMBER", num_args = 0..=1)]
    clear: Option<Option<u64>>,
    #[command(flatten)]
    target: Target,
}

pub(super) async fn run(options: &Options) -> Result<(), Failure> {
    let Options { faults, list, clear, target } = options;
    if *list {
        let answer = target.bytes(Method::GET, PATH, None).await?;
        let shown = |listed: &Vec<Value>| match listed.is_empty() {
            true => "No fault is armed.".to_owned(),
            false => listed.iter().map(shown).collect::<Vec<_>>().join("\n"),
        };
        return target.tell(&answer, shown).map(drop);
    }
    if let Some(number) = clear {
        let path = number.map_or(PATH.to_owned(), |number| format!("{PATH}/{number}"));
        let answer = target.bytes(Method::DELETE, &path, None).await?;
        let told = |_: &Value| match number {
            Some(number) => format!("Fault {number} is disarmed."),
            None => "No fault is armed any more.".to_owned(),
        };
        return target.tell(&answer, told).map(drop);
    }
    for fault in faults {
        let wanted = json!({"fault": fault.to_string()});
        let answer = target.bytes(Method::POST, PATH, Some(&wanted)).await?;
        target.tell(&answer, shown)?;
    }
    Ok(())
}

/// `2  reset.after;times=1  happened 0, 1 more to come`.
fn shown(armed: &Value) -> String {
    let text = |name: &str| armed[name].as_str().unwrap_or_default();
    let what = match text("callback") {
        "" => text("fault").to_owned(),
        kind => {
            let by = armed["by"].as_str().map(|by| format!("={}", by.replace(' ', "")));
            let of = armed["type"].as_str().map(|of| format!(";type={of}"));
            format!("callback.{kind}{}{}", by.unwrap_or_default(), of.unwrap_or_default())
        }
    };
    let more =
        armed["remaining"].as_u64().map_or(String::new(), |more| format!(", {more} more to come"));
    let row = format!("{}  {what}  happened {}{more}", armed["number"], armed["happened"]);
    visible(&row)
}

const PATH: &str = "/_mock/faults";
const USAGE: &str = "doku-mock fault [OPTIONS] <FAULT>...\n       doku-mock fault --list\n       doku-mock fault --clear [NUMBER]";
const HELP: &str = "\
Of replies:
  status=503         answers so and does nothing; also code=invalid_signature, retry-after=5s
  delay=2s           begins so much later, by the machine's clock
  drip=100ms         sends byte by byte with this pause; also bytes=16
  truncate           closes after half the body; truncate=10 after so many bytes
  wrong-length       says one byte too many; wrong-length=-5 five too few
  reset.before       does nothing and resets the connection
  reset.after        does it and resets the connection without a reply
  unsigned           leaves the reply's signature out
  wrong-signature    signs wrongly
  skew=2h            has a clock that is ahead; skew=-90m behind
Limited by ;operation=business-registration ;partner=BRN-… ;nth=2 ;times=1 ;probability=0.1

Of callbacks:
  callback.duplicate, callback.reorder, callback.drop, callback.delay=30m
Limited by ;type=BRAND ;times=1

Examples:
  doku-mock fault 'reset.after;operation=business-registration;times=1'
  doku-mock fault 'delay=2s' 'status=503;retry-after=5s;probability=0.1'
  doku-mock fault --list
  doku-mock fault --clear 2";
