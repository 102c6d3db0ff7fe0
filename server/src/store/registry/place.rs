//! Rooms, the accounts and meters in them, and the people they are let to.

use rusqlite::{Connection, OptionalExtension, Row, named_params};
use shared::energy::Power;
use shared::id::{AccountId, Book, MeterId, PremiseId};

use crate::store::StoreError;
use crate::store::journal::rows::book_name;
use crate::store::registry::book;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Premise {
    pub premise: PremiseId,
    pub building: String,
    pub floor: String,
    pub room: String,
    /// Its place on the wall.
    pub rank: u32,
}

impl Premise {
    /// Building, floor and room, such as `2 · 12 · 1203`.
    pub fn place(&self) -> String {
        let parts = [&self.building, &self.floor, &self.room];
        let named: Vec<&str> =
            parts.into_iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        named.join(" · ")
    }
}

/// An account, where it is and whose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountEntry {
    pub account: AccountId,
    pub book: Book,
    pub premise: PremiseId,
    /// Empty after it was erased, or before anybody moved in.
    pub customer: String,
    pub phone: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeterEntry {
    pub meter: MeterId,
    pub book: Book,
    pub premise: PremiseId,
    pub account: Option<AccountId>,
    pub serial: String,
    pub profile: String,
    pub line: String,
    pub unit: Option<u8>,
    pub usual_power: Power,
}

pub fn put_premise(db: &Connection, premise: &Premise) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO premise (premise, building, floor, room, rank)
         VALUES (:premise, :building, :floor, :room, :rank)
         ON CONFLICT (premise) DO UPDATE SET building = excluded.building, floor = excluded.floor,
             room = excluded.room, rank = excluded.rank",
    )?
    .execute(named_params! {
        ":premise": premise.premise.0,
        ":building": premise.building,
        ":floor": premise.floor,
        ":room": premise.room,
        ":rank": premise.rank,
    })?;
    Ok(())
}

/// Every room, in the order of the wall.
pub fn premises(db: &Connection) -> Result<Vec<Premise>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT premise, building, floor, room, rank FROM premise ORDER BY rank, premise",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(Premise {
            premise: PremiseId(row.get("premise")?),
            building: row.get("building")?,
            floor: row.get("floor")?,
            room: row.get("room")?,
            rank: row.get("rank")?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

pub fn put_account(db: &Connection, entry: &AccountEntry) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO account (account, book, premise) VALUES (:account, :book, :premise)
         ON CONFLICT (account) DO UPDATE SET premise = excluded.premise",
    )?
    .execute(named_params! {
        ":account": entry.account.0,
        ":book": book_name(entry.book),
        ":premise": entry.premise.0,
    })?;
    db.prepare_cached(
        "INSERT OR REPLACE INTO customer (account, name, phone) VALUES (:account, :name, :phone)",
    )?
    .execute(named_params! {
        ":account": entry.account.0,
        ":name": entry.customer,
        ":phone": entry.phone,
    })?;
    Ok(())
}

macro_rules! accounts {
    ($which:literal) => {
        concat!(
            "SELECT account, book, premise, coalesce(name, '') AS name, coalesce(phone, '') AS phone
             FROM account LEFT JOIN customer USING (account) ",
            $which
        )
    };
}

fn account_entry(row: &Row<'_>) -> rusqlite::Result<AccountEntry> {
    Ok(AccountEntry {
        account: AccountId(row.get("account")?),
        book: book(row, "book")?,
        premise: PremiseId(row.get("premise")?),
        customer: row.get("name")?,
        phone: row.get("phone")?,
    })
}

pub fn accounts(db: &Connection) -> Result<Vec<AccountEntry>, StoreError> {
    let mut statement = db.prepare_cached(accounts!("ORDER BY account"))?;
    let rows = statement.query_map([], account_entry)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

pub fn account(db: &Connection, account: AccountId) -> Result<Option<AccountEntry>, StoreError> {
    Ok(db
        .prepare_cached(accounts!("WHERE account = :account"))?
        .query_row(named_params! { ":account": account.0 }, account_entry)
        .optional()?)
}

/// Erases the person; the account, its money and its history stay.
pub fn erase_customer(db: &Connection, account: AccountId) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM customer WHERE account = :account")?
        .execute(named_params! { ":account": account.0 })?;
    Ok(())
}

pub fn put_meter(db: &Connection, entry: &MeterEntry) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO meter (meter, book, premise, account, serial, profile, line, unit, usual_power)
         VALUES (:meter, :book, :premise, :account, :serial, :profile, :line, :unit, :usual_power)
         ON CONFLICT (meter) DO UPDATE SET premise = excluded.premise, account = excluded.account,
             serial = excluded.serial, profile = excluded.profile, line = excluded.line,
             unit = excluded.unit, usual_power = excluded.usual_power",
    )?
    .execute(named_params! {
        ":meter": entry.meter.0,
        ":book": book_name(entry.book),
        ":premise": entry.premise.0,
        ":account": entry.account.map(|account| account.0),
        ":serial": entry.serial,
        ":profile": entry.profile,
        ":line": entry.line,
        ":unit": entry.unit,
        ":usual_power": entry.usual_power.watts(),
    })?;
    Ok(())
}

/// Every meter, in the order of the wall.
pub fn meters(db: &Connection) -> Result<Vec<MeterEntry>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT meter.* FROM meter JOIN premise USING (premise) ORDER BY rank, premise, meter",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(MeterEntry {
            meter: MeterId(row.get("meter")?),
            book: book(row, "book")?,
            premise: PremiseId(row.get("premise")?),
            account: row.get::<_, Option<u32>>("account")?.map(AccountId),
            serial: row.get("serial")?,
            profile: row.get("profile")?,
            line: row.get("line")?,
            unit: row.get("unit")?,
            usual_power: Power::from_watts(row.get("usual_power")?),
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn building() -> Connection {
        let db = super::super::opened();
        for (n, room, name, phone) in [
            (1, "1201", "王小明", "13800000001"),
            (2, "1203", "李雷", "13800000002"),
            (3, "203", "Ann %", ""),
        ] {
            let premise = PremiseId(n);
            let (building, floor) = ("2".to_owned(), "12".to_owned());
            put_premise(&db, &Premise { premise, building, floor, room: room.to_owned(), rank: n })
                .unwrap();
            let account = AccountId(n + 100);
            let entry = AccountEntry {
                account,
                book: Book::Simulated,
                premise,
                customer: name.to_owned(),
                phone: phone.to_owned(),
            };
            put_account(&db, &entry).unwrap();
            let meter = MeterEntry {
                meter: MeterId(n + 900),
                book: Book::Simulated,
                premise,
                account: Some(account),
                serial: format!("S-{n:04}"),
                profile: "simulated".to_owned(),
                line: "virtual".to_owned(),
                unit: None,
                usual_power: Power::from_watts(3_000),
            };
            put_meter(&db, &meter).unwrap();
        }
        db
    }

    #[test]
    fn an_erased_customer_is_gone_and_the_account_stays() {
        let db = building();
        erase_customer(&db, AccountId(101)).unwrap();
        let entry = account(&db, AccountId(101)).unwrap().unwrap();
        assert_eq!((entry.customer.as_str(), entry.phone.as_str()), ("", ""));
        assert_eq!(meters(&db).unwrap().len(), 3);
        assert_eq!(premises(&db).unwrap()[0].place(), "2 · 12 · 1201");
    }
}
