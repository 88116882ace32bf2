//! The steps of the demo, one function each.

use std::time::{Duration, Instant};

use doku_partner::{PartnerClient, operation::FileUpload, receiver::Callbacks};
use doku_types::{
    BearerToken, FileId,
    code::{CallbackType, Status},
    partner::{
        registration::{RegisteredBrand, RegisteredBusiness, Registration},
        requirements::{FileRequirement, Requirements, RequirementsQuery},
        token::TokenRequest,
    },
};

use super::{
    Failure,
    merchant::{MerchantFile, Uploaded},
    report::Report,
};

pub(super) async fn check_requirements(
    client: &PartnerClient,
    query: &RequirementsQuery,
    report: &mut Report,
) -> Result<Requirements, Failure> {
    let start = Instant::now();
    let requirements = client
        .check_requirements(query)
        .await
        .map_err(|error| Failure::of_call("Check Requirements", &error))?;
    let asked: Vec<_> = query.pairs().iter().map(|(_, value)| *value).collect();
    let business = &requirements.business;
    let rules = business.brand.photo_proof.iter().chain(&business.contact.documents);
    let rules = rules.chain(&business.contact.owner_liveness).chain(&business.documents);
    let got: Vec<_> = rules.map(describe).collect();
    report.step("Check Requirements", &asked.join(", "), &got, Some(start.elapsed()));
    Ok(requirements)
}

fn describe(rule: &FileRequirement) -> String {
    let mut text =
        format!("{}: {} up to {} MB", rule.code, rule.extensions.join(", "), rule.max_size);
    for form in &rule.form {
        text.push_str(&format!("; {} of {} characters", form.code, form.max_size));
    }
    text
}

/// Before anything is sent: do the files fit?
pub(super) fn check_files(
    requirements: &Requirements,
    files: &[MerchantFile],
    report: &mut Report,
) -> Result<(), Failure> {
    let mut faults = Vec::new();
    let mut got = Vec::new();
    for file in files {
        let rule = requirements.file(&file.purpose).cloned();
        let rule = rule.unwrap_or_else(FileRequirement::fallback);
        let found = rule.check(&file.name, file.content.len() as u64, &file.content);
        faults.extend(found.into_iter().map(|mut fault| {
            fault.pointer.clone_from(&file.name);
            fault
        }));
        got.push(format!("{}: {} KB, fits", file.name, file.content.len().div_ceil(1000)));
    }
    if !faults.is_empty() {
        return Err(Failure::of_faults("these files do not fit", &faults));
    }
    report.step("Check the files", "against these requirements, here", &got, None);
    Ok(())
}

pub(super) async fn generate_token(
    client: &PartnerClient,
    report: &mut Report,
) -> Result<BearerToken, Failure> {
    let start = Instant::now();
    let reply = client
        .generate_token(&TokenRequest::minutes(TOKEN_MINUTES))
        .await
        .map_err(|error| Failure::of_call("Generate Token", &error))?;
    let asked = format!("a token for {TOKEN_MINUTES} minutes");
    let got = [format!("a token of {} characters", reply.token.expose().len())];
    report.step("Generate Token", &asked, &got, Some(start.elapsed()));
    Ok(reply.token)
}

pub(super) async fn upload_files(
    client: &PartnerClient,
    token: &BearerToken,
    files: [MerchantFile; 3],
    report: &mut Report,
) -> Result<Uploaded, Failure> {
    let mut ids: Vec<FileId> = Vec::new();
    for file in files {
        let start = Instant::now();
        let asked = match file.purpose.code() {
            Some(code) => format!("{} as {} {code}", file.name, file.purpose.category()),
            None => format!("{} as {}", file.name, file.purpose.category()),
        };
        let upload = FileUpload::bytes(file.purpose, file.name, file.content);
        let reply = client
            .upload_file(token, &upload)
            .await
            .map_err(|error| Failure::of_call(&format!("Upload File, {asked}"), &error))?;
        report.step("Upload File", &asked, &[reply.id.to_string()], Some(start.elapsed()));
        ids.push(reply.id);
    }
    // As many ids as files, in their order.
    let [photo_proof, ktp, owner_liveness] =
        <[FileId; 3]>::try_from(ids).map_err(|_| Failure::new("an upload gave no id"))?;
    Ok(Uploaded { photo_proof, ktp, owner_liveness })
}

pub(super) async fn register(
    client: &PartnerClient,
    requirements: &Requirements,
    registration: &Registration,
    report: &mut Report,
) -> Result<(RegisteredBusiness, RegisteredBrand), Failure> {
    let mut faults = registration.validate();
    faults.extend(requirements.check(registration));
    if !faults.is_empty() {
        return Err(Failure::of_faults("the registration has faults", &faults));
    }
    let start = Instant::now();
    let mut business = client
        .register_business(registration)
        .await
        .map_err(|error| Failure::of_call("Business Registration", &error))?
        .business;
    let took = start.elapsed();
    if business.brands.is_empty() {
        return Err(Failure::new("Business Registration: the reply names no brand").advice(
            "ask DOKU with the business's id, which is ".to_owned() + business.id.as_str(),
        ));
    }
    let brand = business.brands.swap_remove(0);
    let got = [
        described(business.id.as_str(), business.status.as_ref()),
        described(brand.id.as_str(), brand.status.as_ref()),
    ];
    let asked = format!("a {} business with one brand", registration.business.business_type);
    report.step("Business Registration", &asked, &got, Some(took));
    Ok((business, brand))
}

/// An id with its status, if DOKU told one.
pub(super) fn described(id: &str, status: Option<&Status>) -> String {
    status.map_or_else(|| id.to_owned(), |status| format!("{id} is {status}"))
}

/// Waits until every callback that this registration causes has come (A07).
pub(super) async fn await_verdict(
    callbacks: &mut Callbacks,
    registration: &Registration,
    brand: &RegisteredBrand,
    wait: Duration,
    report: &mut Report,
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

const TOKEN_MINUTES: u32 = 30;
