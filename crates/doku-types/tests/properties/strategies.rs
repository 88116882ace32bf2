//! How values are drawn: here what all have in common; in `requests`, `updates` and `replies` the
//! bodies of the Partner API, in `payments` those of SNAP and non-SNAP.

mod payments;
mod replies;
mod requests;
mod updates;

use doku_types::extra::Extra;
use proptest::{collection::vec, prelude::*, sample::select, strategy::Union, string};

pub(crate) use payments::{
    check_status_replies, customer_token_requests, notifications, snap_token_requests,
    va_notification_replies, va_notifications,
};
pub(crate) use replies::{
    businesses_data, callbacks, lite_replies, registration_replies, requirements, token_replies,
    uploaded_files,
};
pub(crate) use requests::{lite_registrations, registrations, token_requests};
pub(crate) use updates::updates;

/// How the values that make up a request are drawn.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Values {
    /// All fit their rules, and no field is unknown.
    Fit,
    /// Now and then one is empty, too long or of another form, and there are unknown fields.
    Any,
}

use Values::{Any, Fit};

impl Values {
    /// `fit`, and where anything goes now and then `odd`.
    fn or_odd<T: std::fmt::Debug + 'static>(
        self,
        fit: impl Strategy<Value = T> + 'static,
        odd: impl Strategy<Value = T> + 'static,
    ) -> BoxedStrategy<T> {
        match self {
            Fit => fit.boxed(),
            // With about a hundred values in a registration, a third of all has no odd one.
            Any => Union::new_weighted(vec![(99, fit.boxed()), (1, odd.boxed())]).boxed(),
        }
    }

    /// A text that says something, of at most `max` characters.
    pub(crate) fn text(self, max: usize) -> BoxedStrategy<String> {
        let told =
            ["x", "Warung Contoh", "a \"b\" \\c/", "é☕\u{2028}\u{7f}", "null", "12", "true"];
        let told: Vec<_> = told.into_iter().filter(|text| text.chars().count() <= max).collect();
        let any = string::string_regex(&format!("[a-z]\\PC{{0,{}}}", max.min(12) - 1)).unwrap();
        let fit = prop_oneof![3 => select(told).prop_map(str::to_owned), 1 => any];
        let odd = prop_oneof![
            select(vec!["", " ", "\t\n", "\0"]).prop_map(str::to_owned),
            (1..3_usize).prop_map(move |more| "é".repeat(max + more)),
        ];
        self.or_odd(fit, odd)
    }

    /// Digits, as of a phone or an account.
    fn digits(self) -> BoxedStrategy<String> {
        let odd = select(vec!["", "0812", "+62", "8 12", "-1"]).prop_map(str::to_owned);
        self.or_odd(string::string_regex("[1-9][0-9]{0,12}").unwrap(), odd)
    }

    /// A code: one that is known, or another of at most `max` characters.
    fn code<T>(self, known: &'static [T], max: usize) -> BoxedStrategy<T>
    where
        T: Clone + std::fmt::Debug + for<'a> From<&'a str> + 'static,
    {
        let new = self.text(max).prop_map(|text| T::from(text.as_str()));
        Union::new_weighted(vec![(3, select(known).boxed()), (1, new.boxed())]).boxed()
    }

    /// One to three entries; now and then none, or one more than there may be.
    fn list<T: Clone + std::fmt::Debug + 'static>(
        self,
        entry: impl Strategy<Value = T> + Clone + 'static,
    ) -> BoxedStrategy<Vec<T>> {
        let odd = prop_oneof![Just(Vec::new()), entry.clone().prop_map(|entry| vec![entry; 101]),];
        self.or_odd(vec(entry, 1..3), odd)
    }

    fn extra(self) -> BoxedStrategy<Extra> {
        match self {
            Fit => Just(Extra::default()).boxed(),
            Any => Union::new_weighted(vec![
                (3, Just(Extra::default()).boxed()),
                (1, unknown_fields().boxed()),
            ])
            .boxed(),
        }
    }
}

/// Fields by names that nobody knows.
pub(crate) fn unknown_fields() -> impl Strategy<Value = Extra> {
    vec(("x-[a-z]{1,3}|extra|é☕|business_type", any_json()), 1..3).prop_map(|fields| {
        let mut extra = Extra::default();
        for (name, json) in fields {
            extra.set(&name, &json).unwrap();
        }
        extra
    })
}

/// Any JSON document, up to three levels deep, with numbers that no machine type holds.
pub(crate) fn any_json() -> BoxedStrategy<String> {
    let leaf = prop_oneof![
        select(vec![
            "null",
            "true",
            "\"\"",
            "[]",
            "{}",
            "1.00",
            "-0",
            "1e400",
            "-0.0E-0",
            "2007300",
            "123456789012345678901234567890.10",
            "\"\\u00e9\\/\"",
            "[ 1 , 2 ]",
            "{\"a\" : {} }",
        ])
        .prop_map(str::to_owned),
        any::<i64>().prop_map(|number| number.to_string()),
        any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap()),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(|entries| format!("[{}]", entries.join(", "))),
            vec(inner, 0..3).prop_map(|entries| {
                let named = entries.iter().enumerate();
                let fields: Vec<_> =
                    named.map(|(index, entry)| format!("\"id{index}\":{entry}")).collect();
                format!("{{{}}}", fields.join(","))
            }),
        ]
    })
    .boxed()
}
