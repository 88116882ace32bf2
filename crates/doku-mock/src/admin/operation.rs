//! One thing that can be asked of the mock's own surface. The routes are made of these, and so is the OpenAPI
//! document: what is not described is not there.

use std::sync::Arc;

use axum::{
    Router,
    handler::Handler,
    routing::{MethodFilter, MethodRouter, on},
};
use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::app::App;

/// Where it is, what it takes and what it gives.
pub(crate) struct Operation {
    /// In capitals.
    pub(crate) method: &'static str,
    /// Under `/_mock/`, with `{…}` for what varies.
    pub(crate) path: &'static str,
    /// Its name for generated clients: `decideBusiness`.
    pub(crate) id: &'static str,
    /// One sentence without a full stop.
    pub(crate) summary: &'static str,
    /// What may stand in the query.
    pub(crate) parameters: Vec<Parameter>,
    /// What headers of the mock's own it heeds.
    pub(crate) headers: Vec<Parameter>,
    /// The JSON document that it takes.
    pub(crate) takes: Option<Document>,
    /// What it answers with 200.
    pub(crate) gives: Gives,
    handler: MethodRouter<Arc<App>>,
}

/// A query parameter or a header. None is mandatory.
pub(crate) struct Parameter {
    /// As it stands in the request.
    pub(crate) name: &'static str,
    /// One sentence without a full stop, with its unit and default.
    pub(crate) about: &'static str,
    /// Its shape.
    pub(crate) schema: fn(&mut SchemaGenerator) -> Schema,
}

/// A JSON document.
pub(crate) struct Document {
    /// Its shape.
    pub(crate) schema: fn(&mut SchemaGenerator) -> Schema,
    /// One that is accepted, as JSON text; where it is short enough.
    pub(crate) example: Option<&'static str>,
}

/// An answer.
pub(crate) enum Gives {
    /// JSON of no told shape.
    Json,
    /// JSON of this shape.
    Document(fn(&mut SchemaGenerator) -> Schema),
    /// Another media type.
    Media(&'static str),
}

impl Operation {
    pub(super) fn get<H, T>(
        path: &'static str,
        id: &'static str,
        summary: &'static str,
        handler: H,
    ) -> Self
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        Self::new("GET", path, id, summary, on(MethodFilter::GET, handler))
    }

    pub(super) fn post<H, T>(
        path: &'static str,
        id: &'static str,
        summary: &'static str,
        handler: H,
    ) -> Self
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        Self::new("POST", path, id, summary, on(MethodFilter::POST, handler))
    }

    pub(super) fn delete<H, T>(
        path: &'static str,
        id: &'static str,
        summary: &'static str,
        handler: H,
    ) -> Self
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        Self::new("DELETE", path, id, summary, on(MethodFilter::DELETE, handler))
    }

    fn new(
        method: &'static str,
        path: &'static str,
        id: &'static str,
        summary: &'static str,
        handler: MethodRouter<Arc<App>>,
    ) -> Self {
        let (parameters, headers, takes, gives) = (Vec::new(), Vec::new(), None, Gives::Json);
        Self { method, path, id, summary, parameters, headers, takes, gives, handler }
    }

    /// One more query parameter.
    pub(super) fn query<T: JsonSchema>(mut self, name: &'static str, about: &'static str) -> Self {
        self.parameters.push(Parameter {
            name,
            about,
            schema: SchemaGenerator::subschema_for::<T>,
        });
        self
    }

    /// One more header of the mock's own.
    pub(super) fn header<T: JsonSchema>(mut self, name: &'static str, about: &'static str) -> Self {
        self.headers.push(Parameter { name, about, schema: SchemaGenerator::subschema_for::<T> });
        self
    }

    /// The document that it takes, such as `example`.
    pub(super) fn takes<T: JsonSchema>(mut self, example: &'static str) -> Self {
        let schema = SchemaGenerator::subschema_for::<T>;
        self.takes = Some(Document { schema, example: Some(example) });
        self
    }

    /// The document that it takes, too long for an example.
    pub(super) fn takes_such<T: JsonSchema>(mut self) -> Self {
        self.takes = Some(Document { schema: SchemaGenerator::subschema_for::<T>, example: None });
        self
    }

    /// The shape of its answer.
    pub(super) fn gives<T: JsonSchema>(mut self) -> Self {
        self.gives = Gives::Document(SchemaGenerator::subschema_for::<T>);
        self
    }

    /// An answer that is no JSON.
    pub(super) fn gives_media(mut self, media_type: &'static str) -> Self {
        self.gives = Gives::Media(media_type);
        self
    }

    pub(super) fn route(self, router: Router<Arc<App>>) -> Router<Arc<App>> {
        router.route(self.path, self.handler)
    }
}
