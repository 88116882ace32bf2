//! What is found on a message, for people and for machines.

use doku_signing::{
    HeaderError,
    diagnose::{Diagnosis, Difference, Mistake, Report},
};
use serde::Serialize;
use serde_json::{Value, json};

/// The doctor's verdict, or why there is nothing to examine.
pub(super) struct Verdict {
    /// As `--scheme` names it.
    pub(super) scheme: &'static str,
    /// What was examined, in a few words.
    pub(super) subject: String,
    pub(super) found: Result<Diagnosis, HeaderError>,
    /// What is worth knowing beside it.
    pub(super) notes: Vec<String>,
}

/// The verdict in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Word {
    Right,
    Mistake,
    Unknown,
}

impl Verdict {
    /// Whether nothing is wrong with the signature.
    pub(super) fn is_right(&self) -> bool {
        self.word() == Word::Right
    }

    /// Whether no known mistake explains it.
    pub(super) fn is_unknown(&self) -> bool {
        self.word() == Word::Unknown
    }

    fn word(&self) -> Word {
        match &self.found {
            Ok(Diagnosis::Right) => Word::Right,
            Err(_) | Ok(Diagnosis::Mistake(_)) => Word::Mistake,
            Ok(Diagnosis::Unknown(report)) if !report.is_readable() => Word::Mistake,
            Ok(_) => Word::Unknown,
        }
    }

    fn report(&self) -> Option<&Report> {
        match &self.found {
            Ok(Diagnosis::Mistake(report) | Diagnosis::Unknown(report)) => Some(report),
            _ => None,
        }
    }

    /// The same names as in the mock's header `Doku-Mock-Diagnosis`.
    fn codes(&self) -> Vec<&'static str> {
        match &self.found {
            Ok(Diagnosis::Right) => Vec::new(),
            Ok(Diagnosis::Mistake(report)) => codes(report.mistakes()),
            Ok(Diagnosis::Unknown(report)) if !report.is_readable() => vec!["signature-unreadable"],
            Ok(_) => vec!["unknown"],
            Err(HeaderError::Missing(_)) => vec!["header-missing"],
            Err(_) => vec!["header-malformed"],
        }
    }

    /// For people, in several lines.
    pub(super) fn text(&self) -> String {
        let found = match &self.found {
            Ok(diagnosis) => diagnosis.to_string(),
            Err(error) => {
                format!("There is nothing to examine: {error}. [{}]", self.codes().join(","))
            }
        };
        let mut text = format!("{}: {}\n{found}", self.scheme, self.subject);
        for note in &self.notes {
            text.push_str(&format!("\nNote: {note}"));
        }
        text
    }

    /// For machines.
    pub(super) fn json(&self) -> Value {
        let report = self.report();
        let advice: Vec<_> = match &self.found {
            Err(error) => vec![error.to_string()],
            Ok(_) => report
                .map_or(&[][..], Report::mistakes)
                .iter()
                .map(|mistake| mistake.advice().to_owned())
                .collect(),
        };
        let alternatives: Vec<_> =
            report.into_iter().flat_map(Report::alternatives).map(codes).collect();
        json!({
            "scheme": self.scheme,
            "verdict": self.word(),
            "codes": self.codes(),
            "advice": advice,
            "alternatives": alternatives,
            "to_be_signed": report.map(Report::right),
            "was_signed": report.and_then(Report::signed),
            "difference": report.and_then(Report::difference).map(difference),
            "body_difference": report.and_then(Report::body_difference).map(difference),
            "looked_for_pairs": report.map(Report::looked_for_pairs),
            "notes": self.notes,
        })
    }
}

fn codes(mistakes: &[Mistake]) -> Vec<&'static str> {
    mistakes.iter().map(|mistake| mistake.code()).collect()
}

fn difference(difference: &Difference) -> Value {
    json!({
        "offset": difference.offset(),
        "line": difference.line(),
        "column": difference.column(),
        "right": difference.right(),
        "signed": difference.signed(),
    })
}
