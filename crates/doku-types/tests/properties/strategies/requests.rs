//! Any request of the Partner API, part by part.

use doku_types::{
    code::{
        BrandCategory, BusinessType, LegalEntity, Position, Readiness, SocialMediaCode,
        TransactionFrequency, TransactionQuantity,
    },
    extra::Extra,
    partner::{
        lite::{LiteBusiness, LiteContact, LiteRegistration, Referral},
        part::{Address, Bank, Contact, Document, FileRef, Form, SocialMedia},
        registration::{Brand, Business, Partner, Registration},
        token::TokenRequest,
    },
};
use proptest::{collection::vec, option, prelude::*, sample::select};

use super::Values;

pub(crate) fn token_requests(values: Values) -> impl Strategy<Value = TokenRequest> {
    let grant_type = values.or_odd(
        Just("client_credentials".to_owned()),
        select(vec!["", "password"]).prop_map(str::to_owned),
    );
    let minutes = values.or_odd(
        (1..=1440_u32).prop_map(|minutes| minutes.to_string()),
        select(vec!["0", "1441", "", "+1", "1.0", "x"]).prop_map(str::to_owned),
    );
    (grant_type, option::of(minutes)).prop_map(|(grant_type, minutes)| match minutes {
        Some(minutes) => TokenRequest::builder().grant_type(grant_type).valid_time(minutes).build(),
        None => TokenRequest::builder().grant_type(grant_type).build(),
    })
}

pub(crate) fn lite_registrations(values: Values) -> impl Strategy<Value = LiteRegistration> {
    let text = || values.text(40);
    let contact = (text(), text(), values.digits(), values.digits(), values.extra()).prop_map(
        |(name, email, code, number, extra)| {
            LiteContact::builder()
                .name(name)
                .email(email)
                .phone_calling_code(code)
                .phone_number(number)
                .extra(extra)
                .build()
        },
    );
    let referral = option::of(option::of(values.text(6)));
    (text(), text(), contact, referral, text()).prop_map(
        |(partner_ref_id, name, contact, referral, invited)| {
            let business = LiteBusiness::builder()
                .partner_ref_id(partner_ref_id)
                .name(name)
                .contact(contact)
                .build();
            let mut request =
                LiteRegistration::builder().business(business).invited_user(invited).build();
            request.referral = referral.map(|code| {
                let mut referral = Referral::builder().build();
                referral.code = code;
                referral
            });
            request
        },
    )
}

pub(crate) fn registrations(values: Values) -> impl Strategy<Value = Registration> {
    let invited = vec(values.text(40).prop_map(Into::into), 0..3);
    let partner = (invited, values.extra())
        .prop_map(|(invited, extra)| Partner::builder().invited_user(invited).extra(extra).build());
    (businesses(values), option::of(partner), values.extra()).prop_map(
        |(business, partner, extra)| {
            let mut registration = Registration::builder().business(business).extra(extra).build();
            registration.partner = partner;
            registration
        },
    )
}

fn businesses(values: Values) -> impl Strategy<Value = Business> {
    let told = (
        kinds(values),
        values.text(60),
        values.text(60),
        values.digits(),
        values.digits(),
        option::of(callback_urls(values)),
        option::of(values.text(1023)),
        option::of(values.code(Readiness::all(), 20)),
        option::of(values.code(Readiness::all(), 20)),
    );
    let lists = (
        values.list(brands(values)),
        values.list(addresses(values)),
        values.list(banks(values)),
        values.list(contacts(values)),
        vec(documents(values), 0..2),
    );
    (told, lists, values.extra()).prop_map(move |(told, lists, extra)| {
        let ((business_type, legal_entity), name, email, code, number, url, description, web, app) =
            told;
        let (brands, addresses, banks, mut contacts, documents) = lists;
        if values == Values::Fit && business_type == BusinessType::Personal {
            contacts.iter_mut().for_each(complete);
        }
        let mut business = Business::builder()
            .business_type(business_type)
            .legal_entity(legal_entity)
            .name(name)
            .email(email)
            .phone_calling_code(code)
            .phone_number(number)
            .brands(brands)
            .addresses(addresses)
            .banks(banks)
            .contacts(contacts)
            .documents(documents)
            .extra(extra)
            .build();
        business.callback_url = url;
        business.description = description;
        business.website_readiness = web;
        business.mobile_app_readiness = app;
        business
    })
}

/// With the papers that a personal business has to have.
fn complete(contact: &mut Contact) {
    contact.owner_liveness.get_or_insert_with(|| FileRef::from("CNT-1"));
    for document in &mut contact.documents {
        if document.forms.is_empty() {
            document.forms.push(Form::new("NO_KTP", "1234567890123456"));
        }
    }
}

/// A type of business with a legal entity that goes with it.
fn kinds(values: Values) -> BoxedStrategy<(BusinessType, LegalEntity)> {
    let corporate = values
        .code(&LegalEntity::all()[1..], 20)
        .prop_map(|entity| (BusinessType::Corporate, entity));
    let fit = prop_oneof![Just((BusinessType::Personal, LegalEntity::Perseorangan)), corporate,];
    let odd = (values.code(BusinessType::all(), 20), values.code(LegalEntity::all(), 20));
    values.or_odd(fit, odd)
}

fn callback_urls(values: Values) -> BoxedStrategy<String> {
    let fit =
        select(vec!["https://partner.example/doku", "http://127.0.0.1:8480/x?a=1", "http://[::1]"]);
    let odd = select(vec!["", "partner.example", "ftp://partner.example", "https://a@b"]);
    values.or_odd(fit, odd).prop_map(str::to_owned).boxed()
}

fn brands(values: Values) -> impl Strategy<Value = Brand> + Clone {
    let accounts = values.list(values.text(60));
    let social_media = (accounts, values.code(SocialMediaCode::all(), 20), values.extra())
        .prop_map(|(accounts, code, extra)| {
            SocialMedia::builder().accounts(accounts).code(code).extra(extra).build()
        });
    (
        values.text(255),
        values.text(1023),
        values.code(BrandCategory::all(), 10),
        option::of(values.code(TransactionFrequency::all(), 3)),
        option::of(values.code(TransactionQuantity::all(), 255)),
        vec(social_media, 0..2),
        values.list(files(values)),
        values.extra(),
    )
        .prop_map(|(name, description, category, frequency, quantity, media, proofs, extra)| {
            let mut brand = Brand::builder()
                .name(name)
                .description(description)
                .category(category)
                .social_media(media)
                .photo_proofs(proofs)
                .extra(extra)
                .build();
            brand.transaction_frequency = frequency;
            brand.transaction_quantity = quantity;
            brand
        })
        .boxed()
}

fn files(values: Values) -> BoxedStrategy<FileRef> {
    let file = |(id, extra): (String, Extra)| {
        let mut file = FileRef::from(id);
        file.extra = extra;
        file
    };
    (values.text(30), values.extra()).prop_map(file).boxed()
}

pub(crate) fn addresses(values: Values) -> BoxedStrategy<Address> {
    let parts = (values.text(255), values.text(2), values.text(255), any::<bool>(), values.extra());
    parts
        .prop_map(|(area, country, name, primary, extra)| {
            Address::builder()
                .area(area)
                .country(country)
                .name(name)
                .primary(primary)
                .extra(extra)
                .build()
        })
        .boxed()
}

pub(crate) fn banks(values: Values) -> BoxedStrategy<Bank> {
    let texts = || values.text(40);
    let country = values.text(2);
    (texts(), values.digits(), values.digits(), texts(), country, texts(), texts(), values.extra())
        .prop_map(|(holder, account, bank_id, bank_name, country, currency, swift, extra)| {
            Bank::builder()
                .account_name(holder)
                .account_number(account)
                .bank_id(bank_id)
                .bank_name(bank_name)
                .country(country)
                .currency(currency)
                .swift_code(swift)
                .extra(extra)
                .build()
        })
        .boxed()
}

pub(crate) fn contacts(values: Values) -> BoxedStrategy<Contact> {
    let who = (values.text(255), values.text(40), values.text(2), values.code(Position::all(), 20));
    let rest = (values.digits(), values.digits(), any::<bool>(), values.extra());
    (who, rest, values.list(documents(values)), option::of(files(values)))
        .prop_map(|(who, rest, documents, liveness)| {
            let (name, email, nationality, position) = who;
            let (code, number, primary, extra) = rest;
            let mut contact = Contact::builder()
                .documents(documents)
                .email(email)
                .name(name)
                .nationality(nationality)
                .phone_calling_code(code)
                .phone_number(number)
                .position(position)
                .primary(primary)
                .extra(extra)
                .build();
            contact.owner_liveness = liveness;
            contact
        })
        .boxed()
}

pub(crate) fn documents(values: Values) -> BoxedStrategy<Document> {
    let text = || values.text(30);
    let form = (text(), text(), values.extra()).prop_map(|(code, value, extra)| {
        let mut form = Form::new(code, value);
        form.extra = extra;
        form
    });
    (text(), text(), text(), vec(form, 0..2), values.extra())
        .prop_map(|(code, category, id, forms, extra)| {
            Document::builder()
                .code(code)
                .category(category)
                .id(id)
                .forms(forms)
                .extra(extra)
                .build()
        })
        .boxed()
}
