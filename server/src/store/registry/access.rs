//! Sessions: only a hash of what the bearer holds.

use rusqlite::{Connection, OptionalExtension, Row, named_params};
use shared::api::session::{Person, Role};
use shared::id::StaffId;
use shared::time::{Span, Timestamp};

use crate::store::StoreError;
use crate::store::registry::role;

/// SHA-256 of a session's or token's secret.
pub type SecretHash = [u8; 32];

/// Where a session is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    pub address: String,
    /// As the browser says itself, cut to a line.
    pub browser: String,
}

/// A session that may be shown: not its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionEntry {
    pub session: u32,
    pub hash: SecretHash,
    pub person: Person,
    pub opened: Timestamp,
    pub seen: Timestamp,
    /// When the password was given last.
    pub confirmed: Timestamp,
    pub device: Device,
}

macro_rules! sessions {
    ($which:literal) => {
        concat!(
            "SELECT session, hash, staff, name, role, opened, seen, confirmed, address, browser
             FROM session JOIN staff USING (staff) WHERE expires > :now AND active = 1 ",
            $which
        )
    };
}

fn entry(row: &Row<'_>) -> rusqlite::Result<SessionEntry> {
    let at = |column| row.get(column).map(Timestamp::from_millis);
    let (staff, name) = (StaffId(row.get("staff")?), row.get("name")?);
    Ok(SessionEntry {
        session: row.get("session")?,
        hash: row.get("hash")?,
        person: Person { staff, name, role: role(row, "role")? },
        opened: at("opened")?,
        seen: at("seen")?,
        confirmed: at("confirmed")?,
        device: Device { address: row.get("address")?, browser: row.get("browser")? },
    })
}

pub fn open_session(
    db: &Connection,
    hash: SecretHash,
    staff: StaffId,
    now: Timestamp,
    expires: Timestamp,
    device: &Device,
) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM session WHERE expires <= :now")?
        .execute(named_params! { ":now": now.millis() })?;
    db.prepare_cached(
        "INSERT INTO session (hash, staff, opened, seen, expires, confirmed, address, browser)
         VALUES (:hash, :staff, :now, :now, :expires, :now, :address, :browser)",
    )?
    .execute(named_params! {
        ":hash": hash.as_slice(),
        ":staff": staff.0,
        ":now": now.millis(),
        ":expires": expires.millis(),
        ":address": device.address,
        ":browser": device.browser,
    })?;
    Ok(())
}

/// A session by its secret's digest, unless it has expired, was idle for too long, or the person is
/// not active any more; remembers that it was seen, at most once a minute.
pub fn session(
    db: &Connection,
    hash: SecretHash,
    now: Timestamp,
    idle: impl Fn(Role) -> Span,
) -> Result<Option<SessionEntry>, StoreError> {
    let found = db
        .prepare_cached(sessions!("AND hash = :hash"))?
        .query_row(named_params! { ":hash": hash.as_slice(), ":now": now.millis() }, entry)
        .optional()?;
    let Some(found) = found else {
        return Ok(None);
    };
    if now - found.seen > idle(found.person.role) {
        close_session(db, hash)?;
        return Ok(None);
    }
    if now - found.seen >= Span::from_mins(1) {
        db.prepare_cached("UPDATE session SET seen = :now WHERE hash = :hash")?
            .execute(named_params! { ":now": now.millis(), ":hash": hash.as_slice() })?;
    }
    Ok(Some(found))
}

/// All sessions that hold, newest first.
pub fn sessions(
    db: &Connection,
    now: Timestamp,
    idle: impl Fn(Role) -> Span,
) -> Result<Vec<SessionEntry>, StoreError> {
    let mut statement = db.prepare_cached(sessions!("ORDER BY session DESC"))?;
    let rows = statement.query_map(named_params! { ":now": now.millis() }, entry)?;
    let rows = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(rows.into_iter().filter(|row| now - row.seen <= idle(row.person.role)).collect())
}

/// The password was given again.
pub fn confirm(db: &Connection, hash: SecretHash, now: Timestamp) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE session SET confirmed = :now WHERE hash = :hash")?
        .execute(named_params! { ":now": now.millis(), ":hash": hash.as_slice() })?;
    Ok(())
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

/// Ends one session by its number.
pub fn end_session(db: &Connection, session: u32) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM session WHERE session = :session")?
        .execute(named_params! { ":session": session })?;
    Ok(())
}

/// Ends every session of a person but the one that asks.
pub fn close_other_sessions(
    db: &Connection,
    staff: StaffId,
    kept: Option<SecretHash>,
) -> Result<(), StoreError> {
    let kept = kept.unwrap_or_default();
    db.prepare_cached("DELETE FROM session WHERE staff = :staff AND hash <> :kept")?
        .execute(named_params! { ":staff": staff.0, ":kept": kept.as_slice() })?;
    Ok(())
}

pub fn close_sessions_of(db: &Connection, staff: StaffId) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM session WHERE staff = :staff")?
        .execute(named_params! { ":staff": staff.0 })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::registry::staff;

    const HOUR: Span = Span::from_hours(1);

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_millis(0) + Span::from_hours(hours)
    }

    fn device() -> Device {
        Device { address: "10.0.0.7".to_owned(), browser: "Firefox".to_owned() }
    }

    #[test]
    fn one_session_or_all_others_end_and_the_list_shows_what_holds() {
        let db = super::super::opened();
        let ann = staff::add(&db, "ann", Role::Cashier, "x").unwrap().unwrap();
        let bob = staff::add(&db, "bob", Role::Cashier, "x").unwrap().unwrap();
        for (n, who) in [(1, ann), (2, ann), (3, ann), (4, bob)] {
            open_session(&db, [n; 32], who, at(0), at(12), &device()).unwrap();
        }
        let held = |now| -> Vec<u8> {
            let rows = sessions(&db, now, |_| HOUR).unwrap();
            rows.into_iter().map(|row| row.hash[0]).collect()
        };
        assert_eq!(held(at(1)), [4, 3, 2, 1]);
        assert_eq!(held(at(2)), [0_u8; 0], "idle ones do not hold");
        let second = sessions(&db, at(0), |_| HOUR).unwrap()[2].clone();
        assert_eq!((second.confirmed, second.device), (at(0), device()));
        end_session(&db, second.session).unwrap();
        assert_eq!(held(at(0)), [4, 3, 1]);
        close_other_sessions(&db, ann, Some([3; 32])).unwrap();
        assert_eq!(held(at(0)), [4, 3]);
        confirm(&db, [3; 32], at(1)).unwrap();
        let third = session(&db, [3; 32], at(1), |_| HOUR).unwrap().unwrap();
        assert_eq!((third.confirmed, third.opened), (at(1), at(0)));
    }

    #[test]
    fn a_session_ends_by_expiry_idleness_sign_out_and_when_the_person_leaves() {
        let db = super::super::opened();
        let ann = staff::add(&db, "ann", Role::Cashier, "x").unwrap().unwrap();
        assert_eq!(staff::add(&db, "ann", Role::Admin, "y").unwrap(), None);
        let open = |n: u8| open_session(&db, [n; 32], ann, at(0), at(12), &device()).unwrap();
        let who = |n: u8, now| {
            session(&db, [n; 32], now, |_| HOUR).unwrap().map(|found| found.person.name)
        };
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
}
