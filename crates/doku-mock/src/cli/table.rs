//! Answers for people: aligned columns, in colour where a terminal shows it.

use anstyle::{AnsiColor, Style};

/// Rows under a head; every cell but the last of a row is filled up to its column's width.
pub(super) fn table<const N: usize>(head: [&str; N], rows: &[[String; N]]) -> String {
    let rows: Vec<[String; N]> =
        rows.iter().map(|row| row.each_ref().map(|cell| visible(cell))).collect();
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([head[column].len()]).max().unwrap_or_default()
    };
    let widths: [usize; N] = std::array::from_fn(width);
    let line = |cells: [&str; N], style: fn(&str) -> Style| {
        let mut line = String::new();
        for (column, (cell, width)) in cells.into_iter().zip(widths).enumerate() {
            let style = style(cell);
            line.push_str(&format!("{style}{cell}{style:#}"));
            if column + 1 < N {
                line.push_str(&" ".repeat(width - cell.chars().count() + 2));
            }
        }
        line.trim_end().to_owned()
    };
    let head = line(head, |_| Style::new().bold());
    let rows = rows.iter().map(|row| line(row.each_ref().map(String::as_str), colour));
    [head].into_iter().chain(rows).collect::<Vec<_>>().join("\n")
}

/// A word in the colour of its meaning.
pub(super) fn word(text: &str) -> String {
    let style = colour(text);
    format!("{style}{}{style:#}", visible(text))
}

/// `1 file`, `2 files`.
pub(super) fn count(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// Text from outside may hold what steers a terminal: that is shown, not obeyed.
pub(super) fn visible(text: &str) -> String {
    let shown =
        |c: char| if c.is_control() { c.escape_default().collect() } else { String::from(c) };
    text.chars().map(shown).collect()
}

fn colour(word: &str) -> Style {
    let colour = match word {
        "ACTIVE" | "APPROVED" | "delivered" => AnsiColor::Green,
        "REJECTED" | "SUSPENDED" | "FULL_SUSPENDED" | "exhausted" | "blocked" | "dropped" => {
            AnsiColor::Red
        }
        "pending" | "PENDING" | "UPDATING" => AnsiColor::Yellow,
        _ => return Style::new(),
    };
    colour.on_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell_and_no_line_ends_in_blanks() {
        let rows = [["a".into(), String::new()], ["é—long".into(), "x".into()]];
        let plain = anstream::adapter::strip_str(&table(["ID", "NAME"], &rows)).to_string();
        assert_eq!(plain, "ID      NAME\na\né—long  x");
    }

    #[test]
    fn what_would_steer_the_terminal_is_shown() {
        assert_eq!(visible("Toko\u{1b}[2J\n"), r"Toko\u{1b}[2J\n");
        assert!(!table(["NAME"], &[["\u{7}".into()]]).contains('\u{7}'));
    }
}
