//! Holds every answer of the running program against the API's own description. What the description
//! does not say must not be in an answer either, so that neither can run ahead of the other.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde_json::{Map, Value};
use server::http::openapi;

use super::Reply;

static DOCUMENT: LazyLock<Value> = LazyLock::new(openapi::document);

/// Fails when the answer is not what the description says of this route.
pub(crate) fn check(method: &str, target: &str, reply: &Reply) {
    let path = target.split('?').next().unwrap_or(target);
    let Some(operation) = operation(method, path) else { return };
    let kind = reply.header("content-type").split(';').next().unwrap_or_default().to_owned();
    let status = reply.status.to_string();
    let answers = &operation["responses"];
    let refused = if (400..500).contains(&reply.status) { answers.get("4XX") } else { None };
    let answer = answers.get(&status).or(refused);
    let answer = match answer {
        Some(answer) => answer,
        None if reply.status >= 400 => &DOCUMENT["components"]["responses"]["Problem"],
        None => panic!("{method} {path}: the answer {status} is not described"),
    };
    let Some(content) = answer.get("content") else {
        assert!(reply.body.is_empty(), "{method} {path} {status}: a body that is not described");
        return;
    };
    let described = content.get(&kind);
    let described =
        described.unwrap_or_else(|| panic!("{method} {path} {status}: `{kind}` is not described"));
    let Some(schema) = described.get("schema") else { return };
    let value = reply.json();
    if let Err(why) = fits(&value, schema, true) {
        panic!("{method} {path} {status}: {why}\nanswer: {value}\nschema: {schema}");
    }
}

/// What stands for a path, such as `/api/v1/meters/7` for `/api/v1/meters/{meter}`; fixed words go
/// before names in braces.
fn operation(method: &str, path: &str) -> Option<&'static Value> {
    let paths = DOCUMENT["paths"].as_object().expect("paths");
    let fits = |template: &str| {
        let (asked, known): (Vec<_>, Vec<_>) =
            (path.split('/').collect(), template.split('/').collect());
        asked.len() == known.len()
            && known
                .iter()
                .zip(&asked)
                .all(|(known, asked)| known.starts_with('{') || known == asked)
    };
    let mut found: Vec<_> = paths.iter().filter(|(template, _)| fits(template)).collect();
    found.sort_by_key(|(template, _)| template.matches('{').count());
    found.iter().find_map(|(_, operations)| operations.get(method.to_lowercase()))
}

/// The part of JSON Schema 2020-12 that our types make; another word in a schema is a failure, so
/// that nothing goes unchecked.
pub(crate) fn fits(value: &Value, schema: &Value, closed: bool) -> Result<(), String> {
    let schema = match schema {
        Value::Bool(true) => return Ok(()),
        Value::Object(schema) => schema,
        other => return Err(format!("{other} is not a schema")),
    };
    if closed && let (Value::Object(fields), Some(names)) = (value, described(schema)) {
        let foreign = fields.keys().find(|name| !names.contains(name.as_str()));
        if let Some(name) = foreign {
            return Err(format!("`{name}` is not described"));
        }
    }
    let said = |what: &str| Err(format!("{value} is not {what} {:?}", schema.get(what)));
    for (word, rule) in schema {
        match word.as_str() {
            "$ref" => {
                let place = rule.as_str().and_then(|place| place.strip_prefix('#'));
                let target = place.and_then(|place| DOCUMENT.pointer(place));
                fits(value, target.ok_or("a reference leads nowhere")?, false)?;
            }
            "type" => {
                let kinds = rule.as_array().cloned().unwrap_or_else(|| vec![rule.clone()]);
                let is = |kind: &Value| match kind.as_str() {
                    Some("null") => value.is_null(),
                    Some("boolean") => value.is_boolean(),
                    Some("integer") => value.is_i64() || value.is_u64(),
                    Some("number") => value.is_number(),
                    Some("string") => value.is_string(),
                    Some("array") => value.is_array(),
                    Some("object") => value.is_object(),
                    Some(_) | None => false,
                };
                if !kinds.iter().any(is) {
                    return said("type");
                }
            }
            "const" if value != rule => return said("const"),
            "enum" if !rule.as_array().is_some_and(|values| values.contains(value)) => {
                return said("enum");
            }
            "minimum" if value.is_number() && value.as_f64() < rule.as_f64() => {
                return said("minimum");
            }
            "maximum" if value.is_number() && value.as_f64() > rule.as_f64() => {
                return said("maximum");
            }
            "required" => {
                for name in rule.as_array().into_iter().flatten().filter_map(Value::as_str) {
                    if value.is_object() && value.get(name).is_none() {
                        return Err(format!("`{name}` is missing"));
                    }
                }
            }
            "properties" => {
                for (name, inner) in value.as_object().into_iter().flatten() {
                    if let Some(rule) = rule.get(name) {
                        fits(inner, rule, true).map_err(|why| format!("{name}: {why}"))?;
                    }
                }
            }
            "additionalProperties" if rule.is_object() => {
                for inner in value.as_object().into_iter().flat_map(|object| object.values()) {
                    fits(inner, rule, true)?;
                }
            }
            "items" if rule.is_object() => {
                let skip = schema.get("prefixItems").and_then(Value::as_array).map_or(0, Vec::len);
                for inner in value.as_array().into_iter().flatten().skip(skip) {
                    fits(inner, rule, true)?;
                }
            }
            "prefixItems" => {
                let rules = rule.as_array().into_iter().flatten();
                for (inner, rule) in value.as_array().into_iter().flatten().zip(rules) {
                    fits(inner, rule, true)?;
                }
            }
            "minItems" | "maxItems" => {
                let (count, limit) = (value.as_array().map(Vec::len), rule.as_u64());
                let count = count.and_then(|count| u64::try_from(count).ok());
                let good = if word == "minItems" { count >= limit } else { count <= limit };
                if value.is_array() && !good {
                    return said(word);
                }
            }
            "oneOf" | "anyOf" => {
                let ways = rule.as_array().into_iter().flatten();
                let tried: Vec<_> = ways.map(|way| fits(value, way, false)).collect();
                if !tried.iter().any(Result::is_ok) {
                    return Err(format!("{value} fits none of {word}: {tried:?}"));
                }
            }
            "allOf" => {
                for rule in rule.as_array().into_iter().flatten() {
                    fits(value, rule, false)?;
                }
            }
            // Looked at with the type; or words that say nothing about the value, or no more than
            // its type.
            "const"
            | "enum"
            | "minimum"
            | "maximum"
            | "additionalProperties"
            | "items"
            | "description"
            | "title"
            | "default"
            | "format"
            | "example"
            | "pattern"
            | "minLength"
            | "maxLength"
            | "uniqueItems" => {}
            other => return Err(format!("the schema says `{other}`, which is not looked at here")),
        }
    }
    Ok(())
}

/// The names of all fields that a schema speaks of, here and where it refers to; `None`: any names.
fn described(schema: &Map<String, Value>) -> Option<BTreeSet<&str>> {
    let mut names: Option<BTreeSet<&str>> = None;
    let mut add = |more| names.get_or_insert_default().extend::<BTreeSet<_>>(more);
    for (word, rule) in schema {
        match word.as_str() {
            "properties" => add(rule.as_object()?.keys().map(String::as_str).collect()),
            "additionalProperties" if rule.is_object() => return None,
            "$ref" => {
                let target = DOCUMENT.pointer(rule.as_str()?.strip_prefix('#')?)?.as_object()?;
                add(described(target)?);
            }
            "oneOf" | "anyOf" | "allOf" => {
                for way in rule.as_array()?.iter().filter_map(Value::as_object) {
                    let is_object = |way: &Map<String, Value>| {
                        ["properties", "$ref", "oneOf", "anyOf", "allOf"]
                            .iter()
                            .any(|word| way.contains_key(*word))
                    };
                    if is_object(way) {
                        add(described(way)?);
                    }
                }
            }
            _ => {}
        }
    }
    names
}
