//! Sessions and API tokens: only hashes of what the bearer holds.

use rusqlite::{Connection, OptionalExtension, named_params};
use shared::api::session::{Person, Role};
use shared::id::StaffId;
use shared::time::{Span, Timestamp};

use crate::store::StoreError;
use crate::store::registry::role;

macro_rules! token {
    ($which:literal) => {
        concat!("SELECT hash, name, role, made, expires, last_used, revoked FROM token ", $which)
    };
}

/// SHA-256 of a session's or token's secret.
pub type SecretHash = [u8; 32];

pub fn open_session(
    db: &Connection,
    hash: SecretHash,
    staff: StaffId,
    now: Timestamp,
    expires: Timestamp,
    address: &str,
) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM session WHERE expires <= :now")?
        .execute(named_params! { ":now": now.millis() })?;
    db.prepare_cached(
        "INSERT INTO session (hash, staff, opened, seen, expires, confirmed, address)
         VALUES (:hash, :staff, :now, :now, :expires, :now, :address)",
    )?
    .execute(named_params! {
        ":hash": hash.as_slice(),
        ":staff": staff.0,
        ":now": now.millis(),
        ":expires": expires.millis(),
        ":address": address,
    })?;
    Ok(())
}

/// Who a session belongs to, unless it has expired, was idle for too long, or the person is not
/// active any more; remembers that it was seen, at most once a minute.
pub fn session(
    db: &Connection,
    hash: SecretHash,
    now: Timestamp,
    idle: impl Fn(Role) -> Span,
) -> Result<Option<Person>, StoreError> {
    let found = db
        .prepare_cached(
            "SELECT staff, name, role, seen FROM session JOIN staff USING (staff)
             WHERE hash = :hash AND expires > :now AND active = 1",
        )?
        .query_row(named_params! { ":hash": hash.as_slice(), ":now": now.millis() }, |row| {
            let (staff, name) = (StaffId(row.get("staff")?), row.get("name")?);
            let person = Person { staff, name, role: role(row, "role")? };
            Ok((person, Timestamp::from_millis(row.get("seen")?)))
        })
        .optional()?;
    let Some((person, seen)) = found else {
        return Ok(None);
    };
    if now - seen > idle(person.role) {
        close_session(db, hash)?;
        return Ok(None);
    }
    if now - seen >= Span::from_mins(1) {
        db.prepare_cached("UPDATE session SET seen = :now WHERE hash = :hash")?
            .execute(named_params! { ":now": now.millis(), ":hash": hash.as_slice() })?;
    }
    Ok(Some(person))
}

/// Does the session still hold? As [`session`], without counting as being seen.
pub fn session_lives(
    db: &Connection,
    hash: SecretHash,
    now: Timestamp,
    idle: impl Fn(Role) -> Span,
) -> Result<bool, StoreError> {
    let found = db
        .prepare_cached(
            "SELECT role, seen FROM session JOIN staff USING (staff)
             WHERE hash = :hash AND expires > :now AND active = 1",
        )?
        .query_row(named_params! { ":hash": hash.as_slice(), ":now": now.millis() }, |row| {
            Ok((role(row, "role")?, Timestamp::from_millis(row.get("seen")?)))
        })
        .optional()?;
    Ok(found.is_some_and(|(role, seen)| now - seen <= idle(role)))
}

pub fn close_session(db: &Connection, hash: SecretHash) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM session WHERE hash = :hash")?
        .execute(named_params! { ":hash": hash.as_slice() })?;
    Ok(())
}

pub fn close_sessions_of(db: &Connection, staff: StaffId) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM session WHERE staff = :staff")?
        .execute(named_params! { ":staff": staff.0 })?;
    Ok(())
}

/// A new API token; its text was shown once and is not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenEntry {
    pub hash: SecretHash,
    pub name: String,
    pub role: Role,
    pub made: Timestamp,
    pub expires: Option<Timestamp>,
    pub last_used: Option<Timestamp>,
    pub revoked: Option<Timestamp>,
}

pub fn add_token(db: &Connection, token: &TokenEntry) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO token (hash, name, role, made, made_by, expires)
         VALUES (:hash, :name, :role, :made, 0, :expires)",
    )?
    .execute(named_params! {
        ":hash": token.hash.as_slice(),
        ":name": token.name,
        ":role": token.role.name(),
        ":made": token.made.millis(),
        ":expires": token.expires.map(Timestamp::millis),
    })?;
    Ok(())
}

/// What a token may do now, if anything; remembers its use, at most once a minute.
pub fn token(
    db: &Connection,
    hash: SecretHash,
    now: Timestamp,
) -> Result<Option<TokenEntry>, StoreError> {
    let found =
        tokens_where(db, token!("WHERE hash = :hash"), &[(":hash", &hash.as_slice())])?.pop();
    let Some(token) = found else {
        return Ok(None);
    };
    if token.revoked.is_some() || token.expires.is_some_and(|expires| expires <= now) {
        return Ok(None);
    }
    if token.last_used.is_none_or(|used| now - used >= Span::from_mins(1)) {
        db.prepare_cached("UPDATE token SET last_used = :now WHERE hash = :hash")?
            .execute(named_params! { ":now": now.millis(), ":hash": hash.as_slice() })?;
    }
    Ok(Some(token))
}

pub fn tokens(db: &Connection) -> Result<Vec<TokenEntry>, StoreError> {
    tokens_where(db, token!("ORDER BY made"), &[])
}

pub fn revoke_token(db: &Connection, hash: SecretHash, at: Timestamp) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE token SET revoked = coalesce(revoked, :at) WHERE hash = :hash")?
        .execute(named_params! { ":at": at.millis(), ":hash": hash.as_slice() })?;
    Ok(())
}

fn tokens_where(
    db: &Connection,
    question: &'static str,
    params: &[(&str, &dyn rusqlite::ToSql)],
) -> Result<Vec<TokenEntry>, StoreError> {
    let mut statement = db.prepare_cached(question)?;
    let rows = statement.query_map(params, |row| {
        let instant =
            |column| row.get::<_, Option<i64>>(column).map(|at| at.map(Timestamp::from_millis));
        Ok(TokenEntry {
            hash: row.get("hash")?,
            name: row.get("name")?,
            role: role(row, "role")?,
            made: Timestamp::from_millis(row.get("made")?),
            expires: instant("expires")?,
            last_used: instant("last_used")?,
            revoked: instant("revoked")?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::registry::staff;

    const HOUR: Span = Span::from_hours(1);

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_millis(0) + Span::from_hours(hours)
    }

    #[test]
    fn a_session_ends_by_expiry_idleness_sign_out_and_when_the_person_leaves() {
        let db = super::super::opened();
        let ann = staff::add(&db, "ann", Role::Cashier, "x").unwrap().unwrap();
        assert_eq!(staff::add(&db, "ann", Role::Admin, "y").unwrap(), None);
        let open = |n: u8| open_session(&db, [n; 32], ann, at(0), at(12), "10.0.0.7").unwrap();
        let who = |n: u8, now| session(&db, [n; 32], now, |_| HOUR).unwrap().map(|p| p.name);
        (1..=5).for_each(open);
        assert_eq!(who(1, at(1)).as_deref(), Some("ann"));
        assert_eq!(who(1, at(2)).as_deref(), Some("ann"), "seen an hour ago is not too long");
        assert_eq!(who(2, at(2)), None, "idle");
        assert_eq!(who(2, at(0)), None, "an idle session is closed for good");
        assert_eq!(who(9, at(0)), None, "unknown");
        close_session(&db, [3; 32]).unwrap();
        assert_eq!(who(3, at(0)), None, "signed out");
        assert_eq!(session(&db, [4; 32], at(12), |_| Span::from_days(9)).unwrap(), None, "expired");
        staff::set_active(&db, ann, false).unwrap();
        assert_eq!(who(5, at(0)), None, "left");
    }

    #[test]
    fn a_token_works_until_it_expires_or_is_revoked() {
        let db = super::super::opened();
        let entry = |n: u8, expires| TokenEntry {
            hash: [n; 32],
            name: "till".to_owned(),
            role: Role::Viewer,
            made: at(0),
            expires,
            last_used: None,
            revoked: None,
        };
        add_token(&db, &entry(1, None)).unwrap();
        add_token(&db, &entry(2, Some(at(1)))).unwrap();
        assert!(token(&db, [1; 32], at(99)).unwrap().is_some());
        assert_eq!(token(&db, [1; 32], at(99)).unwrap().unwrap().last_used, Some(at(99)));
        assert!(token(&db, [2; 32], at(0)).unwrap().is_some());
        assert_eq!(token(&db, [2; 32], at(1)).unwrap(), None);
        revoke_token(&db, [1; 32], at(99)).unwrap();
        assert_eq!(token(&db, [1; 32], at(99)).unwrap(), None);
        assert_eq!(tokens(&db).unwrap().len(), 2);
    }
}
