//! What the demo tells of the onboarding, and the callbacks that it waits for.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use doku_partner::{FileUpload, onboarding::Event, receiver::Callbacks};
use doku_types::{
    code::{CallbackType, Status},
    partner::{
        registration::{RegisteredBrand, Registration},
        requirements::{FileRequirement, RequirementsQuery},
    },
};

use super::{Failure, report::Report};

/// Tells each step of the onboarding with the time since the one before.
pub(super) fn teller(
    report: Arc<Report>,
    query: &RequirementsQuery,
    files: &[(&'static str, FileUpload)],
) -> impl FnMut(&Event<'_>) + Send + 'static {
    let asked = query.pairs().iter().map(|(_, value)| *value).collect::<Vec<_>>().join(", ");
    let files: BTreeMap<_, _> = files.iter().cloned().collect();
    let mut since = Instant::now();
    move |event| {
        let took = Some(since.elapsed());
        match event {
            Event::Requirements(requirements) => {
                let business = &requirements.business;
                let rules = business.brand.photo_proof.iter().chain(&business.contact.documents);
                let rules = rules.chain(&business.contact.owner_liveness);
                let got: Vec<_> = rules.chain(&business.documents).map(describe).collect();
                report.step("Check Requirements", &asked, &got, took);
            }
            Event::Checked => {
                let fits = |upload: &FileUpload| {
                    let (name, size) = (upload.name().unwrap_or("a file"), upload.size());
                    format!("{name}: {} KB, fits", size.unwrap_or_default().div_ceil(1000))
                };
                let got: Vec<_> = files.values().map(fits).collect();
                let asked = "against these requirements, here";
                report.step("Check the files", asked, &got, None);
            }
            Event::Uploaded { name, file } => {
                let asked = files.get(name).map(what).unwrap_or_default();
                report.step("Upload File", &asked, &[file.id.to_string()], took);
            }
            Event::Registered(reply) => {
                let business = &reply.business;
                let brands = business.brands.iter();
                let brands = brands.map(|one| described(one.id.as_str(), one.status.as_ref()));
                let mut got = vec![described(business.id.as_str(), business.status.as_ref())];
                got.extend(brands);
                let asked = format!("a business with {} brand", business.brands.len());
                report.step("Business Registration", &asked, &got, took);
            }
            Event::Looked(data) => {
                let status = described(data.id.as_str(), data.status.as_ref());
                let services = data.brands.iter().flat_map(|brand| &brand.services);
                let services: Vec<_> = services
                    .map(|service| format!("{} {}", service.code, service.status))
                    .collect();
                let brand = data.brands.first().map_or("", |brand| brand.id.as_str());
                let got = [status, format!("services: {}", services.join(", "))];
                report.step("Get Business Data", brand, &got, took);
            }
            _ => {}
        }
        since = Instant::now();
    }
}

/// A file and what it is.
fn what(upload: &FileUpload) -> String {
    let (name, purpose) = (upload.name().unwrap_or("a file"), upload.purpose());
    match purpose.code() {
        Some(code) => format!("{name} as {} {code}", purpose.category()),
        None => format!("{name} as {}", purpose.category()),
    }
}

fn describe(rule: &FileRequirement) -> String {
    let mut text =
        format!("{}: {} up to {} MB", rule.code, rule.extensions.join(", "), rule.max_size);
    for form in &rule.form {
        text.push_str(&format!("; {} of {} characters", form.code, form.max_size));
    }
    text
}

/// An id with its status, if DOKU told one.
fn described(id: &str, status: Option<&Status>) -> String {
    status.map_or_else(|| id.to_owned(), |status| format!("{id} is {status}"))
}

/// Waits until every callback that this registration causes has come (A07).
pub(super) async fn await_callbacks(
    callbacks: &mut Callbacks,
    registration: &Registration,
    brand: &RegisteredBrand,
    wait: Duration,
    report: &Report,
) -> Result<(), Failure> {
    let start = Instant::now();
    let has_social_media =
        registration.business.brands.iter().any(|brand| !brand.social_media.is_empty());
    let has_services = !brand.services.is_empty();
    let mut missing: Vec<&CallbackType> = CallbackType::all()
        .iter()
        .filter(|kind| **kind != CallbackType::BrandSocialMedia || has_social_media)
        .filter(|kind| **kind != CallbackType::BrandProduct || has_services)
        .collect();
    let asked = format!("{} callbacks, each with a right signature", missing.len());
    report.waiting("KYB callbacks", &asked);
    let mut refused = None;
    while !missing.is_empty() {
        let left = wait.saturating_sub(start.elapsed());
        let Ok(Some(received)) = tokio::time::timeout(left, callbacks.next()).await else {
            let names: Vec<_> = missing.iter().map(|kind| kind.as_str()).collect();
            let mut what =
                format!("no callback within {} s for {}", wait.as_secs(), names.join(", "));
            if let Some(why) = refused {
                what.push_str(&format!("; one was refused: {why}"));
            }
            let advice = format!(
                "the business is registered: ask Get Business Data for {}, or wait longer with --wait",
                brand.id
            );
            return Err(Failure { exit: 3, ..Failure::new(what).advice(advice) });
        };
        // Anybody can send anything here; the sender's own may still come.
        let received = match received {
            Ok(received) => received,
            Err(why) => {
                report.refused(&why.to_string(), start.elapsed());
                refused = Some(why);
                continue;
            }
        };
        let callback = received.callback;
        if callback.brand.as_ref().is_some_and(|about| about.id != brand.id) {
            continue;
        }
        let (kind, status) = (callback.callback_type.as_str(), callback.status.as_str());
        report.came(kind, status, start.elapsed());
        let bad =
            [Status::Rejected, Status::Suspended, Status::FullSuspended].contains(&callback.status);
        if bad {
            let notes = callback.reject_notes.join("; ");
            let what = format!("{} is {}: {notes}", callback.callback_type, callback.status);
            return Err(Failure::new(what).advice("mend what the notes name"));
        }
        missing.retain(|kind| **kind != callback.callback_type);
    }
    Ok(())
}
