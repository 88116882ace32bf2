//! One merchant, call by call: what DOKU requires, the files, the registration, and how it stands.
//!
//! `cargo run -p doku-partner --all-features --example quick_start`
//!
//! It runs against a mock of its own, or against the host of `DOKU_BASE_URL` with `DOKU_CLIENT_ID` and
//! `DOKU_SECRET_KEY`. `Onboarding` does all this by itself, and survives a crash: see the example
//! `resume_after_crash`.

mod host;
mod merchant;

use std::process::ExitCode;

use doku_mock::MockDoku;
use doku_partner::PartnerClient;
use doku_types::partner::requirements::RequirementsQuery;
use doku_types::{code::Status, partner::business::BusinessData};
use host::{Failure, Host};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    host::exit(run().await)
}

async fn run() -> Result<(), Failure> {
    let host = Host::from_env(MockDoku::builder()).await?;
    println!("host: {host}");
    onboard(&host.client()).await?;
    Ok(())
}

async fn onboard(client: &PartnerClient) -> Result<BusinessData, Failure> {
    // What papers does DOKU ask of a person with a shop?
    let query = RequirementsQuery::personal();
    let requirements = client.check_requirements(&query).await?;

    // A file that does not fit is refused here, before anything of it is sent.
    let papers = merchant::papers().await?.map(|paper| {
        let rule = requirements.file(paper.purpose());
        rule.map(|rule| paper.clone().required(rule.clone())).unwrap_or(paper)
    });

    // The token for uploads is fetched once, whoever of the three asks first.
    let [photo_proof, ktp, face] = &papers;
    let uploaded = tokio::try_join!(
        client.upload_file(photo_proof),
        client.upload_file(ktp),
        client.upload_file(face),
    )?;
    let files = [uploaded.0, uploaded.1, uploaded.2].map(|file| file.into_inner().id);
    for file in &files {
        println!("uploaded: {file}");
    }

    // Faults of the registration, each with its place, are found before it is sent.
    let registered = client.register_business(&merchant::registration(files)).await?;
    let brand = registered.business.brands.first().ok_or("the reply names no brand")?;
    println!("registered: {} with brand {}", registered.business.id, brand.id);

    // A verdict takes DOKU up to 48 hours, and a mock no time at all.
    let data = client.business_data(&brand.id, &query).await?.into_inner();
    println!("status: {}", data.status.as_ref().map_or("not told", Status::as_str));
    for rejection in data.rejections() {
        println!("mend: {rejection}");
    }
    Ok(data)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_merchant_is_registered_with_three_files_and_read_back() {
        let host = Host::of(MockDoku::builder()).await.unwrap();
        let data = onboard(&host.client()).await.unwrap();
        assert_eq!(data.status, Some(Status::Active));
        assert_eq!(data.name.as_deref(), Some("Warung Contoh"));
        assert_eq!(host.mock.unwrap().businesses(), [data.id]);
    }

    #[tokio::test]
    async fn a_rejection_says_what_to_mend() {
        let mock = MockDoku::builder().outcome("reject.BUSINESS_BANK".parse().unwrap());
        let data = onboard(&Host::of(mock).await.unwrap().client()).await.unwrap();
        assert_eq!(data.status, Some(Status::Rejected));
        let told = data.rejections()[0].to_string();
        assert!(told.contains("/business/banks"), "{told}");
    }
}
