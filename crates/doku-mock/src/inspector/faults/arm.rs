//! The forms that arm a fault, and the document that they make.

use doku_types::{code::CallbackType, partner::endpoint::Endpoint};
use maud::{Markup, html};
use serde_json::{Map, Value, json};

use super::super::{
    api::Refusal,
    form::Form,
    pieces::{as_api, choice, text_field},
};
use super::{
    FAULTS, PATH,
    kinds::{CALLBACKS, REPLIES},
};

/// Three ways to arm one, the one that was refused with what was typed.
pub(super) fn forms(typed: &Form) -> Markup {
    let (nothing, typed) = (Form::default(), typed);
    let of = |name: &str| if typed.text(name).is_some() { typed } else { &nothing };
    html! {
        h2 { "Arm a fault" }
        div.compare {
            section.card aria-labelledby="of-callbacks" { (callbacks(of("callback"))) }
            section.card aria-labelledby="of-replies" { (replies(of("reply"))) }
        }
        section aria-labelledby="as-text" { (by_text(of("fault"))) }
    }
}

fn callbacks(typed: &Form) -> Markup {
    let types = CallbackType::all().iter().map(|of| of.as_str().to_owned());
    let types: Vec<_> = types.map(|of| (of.clone(), of)).collect();
    html! {
        h3 #of-callbacks { "Of callbacks" }
        form method="post" action=(PATH) {
            div.fields {
                (choice("callback-kind", "callback", "What happens", None, &names(&CALLBACKS), typed.text("callback")))
                (text_field("callback-by", "by", "Duration, for delay", typed.text("by"), "30m"))
                (choice("callback-type", "type", "Only of type", Some("any"), &types, typed.text("type")))
                (text_field("callback-times", "times", HOW_OFTEN, typed.text("times"), "1"))
            }
            button.first { "Arm this fault of callbacks" }
        }
        (as_api("POST", FAULTS, Some(&json!({"callback": "delay", "by": "30m", "type": "BUSINESS", "times": 1}))))
        (sentences(&CALLBACKS))
    }
}

fn replies(typed: &Form) -> Markup {
    let operations = Endpoint::all().iter().map(|of| of.name().to_owned());
    let operations: Vec<_> = operations.map(|of| (of.clone(), of)).collect();
    let field = |name: &str, label: &str, hint: &str| {
        text_field(&format!("reply-{name}"), name, label, typed.text(name), hint)
    };
    html! {
        h3 #of-replies { "Of replies" }
        form method="post" action=(PATH) {
            div.fields {
                (choice("reply-kind", "reply", "What happens", None, &names(&REPLIES), typed.text("reply")))
                (field("status", "HTTP status, for status", "503"))
                (field("code", "Gateway's code, for status", "invalid_signature"))
                (field("retry_after", "Retry-After, for status", "5s"))
                (field("by", "Duration, for delay, drip and skew", "2s"))
                (field("bytes", "Bytes, for drip, truncate and wrong-length", "16"))
                (choice("reply-operation", "operation", "Only of operation", Some("any"), &operations, typed.text("operation")))
                (field("partner", "Only to partner", "BRN-…"))
                (field("nth", "From which call on", "1"))
                (field("times", HOW_OFTEN, "1"))
                (field("probability", "With probability", "0.1"))
            }
            button.first { "Arm this fault of replies" }
        }
        (as_api("POST", FAULTS, Some(&json!({"reply": "status", "status": 503, "retry_after": "5s", "times": 1}))))
        (sentences(&REPLIES))
    }
}

fn by_text(typed: &Form) -> Markup {
    let hint = "reset.after;operation=business-registration;nth=2;times=1";
    html! {
        h3 #as-text { "By its text" }
        form method="post" action=(PATH) {
            (text_field("fault-text", "fault", "The whole fault", typed.text("fault"), hint))
            p.hint {
                "Its kind, which of callbacks begins with " code { "callback." } ", then by semicolon what it is limited to: "
                code { "callback.delay=30m;type=BRAND;times=1" } "."
            }
            button { "Arm the fault of this text" }
        }
        (as_api("POST", FAULTS, Some(&json!({"fault": hint}))))
    }
}

fn names(kinds: &[(&str, &str)]) -> Vec<(String, String)> {
    kinds.iter().map(|(name, _)| ((*name).to_owned(), (*name).to_owned())).collect()
}

fn sentences(kinds: &[(&str, &str)]) -> Markup {
    html! {
        dl.facts {
            @for (name, sentence) in kinds {
                dt { (name) }
                dd { (sentence) }
            }
        }
    }
}

/// The fault as a program would send it.
///
/// # Errors
/// A field holds no number that has to.
pub(super) fn document(form: &Form) -> Result<Value, Refusal> {
    let mut document = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        document.extend(value.map(|value| (name.to_owned(), value)));
    };
    for name in
        ["fault", "callback", "reply", "by", "code", "retry_after", "type", "operation", "partner"]
    {
        put(name, form.text(name).map(Value::from));
    }
    put("status", form.number::<u16>("status")?.map(Value::from));
    put("bytes", form.number::<i64>("bytes")?.map(Value::from));
    put("nth", form.number::<u32>("nth")?.map(Value::from));
    put("times", form.number::<u32>("times")?.map(Value::from));
    // What is no finite number has no place in JSON.
    let probability = form.number::<f64>("probability")?;
    if probability.is_some_and(|probability| !probability.is_finite()) {
        return Err(Refusal::of("probability is none from 0 to 1: give 0.1, say"));
    }
    put("probability", probability.map(Value::from));
    Ok(Value::Object(document))
}

const HOW_OFTEN: &str = "How often (empty: always)";
