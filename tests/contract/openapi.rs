//! The OpenAPI document keeps its word: it has everything that can be asked, and what is sent and answered is
//! as it says.

use std::collections::BTreeSet;

use contract::{Sink, World, path};
use doku_types::{
    evidence,
    partner::{
        endpoint::Endpoint,
        lite::LiteRegistration,
        registration::Registration,
        requirements::RequirementsQuery,
        token::TokenRequest,
        update::{BusinessUpdate, Update},
    },
};
use http::Method;
use serde_json::{Map, Value, json};

#[tokio::test]
async fn the_document_is_served_as_the_library_gives_it() {
    let world = World::new().await;
    let reply = world.send(world.plain(Method::GET, "/_mock/openapi.json", b"")).await;
    assert_eq!(reply.headers()["content-type"], "application/json");
    assert_eq!(reply.body(), doku_mock::openapi());
}

#[tokio::test]
async fn every_operation_of_both_surfaces_is_in_the_document_and_nothing_else() {
    let world = World::new().await;
    let reply = world.send(world.plain(Method::GET, "/_mock/", b"")).await;
    let own: Vec<Value> = serde_json::from_slice(reply.body()).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let own = own.iter().map(|listed| (text(&listed["method"]), text(&listed["path"])));
    let partner =
        Endpoint::all().iter().map(|one| (one.method().to_owned(), one.path().to_owned()));
    let expected: BTreeSet<_> = own.chain(partner).collect();

    let document = document();
    let described = operations(&document);
    let described: Vec<_> = described.into_iter().map(|(method, path, _)| (method, path)).collect();
    assert_eq!(described.iter().cloned().collect::<BTreeSet<_>>(), expected);
    assert!(described.len() > 20);
    // Each is routed: whatever is wrong with the request, it is not that nothing is there.
    for (method, path) in described {
        let path = path.replace(['{', '}'], "");
        let request = world.plain(method.parse().unwrap(), &path, b"");
        let reply = world.send(request).await;
        assert_ne!(reply.status(), 405, "{method} {path}");
        assert!(!reply.body().starts_with(b"{\"message\":\"No static"), "{method} {path}");
    }
}

#[test]
fn every_operation_has_an_id_of_its_own_and_its_evidence() {
    let document = document();
    let mut ids = BTreeSet::new();
    for (method, path, operation) in operations(&document) {
        let id = operation["operationId"].as_str().unwrap();
        assert!(ids.insert(id), "{id} is there twice");
        assert!(operation["x-doku-evidence"][0].is_string(), "{method} {path}");
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_evidence_is_in_the_ledger() {
    let document = document();
    let mut counts = (0, 0);
    walk(&document, &mut |object| {
        if let Some(Value::String(reference)) = object.get("$ref") {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{reference}");
            counts.0 += 1;
        }
        if let Some(Value::Array(ids)) = object.get("x-doku-evidence") {
            for id in ids {
                let id = id.as_str().unwrap();
                assert!(id == "mock" || evidence::entry(id).is_some(), "{id}");
                assert!(!document["info"]["x-doku-ledger"][id].is_null(), "{id}");
                counts.1 += 1;
            }
        }
    });
    assert!(counts.0 > 100 && counts.1 > 200, "{counts:?}");
}

#[test]
fn fields_of_replies_name_the_assumptions_that_their_documentation_names() {
    let document = document();
    for (field, id) in [
        ("BusinessData/properties/callback_url", "A02"),
        ("BrandData/properties/ticket_size", "A29"),
        ("RegisteredBusiness/properties/status", "A21"),
        ("RegistrationReply", "A01"),
        ("Callback", "A03"),
        ("Registration/properties/business/properties/banks", "A26"),
    ] {
        let field = document.pointer(&format!("/components/schemas/{field}")).unwrap();
        let ids = field["x-doku-evidence"].as_array().unwrap();
        assert!(ids.iter().any(|one| one == id), "{field} is without {id}");
    }
}

#[test]
fn the_documented_samples_are_as_the_document_says() {
    macro_rules! sample {
        ($name:literal) => {
            ($name, include_str!(concat!("../samples/", $name, ".json")))
        };
    }
    for ((name, sample), schema) in [
        (sample!("check-requirements.reply"), "Requirements"),
        (sample!("generate-token.request"), "TokenRequest"),
        (sample!("generate-token.reply"), "TokenReply"),
        (sample!("upload-file.reply"), "UploadedFile"),
        (sample!("business-registration.request"), "Registration"),
        (sample!("business-registration.reply"), "RegistrationReply"),
        (sample!("create-business-lite.request"), "LiteRegistration"),
        (sample!("create-business-lite.reply"), "LiteReply"),
        (sample!("get-business-data.reply"), "BusinessData"),
        (sample!("update-business-data.request"), "Update"),
        (sample!("callback.request"), "Callback"),
    ] {
        assert_fits(name, &serde_json::from_str(sample).unwrap(), &component(schema));
    }
}

#[test]
fn what_the_schema_of_a_registration_cannot_do_without_the_mock_refuses() {
    let sample: Value =
        serde_json::from_str(include_str!("../samples/business-registration.request.json"))
            .unwrap();
    let validator = jsonschema::validator_for(&component("Registration")).unwrap();
    let mut mandatory = 0;
    for pointer in pointers(&sample) {
        let mut without = sample.clone();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let Some(Value::Object(fields)) = without.pointer_mut(parent) else { continue };
        fields.remove(name);
        // A table says of a list entry's face and forms less than the rules between fields do.
        let refused = Registration::parse(without.to_string().as_bytes()).is_err();
        let between = ["owner_liveness", "forms"].contains(&name);
        if !between {
            assert_eq!(!validator.is_valid(&without), refused, "{pointer}");
        }
        mandatory += usize::from(refused);
    }
    assert!(mandatory > 30, "{mandatory}");
}

#[tokio::test]
async fn the_replies_of_every_operation_and_the_callbacks_are_as_the_document_says() {
    let world = World::new().await;
    let sink = Sink::answering([]).await;
    let business = world.registered(&sink).await;
    let brand = business.brands[0].id.to_string();
    let document = document();

    let last = |world: &World| -> Value {
        let exchange = world.exchanges.last();
        serde_json::from_str(exchange.rsplit("\n\n").next().unwrap()).unwrap()
    };
    let reply_of = |endpoint: Endpoint| {
        let method = endpoint.method().to_ascii_lowercase();
        let schema = &document["paths"][endpoint.path()][method]["responses"]["200"]["content"]["application/json"]
            ["schema"];
        with_components(schema.clone())
    };

    assert_fits("registration", &last(&world), &reply_of(Endpoint::BusinessRegistration));
    let query = RequirementsQuery::personal();
    world.client.business_data(&business.brands[0].id, &query).await.unwrap();
    assert_fits("business data", &last(&world), &reply_of(Endpoint::GetBusinessData));
    world.client.check_requirements(&query).await.unwrap();
    assert_fits("requirements", &last(&world), &reply_of(Endpoint::CheckRequirements));
    world.client.generate_token(&TokenRequest::new()).await.unwrap();
    assert_fits("token", &last(&world), &reply_of(Endpoint::GenerateToken));
    world.upload(doku_types::partner::file::FilePurpose::photo_proof()).await;
    assert_fits("upload", &last(&world), &reply_of(Endpoint::UploadFile));
    let invitation = include_bytes!("../samples/create-business-lite.request.json");
    let invitation = LiteRegistration::parse(invitation).unwrap();
    world.client.create_business_lite(&invitation).await.unwrap();
    assert_fits("invitation", &last(&world), &reply_of(Endpoint::CreateBusinessLite));
    let change = BusinessUpdate::builder().description("Nasi goreng and tea").build();
    let update = Update::builder().business(change).build();
    world.client.update_business(&business.brands[0].id, &update).await.unwrap();
    assert_fits("update", &last(&world), &reply_of(Endpoint::UpdateBusinessData));

    let refused = world.send(world.plain(Method::POST, &path("/token"), b"{}")).await;
    let refused: Value = serde_json::from_slice(refused.body()).unwrap();
    assert_fits("a refusal", &refused, &component("ApiError"));

    let callbacks = world.mock.callbacks();
    assert!(callbacks.len() > 10, "{callbacks:?}");
    for callback in callbacks {
        let body: Value = serde_json::from_str(&callback.body).unwrap();
        assert_fits("a callback", &body, &component("Callback"));
    }

    // The mock's own surface, asked for what can be asked without a body.
    for (method, path, operation) in operations(&document) {
        let schema = &operation["responses"]["200"]["content"]["application/json"]["schema"];
        if method != "GET" || !path.starts_with("/_mock/") || schema.is_null() {
            continue;
        }
        let path = path.replace("{id}", &brand).replace("{number}", "1");
        let reply = world.send(world.plain(Method::GET, &path, b"")).await;
        assert_eq!(reply.status(), 200, "{path}");
        let body: Value = serde_json::from_slice(reply.body()).unwrap();
        assert_fits(&path, &body, &with_components(schema.clone()));
    }
}

fn document() -> Value {
    serde_json::from_str(doku_mock::openapi()).unwrap()
}

/// Method in capitals, path and description.
fn operations(document: &Value) -> Vec<(String, String, &Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    paths
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().unwrap().iter();
            methods.map(move |(method, operation)| {
                (method.to_ascii_uppercase(), path.clone(), operation)
            })
        })
        .collect()
}

/// A schema by its name.
fn component(name: &str) -> Value {
    with_components(json!({"$ref": format!("#/components/schemas/{name}")}))
}

/// A schema that finds what it refers to.
fn with_components(schema: Value) -> Value {
    json!({"allOf": [schema], "components": document()["components"]})
}

fn assert_fits(what: &str, document: &Value, schema: &Value) {
    let validator = jsonschema::draft202012::new(schema).unwrap();
    let faults: Vec<_> = validator
        .iter_errors(document)
        .map(|fault| format!("{}: {fault}", fault.instance_path()))
        .collect();
    assert!(faults.is_empty(), "{what}: {faults:#?}");
}

/// The pointers of all fields.
fn pointers(value: &Value) -> Vec<String> {
    let below = |name: String, value: &Value| {
        let mut all: Vec<_> =
            pointers(value).into_iter().map(|rest| format!("/{name}{rest}")).collect();
        all.push(format!("/{name}"));
        all
    };
    match value {
        Value::Object(fields) => {
            fields.iter().flat_map(|(name, field)| below(name.clone(), field)).collect()
        }
        Value::Array(entries) => {
            let entries = entries.iter().enumerate();
            entries.flat_map(|(index, entry)| below(index.to_string(), entry)).collect()
        }
        _ => Vec::new(),
    }
}

fn walk(value: &Value, visit: &mut impl FnMut(&Map<String, Value>)) {
    match value {
        Value::Object(object) => {
            visit(object);
            object.values().for_each(|value| walk(value, visit));
        }
        Value::Array(entries) => entries.iter().for_each(|entry| walk(entry, visit)),
        _ => {}
    }
}
