//! The operator's staff.

use rusqlite::{Connection, OptionalExtension, Row, named_params};
use shared::api::session::{Person, Role};
use shared::id::StaffId;

use crate::store::StoreError;
use crate::store::registry::role;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffEntry {
    pub person: Person,
    /// argon2id, as a PHC string.
    pub password: String,
    pub active: bool,
}

macro_rules! staff {
    ($which:literal) => {
        concat!("SELECT staff, name, role, password, active FROM staff ", $which)
    };
}

fn entry(row: &Row<'_>) -> rusqlite::Result<StaffEntry> {
    let (staff, name) = (StaffId(row.get("staff")?), row.get("name")?);
    Ok(StaffEntry {
        person: Person { staff, name, role: role(row, "role")? },
        password: row.get("password")?,
        active: row.get("active")?,
    })
}

/// Adds a person; `None`: the name is taken.
pub fn add(
    db: &Connection,
    name: &str,
    role: Role,
    password: &str,
) -> Result<Option<StaffId>, StoreError> {
    Ok(db
        .prepare_cached(
            "INSERT INTO staff (name, role, password) VALUES (:name, :role, :password)
             ON CONFLICT (name) DO NOTHING RETURNING staff",
        )?
        .query_row(
            named_params! { ":name": name, ":role": role.name(), ":password": password },
            |row| row.get(0).map(StaffId),
        )
        .optional()?)
}

pub fn named(db: &Connection, name: &str) -> Result<Option<StaffEntry>, StoreError> {
    Ok(db
        .prepare_cached(staff!("WHERE name = :name"))?
        .query_row(named_params! { ":name": name }, entry)
        .optional()?)
}

/// By number; 0 is the system itself and not in the list.
pub fn get(db: &Connection, staff: StaffId) -> Result<Option<StaffEntry>, StoreError> {
    Ok(db
        .prepare_cached(staff!("WHERE staff = :staff"))?
        .query_row(named_params! { ":staff": staff.0 }, entry)
        .optional()?)
}

pub fn all(db: &Connection) -> Result<Vec<StaffEntry>, StoreError> {
    let mut statement = db.prepare_cached(staff!("ORDER BY staff"))?;
    let rows = statement.query_map([], entry)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// A new password; every session of the person ends.
pub fn set_password(db: &Connection, staff: StaffId, password: &str) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE staff SET password = :password WHERE staff = :staff")?
        .execute(named_params! { ":password": password, ":staff": staff.0 })?;
    super::access::close_sessions_of(db, staff)
}

pub fn set_role(db: &Connection, staff: StaffId, role: Role) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE staff SET role = :role WHERE staff = :staff")?
        .execute(named_params! { ":role": role.name(), ":staff": staff.0 })?;
    Ok(())
}

/// A person who left keeps the number, because the journal names it, but can do nothing any more.
pub fn set_active(db: &Connection, staff: StaffId, active: bool) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE staff SET active = :active WHERE staff = :staff")?
        .execute(named_params! { ":active": active, ":staff": staff.0 })?;
    if active { Ok(()) } else { super::access::close_sessions_of(db, staff) }
}
