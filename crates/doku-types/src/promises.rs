//! What every body that DOKU sends has to stand: the tests that all body types share.

use std::{collections::BTreeMap, fmt::Debug};

use proptest::{prelude::*, sample, strategy::ValueTree, test_runner::TestRunner};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;

/// Reads `sample`, the same in another order with unknown fields everywhere (but within `opaque`
/// fields, whose text is part of the value), and the same with wrong values; what can be read has
/// to survive being written, and nothing may panic.
pub(crate) fn keeps_the_promises_of_a_body<T>(sample: &str, opaque: &[&'static str])
where
    T: DeserializeOwned + Serialize + PartialEq + Debug,
{
    let expected: T = serde_json::from_str(sample).unwrap();
    assert_survives(&expected);

    let mut runner = TestRunner::default();
    for _ in 0..256 {
        let mut disorder = Disorder { runner: &mut runner, opaque, wrong: false };
        let reordered = disorder.rewrite(sample);
        let read: T =
            serde_json::from_str(&reordered).unwrap_or_else(|e| panic!("{e}: {reordered}"));
        assert_eq!(read, expected, "{reordered}");

        disorder.wrong = true;
        if let Ok(read) = serde_json::from_str::<T>(&disorder.rewrite(sample)) {
            assert_survives(&read);
        }
        if let Ok(read) = serde_json::from_str::<T>(&disorder.any_json()) {
            assert_survives(&read);
        }
    }
}

fn assert_survives<T: DeserializeOwned + Serialize + PartialEq + Debug>(value: &T) {
    let written = serde_json::to_string(value).unwrap();
    assert_eq!(&serde_json::from_str::<T>(&written).unwrap(), value, "{written}");
}

/// Any JSON document, up to three levels deep.
pub(crate) fn any_json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        sample::select(&["null", "true", "\"\"", "[]", "{}", "1.00", "1e400", "-0", "2007300"][..])
            .prop_map(str::to_owned),
        any::<u64>().prop_map(|number| number.to_string()),
        "[1-9][0-9]{20,40}",
        ".{0,8}".prop_map(|text| quoted(&text)),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4)
                .prop_map(|entries| format!("[{}]", entries.join(","))),
            prop::collection::btree_map("[a-z]{0,4}", inner, 0..4).prop_map(|fields| {
                let fields = fields.iter().map(|(key, value)| format!("{}:{value}", quoted(key)));
                format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
            }),
        ]
    })
}

struct Disorder<'a> {
    runner: &'a mut TestRunner,
    opaque: &'a [&'static str],
    wrong: bool,
}

impl Disorder<'_> {
    /// `json` with its keys shuffled and one unknown field per object; now and then with a wrong
    /// value, if asked.
    fn rewrite(&mut self, json: &str) -> String {
        if self.wrong && self.draw(0..12_u8) == 0 {
            return self.any_json();
        }
        if let Ok(entries) = serde_json::from_str::<Vec<Box<RawValue>>>(json) {
            let entries = entries.iter().map(|entry| self.rewrite(entry.get()));
            return format!("[{}]", entries.collect::<Vec<_>>().join(","));
        }
        let Ok(fields) = serde_json::from_str::<BTreeMap<String, Box<RawValue>>>(json) else {
            return json.to_owned();
        };
        let mut written = vec![format!("\"x-unknown\":{}", self.any_json())];
        for (key, value) in fields {
            let value = match self.opaque.contains(&key.as_str()) {
                true => value.get().to_owned(),
                false => self.rewrite(value.get()),
            };
            written.push(format!("{}:{value}", quoted(&key)));
        }
        let shuffled = self.draw(Just(written).prop_shuffle());
        format!("{{{}}}", shuffled.join(","))
    }

    fn any_json(&mut self) -> String {
        self.draw(any_json())
    }

    fn draw<S: Strategy>(&mut self, strategy: S) -> S::Value {
        // Neither of these strategies filters, so none runs out of tries.
        strategy.new_tree(self.runner).unwrap().current()
    }
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}
