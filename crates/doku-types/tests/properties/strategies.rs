//! Any request of the Partner API, part by part; in `replies` what DOKU says, in `payments` the
//! bodies of SNAP and non-SNAP.

mod payments;
mod replies;

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
        update::{
            AddressUpdate, BankUpdate, BrandUpdate, BusinessUpdate, ContactUpdate, DocumentUpdate,
            SocialMediaUpdate, Update,
        },
    },
};
use proptest::{collection::vec, option, prelude::*, sample::select, strategy::Union, string};

pub(crate) use payments::{
    check_status_replies, customer_token_requests, notifications, snap_token_requests,
    va_notification_replies, va_notifications,
};
pub(crate) use replies::{
    businesses_data, callbacks, lite_replies, registration_replies, requirements, token_replies,
    uploaded_files,
};

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
        self.or_odd(string::string_regex("[1-9][0-9]{0,18}").unwrap(), odd)
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
    (told, lists, values.extra()).prop_map(|(told, lists, extra)| {
        let ((business_type, legal_entity), name, email, code, number, url, description, web, app) =
            told;
        let (brands, addresses, banks, contacts, documents) = lists;
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

fn addresses(values: Values) -> BoxedStrategy<Address> {
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

fn banks(values: Values) -> BoxedStrategy<Bank> {
    let texts = || values.text(40);
    (texts(), values.digits(), values.digits(), texts(), texts(), texts(), texts(), values.extra())
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

fn contacts(values: Values) -> BoxedStrategy<Contact> {
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

fn documents(values: Values) -> BoxedStrategy<Document> {
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

/// Updates of which each field may be left out, made of a registration's parts: those of an entry
/// with an id, and now and then of one without.
pub(crate) fn updates(values: Values) -> impl Strategy<Value = Update> {
    let ids = || (values.or_odd(Just(true), Just(false)), values.text(30));
    (registrations(values), any::<u32>(), ids()).prop_map(|(registration, kept, (has_id, id))| {
        let mut bits = kept;
        let mut keep = || {
            bits = bits.rotate_left(1);
            bits & 1 == 1
        };
        let id = has_id.then_some(id);
        let from = registration.business;
        let mut business = BusinessUpdate::builder().extra(from.extra).build();
        business.business_type = keep().then_some(from.business_type);
        business.legal_entity = keep().then_some(from.legal_entity);
        business.name = keep().then_some(from.name);
        business.email = keep().then_some(from.email);
        business.phone_calling_code = keep().then_some(from.phone_calling_code);
        business.phone_number = keep().then_some(from.phone_number);
        business.callback_url = from.callback_url;
        business.description = from.description;
        business.website_readiness = from.website_readiness;
        business.mobile_app_readiness = from.mobile_app_readiness;
        business.brands = keep().then(|| {
            let brand = |from: Brand| {
                let mut brand = BrandUpdate::builder().extra(from.extra).build();
                brand.id = id.clone().map(Into::into);
                brand.name = keep().then_some(from.name);
                brand.description = keep().then_some(from.description);
                brand.category = keep().then_some(from.category);
                brand.transaction_frequency = from.transaction_frequency;
                brand.transaction_quantity = from.transaction_quantity;
                brand.social_media = keep()
                    .then(|| from.social_media.into_iter().map(SocialMediaUpdate::from).collect());
                brand.photo_proofs = keep().then_some(from.photo_proofs);
                brand
            };
            from.brands.into_iter().map(brand).collect()
        });
        business.addresses = keep().then(|| {
            let address = |from: Address| {
                let mut address = AddressUpdate::from(from);
                address.id = id.clone().map(Into::into);
                address.area = address.area.filter(|_| keep());
                address.primary = address.primary.filter(|_| keep());
                address
            };
            from.addresses.into_iter().map(address).collect()
        });
        business.banks = keep().then(|| {
            let bank = |from: Bank| {
                let mut bank = BankUpdate::from(from);
                bank.id = id.clone().map(Into::into);
                bank.bank_id = bank.bank_id.filter(|_| keep());
                bank.swift_code = bank.swift_code.filter(|_| keep());
                bank
            };
            from.banks.into_iter().map(bank).collect()
        });
        business.contacts = keep().then(|| {
            let contact = |from: Contact| {
                let mut contact = ContactUpdate::from(from);
                contact.id = id.clone().map(Into::into);
                contact.email = contact.email.filter(|_| keep());
                contact.documents = contact.documents.filter(|_| keep());
                contact
            };
            from.contacts.into_iter().map(contact).collect()
        });
        business.documents =
            keep().then(|| from.documents.into_iter().map(DocumentUpdate::from).collect());
        let mut update = Update::builder().business(business).build();
        update.partner = registration.partner;
        update
    })
}
