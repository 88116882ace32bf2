//! What DOKU decided.

use std::sync::Arc;

use doku_types::{
    code::{CallbackType, Status},
    partner::{business::BusinessData, callback::Callback, rejection::Rejection},
};

/// What DOKU decided.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// The business is `ACTIVE`. Whether its brands may operate and which services they have, the data
    /// say.
    Active(Box<BusinessData>),
    /// The business is `REJECTED`: mend it by
    /// [`resubmit`](super::Onboarding::resubmit).
    Rejected {
        /// As DOKU shows it.
        data: Box<BusinessData>,
        /// What was refused, why, and how it is mended: of the callbacks that came, and of the data.
        rejections: Vec<Rejection>,
    },
    /// Not decided within the time that there was, and how it stood last. Follow again later.
    Pending(Option<Box<BusinessData>>),
}

impl Verdict {
    pub(super) fn of(data: BusinessData, heard: &[Arc<Callback>]) -> Self {
        let data = Box::new(data);
        if status(&data, heard) == Some(&Status::Active) {
            return Self::Active(data);
        }
        let rejections = rejections(&data, heard);
        Self::Rejected { data, rejections }
    }
}

pub(super) fn is_decided(data: &BusinessData, heard: &[Arc<Callback>]) -> bool {
    matches!(status(data, heard), Some(Status::Active | Status::Rejected))
}

/// Of the data; where those tell none, of the last callback on the business.
fn status<'a>(data: &'a BusinessData, heard: &'a [Arc<Callback>]) -> Option<&'a Status> {
    data.status.as_ref().or_else(|| last(heard, &CallbackType::Business))
}

fn last<'a>(heard: &'a [Arc<Callback>], kind: &CallbackType) -> Option<&'a Status> {
    let of_kind = heard.iter().rev().find(|callback| callback.callback_type == *kind);
    of_kind.map(|callback| &callback.status)
}

/// Of the callbacks, each with its note; then what the data refuse and no callback told.
fn rejections(data: &BusinessData, heard: &[Arc<Callback>]) -> Vec<Rejection> {
    let mut told: Vec<Rejection> = Vec::new();
    for callback in heard {
        for rejection in callback.rejections() {
            // The same may come twice.
            if !told.contains(&rejection) {
                told.push(rejection);
            }
        }
    }
    for rejection in data.rejections() {
        if !told.iter().any(|other| other.part == rejection.part) {
            told.push(rejection);
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    fn callback(body: &str) -> Arc<Callback> {
        Arc::new(Callback::parse(body.as_bytes()).unwrap())
    }

    fn data(body: &str) -> BusinessData {
        BusinessData::parse(body.as_bytes()).unwrap()
    }

    #[test]
    fn the_data_count_and_callbacks_only_where_the_data_are_silent() {
        let active = [callback(r#"{"type":"BUSINESS","status":"ACTIVE"}"#)];
        for (body, decided) in [
            (r#"{"id":"BSN-1","status":"UPDATING"}"#, false),
            (r#"{"id":"BSN-1","status":"REJECTED"}"#, true),
            (r#"{"id":"BSN-1","status":"NEW"}"#, false),
            (r#"{"id":"BSN-1"}"#, true),
        ] {
            assert_eq!(is_decided(&data(body), &active), decided, "{body}");
            assert!(!is_decided(&data(r#"{"id":"BSN-1"}"#), &[]));
        }
        let silent = Verdict::of(data(r#"{"id":"BSN-1"}"#), &active);
        assert!(matches!(silent, Verdict::Active(_)));
    }

    #[test]
    fn every_rejection_is_told_once_with_the_note_of_its_callback() {
        let blurred =
            r#"{"type":"BUSINESS_DOCUMENT","status":"REJECTED","reject_notes":["blurred"]}"#;
        let heard = [callback(blurred), callback(blurred)];
        let data = data(
            r#"{"id":"BSN-1","status":"REJECTED","reject_notes":["blurred"],
                "brands":[{"id":"BRN-1","status":"ACTIVE"}]}"#,
        );
        let Verdict::Rejected { rejections, .. } = Verdict::of(data, &heard) else {
            panic!("it is rejected")
        };
        let told: Vec<_> = rejections.iter().map(|r| (r.part.as_str(), &*r.reason)).collect();
        assert_eq!(told, [("BUSINESS_DOCUMENT", "blurred"), ("BUSINESS", "blurred")]);
    }
}
