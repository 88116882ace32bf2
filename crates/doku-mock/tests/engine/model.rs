//! A07 and A08 as simply as they can be said: who is told what, if everything is decided at once.

mod wish;

use std::collections::BTreeMap;

use self::wish::{After, Wish};
use crate::content::{BrandContent, Content};

pub(crate) const SERVICES: [&str; 2] = ["QRIS", "VA"];

/// A business and its brands, which are its owners of parts: number 0 is the business.
#[derive(Debug, Clone, Default)]
pub(crate) struct Model {
    pub(crate) owners: Vec<Owner>,
    /// What the last word on the time after activation was.
    after: After,
}

#[derive(Debug, Clone)]
pub(crate) struct Owner {
    own: Verdict,
    pub(crate) parts: BTreeMap<&'static str, Verdict>,
    /// Of a brand.
    pub(crate) operation: Option<&'static str>,
    pub(crate) services: [Verdict; 2],
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Verdict {
    Open,
    Yes,
    No,
}

/// A callback in short.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Told {
    pub(crate) kind: String,
    pub(crate) status: String,
    /// The brand's place.
    pub(crate) brand: usize,
    pub(crate) service: Option<String>,
}

/// It was refused.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Refused;

/// What is to be judged: owners with their parts, in order.
type Opened = Vec<(usize, Vec<&'static str>)>;

impl Model {
    /// All of a registration is submitted.
    pub(crate) fn register(
        &mut self,
        content: &Content,
        outcome: &str,
        strict: bool,
    ) -> Result<Vec<Told>, Refused> {
        let parts = |names: Vec<&'static str>| Owner {
            own: Verdict::Open,
            parts: names.into_iter().map(|name| (name, Verdict::Open)).collect(),
            operation: None,
            services: [Verdict::Open; 2],
        };
        let brands = content.brands.iter().map(brand_parts);
        let owners = [business_parts(content)].into_iter().chain(brands).map(parts).collect();
        let opened = Self { owners, after: After::default() };
        let all = opened.open();
        *self = opened;
        self.submit(&all, outcome, strict)
    }

    /// What differs is judged again, and whoever it belongs to.
    pub(crate) fn update(
        &mut self,
        old: &Content,
        new: &Content,
        outcome: &str,
        strict: bool,
    ) -> Result<Vec<Told>, Refused> {
        let mut opened = Opened::new();
        let mut compare = |owner: usize, own: bool, parts: &[(&'static str, bool, bool)]| {
            if own || parts.iter().any(|(_, differs, _)| *differs) {
                let judged = parts.iter().filter(|(_, differs, is_there)| *differs && *is_there);
                opened.push((owner, judged.map(|(name, ..)| *name).collect()));
            }
        };
        let parts = [
            ("BUSINESS_CONTACT", old.contact != new.contact, true),
            ("BUSINESS_ADDRESS", old.address != new.address, true),
            ("BUSINESS_DOCUMENT", old.document != new.document, true),
            ("BUSINESS_BANK", old.bank != new.bank, new.bank > 0),
        ];
        compare(0, old.own != new.own, &parts);
        for (n, new) in new.brands.iter().enumerate() {
            let old = old.brands.get(n);
            let differs = |of: fn(&BrandContent) -> u8| old.is_none_or(|old| of(old) != of(new));
            let social_media = differs(|brand| brand.social_media);
            let photo_proof = differs(|brand| brand.photo_proof);
            let parts = [
                ("BRAND_SOCIAL_MEDIA", social_media, new.social_media > 0),
                ("BRAND_PHOTO_PROOF", photo_proof, true),
            ];
            compare(n + 1, differs(|brand| brand.own), &parts);
        }
        for (owner, parts) in &opened {
            if *owner == self.owners.len() {
                let services = [Verdict::Open; 2];
                let parts = BTreeMap::new();
                self.owners.push(Owner { own: Verdict::Open, parts, operation: None, services });
            }
            let there = match owner.checked_sub(1) {
                None => business_parts(new),
                Some(brand) => brand_parts(&new.brands[brand]),
            };
            let owner = &mut self.owners[*owner];
            owner.own = Verdict::Open;
            owner.parts.retain(|name, _| there.contains(name));
            owner.parts.extend(parts.iter().map(|name| (*name, Verdict::Open)));
        }
        self.submit(&opened, outcome, strict)
    }

    /// By hand.
    pub(crate) fn decide(&mut self, outcome: &str) -> Result<Vec<Told>, Refused> {
        let wish = Wish::of(outcome);
        let open = self.open();
        if wish.pending {
            let idle = std::mem::take(&mut self.after) == After::default();
            return if idle { Err(Refused) } else { Ok(Vec::new()) };
        }
        if !open.is_empty() {
            wish.check(&open)?;
            self.after = After::default();
            return Ok(self.judge(&open, &wish));
        }
        match (self.status(), wish) {
            (_, wish) if !wish.rejected.is_empty() => Err(Refused),
            ("REJECTED", wish) if wish == Wish::default() => {
                for owner in self.owners.iter_mut().filter(|owner| owner.status() == "REJECTED") {
                    owner.own = Verdict::Open;
                    for part in owner.parts.values_mut().filter(|part| **part == Verdict::No) {
                        *part = Verdict::Open;
                    }
                }
                let open = self.open();
                self.after = After::default();
                Ok(self.judge(&open, &wish))
            }
            ("ACTIVE", wish) if wish.after.activate => self.reactivate(),
            ("ACTIVE", wish) if wish != Wish::default() => self.impose(&wish),
            _ => Err(Refused),
        }
    }

    /// The root status.
    pub(crate) fn status(&self) -> &'static str {
        let statuses: Vec<_> = self.owners.iter().map(Owner::status).collect();
        ["UPDATING", "REJECTED"].into_iter().find(|s| statuses.contains(s)).unwrap_or("ACTIVE")
    }

    fn open(&self) -> Opened {
        let open = self.owners.iter().enumerate().filter(|(_, owner)| owner.own == Verdict::Open);
        open.map(|(n, owner)| {
            let is_open = |name: &&str| owner.parts.get(name) == Some(&Verdict::Open);
            (n, PARTS.into_iter().filter(is_open).collect())
        })
        .collect()
    }

    fn submit(
        &mut self,
        opened: &Opened,
        outcome: &str,
        strict: bool,
    ) -> Result<Vec<Told>, Refused> {
        let wish = Wish::of(outcome);
        if strict {
            wish.check(opened)?;
            if opened.is_empty() && !wish.pending && wish != Wish::default() {
                return Err(Refused);
            }
        }
        if wish.pending || opened.is_empty() {
            return Ok(Vec::new());
        }
        Ok(self.judge(opened, &wish))
    }

    fn judge(&mut self, opened: &Opened, wish: &Wish<'_>) -> Vec<Told> {
        let verdict = |name| if wish.rejected.contains(&name) { Verdict::No } else { Verdict::Yes };
        let mut told = Vec::new();
        for (owner, parts) in opened {
            for name in parts {
                self.owners[*owner].parts.insert(name, verdict(name));
                let status = if verdict(name) == Verdict::No { "REJECTED" } else { "APPROVED" };
                told.push(tell(name, status, *owner));
            }
        }
        self.after.follow(&wish.after);
        let mut closed = false;
        for (n, _) in opened {
            let kind = if *n == 0 { "BUSINESS" } else { "BRAND" };
            let owner = &mut self.owners[*n];
            if owner.parts.values().all(|part| *part != Verdict::Open) {
                owner.own = verdict(kind);
                told.push(tell(kind, owner.status(), *n));
                closed = true;
            }
        }
        match self.status() {
            "ACTIVE" if closed => self.activate(&mut told),
            "REJECTED" => self.after = After::default(),
            _ => {}
        }
        told
    }

    fn activate(&mut self, told: &mut Vec<Told>) {
        let after = std::mem::take(&mut self.after);
        for (n, brand) in self.owners.iter_mut().enumerate().skip(1) {
            if brand.operation.is_none() || after.activate {
                brand.operation = Some("ACTIVE");
            }
            told.extend(brand.operation.map(|status| tell(OPERATION, status, n)));
        }
        for (n, brand) in self.owners.iter_mut().enumerate().skip(1) {
            for (service, code) in brand.services.iter_mut().zip(SERVICES) {
                let is_refused = after.refused.iter().any(|refused| refused == code);
                let new = match *service {
                    Verdict::Open | Verdict::Yes if is_refused => Verdict::No,
                    Verdict::Open => Verdict::Yes,
                    Verdict::No if after.activate => Verdict::Yes,
                    same => same,
                };
                if new != *service {
                    *service = new;
                    told.push(tell_service(code, new, n));
                }
            }
        }
        if let Some(how) = after.suspension {
            self.suspend(how, told);
        }
    }

    fn suspend(&mut self, how: &'static str, told: &mut Vec<Told>) {
        let brands = 1..self.owners.len();
        let others = brands.filter(|n| self.owners[*n].operation != Some(how));
        let brands: Vec<_> = others.collect();
        for n in &brands {
            self.owners[*n].operation = Some(how);
        }
        told.extend(brands.iter().map(|n| tell(OPERATION, how, *n)));
        if how == "FULL_SUSPENDED" {
            told.extend(brands.iter().map(|n| tell("BRAND", how, *n)));
        }
    }

    fn impose(&mut self, wish: &Wish<'_>) -> Result<Vec<Told>, Refused> {
        let After { refused, suspension, .. } = &wish.after;
        let mut told = Vec::new();
        for code in refused {
            let place = SERVICES.iter().position(|known| known == code).ok_or(Refused)?;
            if self.owners[1..].iter().all(|brand| brand.services[place] == Verdict::No) {
                return Err(Refused);
            }
        }
        if suspension.is_some() && self.owners[1..].iter().all(|b| b.operation == *suspension) {
            return Err(Refused);
        }
        for (n, brand) in self.owners.iter_mut().enumerate().skip(1) {
            for (service, code) in brand.services.iter_mut().zip(SERVICES) {
                if *service != Verdict::No && refused.iter().any(|refused| refused == code) {
                    *service = Verdict::No;
                    told.push(tell_service(code, Verdict::No, n));
                }
            }
        }
        if let Some(how) = suspension {
            self.suspend(how, &mut told);
        }
        Ok(told)
    }

    fn reactivate(&mut self) -> Result<Vec<Told>, Refused> {
        let mut told = Vec::new();
        for (n, brand) in self.owners.iter_mut().enumerate().skip(1) {
            if brand.operation != Some("ACTIVE") {
                brand.operation = Some("ACTIVE");
                told.push(tell(OPERATION, "ACTIVE", n));
            }
        }
        for (n, brand) in self.owners.iter_mut().enumerate().skip(1) {
            for (service, code) in brand.services.iter_mut().zip(SERVICES) {
                if *service != Verdict::Yes {
                    *service = Verdict::Yes;
                    told.push(tell_service(code, Verdict::Yes, n));
                }
            }
        }
        if told.is_empty() { Err(Refused) } else { Ok(told) }
    }
}

impl Owner {
    pub(crate) fn status(&self) -> &'static str {
        let verdicts: Vec<_> = self.parts.values().chain([&self.own]).collect();
        match () {
            () if verdicts.contains(&&Verdict::Open) => "UPDATING",
            () if verdicts.contains(&&Verdict::No) => "REJECTED",
            () => "ACTIVE",
        }
    }
}

fn business_parts(content: &Content) -> Vec<&'static str> {
    let bank = (content.bank > 0).then_some("BUSINESS_BANK");
    ["BUSINESS_CONTACT", "BUSINESS_ADDRESS", "BUSINESS_DOCUMENT"].into_iter().chain(bank).collect()
}

fn brand_parts(content: &BrandContent) -> Vec<&'static str> {
    let social_media = (content.social_media > 0).then_some("BRAND_SOCIAL_MEDIA");
    social_media.into_iter().chain(["BRAND_PHOTO_PROOF"]).collect()
}

fn tell(kind: &str, status: &str, owner: usize) -> Told {
    let (kind, status) = (kind.to_owned(), status.to_owned());
    Told { kind, status, brand: owner.saturating_sub(1), service: None }
}

fn tell_service(code: &str, verdict: Verdict, owner: usize) -> Told {
    let status = if verdict == Verdict::No { "REJECTED" } else { "ACTIVE" };
    Told { service: Some(code.to_owned()), ..tell("BRAND_PRODUCT", status, owner) }
}

const OPERATION: &str = "BRAND.OPERATIONAL_STATUS";

/// In the order in which they are told of.
pub(crate) const PARTS: [&str; 6] = [
    "BUSINESS_CONTACT",
    "BUSINESS_ADDRESS",
    "BUSINESS_DOCUMENT",
    "BUSINESS_BANK",
    "BRAND_SOCIAL_MEDIA",
    "BRAND_PHOTO_PROOF",
];
