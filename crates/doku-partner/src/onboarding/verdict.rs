//! What DOKU decided.

use std::{collections::VecDeque, sync::Arc};

use doku_types::{
    code::Status,
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
    /// `told` is what the last callback on the business said.
    pub(super) fn of(
        data: BusinessData,
        told: Option<&Status>,
        heard: &VecDeque<Arc<Callback>>,
    ) -> Self {
        let data = Box::new(data);
        if status(&data, told) == Some(&Status::Active) {
            return Self::Active(data);
        }
        let rejections = rejections(&data, heard);
        Self::Rejected { data, rejections }
    }
}

pub(super) fn is_decided(data: &BusinessData, told: Option<&Status>) -> bool {
    matches!(status(data, told), Some(Status::Active | Status::Rejected))
}

/// Of the data; where those tell none, of the last callback on the business.
fn status<'a>(data: &'a BusinessData, told: Option<&'a Status>) -> Option<&'a Status> {
    data.status.as_ref().or(told)
}

/// Of the callbacks, each with its note; then what the data refuse and no callback told.
fn rejections(data: &BusinessData, heard: &VecDeque<Arc<Callback>>) -> Vec<Rejection> {
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
        let active = Some(&Status::Active);
        for (body, decided) in [
            (r#"{"id":"BSN-1","status":"UPDATING"}"#, false),
            (r#"{"id":"BSN-1","status":"REJECTED"}"#, true),
            (r#"{"id":"BSN-1","status":"NEW"}"#, false),
            (r#"{"id":"BSN-1"}"#, true),
        ] {
            assert_eq!(is_decided(&data(body), active), decided, "{body}");
            assert!(!is_decided(&data(r#"{"id":"BSN-1"}"#), None));
        }
        let silent = Verdict::of(data(r#"{"id":"BSN-1"}"#), active, &VecDeque::new());
        assert!(matches!(silent, Verdict::Active(_)));
    }

    #[test]
    fn every_rejection_is_told_once_with_the_note_of_its_callback() {
        let blurred =
            r#"{"type":"BUSINESS_DOCUMENT","status":"REJECTED","reject_notes":["blurred"]}"#;
        let heard = VecDeque::from([callback(blurred), callback(blurred)]);
        let data = data(
            r#"{"id":"BSN-1","status":"REJECTED","reject_notes":["blurred"],
                "brands":[{"id":"BRN-1","status":"ACTIVE"}]}"#,
        );
        let Verdict::Rejected { rejections, .. } = Verdict::of(data, None, &heard) else {
            panic!("it is rejected")
        };
        let told: Vec<_> = rejections.iter().map(|r| (r.part.as_str(), &*r.reason)).collect();
        assert_eq!(told, [("BUSINESS_DOCUMENT", "blurred"), ("BUSINESS", "blurred")]);
    }
}
