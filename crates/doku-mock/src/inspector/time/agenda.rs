//! What falls due, as a table.

use doku_types::Timestamp;
use maud::{Markup, html};

use super::super::pieces::{as_api, badge, said_short, time};
use crate::store::{Planned, What};

/// The first `rows` of what falls due, and whether there is more.
pub(super) fn agenda(planned: &[Planned], now: Timestamp, rows: usize) -> Markup {
    html! {
        h2 { "What falls due" }
        @if planned.is_empty() {
            p { "Nothing. A business under review, a callback that was refused or one that a fault delays would be here." }
        } @else {
            div.table tabindex="0" role="region" aria-label="What falls due" {
                table.cards {
                    caption {
                        "Soonest first, as it is planned now: whatever is decided by hand or answered otherwise changes it. "
                        @if planned.len() > rows { "These are the first " (rows) "; the API lists more." }
                    }
                    thead.whole {
                        tr {
                            th scope="col" { "When" }
                            th scope="col" { "What" }
                            th scope="col" { "Verdict" }
                            th scope="col" { "Business" }
                        }
                    }
                    tbody {
                        @for planned in planned.iter().take(rows) { (row(planned, now)) }
                    }
                }
            }
        }
        (as_api("GET", "/_mock/clock/agenda?limit=100", None))
    }
}

fn row(planned: &Planned, now: Timestamp) -> Markup {
    let business = format!("/_mock/ui/businesses/{}", planned.business);
    html! {
        tr {
            td.whole data-label="When" { (time(planned.due)) br; span.quiet { (until(now, planned.due)) } }
            td data-label="What" {
                @match planned.what {
                    What::Decision => "KYB decides",
                    What::Attempt => {
                        "Attempt " (planned.attempt.unwrap_or_default()) " at "
                        @let number = planned.callback.unwrap_or_default();
                        a href={ (business) "?callback=" (number) "#callback-" (number) } { "callback " (number) }
                    }
                }
                br; (said_short(&planned.callback_type))
                @if let Some(code) = &planned.code { " " (said_short(code)) }
                @if let Some(brand) = &planned.brand {
                    @if planned.callback_type.starts_with("BRAND") {
                        " " span.quiet { "of " (said_short(brand)) }
                    }
                }
            }
            td data-label="Verdict" { (badge(&planned.status)) }
            td data-label="Business" { a href=(business) { (planned.business) } br; (said_short(&planned.name)) }
        }
    }
}

/// How long until then: `in 6 h 51 min`.
pub(super) fn until(now: Timestamp, due: Timestamp) -> String {
    if due <= now {
        return "now".to_owned();
    }
    let seconds = due.abs_diff(now).as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let pieces = [(hours, "h"), (minutes, "min"), (seconds, "s")];
    let pieces = pieces.iter().filter(|(count, _)| *count > 0);
    let pieces: Vec<_> = pieces.map(|(count, unit)| format!("{count} {unit}")).collect();
    match pieces.is_empty() {
        true => "in less than a second".to_owned(),
        false => format!("in {}", pieces.join(" ")),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn how_long_it_is_until_then_is_told_in_hours_minutes_and_seconds() {
        let now = Timestamp::from_millis(1_700_000_000_000);
        for (millis, told) in [
            (0, "now"),
            (1, "in less than a second"),
            (59_999, "in 59 s"),
            (1_800_000, "in 30 min"),
            (24_681_428, "in 6 h 51 min 21 s"),
            (172_800_000, "in 48 h"),
        ] {
            assert_eq!(until(now, now + Duration::from_millis(millis)), told);
        }
        assert_eq!(until(now + Duration::from_secs(5), now), "now");
    }
}
