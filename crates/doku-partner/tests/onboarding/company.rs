//! A company: it has papers of its own, and no owner whose face could be shown (A22).

use std::time::Duration;

use doku_mock::Profile;
use doku_partner::{
    FileUpload,
    onboarding::{FollowPolicy, Onboarding, Verdict},
};
use doku_types::{
    code::{BusinessType, DocumentCode, FileCategory, LegalEntity},
    partner::{
        file::FilePurpose,
        part::Document,
        registration::Registration,
        requirements::RequirementsQuery,
        update::{BusinessUpdate, DocumentUpdate, Update},
    },
};

use crate::world::{PNG, World, tagged};

/// What Check Requirements asks of such a company.
const PAPERS: [DocumentCode; 3] = [
    DocumentCode::AktaPendirianPerusahaan,
    DocumentCode::CompanyRegistration,
    DocumentCode::IzinUsaha,
];

fn query() -> RequirementsQuery {
    RequirementsQuery::builder()
        .business_type(BusinessType::Corporate)
        .legal_entity(LegalEntity::Pt)
        .business_line("RETAIL")
        .contact_nationality("ID")
        .build()
}

fn draft(world: &World) -> Registration {
    let mut draft = world.draft();
    let business = &mut draft.business;
    business.business_type = BusinessType::Corporate;
    business.legal_entity = LegalEntity::Pt;
    business.contacts[0].owner_liveness = None;
    business.documents = PAPERS
        .iter()
        .map(|code| {
            Document::builder()
                .code(code.clone())
                .category(FileCategory::Document)
                .id(code.as_str())
                .build()
        })
        .collect();
    draft
}

/// With all that is asked of it.
fn onboarding(world: &World, draft: Registration) -> Onboarding {
    let client = world.client();
    let mut onboarding = Onboarding::new(&client, query(), draft);
    for code in PAPERS {
        let paper = FileUpload::bytes(FilePurpose::document(code.clone()), "paper.png", PNG);
        onboarding.file(code.as_str(), paper);
    }
    let ktp = FilePurpose::document(DocumentCode::Ktp);
    onboarding
        .file("ktp", FileUpload::bytes(ktp, "ktp.png", PNG))
        .file("shop", FileUpload::bytes(FilePurpose::photo_proof(), "shop.png", PNG))
        .follow_policy(FollowPolicy::new().patience(Duration::ZERO));
    onboarding
}

async fn strict() -> World {
    World::with(|mock| mock.profile(Profile::Strict)).await
}

#[tokio::test]
async fn a_company_with_all_that_is_asked_of_it_is_approved() {
    let world = strict().await;
    let mut onboarding = onboarding(&world, draft(&world));
    let Verdict::Active(data) = onboarding.run().await.unwrap() else { panic!("it is approved") };
    assert_eq!(data.business_type, Some(BusinessType::Corporate));
    for (document, code) in data.documents.iter().zip(PAPERS) {
        assert_eq!(document.code, code);
        assert_eq!(Some(&document.id), onboarding.state().uploaded(code.as_str()));
    }
    assert_eq!(data.documents.len(), 3);
    assert_eq!(world.count("Upload File 200"), 5);
}

#[tokio::test]
async fn a_company_that_lacks_a_paper_is_told_which_before_anything_is_sent() {
    let world = strict().await;
    let mut draft = draft(&world);
    draft.business.documents.retain(|document| document.code != DocumentCode::IzinUsaha);
    let error = onboarding(&world, draft).run().await.unwrap_err();
    assert_eq!(error.pointers(), ["/business/documents", "IZIN_USAHA"], "{error}");
    assert!(error.to_string().contains("lacks the document IZIN_USAHA"), "{error}");
    assert_eq!(world.asked(), ["Check Requirements 200"]);
}

#[tokio::test]
async fn a_company_s_rejected_paper_is_healed_by_a_new_one() {
    let world = strict().await;
    let mut draft = draft(&world);
    draft.business.email = tagged("reject.BUSINESS_DOCUMENT").into();
    let mut onboarding = onboarding(&world, draft);
    let Verdict::Rejected { data, .. } = onboarding.run().await.unwrap() else {
        panic!("it is rejected")
    };
    let deed = DocumentCode::AktaPendirianPerusahaan;
    let mut documents = vec![
        DocumentUpdate::builder()
            .id("new deed")
            .code(deed.clone())
            .category(FileCategory::Document)
            .build(),
    ];
    // The others by their ids alone: what is stored of them stays.
    documents.extend(
        data.documents[1..]
            .iter()
            .map(|kept| DocumentUpdate::builder().id(kept.id.clone()).build()),
    );
    let business = BusinessUpdate::builder().documents(documents).build();
    onboarding.file("new deed", FileUpload::bytes(FilePurpose::document(deed), "deed.png", PNG));
    onboarding.resubmit(Update::builder().business(business).build()).await.unwrap();
    let Verdict::Active(after) = onboarding.follow().await.unwrap() else { panic!("it is healed") };
    assert_eq!(Some(&after.documents[0].id), onboarding.state().uploaded("new deed"));
    assert_eq!(after.documents[1..].len(), 2);
    assert_eq!(after.documents[1].id, data.documents[1].id);
}
