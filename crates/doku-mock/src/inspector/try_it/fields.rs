//! The form of an operation: what stands in it, and how it looks.

use doku_types::{
    code::{BusinessLine, BusinessType, LegalEntity},
    partner::{endpoint::Endpoint, requirements::RequirementsQuery},
};
use http::StatusCode;
use maud::{Markup, PreEscaped, html};
use serde_json::{Map, Value, json};

use super::{example, path};
use crate::{
    admin::{Draft, takes_query},
    app::App,
    inspector::{
        api::Refusal,
        form::Form,
        pieces::{as_api, choice, field, partner_field, text_field},
    },
    journal::kebab,
    kyb::suggested_outcomes,
    openapi::takes_outcome,
    store::NewBrand,
};

/// What stands in the form of an operation.
pub(super) struct Fields {
    operation: Endpoint,
    form: Form,
    body: String,
    /// Nobody has sent it yet.
    is_new: bool,
}

impl Fields {
    /// As a page begins: with an example, and what its link says.
    pub(super) fn new(operation: Endpoint, form: Form) -> Self {
        let body = example::body(operation, example::NO_PAPERS);
        Self { operation, form, body, is_new: true }
    }

    /// As it was sent.
    pub(super) fn sent(operation: Endpoint, form: Form) -> Self {
        let body = form.very_text("body").unwrap_or_default();
        Self { operation, form, body, is_new: false }
    }

    /// Another body.
    pub(super) fn fill_in(&mut self, body: String) {
        self.body = body;
    }

    /// Which button it was sent by.
    pub(super) fn wish(&self) -> Option<&str> {
        self.form.text("do")
    }

    /// Whether personal data may be shown.
    pub(super) fn reveal(&self) -> bool {
        self.form.reveals()
    }

    /// The partner who signs, if one was chosen.
    pub(super) fn partner(&self) -> Option<String> {
        self.text("partner").map(str::to_owned)
    }

    /// What is to be composed of it.
    ///
    /// # Errors
    /// It holds more than a page takes.
    pub(super) fn draft(&self) -> Result<Draft, Refusal> {
        let too_long = |what: &str, limit: usize| Refusal {
            status: StatusCode::PAYLOAD_TOO_LARGE,
            messages: vec![format!(
                "{what} has over {limit} bytes: a page takes no more, the API does"
            )],
        };
        if self.body.len() > MAX_TYPED {
            return Err(too_long("the body", MAX_TYPED));
        }
        let is_long = |name: &&str| self.form.text(name).is_some_and(|text| text.len() > MAX_FIELD);
        if let Some(name) = self.names().iter().copied().find(is_long) {
            return Err(too_long(name, MAX_FIELD));
        }
        let mut draft = Draft::new(self.operation);
        let text = |name| self.text(name).map(str::to_owned);
        draft.partner = self.partner();
        draft.request_id = text("request_id");
        draft.brand = text("brand").filter(|_| takes_brand(self.operation));
        draft.outcome = text("outcome").filter(|_| takes_outcome(self.operation));
        if takes_query(self.operation) {
            draft.query = self.query();
        }
        draft.body = Some(self.body.clone()).filter(|_| has_body(self.operation));
        Ok(draft)
    }

    fn names(&self) -> [&'static str; 8] {
        let [a, b, c, d] = RequirementsQuery::personal().pairs().map(|(name, _)| name);
        ["partner", "request_id", "brand", "outcome", a, b, c, d]
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.form.text(name).filter(|text| text.len() <= MAX_FIELD)
    }

    fn query(&self) -> Vec<(String, String)> {
        let personal = RequirementsQuery::personal();
        let is_asked = self.is_new && self.operation == Endpoint::CheckRequirements;
        let pairs = personal.pairs().into_iter().filter_map(|(name, usual)| {
            let value = self.text(name).or(is_asked.then_some(usual))?;
            Some((name.to_owned(), value.to_owned()))
        });
        pairs.collect()
    }

    /// The form.
    pub(super) fn show(&self, app: &App, brands: &[NewBrand]) -> Markup {
        let operation = self.operation;
        let has_example = example::is_fresh(operation);
        let wants_example = example::is_wanted(operation, &self.body);
        html! {
            form.try method="post" action={ (path(operation)) "#result" } {
                div.fields {
                    (partner_field(app, None, self.text("partner")))
                    @if takes_brand(operation) { (self.brand(brands)) }
                    @if operation == Endpoint::CheckRequirements { (self.requirements()) }
                    (text_field("request_id", "request_id", "Request-Id", self.text("request_id"), "a fresh one"))
                    @if takes_outcome(operation) {
                        (self.outcome())
                    }
                    @if has_body(operation) { (self.body()) }
                }
                @if operation == Endpoint::GetBusinessData {
                    details open[!self.query().is_empty()] {
                        summary { "Its query, which the mock does not look at" }
                        div.fields { (self.requirements()) }
                    }
                }
                p {
                    label {
                        input type="checkbox" name="reveal" value="true" checked[self.reveal()];
                        "Show personal data in what comes back"
                    }
                }
                p.actions {
                    // The first one is what the key Enter presses: it sends nothing that is composed here.
                    @if wants_example { button.first name="do" value="example" { "Fill in an example" } }
                    button name="do" value="compose" { "Compose" }
                    button.first[!wants_example] name="do" value="send" { "Send" }
                    @if has_example && !wants_example { button name="do" value="example" { "Fill in an example" } }
                }
                (hint(operation))
            }
            (as_api("POST", "/_mock/compose", Some(&self.document())))
        }
    }

    fn brand(&self, brands: &[NewBrand]) -> Markup {
        let control = html! {
            input #brand name="brand" value=[self.text("brand")] list="brands" placeholder="BRN-…" autocomplete="off" maxlength=(MAX_FIELD) aria-describedby="brand-hint";
            span.hint #brand-hint { "The BRN- id of a brand, which a registration answers with; not the BSN- id of its business." }
            datalist #brands {
                @for brand in brands {
                    option value=(brand.id) {
                        (brand.business.chars().take(MAX_NAME).collect::<String>()) " (" (brand.partner) ")"
                    }
                }
            }
        };
        field("brand", "Brand", &control)
    }

    fn outcome(&self) -> Markup {
        let control = html! {
            input #outcome name="outcome" value=[self.text("outcome")] list="outcomes" placeholder="approve, reject.BUSINESS_BANK, …" autocomplete="off" maxlength=(MAX_FIELD);
            datalist #outcomes { @for outcome in suggested_outcomes() { option value=(outcome) {} } }
        };
        field("outcome", "What KYB is to decide", &control)
    }

    fn requirements(&self) -> Markup {
        let query = self.query();
        let chosen = |name: &str| {
            query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
        };
        let select = |name: &'static str, codes: Vec<&str>| {
            let options: Vec<_> =
                codes.iter().map(|c| ((*c).to_owned(), (*c).to_owned())).collect();
            choice(name, name, name, Some("(left out)"), &options, chosen(name))
        };
        // In DOKU's order.
        let [business_type, legal_entity, line, nationality] =
            RequirementsQuery::personal().pairs().map(|(name, _)| name);
        html! {
            (select(business_type, BusinessType::all().iter().map(BusinessType::as_str).collect()))
            (select(legal_entity, LegalEntity::all().iter().map(LegalEntity::as_str).collect()))
            (select(line, BusinessLine::all().iter().map(BusinessLine::as_str).collect()))
            (text_field(nationality, nationality, nationality, chosen(nationality), "ID"))
        }
    }

    fn body(&self) -> Markup {
        html! {
            div.field.wide {
                label for="body" { "Body" }
                textarea #body name="body" spellcheck="false" maxlength=(MAX_TYPED) rows="16" {
                    // Of a text that begins with a line feed a browser would leave it out.
                    (PreEscaped("\n"))
                    @if self.body.len() <= MAX_TYPED { (self.body) }
                }
            }
        }
    }

    /// What a program would ask to have the same composed.
    fn document(&self) -> Value {
        let mut document = Map::new();
        let mut set = |name: &str, value: Value| document.insert(name.to_owned(), value);
        set("operation", kebab(self.operation).into());
        if let Ok(draft) = self.draft() {
            let texts = [
                ("partner", draft.partner),
                ("brand", draft.brand),
                ("request_id", draft.request_id),
                ("outcome", draft.outcome),
            ];
            for (name, text) in texts {
                if let Some(text) = text {
                    set(name, text.into());
                }
            }
            if !draft.query.is_empty() {
                set(
                    "query",
                    Value::Object(draft.query.into_iter().map(|(n, v)| (n, v.into())).collect()),
                );
            }
        }
        if has_body(self.operation) {
            set("body", json!("…"));
        }
        Value::Object(document)
    }
}

/// Whether its path names a brand.
pub(super) fn takes_brand(operation: Endpoint) -> bool {
    operation.path().contains("{brand}")
}

fn has_body(operation: Endpoint) -> bool {
    operation.method() != "GET"
}

fn hint(operation: Endpoint) -> Markup {
    let hint = match operation {
        Endpoint::BusinessRegistration => {
            "A registration names uploaded files: \"Fill in an example\" uploads three drawings by Generate Token and Upload \
             File, and names them. There is no callback_url in it, for nobody listens yet: add \
             \"callback_url\":\"http://127.0.0.1:9000/callbacks\" to business, say, once something of yours does."
        }
        Endpoint::CreateBusinessLite => {
            "A partner_ref_id counts once: \"Fill in an example\" has another each time."
        }
        Endpoint::UpdateBusinessData => "Only what is sent is changed.",
        _ => return html! {},
    };
    html! { p.hint { (hint) } }
}

/// The longest body that is typed, in bytes. A page shows it whole, which may take six times as much.
const MAX_TYPED: usize = 24 << 10;
/// The longest other field, in bytes.
const MAX_FIELD: usize = 256;
/// How much of a name stands beside a brand's id, in characters.
const MAX_NAME: usize = 40;
