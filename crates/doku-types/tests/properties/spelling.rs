//! The same document in other words: what a reader has to put up with.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The fields of an object in their order, each value as its text.
pub(crate) struct Fields(pub(crate) Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyFields;

        impl<'de> Visitor<'de> for AnyFields {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Fields, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = object.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }

        deserializer.deserialize_map(AnyFields)
    }
}

/// Spells documents anew, by chance but by `seed` always alike: fields in another order and
/// unknown ones among them everywhere; and by `dialect` numbers for texts and other names.
pub(crate) struct Spelling {
    seed: u64,
    dialect: Dialect,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// All that a registration may be spelled in.
    Registration,
    /// The same, but that the list of banks has one name and `null` means something.
    Update,
    /// Numbers for texts alone.
    Plain,
    /// Coded fields in three spellings, and numbers for texts.
    Reply,
    /// Nothing but order and unknown fields; those named are opaque, their text is their value.
    Verbatim(&'static [&'static str]),
}

impl Spelling {
    pub(crate) fn new(seed: u64, dialect: Dialect) -> Self {
        Self { seed, dialect }
    }

    /// `json`, which is all known fields.
    pub(crate) fn of(&mut self, json: &str) -> String {
        if let Ok(entries) = serde_json::from_str::<Vec<Box<RawValue>>>(json) {
            let entries: Vec<_> = entries.iter().map(|entry| self.of(entry.get())).collect();
            return format!("[{}]", entries.join(" , "));
        }
        let Ok(Fields(fields)) = serde_json::from_str(json) else {
            return json.to_owned();
        };
        let mut spelled: Vec<String> =
            fields.iter().map(|(name, value)| self.field(name, value.get())).collect();
        let has = |name: &str| fields.iter().any(|(field, _)| field == name);
        if self.dialect == Dialect::Registration && has("legal_entity") {
            let optional = ["description", "callback_url", "website_readiness"];
            let absent = optional.into_iter().filter(|name| !has(name));
            spelled.extend(absent.map(|name| format!("\"{name}\":null")));
        }
        spelled.push(format!("\"x-{}\":{}", self.draw(100), self.unknown()));
        // Fisher and Yates.
        for last in (1..spelled.len()).rev() {
            let other = self.draw(last + 1);
            spelled.swap(last, other);
        }
        format!("{{ {} }}", spelled.join(",\n"))
    }

    /// Whether once in two times.
    pub(crate) fn toss(&mut self) -> bool {
        self.draw(2) == 0
    }

    fn field(&mut self, name: &str, json: &str) -> String {
        if let Dialect::Verbatim(opaque) = self.dialect {
            let value = if opaque.contains(&name) { json.to_owned() } else { self.of(json) };
            return format!("\"{name}\": {value}");
        }
        let is_request = matches!(self.dialect, Dialect::Registration | Dialect::Update);
        match name {
            "phone_calling_code" if is_request && self.toss() => {
                format!("\"calling_code\":{}", self.number(json))
            }
            "phone_calling_code" | "phone_number" | "account_number" | "bank_id" | "swift_code"
            | "valid_time" | "value" => format!("\"{name}\" :{}", self.number(json)),
            "banks" if self.dialect == Dialect::Registration && self.toss() => {
                format!("\"bank_account\":{}", self.one_or_list(json))
            }
            "website_readiness" | "mobile_app_readiness" if is_request => {
                let have = match json {
                    "\"HAVE\"" if self.toss() => "true",
                    "\"DONT_HAVE\"" if self.toss() => "false",
                    _ => json,
                };
                format!("\"{name}\":{have}")
            }
            "website_readiness"
            | "mobile_app_readiness"
            | "legal_entity"
            | "transaction_frequency"
            | "transaction_quantity"
            | "ticket_size"
                if self.dialect == Dialect::Reply =>
            {
                format!("\"{name}\":{}", self.coded(json))
            }
            _ => format!("\"{name}\":{}", self.of(json)),
        }
    }

    /// A text that is an integer as such, now and then.
    fn number(&mut self, json: &str) -> String {
        let text: String = serde_json::from_str(json).unwrap();
        let number = text.parse::<u64>().ok().filter(|number| number.to_string() == text);
        match number {
            Some(number) if self.toss() => number.to_string(),
            _ => json.to_owned(),
        }
    }

    /// A list of one without the list, now and then.
    fn one_or_list(&mut self, json: &str) -> String {
        let entries: Vec<Box<RawValue>> = serde_json::from_str(json).unwrap();
        match entries.as_slice() {
            [entry] if self.toss() => self.of(entry.get()),
            _ => self.of(json),
        }
    }

    /// `{"code","name"}`, `{"code","value"}`, or the bare code of one without a name.
    fn coded(&mut self, json: &str) -> String {
        let Fields(fields) = serde_json::from_str(json).unwrap();
        let [code, name] = [0, 1].map(|index| fields[index].1.get());
        match self.draw(3) {
            0 if name == "\"\"" => code.to_owned(),
            1 => format!("{{\"value\":{name},\"code\":{code}}}"),
            2 => format!("{{\"new\":[1],\"name\":{name},\"code\":{code}}}"),
            _ => json.to_owned(),
        }
    }

    fn unknown(&mut self) -> &'static str {
        const JSON: [&str; 8] = [
            "null",
            "1e400",
            "-0.10",
            "[[[[]]]]",
            "{\"name\":7,\"id\":null}",
            "\"\\u00e9\"",
            "123456789012345678901234567890",
            "{\"business\":{\"brands\":\"none\"}}",
        ];
        JSON[self.draw(JSON.len())]
    }

    /// A number below `bound`: one step of the generator SplitMix64.
    fn draw(&mut self, bound: usize) -> usize {
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.seed;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        // The remainder is below a `usize`.
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }
}
