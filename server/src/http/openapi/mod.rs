//! `GET /api/openapi.json` and its page `GET /api/docs`: open to everybody, because they say the same
//! of every site and nothing of this one.

mod about;
mod document;
mod page;
mod table;

use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::http::{Method, header};

pub use about::About;
pub use document::document;
pub use table::TABLE;

/// What describes a route.
pub fn find(method: &Method, path: &str) -> Option<&'static About> {
    TABLE.iter().find(|about| about.method == *method && about.path == path)
}

/// Whether a route moves money, and so needs an `Idempotency-Key`.
pub(crate) fn is_keyed(method: &Method, path: &str) -> bool {
    find(method, path).is_some_and(|about| about.keyed)
}

static DOCUMENT: LazyLock<String> = LazyLock::new(|| document().to_string());
static PAGE: LazyLock<String> = LazyLock::new(|| page::html(&document()));

pub(super) async fn show() -> HttpResponse {
    file("application/json", DOCUMENT.as_str())
}

pub(super) async fn page() -> HttpResponse {
    file("text/html; charset=utf-8", PAGE.as_str())
}

pub(super) async fn style() -> HttpResponse {
    file("text/css; charset=utf-8", include_str!("docs.css"))
}

pub(super) async fn filter() -> HttpResponse {
    file("text/javascript; charset=utf-8", include_str!("filter.js"))
}

fn file(kind: &'static str, body: &'static str) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(kind)
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(body)
}
