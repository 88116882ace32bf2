//! The form by which an invited business is completed, as its owner would in DOKU's dashboard (A28).

use doku_types::{
    FileId,
    code::{BrandCategory, Position, SocialMediaCode},
    partner::{
        lite::LiteContact,
        part::{Address, Bank, Contact, Document, FileRef, SocialMedia},
        registration::{Brand, Business, Registration},
    },
};
use http::{HeaderName, HeaderValue};
use maud::{Markup, html};

use super::{Api, Refusal, View};
use crate::{
    app::App,
    inspector::{
        page::Tab,
        pieces::{as_api, text_field},
    },
};

/// Asks the mock's own API to complete a business, with the very text that was typed.
///
/// # Errors
/// Whatever it refuses.
pub(super) async fn ask(
    app: &App,
    api: &Api,
    business: &str,
    document: String,
    outcome: Option<&str>,
) -> Result<(), Refusal> {
    let header = outcome.map(|outcome| {
        let value = HeaderValue::from_str(outcome)
            .map_err(|_| Refusal::of("the outcome can be no header: use visible ASCII"))?;
        Ok::<_, Refusal>((HeaderName::from_static("doku-mock-outcome"), value))
    });
    let path = format!("/_mock/businesses/{business}/complete");
    api.post_text(app, &path, document, header.transpose()?).await.map(drop)
}

impl View<'_> {
    /// The form, filled in with what was typed, or with what may be sent as it is.
    pub(super) fn complete(&self) -> Markup {
        let uploads = &self.seen.uploads;
        let lacks = [&uploads.photo_proof, &uploads.owner_liveness, &uploads.ktp]
            .iter()
            .any(|upload| upload.is_none());
        let typed = self.typed.document.clone();
        let document = typed.unwrap_or_else(|| self.example());
        let api = format!("/_mock/businesses/{}/complete", self.business.id());
        let control = html! {
            textarea #document name="document" spellcheck="false" autocomplete="off" required { "\n" (document) }
        };
        html! {
            section aria-labelledby="complete-heading" {
                h2 #complete-heading { "Complete it" }
                p { "Its owner would fill this in on DOKU's dashboard, and KYB would begin." }
                @if lacks {
                    p {
                        "The partner has not uploaded a photo proof, an owner's liveness and a KTP lately: "
                        a href={ (Tab::TryIt.path()) "/upload-file" } { "upload what is missing" }
                        " with Upload File first, and put the ids where UPLOAD-FIRST stands."
                    }
                }
                @if !self.mask.is_open() {
                    p.hint { "The contact is made up: reveal personal data to have the one who was invited." }
                }
                form.fields method="post" action=(self.action("/complete")) {
                    div.wide.field { label for="document" { "Registration, as JSON" } (control) }
                    (text_field("outcome", "outcome", "What KYB decides (optional)", self.typed.outcome.as_deref(), "such as pending"))
                    div.wide.field { div.actions { button.first type="submit" { "Complete the business" } } }
                }
                (as_api("POST", &api, None))
            }
        }
    }

    /// A registration that is accepted, once its files are uploaded.
    fn example(&self) -> String {
        let Some(invitation) = self.business.invitation() else {
            return String::new();
        };
        let made_up = LiteContact::builder()
            .name("Siti Contoh")
            .email("siti@example.com")
            .phone_calling_code("62")
            .phone_number("81234567890")
            .build();
        let contact = if self.mask.is_open() { &invitation.business.contact } else { &made_up };
        let uploads = &self.seen.uploads;
        let registration = registration(
            &invitation.business.name,
            contact,
            &id_or_placeholder(uploads.photo_proof.as_ref()),
            &id_or_placeholder(uploads.owner_liveness.as_ref()),
            &id_or_placeholder(uploads.ktp.as_ref()),
        );
        serde_json::to_string_pretty(&registration).unwrap_or_default()
    }
}

fn id_or_placeholder(id: Option<&FileId>) -> FileId {
    id.cloned().unwrap_or_else(|| FileId::from("UPLOAD-FIRST"))
}

fn registration(
    name: &str,
    contact: &LiteContact,
    photo_proof: &FileId,
    owner_liveness: &FileId,
    ktp: &FileId,
) -> Registration {
    let brand_name: String = name.chars().take(255).collect();
    let person: String = contact.name.expose().chars().take(255).collect();
    let business = Business::builder()
        .name(name)
        .email(contact.email.clone())
        .phone_calling_code(contact.phone_calling_code.clone())
        .phone_number(contact.phone_number.clone())
        .brands([Brand::builder()
            .name(brand_name)
            .description("Nasi goreng")
            .category(BrandCategory::NonRetail)
            .social_media([SocialMedia::builder()
                .code(SocialMediaCode::Instagram)
                .accounts(["https://www.instagram.com/warung".to_owned()])
                .build()])
            .photo_proofs([FileRef::from(photo_proof.clone())])
            .build()])
        .addresses([Address::builder()
            .area("17133 - Kali Baru - Medan Satria - Bekasi - Jawa Barat")
            .name("Jalan Contoh 1")
            .country("ID")
            .primary(true)
            .build()])
        .banks([Bank::builder()
            .account_name(person.clone())
            .account_number("98765432")
            .bank_id("4")
            .bank_name("BANK BCA")
            .swift_code("014")
            .country("ID")
            .currency("IDR")
            .build()])
        .contacts([Contact::builder()
            .name(person)
            .email(contact.email.clone())
            .nationality("ID")
            .phone_calling_code(contact.phone_calling_code.clone())
            .phone_number(contact.phone_number.clone())
            .position(Position::Owner)
            .primary(true)
            .documents([Document::ktp(ktp.clone(), "1234567890123456")])
            .owner_liveness(owner_liveness.clone())
            .build()])
        .build();
    Registration::builder().business(business).build()
}
