//! A field that this version does not know goes from a reply into the update that is made of it,
//! to the byte.

use std::collections::BTreeMap;

use doku_types::partner::{business::BusinessData, update::Update};
use proptest::prelude::*;
use serde_json::value::RawValue;

use crate::{
    cases,
    spelling::Fields,
    strategies::{Values::Any, businesses_data},
};

/// What only DOKU sets does not go into an update, nor do the fields in it.
const ONLY_IN_REPLIES: [&str; 2] = ["contact", "services"];

proptest! {
    #![proptest_config(cases(128))]

    #[test]
    fn unknown_fields_go_from_a_reply_into_an_update_to_the_byte(data in businesses_data(Any)) {
        let reply = serde_json::to_string(&data).unwrap();
        let read = BusinessData::parse(reply.as_bytes()).unwrap();
        prop_assert_eq!(&read, &data);
        let update = read.into_update();
        let request = serde_json::to_string(&update).unwrap();

        let (mut got, mut sent) = (BTreeMap::new(), BTreeMap::new());
        unknown("/business", &reply, &mut got);
        unknown("", &request, &mut sent);
        prop_assert_eq!(got, sent, "{}\n{}", reply, request);

        // No such field makes the update one that cannot be checked or read.
        match Update::parse(request.as_bytes()) {
            Ok(_) => prop_assert_eq!(update.validate(), []),
            Err(error) => prop_assert_eq!(error.faults(), update.validate()),
        }
    }
}

#[test]
fn json_that_no_machine_holds_is_kept_and_stops_neither_check_nor_reading() {
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    for json in ["1e400", &deep] {
        let reply = format!(r#"{{"id":"BSN-1","z":{json},"name":"Warung Contoh","a":1}}"#);
        let data = BusinessData::parse(reply.as_bytes()).unwrap();
        let names: Vec<_> = data.extra.iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["z", "a"]);
        let update = data.into_update();
        assert_eq!(update.validate(), []);
        let request = serde_json::to_string(&update).unwrap();
        assert_eq!(
            request,
            format!(r#"{{"business":{{"name":"Warung Contoh","z":{json},"a":1}}}}"#)
        );
        assert!(Update::parse(request.as_bytes()).is_ok());
    }
}

/// Every unknown field below `pointer`, as its text.
fn unknown(pointer: &str, json: &str, found: &mut BTreeMap<String, String>) {
    if let Ok(entries) = serde_json::from_str::<Vec<Box<RawValue>>>(json) {
        for (index, entry) in entries.iter().enumerate() {
            unknown(&format!("{pointer}/{index}"), entry.get(), found);
        }
    } else if let Ok(Fields(fields)) = serde_json::from_str(json) {
        for (name, value) in fields {
            let place = format!("{pointer}/{name}");
            let is_unknown = name.starts_with("x-")
                || ["extra", "é☕", "business_type"].contains(&name.as_str());
            if is_unknown {
                found.insert(place, value.get().to_owned());
            } else if !ONLY_IN_REPLIES.contains(&name.as_str()) {
                unknown(&place, value.get(), found);
            }
        }
    }
}
