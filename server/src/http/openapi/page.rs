//! The description of the API as a page: no script is needed to read it, and nothing comes from
//! elsewhere.

use std::fmt::Write as _;

use serde_json::{Map, Value};

/// The page for a description.
pub(super) fn html(document: &Value) -> String {
    let mut page = Page { html: String::new() };
    let text =
        |pointer: &str| document.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    page.put(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" \
         content=\"light dark\"><title>Meterhouse API</title><link rel=\"stylesheet\" \
         href=\"/api/docs/style.css\"><script src=\"/api/docs/filter.js\" defer></script></head>\
         <body><a class=\"skip\" href=\"#routes\">Skip to the routes</a><header><h1>Meterhouse \
         API</h1><p>",
    );
    page.code_and_text(text("/info/description"));
    page.put(
        "</p><p>For programs: <a href=\"/api/openapi.json\">openapi.json</a> (OpenAPI 3.1).</p>\
         <p class=\"filter\" hidden><label>Filter <input id=\"filter\" type=\"search\" \
         autocomplete=\"off\"></label> <span id=\"found\" role=\"status\"></span></p></header>",
    );
    let subjects = by_subject(document);
    page.put("<nav aria-label=\"Subjects\"><ul>");
    for subject in subjects.keys() {
        page.put(&format!("<li><a href=\"#{0}\">{0}</a></li>", escape(subject)));
    }
    page.put("</ul></nav><main id=\"routes\">");
    for (subject, operations) in &subjects {
        page.put(&format!("<section id=\"{0}\"><h2>{0}</h2>", escape(subject)));
        for operation in operations.as_array().into_iter().flatten() {
            page.operation(operation);
        }
        page.put("</section>");
    }
    page.put("<section id=\"schemas\"><h2>Schemas</h2>");
    let schemas = document.pointer("/components/schemas").and_then(Value::as_object);
    for (name, schema) in schemas.into_iter().flatten() {
        page.put(&format!(
            "<details id=\"schema-{0}\"><summary><h3>{0}</h3></summary>",
            escape(name)
        ));
        page.schema(schema);
        page.put("</details>");
    }
    page.put("</section></main></body></html>");
    page.html
}

/// Operations with their method and path in them, grouped.
fn by_subject(document: &Value) -> Map<String, Value> {
    let mut subjects = Map::new();
    let paths = document.get("paths").and_then(Value::as_object);
    for (path, operations) in paths.into_iter().flatten() {
        for (method, operation) in operations.as_object().into_iter().flatten() {
            let subject = operation.pointer("/tags/0").and_then(Value::as_str).unwrap_or_default();
            let list = subjects.entry(subject).or_insert_with(|| Value::Array(Vec::new()));
            let mut operation = operation.clone();
            if let Some(operation) = operation.as_object_mut() {
                operation.insert("path".to_owned(), path.as_str().into());
                operation.insert("method".to_owned(), method.to_uppercase().into());
            }
            if let Some(list) = list.as_array_mut() {
                list.push(operation);
            }
        }
    }
    subjects
}

struct Page {
    html: String,
}

impl Page {
    fn put(&mut self, html: &str) {
        self.html.push_str(html);
    }

    fn operation(&mut self, operation: &Value) {
        let text = |key: &str| operation.get(key).and_then(Value::as_str).unwrap_or_default();
        let (method, path) = (text("method"), text("path"));
        let _infallible = write!(
            self.html,
            "<details class=\"route\" id=\"{}\"><summary><h3><b class=\"{}\">{method}</b> \
             <code>{}</code></h3> <span>{}</span></summary>",
            escape(text("operationId")),
            method.to_lowercase(),
            escape(path),
            escape(text("summary")),
        );
        let anyone = operation.get("security").and_then(Value::as_array).is_some_and(Vec::is_empty);
        let roles = operation.get("x-roles").and_then(Value::as_array);
        let roles: Vec<&str> = roles.into_iter().flatten().filter_map(Value::as_str).collect();
        let who = if anyone { "anybody, signed in or not".to_owned() } else { roles.join(", ") };
        self.put(&format!("<p>For: {}</p>", escape(&who)));
        self.parameters(operation);
        if let Some(schema) = operation.pointer("/requestBody/content/application~1json/schema") {
            self.put("<h4>Body</h4>");
            self.schema(schema);
        }
        for (status, answer) in
            operation.get("responses").and_then(Value::as_object).into_iter().flatten()
        {
            if status == "default" {
                continue;
            }
            self.put(&format!("<h4>Answer {}</h4>", escape(status)));
            let content = answer.get("content").and_then(Value::as_object);
            match content.and_then(|content| content.iter().next()) {
                Some((kind, content)) => {
                    self.put(&format!("<p><code>{}</code></p>", escape(kind)));
                    if let Some(schema) = content.get("schema") {
                        self.schema(schema);
                    }
                }
                None => self.put("<p>no body</p>"),
            }
        }
        self.put("<h4>Try it</h4><pre tabindex=\"0\"><code>");
        self.put(&escape(&curl(operation, method, path, anyone)));
        self.put("</code></pre></details>");
    }

    fn parameters(&mut self, operation: &Value) {
        let parameters = operation.get("parameters").and_then(Value::as_array);
        let Some(parameters) = parameters.filter(|list| !list.is_empty()) else { return };
        self.put("<table><thead><tr><th>Parameter</th><th>In</th><th>Type</th><th>Meaning</th></tr></thead><tbody>");
        for parameter in parameters {
            let text = |key: &str| parameter.get(key).and_then(Value::as_str).unwrap_or_default();
            let needed = parameter.get("required") == Some(&Value::Bool(true));
            let left_out = if needed { "" } else { " (may be left out)" };
            let _infallible = write!(
                self.html,
                "<tr><td><code>{}</code>{left_out}</td><td>{}</td><td>",
                escape(text("name")),
                escape(text("in"))
            );
            self.kind(parameter.get("schema").unwrap_or(&Value::Null));
            self.put("</td><td>");
            self.code_and_text(text("description"));
            self.put("</td></tr>");
        }
        self.put("</tbody></table>");
    }

    /// A schema with its fields, each field's type in one line.
    fn schema(&mut self, schema: &Value) {
        if let Some(about) = schema.get("description").and_then(Value::as_str) {
            self.put("<p>");
            self.code_and_text(about);
            self.put("</p>");
        }
        let fields = schema.get("properties").and_then(Value::as_object);
        if let Some(fields) = fields {
            let needed = schema.get("required").and_then(Value::as_array);
            let needed: Vec<&str> =
                needed.into_iter().flatten().filter_map(Value::as_str).collect();
            self.put(
                "<table><thead><tr><th>Field</th><th>Type</th><th>Meaning</th></tr></thead><tbody>",
            );
            for (name, field) in fields {
                let left_out =
                    if needed.contains(&name.as_str()) { "" } else { " (may be left out)" };
                self.put(&format!("<tr><td><code>{}</code>{left_out}</td><td>", escape(name)));
                self.kind(field);
                self.put("</td><td>");
                self.code_and_text(field.get("description").and_then(Value::as_str).unwrap_or(""));
                self.put("</td></tr>");
            }
            self.put("</tbody></table>");
        }
        let ways = ["oneOf", "anyOf"].into_iter().find_map(|key| schema.get(key)?.as_array());
        if let Some(ways) = ways {
            self.put("<p>One of:</p><ul>");
            for way in ways {
                self.put("<li>");
                if way.get("properties").is_some() {
                    self.schema(way);
                } else {
                    self.kind(way);
                    if let Some(about) = way.get("description").and_then(Value::as_str) {
                        self.put(" – ");
                        self.code_and_text(about);
                    }
                }
                self.put("</li>");
            }
            self.put("</ul>");
        }
        if fields.is_none() && ways.is_none() {
            self.put("<p>");
            self.kind(schema);
            self.put("</p>");
        }
    }

    /// A type in a few words.
    fn kind(&mut self, schema: &Value) {
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            let name = reference.rsplit('/').next().unwrap_or_default();
            self.put(&format!("<a href=\"#schema-{0}\">{0}</a>", escape(name)));
            return;
        }
        if let Some(constant) = schema.get("const") {
            self.put(&format!("<code>{}</code>", escape(&constant.to_string())));
            return;
        }
        if let Some(values) = schema.get("enum").and_then(Value::as_array) {
            let values: Vec<_> = values
                .iter()
                .map(|value| format!("<code>{}</code>", escape(&value.to_string())))
                .collect();
            self.put(&values.join(", "));
            return;
        }
        if let Some(ways) =
            ["oneOf", "anyOf"].into_iter().find_map(|key| schema.get(key)?.as_array())
        {
            for (place, way) in ways.iter().enumerate() {
                self.put(if place == 0 { "" } else { " or " });
                self.kind(way);
            }
            return;
        }
        if let Some(parts) = schema.get("prefixItems").and_then(Value::as_array) {
            self.put("[");
            for (place, part) in parts.iter().enumerate() {
                self.put(if place == 0 { "" } else { ", " });
                self.kind(part);
            }
            self.put("]");
            return;
        }
        if let Some(items) = schema.get("items") {
            self.put("list of ");
            self.kind(items);
            return;
        }
        if let Some(fields) = schema.get("properties").and_then(Value::as_object) {
            self.put("{ ");
            for (place, (name, field)) in fields.iter().enumerate() {
                self.put(if place == 0 { "" } else { ", " });
                self.put(&format!("<code>{}</code>: ", escape(name)));
                self.kind(field);
            }
            self.put(" }");
            return;
        }
        let kind = match schema.get("type") {
            Some(Value::String(kind)) => kind.clone(),
            Some(Value::Array(kinds)) => {
                kinds.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or ")
            }
            Some(_) | None => "anything".to_owned(),
        };
        self.put(&escape(&kind));
        if let Some(format) = schema.get("format").and_then(Value::as_str) {
            self.put(&format!(" <small>{}</small>", escape(format)));
        }
    }

    /// Text in which `words` between back-ticks are code.
    fn code_and_text(&mut self, text: &str) {
        for (place, part) in text.split('`').enumerate() {
            let part = escape(part);
            self.put(&if place % 2 == 0 { part } else { format!("<code>{part}</code>") });
        }
    }
}

fn curl(operation: &Value, method: &str, path: &str, anyone: bool) -> String {
    let mut line = "curl".to_owned();
    if method != "GET" {
        let _infallible = write!(line, " -X {method}");
    }
    line += if anyone { "" } else { " -H \"Authorization: Bearer $TOKEN\"" };
    if anyone && method != "GET" {
        line += " -H 'X-Meterhouse: 1'";
    }
    let parameters = operation.get("parameters").and_then(Value::as_array);
    let keyed = parameters
        .is_some_and(|list| list.iter().any(|one| one.get("in") == Some(&"header".into())));
    line += if keyed { " \\\n  -H \"Idempotency-Key: $(uuidgen)\"" } else { "" };
    if let Some(content) = operation.pointer("/requestBody/content/application~1json") {
        let body = content.get("example").map_or_else(|| "{…}".to_owned(), ToString::to_string);
        let _infallible = write!(line, " \\\n  -H 'Content-Type: application/json' -d '{body}'");
    }
    line + " \\\n  \"$SITE" + path + "\""
}

fn escape(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut escaped, letter| {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            plain => escaped.push(plain),
        }
        escaped
    })
}

#[cfg(test)]
mod tests {
    use super::super::document;
    use super::*;
    use crate::http::openapi::TABLE;

    #[test]
    fn the_page_shows_every_route_and_needs_nothing_that_the_policy_forbids() {
        let document = document();
        let page = html(&document);
        for about in TABLE.iter() {
            assert!(page.contains(&format!("id=\"{}\"", about.operation())), "{}", about.path);
        }
        for forbidden in ["style=", "onclick", "<script>", "<style", "http://", "https://"] {
            assert!(!page.contains(forbidden), "{forbidden}");
        }
    }

    #[test]
    fn markup_in_a_description_is_text() {
        assert_eq!(escape("<img onerror='x'>&\""), "&lt;img onerror=&#39;x&#39;&gt;&amp;&quot;");
    }
}
