//! API tokens: only a hash of what a program holds, and never more than its role may.

use rusqlite::types::FromSqlError;
use rusqlite::{Connection, OptionalExtension, Row, named_params};
use shared::api::session::Role;
use shared::id::StaffId;
use shared::staff::Verb;
use shared::time::{Span, Timestamp};

use crate::store::StoreError;
use crate::store::registry::access::SecretHash;
use crate::store::registry::role;

/// A token as it is made; its text is shown once and not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewToken {
    pub hash: SecretHash,
    pub name: String,
    pub role: Role,
    /// `None`: all that the role may.
    pub scopes: Option<Vec<Verb>>,
    pub made: Timestamp,
    /// 0: on the command line.
    pub made_by: StaffId,
    pub expires: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenEntry {
    pub token: u32,
    pub hash: SecretHash,
    pub name: String,
    pub role: Role,
    pub scopes: Option<Vec<Verb>>,
    pub made: Timestamp,
    pub made_by: StaffId,
    /// `None`: made before tokens had to end.
    pub expires: Option<Timestamp>,
    pub last_used: Option<Timestamp>,
    pub revoked: Option<Timestamp>,
}

impl TokenEntry {
    pub fn works(&self, now: Timestamp) -> bool {
        self.revoked.is_none() && self.expires.is_none_or(|expires| now < expires)
    }
}

macro_rules! token {
    ($which:literal) => {
        concat!(
            "SELECT token, hash, name, role, scopes, made, made_by, expires, last_used, revoked
             FROM token ",
            $which
        )
    };
}

fn entry(row: &Row<'_>) -> rusqlite::Result<TokenEntry> {
    let instant =
        |column| row.get::<_, Option<i64>>(column).map(|at| at.map(Timestamp::from_millis));
    let scopes = row.get::<_, Option<String>>("scopes")?;
    Ok(TokenEntry {
        token: row.get("token")?,
        hash: row.get("hash")?,
        name: row.get("name")?,
        role: role(row, "role")?,
        scopes: scopes.map(|words| verbs(&words)).transpose()?,
        made: Timestamp::from_millis(row.get("made")?),
        made_by: StaffId(row.get("made_by")?),
        expires: instant("expires")?,
        last_used: instant("last_used")?,
        revoked: instant("revoked")?,
    })
}

/// A scope that this version does not know is no scope at all: the token is not read.
fn verbs(words: &str) -> rusqlite::Result<Vec<Verb>> {
    let known = |word| Verb::named(word).ok_or_else(|| FromSqlError::InvalidType.into());
    words.split_whitespace().map(known).collect()
}

pub fn add(db: &Connection, token: &NewToken) -> Result<u32, StoreError> {
    let scopes = token.scopes.as_ref().map(|verbs| {
        let names: Vec<_> = verbs.iter().map(|verb| verb.name()).collect();
        names.join(" ")
    });
    Ok(db
        .prepare_cached(
            "INSERT INTO token (hash, name, role, scopes, made, made_by, expires)
             VALUES (:hash, :name, :role, :scopes, :made, :made_by, :expires) RETURNING token",
        )?
        .query_row(
            named_params! {
                ":hash": token.hash.as_slice(),
                ":name": token.name,
                ":role": token.role.name(),
                ":scopes": scopes,
                ":made": token.made.millis(),
                ":made_by": token.made_by.0,
                ":expires": token.expires.millis(),
            },
            |row| row.get(0),
        )?)
}

/// What a token may do now, if anything; remembers its use, at most once a minute.
pub fn used(
    db: &Connection,
    hash: SecretHash,
    now: Timestamp,
) -> Result<Option<TokenEntry>, StoreError> {
    let found = by_hash(db, hash)?.filter(|token| token.works(now));
    let Some(token) = found else {
        return Ok(None);
    };
    if token.last_used.is_none_or(|used| now - used >= Span::from_mins(1)) {
        db.prepare_cached("UPDATE token SET last_used = :now WHERE hash = :hash")?
            .execute(named_params! { ":now": now.millis(), ":hash": hash.as_slice() })?;
    }
    Ok(Some(token))
}

/// Does the token still work? As [`used`], without counting as use.
pub fn works(db: &Connection, hash: SecretHash, now: Timestamp) -> Result<bool, StoreError> {
    Ok(by_hash(db, hash)?.is_some_and(|token| token.works(now)))
}

fn by_hash(db: &Connection, hash: SecretHash) -> Result<Option<TokenEntry>, StoreError> {
    Ok(db
        .prepare_cached(token!("WHERE hash = :hash"))?
        .query_row(named_params! { ":hash": hash.as_slice() }, entry)
        .optional()?)
}

/// All that were ever made, newest first.
pub fn all(db: &Connection) -> Result<Vec<TokenEntry>, StoreError> {
    let mut statement = db.prepare_cached(token!("ORDER BY token DESC"))?;
    let rows = statement.query_map([], entry)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Ends a token for good; `None`: there is none of this number.
pub fn revoke(
    db: &Connection,
    token: u32,
    at: Timestamp,
) -> Result<Option<TokenEntry>, StoreError> {
    db.prepare_cached("UPDATE token SET revoked = coalesce(revoked, :at) WHERE token = :token")?
        .execute(named_params! { ":at": at.millis(), ":token": token })?;
    get(db, token)
}

pub fn get(db: &Connection, token: u32) -> Result<Option<TokenEntry>, StoreError> {
    Ok(db
        .prepare_cached(token!("WHERE token = :token"))?
        .query_row(named_params! { ":token": token }, entry)
        .optional()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_millis(0) + Span::from_hours(hours)
    }

    #[test]
    fn a_token_works_until_it_expires_or_is_revoked_and_keeps_its_scopes() {
        let db = super::super::opened();
        let new = |n: u8, expires, scopes: Option<Vec<Verb>>| NewToken {
            hash: [n; 32],
            name: "till".to_owned(),
            role: Role::Cashier,
            scopes,
            made: at(0),
            made_by: StaffId(3),
            expires,
        };
        let first = add(&db, &new(1, at(100), Some(vec![Verb::Look, Verb::Sell]))).unwrap();
        let second = add(&db, &new(2, at(1), None)).unwrap();
        let used_at = |n: u8, now| used(&db, [n; 32], now).unwrap();
        assert_eq!(used_at(1, at(99)).unwrap().scopes, Some(vec![Verb::Look, Verb::Sell]));
        assert_eq!(used_at(1, at(99)).unwrap().last_used, Some(at(99)));
        assert_eq!(used_at(2, at(0)).unwrap().scopes, None);
        assert_eq!(used_at(2, at(1)), None, "it has ended");
        assert!(works(&db, [1; 32], at(99)).unwrap());
        assert_eq!(revoke(&db, first, at(99)).unwrap().unwrap().revoked, Some(at(99)));
        assert_eq!(revoke(&db, first, at(100)).unwrap().unwrap().revoked, Some(at(99)));
        assert_eq!(used_at(1, at(99)), None, "it was revoked");
        assert_eq!(revoke(&db, 77, at(99)).unwrap(), None);
        let numbers: Vec<_> = all(&db).unwrap().into_iter().map(|token| token.token).collect();
        assert_eq!(numbers, [second, first]);
    }
}
