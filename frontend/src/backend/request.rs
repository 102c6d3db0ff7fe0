//! A request as the pages form it, before anybody knows how it travels.

use std::fmt::Write as _;

use serde::Serialize;
use shared::id::IdempotencyKey;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
    Delete,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub method: Method,
    /// With its query, from the root: `/api/v1/…`.
    pub path: String,
    pub body: Option<String>,
    pub key: Option<IdempotencyKey>,
}

impl Request {
    pub fn get(path: impl Into<String>) -> Self {
        Self { method: Method::Get, path: root(path), body: None, key: None }
    }

    pub fn post(path: impl Into<String>) -> Self {
        Self { method: Method::Post, path: root(path), body: None, key: None }
    }

    pub fn delete(path: impl Into<String>) -> Self {
        Self { method: Method::Delete, path: root(path), body: None, key: None }
    }

    pub fn body<T: Serialize>(mut self, body: &T) -> Self {
        self.body = Some(serde_json::to_string(body).expect("our own requests are plain JSON"));
        self
    }

    pub fn key(mut self, key: &IdempotencyKey) -> Self {
        self.key = Some(key.clone());
        self
    }
}

fn root(path: impl Into<String>) -> String {
    format!("/api/v1{}", path.into())
}

/// Text for a query: everything but letters, digits and `-_.~` as %XX.
pub fn quoted(text: &str) -> String {
    text.bytes().fold(String::new(), |mut quoted, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            quoted.push(char::from(byte));
        } else {
            write!(quoted, "%{byte:02X}").expect("a string takes every text");
        }
        quoted
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_survives_any_name() {
        assert_eq!(quoted("1203"), "1203");
        assert_eq!(quoted("王 & co"), "%E7%8E%8B%20%26%20co");
    }
}
