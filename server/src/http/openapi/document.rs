//! The description of the API as `OpenAPI` 3.1: from the table of routes, its descriptions, and the
//! types that travel.

use std::collections::BTreeSet;

use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};
use shared::api::problem::Problem;
use shared::api::session::Role;
use shared::id::Book;

use super::super::routes::{ROUTES, Row, Who};
use super::about::{About, Gives};
use super::find;

const SCHEMAS: &str = "#/components/schemas/";

const WELCOME: &str = "Money is whole minor units of the site's currency, energy whole mWh, power W, \
    time UTC milliseconds. Every failure is a problem document (RFC 9457). Programs send \
    `Authorization: Bearer pv_…`, made with `meterhouse token create`; browsers send the session's \
    cookie, and `X-Meterhouse: 1` with everything that is not a GET.";

/// The whole description.
pub fn document() -> Value {
    let mut schemas = Schemas::new();
    schemas.given.subschema_for::<Problem>();
    let mut paths = Map::new();
    for row in ROUTES {
        // A test holds that there is one for every route.
        let Some(about) = find(&row.method, row.path) else { continue };
        let path = paths.entry(row.path).or_insert_with(|| json!({}));
        if let Some(path) = path.as_object_mut() {
            path.insert(row.method.as_str().to_lowercase(), schemas.operation(row, about));
        }
    }
    let mut paths = Value::Object(paths);
    let components = schemas.into_components(&mut paths);
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Meterhouse", "version": "1", "summary": "Prepaid electricity",
            "description": WELCOME, "license": { "name": "MIT OR Apache-2.0" } },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "schemas": components,
            "responses": { "Problem": {
                "description": "What was tried, what is wrong, what to do",
                "content": { "application/problem+json": {
                    "schema": { "$ref": "#/components/schemas/Problem" } } } } },
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer" },
                "session": { "type": "apiKey", "in": "cookie", "name": "session",
                    "description": "Set by signing in; its name says whether the site has TLS" },
            },
        },
    })
}

/// Who may take a route, by role.
fn roles(who: Who) -> Vec<Role> {
    Role::ALL.into_iter().filter(|role| who.admits(*role)).collect()
}

/// What is taken and what is given may differ in what has to be there: each has its own schemas.
struct Schemas {
    given: SchemaGenerator,
    taken: SchemaGenerator,
}

impl Schemas {
    fn new() -> Self {
        let with = |settings: SchemaSettings| {
            settings.with(|settings| {
                settings.definitions_path = "/components/schemas".into();
                settings.meta_schema = None;
            })
        };
        Self {
            given: with(SchemaSettings::draft2020_12().for_serialize()).into_generator(),
            taken: with(SchemaSettings::draft2020_12().for_deserialize()).into_generator(),
        }
    }

    fn operation(&mut self, row: &Row, about: &About) -> Value {
        let mut parameters: Vec<Value> = about.places().map(|place| self.place(place)).collect();
        if let Some(query) = about.query {
            let schema = query(&mut self.taken);
            parameters.extend(query_parameters(&schema));
        }
        let pages =
            parameters.iter().any(|parameter| parameter.get("name") == Some(&json!("after")));
        if about.keyed {
            parameters.push(json!({ "name": "Idempotency-Key", "in": "header", "required": true,
                "description": "The client's own name for this command: the same key and body have \
                    one effect, the same key with another body is refused with 409",
                "schema": { "type": "string", "pattern": "^[!-~]{8,64}$" } }));
        }
        let mut operation = json!({
            "operationId": about.operation(),
            "summary": about.summary,
            "tags": [about.subject()],
            "parameters": parameters,
            "responses": {
                about.status.to_string(): self.answer(about.gives),
                "default": { "$ref": "#/components/responses/Problem" },
            },
            "x-roles": roles(row.who),
        });
        if matches!(about.gives, Gives::File("text/html"))
            && let Some(answers) = operation.get_mut("responses")
        {
            // A page is for people, also where it has bad news.
            let page = json!({ "description": "A page that says why not",
                "content": { "text/html": {} } });
            set(answers, "4XX", page);
        }
        if pages
            && let Some(answer) = operation.pointer_mut(&format!("/responses/{}", about.status))
        {
            let link = json!({ "description": "Where there are more rows: the next page, as \
                <address>; rel=\"next\"", "schema": { "type": "string" } });
            set(answer, "headers", json!({ "Link": link }));
        }
        if let Who::May(verb) = row.who {
            set(&mut operation, "x-verb", json!(verb.name()));
        }
        if row.who == Who::Anyone {
            set(&mut operation, "security", json!([]));
        } else {
            set(&mut operation, "security", json!([{ "token": [] }, { "session": [] }]));
        }
        if let Some(body) = about.body {
            let mut content = json!({ "schema": tagged(body(&mut self.taken)) });
            let example = about.example.and_then(|text| serde_json::from_str(text).ok());
            if let Some(example) = example {
                set(&mut content, "example", example);
            }
            let body = json!({ "required": true, "content": { "application/json": content } });
            set(&mut operation, "requestBody", body);
        }
        operation
    }

    fn answer(&mut self, gives: Gives) -> Value {
        match gives {
            Gives::Nothing => json!({ "description": "Done" }),
            Gives::Json(says) => json!({ "description": "Done", "content": {
                "application/json": { "schema": says(&mut self.given) } } }),
            Gives::Sheet(says) => json!({ "description": "Done", "content": {
                "application/json": { "schema": says(&mut self.given) },
                "text/csv": {} } }),
            Gives::File(kind) => json!({ "description": "Done", "content": { kind: {} } }),
            Gives::Stream => json!({ "description": "Goes on as a WebSocket" }),
        }
    }

    fn place(&mut self, place: &str) -> Value {
        let schema = match place {
            "book" => tagged(self.taken.subschema_for::<Book>()),
            "tariff" | "provider" | "code" => json!({ "type": "string", "minLength": 1 }),
            "line" => json!({ "type": "integer", "minimum": 0, "maximum": u16::MAX }),
            "receipt" | "seq" | "shift" | "alarm" | "payment" | "approval" | "draft" => {
                json!({ "type": "integer", "minimum": 0, "format": "uint64" })
            }
            _number => json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX }),
        };
        json!({ "name": place, "in": "path", "required": true, "schema": schema })
    }

    /// All schemas by name. Where a type is taken otherwise than it is given, the taken one is named
    /// `…Input`, and `paths` refers to it so.
    fn into_components(mut self, paths: &mut Value) -> Value {
        let mut given = self.given.take_definitions(true);
        let taken = self.taken.take_definitions(true);
        let mut other: BTreeSet<String> = taken
            .iter()
            .filter(|(name, schema)| given.get(*name).is_some_and(|there| there != *schema))
            .map(|(name, _)| name.clone())
            .collect();
        loop {
            let before = other.len();
            let refers = |schema: &Value| refers_to(schema, &other);
            let more: Vec<String> = taken
                .iter()
                .filter(|(name, schema)| given.contains_key(*name) && refers(schema))
                .map(|(name, _)| name.clone())
                .collect();
            other.extend(more);
            if other.len() == before {
                break;
            }
        }
        for (name, mut schema) in taken {
            rename(&mut schema, &|name| own_name(name, &other));
            given.insert(own_name(&name, &other), schema);
        }
        rename_taken(paths, &other);
        Value::Object(given)
    }
}

fn own_name(name: &str, other: &BTreeSet<String>) -> String {
    if other.contains(name) { format!("{name}Input") } else { name.to_owned() }
}

/// Marks a schema as one that is taken, until its name is known.
fn tagged(schema: Schema) -> Value {
    json!({ "x-taken": schema })
}

fn rename_taken(value: &mut Value, other: &BTreeSet<String>) {
    if let Some(taken) = value.as_object_mut().and_then(|object| object.remove("x-taken")) {
        *value = taken;
        rename(value, &|name| own_name(name, other));
        return;
    }
    each(value, &mut |inner| rename_taken(inner, other));
}

fn rename(value: &mut Value, to: &impl Fn(&str) -> String) {
    if let Some(Value::String(reference)) = value.get_mut("$ref")
        && let Some(name) = reference.strip_prefix(SCHEMAS)
    {
        *reference = format!("{SCHEMAS}{}", to(name));
    }
    each(value, &mut |inner| rename(inner, to));
}

fn refers_to(value: &Value, names: &BTreeSet<String>) -> bool {
    let here = value.get("$ref").and_then(Value::as_str);
    let here = here.and_then(|reference| reference.strip_prefix(SCHEMAS));
    here.is_some_and(|name| names.contains(name))
        || match value {
            Value::Array(list) => list.iter().any(|inner| refers_to(inner, names)),
            Value::Object(object) => object.values().any(|inner| refers_to(inner, names)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
        }
}

fn each(value: &mut Value, look: &mut impl FnMut(&mut Value)) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(look),
        Value::Object(object) => object.values_mut().for_each(look),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn set(value: &mut Value, key: &str, to: Value) {
    if let Some(object) = value.as_object_mut() {
        object.insert(key.to_owned(), to);
    }
}

/// The fields of a query's type, one parameter each; what may be left out is never `null`.
fn query_parameters(schema: &Schema) -> Vec<Value> {
    let fields = schema.get("properties").and_then(Value::as_object);
    let needed = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let one = |(name, schema): (&String, &Value)| {
        let mut schema = schema.clone();
        let about = schema.as_object_mut().and_then(|schema| schema.remove("description"));
        let mut parameter = json!({ "name": name, "in": "query",
            "required": needed.contains(&json!(name)), "schema": { "x-taken": present(schema) } });
        if let Some(about) = about {
            set(&mut parameter, "description", about);
        }
        parameter
    };
    fields.into_iter().flatten().map(one).collect()
}

fn present(mut schema: Value) -> Value {
    if let Some(Value::Array(kinds)) = schema.get_mut("type") {
        kinds.retain(|kind| kind != "null");
        if let [kind] = kinds.as_slice() {
            let kind = kind.clone();
            set(&mut schema, "type", kind);
        }
    }
    let some = schema.get("anyOf").and_then(Value::as_array).and_then(|kinds| {
        kinds.iter().find(|kind| kind.get("type").is_none_or(|kind| kind != "null")).cloned()
    });
    some.unwrap_or(schema)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::openapi::TABLE;

    #[test]
    fn every_route_is_described_once_and_nothing_else_is() {
        let routes: BTreeSet<_> =
            ROUTES.iter().map(|row| format!("{} {}", row.method, row.path)).collect();
        let described: Vec<_> =
            TABLE.iter().map(|about| format!("{} {}", about.method, about.path)).collect();
        let unique: BTreeSet<_> = described.iter().cloned().collect();
        assert_eq!(routes.difference(&unique).collect::<Vec<_>>(), Vec::<&String>::new());
        assert_eq!(unique.difference(&routes).collect::<Vec<_>>(), Vec::<&String>::new());
        assert_eq!(described.len(), unique.len(), "a route is described twice");
        let names: BTreeSet<_> = TABLE.iter().map(About::operation).collect();
        assert_eq!(names.len(), TABLE.len(), "two operations have one name");
    }

    #[test]
    fn every_reference_leads_somewhere() {
        fn look(value: &Value, document: &Value, seen: &mut usize) {
            if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
                let place = reference.strip_prefix('#').expect("inside the document");
                assert!(document.pointer(place).is_some(), "{reference} leads nowhere");
                *seen += 1;
            }
            assert!(value.get("x-taken").is_none(), "a name was not settled: {value}");
            match value {
                Value::Array(list) => list.iter().for_each(|inner| look(inner, document, seen)),
                Value::Object(map) => map.values().for_each(|inner| look(inner, document, seen)),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
            }
        }
        let (document, mut seen) = (document(), 0);
        look(&document, &document, &mut seen);
        assert!(seen > 100, "{seen} references");
    }

    #[test]
    fn what_changes_the_books_needs_a_key_and_takes_nothing_without_one() {
        let document = document();
        let sale = document.pointer("/paths/~1api~1v1~1sales/post").expect("the sale");
        let parameters = sale["parameters"].as_array().expect("parameters");
        assert!(parameters.iter().any(|one| one["name"] == "Idempotency-Key"), "{sale}");
        let roles = sale["x-roles"].as_array().expect("roles");
        assert!(roles.contains(&json!("cashier")) && !roles.contains(&json!("viewer")), "{sale}");
        assert!(sale["requestBody"]["content"]["application/json"]["example"].is_object());
    }
}
