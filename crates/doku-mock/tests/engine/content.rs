//! What partners submit, and how it is written.

use serde_json::{Value, json};

use crate::operation::{Field, Shape};

/// What is registered of a business: a number for each thing that can change.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Content {
    pub(crate) own: u8,
    pub(crate) email: String,
    /// 0 is none.
    pub(crate) callback_url: u8,
    pub(crate) address: u8,
    /// 0 is none.
    pub(crate) bank: u8,
    pub(crate) contact: u8,
    pub(crate) document: u8,
    pub(crate) brands: Vec<BrandContent>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct BrandContent {
    pub(crate) own: u8,
    /// 0 is none.
    pub(crate) social_media: u8,
    pub(crate) photo_proof: u8,
}

impl Content {
    pub(crate) fn new(shape: Shape, tag: Option<&str>) -> Self {
        let tags = tag.map(|tag| tag.split(',').map(|item| format!("+kyb.{item}")).collect());
        let tags: String = tags.unwrap_or_default();
        let brand =
            BrandContent { own: 0, social_media: u8::from(shape.social_media), photo_proof: 0 };
        Self {
            own: 0,
            email: format!("budi{tags}@example.com"),
            callback_url: u8::from(shape.callback_url),
            address: 0,
            bank: u8::from(shape.bank),
            contact: 0,
            document: 0,
            brands: vec![brand; shape.brands],
        }
    }

    /// The content with these changes.
    pub(crate) fn changed(&self, changes: &[(Field, u8)]) -> Self {
        let mut new = self.clone();
        for &(field, to) in changes {
            let last = new.brands.last_mut().expect("a registration has a brand");
            match field {
                Field::Own => new.own = to,
                // These can be changed, but not taken away.
                Field::CallbackUrl => new.callback_url = to.max(1),
                Field::Bank => new.bank = to.max(1),
                Field::Address => new.address = to,
                Field::Contact => new.contact = to,
                Field::Document => new.document = to % 2,
                Field::BrandOwn => last.own = to,
                Field::SocialMedia => last.social_media = to,
                Field::PhotoProof => last.photo_proof = to % 2,
                Field::NewBrand if new.brands.len() < 3 => {
                    new.brands.push(BrandContent { own: to, social_media: to, photo_proof: 0 });
                }
                Field::NewBrand => {}
            }
        }
        new
    }

    pub(crate) fn url(&self) -> Option<String> {
        (self.callback_url > 0).then(|| url(self.callback_url))
    }

    /// A registration of it; `files` are two uploaded ones.
    pub(crate) fn registration(&self, files: &[String; 2]) -> Value {
        let brands: Vec<_> = self.brands.iter().map(|brand| brand.body(files)).collect();
        let mut business = json!({
            "type": "PERSONAL", "legal_entity": "PERSEORANGAN", "name": "Warung",
            "description": self.own.to_string(), "email": self.email,
            "phone_calling_code": "62", "phone_number": "8123", "brands": brands,
            "addresses": self.addresses(), "contacts": self.contacts(files),
        });
        if self.callback_url > 0 {
            business["callback_url"] = url(self.callback_url).into();
        }
        if self.bank > 0 {
            business["banks"] = self.banks();
        }
        json!({ "business": business })
    }

    /// An update to it that sends these fields; `brands` are the ids of those that are stored.
    pub(crate) fn update(
        &self,
        changes: &[(Field, u8)],
        brands: &[String],
        files: &[String; 2],
    ) -> Value {
        let mut business = json!({});
        for (field, _) in changes {
            match field {
                Field::Own => business["description"] = self.own.to_string().into(),
                Field::CallbackUrl => business["callback_url"] = url(self.callback_url).into(),
                Field::Address => business["addresses"] = self.addresses(),
                Field::Bank => business["banks"] = self.banks(),
                Field::Contact | Field::Document => business["contacts"] = self.contacts(files),
                Field::BrandOwn | Field::SocialMedia | Field::PhotoProof | Field::NewBrand => {
                    let sent = self.brands.iter().enumerate().map(|(n, brand)| {
                        let mut body = brand.body(files);
                        if let Some(id) = brands.get(n) {
                            body["id"] = id.as_str().into();
                        }
                        body
                    });
                    business["brands"] = sent.collect();
                }
            }
        }
        json!({ "business": business })
    }

    fn addresses(&self) -> Value {
        let area = self.address.to_string();
        json!([{"area": area, "country": "ID", "name": "Jalan", "primary": true}])
    }

    fn banks(&self) -> Value {
        json!([{"account_name": "Budi", "account_number": self.bank.to_string(), "bank_id": "4",
                "bank_name": "BANK BCA", "country": "ID", "currency": "IDR", "swift_code": "014"}])
    }

    fn contacts(&self, files: &[String; 2]) -> Value {
        let document = json!({"code": "KTP", "category": "DOCUMENT",
            "id": files[usize::from(self.document)],
            "forms": [{"code": "NO_KTP", "value": "1234567890123456"}]});
        json!([{"name": format!("Budi {}", self.contact), "email": "budi@example.com",
                "nationality": "ID", "phone_calling_code": "62", "phone_number": "8123",
                "position": "OWNER", "primary": true, "owner_liveness": {"id": files[0]},
                "documents": [document]}])
    }
}

impl BrandContent {
    fn body(&self, files: &[String; 2]) -> Value {
        let social_media = match self.social_media {
            0 => json!([]),
            n => json!([{"code": "INSTAGRAM", "accounts": [format!("https://x.example/{n}")]}]),
        };
        json!({"name": "Warung", "description": self.own.to_string(), "category": "RETAIL",
               "social_media": social_media,
               "photo_proofs": [{"id": files[usize::from(self.photo_proof)]}]})
    }
}

/// An invitation by this name.
pub(crate) fn invitation(reference: u8) -> Value {
    json!({"business": {"partner_ref_id": format!("shop-{reference}"), "name": "Warung",
           "contact": {"name": "Budi", "email": "budi@example.com", "phone_calling_code": "62",
                       "phone_number": "8123"}},
           "invited_user": {"email": "budi@example.com"}})
}

fn url(n: u8) -> String {
    format!("https://partner.example/kyb/{n}?of=doku")
}
