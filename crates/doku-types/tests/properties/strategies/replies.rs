//! Any reply and callback of the Partner API.

use doku_types::{
    Amount,
    code::{CallbackType, Status},
    partner::{
        business::{BrandData, BusinessData, Coded, PhotoProof},
        callback::{Callback, Entity},
        file::UploadedFile,
        lite::{InvitedBrand, InvitedBusiness, LiteContact, LiteReply},
        part::{Address, Bank, Contact, Document, Service, SocialMedia},
        registration::{RegisteredBrand, RegisteredBusiness, RegistrationReply},
        requirements::{
            BrandRequirements, BusinessRequirements, ContactRequirements, FileRequirement,
            FormRequirement, Requirements,
        },
        token::TokenReply,
    },
};
use proptest::{collection::vec, option, prelude::*, sample::select};

use super::{
    Values,
    requests::{addresses, banks, contacts, documents},
};

pub(crate) fn token_replies() -> impl Strategy<Value = TokenReply> {
    any::<String>().prop_map(|token| TokenReply::builder().token(token).build())
}

pub(crate) fn uploaded_files() -> impl Strategy<Value = UploadedFile> {
    any::<[String; 3]>().prop_map(|[id, link, category]| {
        UploadedFile::builder().id(id).link(link).category(category).build()
    })
}

pub(crate) fn lite_replies() -> impl Strategy<Value = LiteReply> {
    let brand = any::<String>().prop_map(|id| InvitedBrand::builder().id(id).build());
    (any::<[String; 2]>(), vec(brand, 0..3)).prop_map(|([id, name], brands)| {
        let business =
            InvitedBusiness::builder().id(id).partner_ref_id(name).brands(brands).build();
        LiteReply::builder().business(business).build()
    })
}

pub(crate) fn registration_replies(values: Values) -> impl Strategy<Value = RegistrationReply> {
    let brand = (any::<String>(), option::of(statuses()), option::of(any::<String>()));
    let brand = (brand, vec(services(values), 0..2)).prop_map(|((id, status, key), services)| {
        let mut brand = RegisteredBrand::builder().id(id.into()).services(services).build();
        brand.status = status;
        brand.shared_key = key.map(Into::into);
        brand
    });
    (any::<String>(), option::of(statuses()), vec(brand, 0..3)).prop_map(|(id, status, brands)| {
        let mut business = RegisteredBusiness::builder().id(id.into()).brands(brands).build();
        business.status = status;
        RegistrationReply::builder().business(business).build()
    })
}

pub(crate) fn callbacks() -> impl Strategy<Value = Callback> {
    let kind =
        prop_oneof![select(CallbackType::all()), any::<String>().prop_map(CallbackType::from),];
    let entity = any::<[Option<String>; 2]>().prop_map(|[id, code]| {
        let mut entity = Entity::builder().build();
        entity.id = id.map(Into::into);
        entity.code = code;
        entity
    });
    let who = any::<[Option<String>; 2]>();
    (kind, statuses(), vec(any::<String>(), 0..3), who, option::of(entity)).prop_map(
        |(kind, status, notes, [business, brand], entity)| {
            let mut callback = Callback::builder()
                .callback_type(kind)
                .status(status)
                .reject_notes(notes)
                .entity(entity)
                .build();
            callback.business = business.map(Into::into);
            callback.brand = brand.map(Into::into);
            callback
        },
    )
}

pub(crate) fn requirements() -> impl Strategy<Value = Requirements> {
    let file = || option::of(file_requirements());
    let contact = (vec(file_requirements(), 0..2), file()).prop_map(|(documents, liveness)| {
        let mut contact = ContactRequirements::builder().documents(documents).build();
        contact.owner_liveness = liveness;
        contact
    });
    (file(), contact, vec(file_requirements(), 0..2)).prop_map(|(photo, contact, documents)| {
        let mut brand = BrandRequirements::builder().build();
        brand.photo_proof = photo;
        let business = BusinessRequirements::builder()
            .brand(brand)
            .contact(contact)
            .documents(documents)
            .build();
        Requirements::builder().business(business).build()
    })
}

fn file_requirements() -> BoxedStrategy<FileRequirement> {
    let form = (any::<[String; 3]>(), any::<[usize; 2]>(), any::<[bool; 3]>()).prop_map(
        |([code, name, caption], [min, max], [alpha, numeric, alpha_numeric])| {
            FormRequirement::builder()
                .code(code)
                .name(name)
                .caption(caption)
                .min_size(min)
                .max_size(max)
                .alpha(alpha)
                .numeric(numeric)
                .alpha_numeric(alpha_numeric)
                .build()
        },
    );
    (any::<[String; 2]>(), vec("[A-Z]{0,4}", 0..3), any::<u32>(), vec(form, 0..2))
        .prop_map(|([code, name], extensions, max_size, form)| {
            FileRequirement::builder()
                .code(code)
                .name(name)
                .extensions(extensions)
                .max_size(max_size)
                .form(form)
                .build()
        })
        .boxed()
}

/// The parts are those of a registration, with what only replies have.
pub(crate) fn businesses_data(values: Values) -> impl Strategy<Value = BusinessData> {
    let texts = || (text(values), text(values), text(values));
    let codes = || option::of(coded(values));
    let told = (texts(), texts(), texts(), option::of(statuses()));
    let lists = (
        vec(brands(values), 0..3),
        vec(addresses(values), 0..2),
        vec(banks(values), 0..2),
        vec(contacts(values), 0..2),
        vec(linked(values), 0..2),
        vec(any::<String>(), 0..2),
    );
    let contact = option::of((values.text(20), values.extra()));
    let coded = (codes(), codes(), codes());
    let id = values.text(22).prop_filter("an id is what a reply has", |id| !id.is_empty());
    (id, told, coded, lists, contact, values.extra()).prop_map(
        |(id, told, coded, lists, contact, extra)| {
            let mut data = BusinessData::builder().id(id).extra(extra).build();
            let (first, second, third, status) = told;
            (data.partner_ref_id, data.name, data.description) = first;
            data.email = second.0.map(Into::into);
            data.phone_calling_code = second.1;
            data.phone_number = second.2.map(Into::into);
            data.partner = third.0.map(Into::into);
            (data.platform, data.callback_url) = (third.1.map(Into::into), third.2);
            data.status = status.clone();
            data.website_readiness = coded.0.map(known);
            data.mobile_app_readiness = coded.1.map(known);
            data.legal_entity = coded.2.map(known);
            data.business_type = status.is_some().then(|| "PERSONAL".into());
            (data.brands, data.reject_notes) = (lists.0, lists.5);
            data.addresses = lists.1.into_iter().map(|from| reviewed(from, &status)).collect();
            data.banks = lists.2.into_iter().map(|from| checked(from, &status)).collect();
            data.contacts = lists.3.into_iter().map(|from| seen(from, &status)).collect();
            data.documents = lists.4;
            data.contact = contact.map(|(name, extra)| {
                LiteContact::builder()
                    .name(name)
                    .email("a@b")
                    .phone_calling_code("62")
                    .phone_number("8")
                    .extra(extra)
                    .build()
            });
            data
        },
    )
}

fn reviewed(mut address: Address, status: &Option<Status>) -> Address {
    address.status.clone_from(status);
    address.id = Some("ADR-1".into());
    address
}

fn checked(mut bank: Bank, status: &Option<Status>) -> Bank {
    bank.status.clone_from(status);
    bank.id = Some("BNK-1".into());
    bank
}

fn seen(mut contact: Contact, status: &Option<Status>) -> Contact {
    contact.status.clone_from(status);
    contact.id = Some("CNT-1".into());
    contact
}

fn linked(values: Values) -> impl Strategy<Value = Document> {
    (documents(values), option::of(any::<String>())).prop_map(|(mut document, link)| {
        document.link = link.map(Into::into);
        document
    })
}

fn brands(values: Values) -> impl Strategy<Value = BrandData> {
    let texts = (text(values), text(values), text(values), text(values));
    let statuses = || option::of(statuses());
    let proof =
        (values.text(22), any::<String>(), values.extra()).prop_map(|(id, photo, extra)| {
            PhotoProof::builder().id(id).photo(photo).extra(extra).build()
        });
    let media = (vec(any::<String>(), 0..2), values.text(9), values.extra()).prop_map(
        |(accounts, code, extra)| {
            let media = SocialMedia::builder().id("SCM-1").accounts(accounts).code(code);
            media.extra(extra).build()
        },
    );
    let lists = (vec(proof, 0..2), vec(media, 0..2), vec(services(values), 0..2));
    let coded = (coded(values), coded(values), coded(values), any::<[bool; 5]>());
    let told = (statuses(), statuses(), any::<[u64; 2]>(), vec(any::<String>(), 0..2));
    (values.text(22), texts, coded, told, lists, values.extra()).prop_map(
        |(id, texts, coded, told, lists, extra)| {
            let mut brand = BrandData::builder().id(id).extra(extra).build();
            (brand.name, brand.description) = (texts.0, texts.1);
            brand.shared_key = texts.2.map(Into::into);
            brand.category = texts.3.map(Into::into);
            let [frequency, quantity, size, finance, risk] = coded.3;
            brand.finance_status = finance.then(|| coded.0.code.as_str().into());
            brand.risk_engine_status = risk.then(|| coded.1.code.as_str().into());
            brand.transaction_frequency = frequency.then(|| known(coded.0));
            brand.transaction_quantity = quantity.then(|| known(coded.1));
            brand.ticket_size = size.then(|| known(coded.2));
            (brand.status, brand.operational_status) = (told.0, told.1);
            brand.minimum_transaction = frequency.then(|| Amount::from(told.2[0]));
            brand.maximum_transaction = quantity.then(|| Amount::from(told.2[1]));
            brand.reject_notes = told.3;
            (brand.photo_proofs, brand.social_media, brand.services) = lists;
            brand
        },
    )
}

fn services(values: Values) -> impl Strategy<Value = Service> {
    (any::<[String; 2]>(), statuses(), values.extra()).prop_map(|([code, name], status, extra)| {
        Service::builder().code(code).name(name).status(status).extra(extra).build()
    })
}

fn coded(values: Values) -> impl Strategy<Value = Coded<String>> {
    let name = select(vec!["", "< IDR 20 Mio", "Personal"]);
    (values.text(20), name).prop_map(|(code, name)| Coded::new(code, name))
}

/// The same in the words of a list.
fn known<T: From<String>>(coded: Coded<String>) -> Coded<T> {
    Coded::new(T::from(coded.code), coded.name)
}

fn statuses() -> impl Strategy<Value = Status> {
    prop_oneof![3 => select(Status::all()), 1 => any::<String>().prop_map(Status::from)]
}

fn text(values: Values) -> impl Strategy<Value = Option<String>> {
    option::of(values.text(30))
}
