//! What a route is for, what it takes and what it gives: one row for each row of the routes.

use actix_web::http::Method;
use schemars::{JsonSchema, Schema, SchemaGenerator};

/// A type's schema, asked for when the description is put together.
pub(crate) type Says = fn(&mut SchemaGenerator) -> Schema;

/// One route as a reader sees it.
pub struct About {
    pub method: Method,
    pub path: &'static str,
    pub summary: &'static str,
    /// It moves money, or what money is computed from: an `Idempotency-Key` is needed.
    pub keyed: bool,
    pub status: u16,
    pub(super) query: Option<Says>,
    pub(super) body: Option<Says>,
    pub(super) gives: Gives,
    /// A body that makes sense on the demo site.
    pub(super) example: Option<&'static str>,
}

/// What a route answers with when all is well.
#[derive(Clone, Copy)]
pub(super) enum Gives {
    Nothing,
    Json(Says),
    /// The same as JSON or, where it is asked for, as a CSV file.
    Sheet(Says),
    /// A text or file of this type.
    File(&'static str),
    /// A WebSocket of messages in this encoding.
    Stream,
}

pub(super) fn about(method: Method, path: &'static str, summary: &'static str) -> About {
    About {
        method,
        path,
        summary,
        keyed: false,
        status: 204,
        query: None,
        body: None,
        gives: Gives::Nothing,
        example: None,
    }
}

impl About {
    pub(super) fn gives<T: JsonSchema>(self) -> Self {
        Self { gives: Gives::Json(reference::<T>), status: 200, ..self }
    }

    pub(super) fn sheet<T: JsonSchema>(self) -> Self {
        Self { gives: Gives::Sheet(reference::<T>), status: 200, ..self }
    }

    pub(super) fn file(self, content_type: &'static str) -> Self {
        Self { gives: Gives::File(content_type), status: 200, ..self }
    }

    pub(super) fn stream(self) -> Self {
        Self { gives: Gives::Stream, status: 101, ..self }
    }

    pub(super) fn status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    pub(super) fn takes<T: JsonSchema>(self) -> Self {
        Self { body: Some(reference::<T>), ..self }
    }

    pub(super) fn asks<T: JsonSchema>(self) -> Self {
        Self { query: Some(T::json_schema), ..self }
    }

    pub(super) fn keyed(self) -> Self {
        Self { keyed: true, ..self }
    }

    pub(super) fn example(self, body: &'static str) -> Self {
        Self { example: Some(body), ..self }
    }

    /// The names in braces, in the order of the path.
    pub(super) fn places(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }

    /// What the route is about: the first word behind `/api/v1`.
    pub(super) fn subject(&self) -> &'static str {
        match self.path.strip_prefix("/api/v1/") {
            Some(rest) => rest.split('/').next().unwrap_or(rest),
            None => "server",
        }
    }

    /// A name for programs, such as `getMetersMeterPower`.
    pub(super) fn operation(&self) -> String {
        let words = self.path.trim_start_matches("/api/v1").split(['/', '-', '.']);
        let words = words.map(|word| word.trim_matches(['{', '}'])).filter(|word| !word.is_empty());
        words.fold(self.method.as_str().to_lowercase(), |name, word| {
            let mut letters = word.chars();
            let first = letters.next().map(|first| first.to_ascii_uppercase());
            first.into_iter().chain(letters).fold(name, |mut name, letter| {
                name.push(letter);
                name
            })
        })
    }
}

fn reference<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}
