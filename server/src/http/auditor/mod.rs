//! The auditor's questions. Each answers as JSON for the page, and with `format=csv` as a sheet of
//! what is shown.

pub(super) mod acts;
pub(super) mod balances;
pub(super) mod entries;
pub(super) mod risks;

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use serde::Deserialize;
use shared::id::{AccountId, Book};
use shared::time::Timestamp;

use super::problem::Trouble;
use super::state::State;
use crate::run::fleet::Known;

/// Rows of a sheet: more than a spreadsheet opens at ease, fewer than would hold everybody up.
const MOST_ROWS: usize = 200_000;

/// How the answer is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Format {
    #[default]
    Json,
    Csv,
}

/// Who an account is of, by its number.
fn known(state: &State) -> BTreeMap<AccountId, Known> {
    state.accounts.all().into_iter().map(|known| (known.account, known)).collect()
}

/// The book that is meant where none is named: the live one, if the site has meters of its own.
fn book_or_usual(state: &State, book: Option<Book>) -> Book {
    let first = state.site.books.first().copied();
    book.or(first).unwrap_or(Book::Live)
}

/// The name of a sheet: the site, what it is, and the time it is about.
fn file_name(state: &State, what: &str, from: Option<Timestamp>, to: Option<Timestamp>) -> String {
    let plain = state.site.name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' });
    let site = plain.collect::<String>().to_lowercase();
    let site = site.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
    let site = if site.is_empty() { "meterhouse".to_owned() } else { site };
    let day = |at: Timestamp| state.zone.date(at).strftime("%Y%m%d").to_string();
    let parts = [Some(site), Some(what.to_owned()), from.map(day), to.map(day)];
    parts.into_iter().flatten().collect::<Vec<_>>().join("-")
}

fn too_many() -> Trouble {
    Trouble::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "too-many-rows",
        format!("more than {MOST_ROWS} rows would stand in the sheet; ask for a shorter time"),
    )
}
