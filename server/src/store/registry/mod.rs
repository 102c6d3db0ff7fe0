//! The registry: who and where, one function a question.

pub mod access;
pub mod added;
pub mod place;
pub mod site;
pub mod staff;
pub mod tokens;
pub mod unrecorded;

use std::path::{Path, PathBuf};

use rusqlite::types::{FromSqlError, ValueRef};
use shared::api::session::Role;
use shared::id::Book;

use crate::store::journal::rows::book_named;
use crate::store::schema::Schema;

/// `registry.db`.
pub const REGISTRY: Schema = Schema {
    name: "registry",
    application_id: 0x4d48_4731, // "MHG1"
    steps: &[
        include_str!("../../../migrations/registry_1.sql"),
        include_str!("../../../migrations/registry_2.sql"),
        include_str!("../../../migrations/registry_3.sql"),
        include_str!("../../../migrations/registry_4.sql"),
        include_str!("../../../migrations/registry_5.sql"),
        include_str!("../../../migrations/registry_6.sql"),
        include_str!("../../../migrations/registry_7.sql"),
    ],
};

pub fn path(dir: &Path) -> PathBuf {
    dir.join("registry.db")
}

/// A column that holds one of our names.
fn named<T>(value: ValueRef<'_>, find: impl Fn(&str) -> Option<T>) -> rusqlite::Result<T> {
    let name = value.as_str().map_err(rusqlite::Error::from)?;
    find(name).ok_or_else(|| FromSqlError::InvalidType.into())
}

fn role(row: &rusqlite::Row<'_>, column: &str) -> rusqlite::Result<Role> {
    named(row.get_ref(column)?, Role::named)
}

fn book(row: &rusqlite::Row<'_>, column: &str) -> rusqlite::Result<Book> {
    named(row.get_ref(column)?, book_named)
}

#[cfg(test)]
pub(in crate::store) fn opened() -> rusqlite::Connection {
    let db = rusqlite::Connection::open_in_memory().unwrap();
    db.pragma_update(None, "foreign_keys", true).unwrap();
    REGISTRY.steps.iter().for_each(|step| db.execute_batch(step).unwrap());
    db
}
