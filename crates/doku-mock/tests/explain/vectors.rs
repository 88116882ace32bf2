//! The signature vectors, each as a saved message.

use std::{fs, path::PathBuf};

use serde_json::Value;

use crate::program::run;

#[test]
fn every_vector_is_judged_as_it_says() {
    let vectors = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors"));
    let public = vectors.join("test-rsa-public.pem");
    let mut judged = 0;
    for scheme in [
        "non-snap-request",
        "non-snap-response",
        "snap-symmetric",
        "snap-asymmetric-token",
        "snap-asymmetric-transaction",
    ] {
        for case in fs::read_dir(vectors.join(scheme)).unwrap() {
            let case = case.unwrap().path();
            let context = fs::read(case.join("context.json")).unwrap();
            let context: Value = serde_json::from_slice(&context).unwrap();
            let text = |name: &str| context[name].as_str().unwrap_or_default().to_owned();
            if context.get("digest_only").is_some() {
                continue;
            }
            let file = case.join(match scheme {
                "non-snap-response" => "response.http",
                _ => "request.http",
            });
            let mut arguments =
                vec!["explain".to_owned(), file.display().to_string(), "--json".to_owned()];
            for (option, value) in [
                ("--secret-key", text("secret_key")),
                ("--method", text("method")),
                ("--target", text("target") + &text("registered_target")),
            ] {
                if !value.is_empty() {
                    arguments.extend([option.to_owned(), value]);
                }
            }
            if scheme.starts_with("snap-asymmetric") {
                arguments.extend(["--public-key".to_owned(), public.display().to_string()]);
            }
            let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
            let ran = run(&arguments, b"");
            let lenient = ["query_in_target", "token_not_signed", "body_not_minified"];
            // A receiver has to allow for these; to the letter they are mistakes.
            let allowed_for = lenient.iter().any(|name| context.get(*name).is_some());
            let right = context["expect"] == "accept" && !allowed_for;
            let verdict = ran.json();
            assert_eq!(ran.code, Some(i32::from(!right)), "{}: {ran:?}", case.display());
            assert_eq!(verdict["verdict"] == "right", right, "{}: {ran:?}", case.display());
            if let Ok(string) = fs::read_to_string(case.join("string-to-sign.txt"))
                && let Some(told) = verdict["to_be_signed"].as_str()
                && scheme != "snap-symmetric"
                && !allowed_for
            {
                assert_eq!(told, string, "{}", case.display());
            }
            judged += 1;
        }
    }
    assert!(judged > 150, "{judged}");
}
