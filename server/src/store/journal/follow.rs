//! Does it continue the chain? Each record, its event, its double entry, its receipt and its key;
//! and the whole against the anchor.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension};
use shared::event::Event;
use shared::id::{AccountId, Book, ReceiptNo, Seq, SiteId};
use shared::ledger::{Chain, Code, Hash, Record};
use shared::money::Money;

use crate::store::StoreError;
use crate::store::anchor::{Anchor, Recovery, Standing};
use crate::store::journal::rows::{self, Facts, count, int};

/// What a request is against the chain.
pub(super) enum Followed {
    New(Vec<Facts>),
    /// The same records are there already: an answer was lost, not the records.
    Known,
    Not(String),
}

/// Checks a request against the chain, and moves `tail` on where it fits.
pub(super) fn follow(
    db: &Connection,
    tail: &mut Anchor,
    records: &[Record],
) -> rusqlite::Result<Followed> {
    let Some(last) = records.last() else {
        return Ok(Followed::Known);
    };
    if last.seq <= tail.chain.seq {
        let known = records.iter().try_fold(true, |known, record| {
            hash_at(db, record.seq).map(|hash| known && hash == Some(record.hash))
        })?;
        return Ok(if known {
            Followed::Known
        } else {
            Followed::Not(format!(
                "record {} is already written, and differently; the last is {}",
                last.seq, tail.chain.seq
            ))
        });
    }
    let mut ahead = *tail;
    let mut facts = Vec::with_capacity(records.len());
    let mut keys = BTreeSet::new();
    for record in records {
        match step(&mut ahead, record) {
            Ok(fact) => facts.push(fact),
            Err(why) => return Ok(Followed::Not(why)),
        }
        if let Some(key) = &record.key
            && (!keys.insert(key.as_str()) || key_is_taken(db, key.as_str())?)
        {
            let (seq, key) = (record.seq, key.as_str());
            return Ok(Followed::Not(format!("the key `{key}` of record {seq} was used before")));
        }
    }
    *tail = ahead;
    Ok(Followed::New(facts))
}

/// One record further: the chain, the body, the double entry and the receipt number all fit.
pub(crate) fn step(tail: &mut Anchor, record: &Record) -> Result<Facts, String> {
    tail.chain.follow(record).map_err(|error| error.to_string())?;
    let seq = record.seq;
    let event = Event::from_body(&record.body)
        .map_err(|error| format!("the body of record {seq} is not an event: {error}"))?;
    if event.postings() != record.postings {
        return Err(format!("the postings of record {seq} are not those of its event"));
    }
    let facts = Facts::of(&event);
    if let Some(issued) = facts.receipt {
        let before = tail.receipts_mut(record.book);
        let expected = ReceiptNo(before.0 + 1);
        if issued.no != expected {
            return Err(format!("record {seq} issues receipt {}; {expected} is next", issued.no));
        }
        *before = expected;
    }
    Ok(facts)
}

pub(crate) type Sums = BTreeMap<(Book, Code, Option<AccountId>), Money>;

pub(crate) fn add_up(sums: &mut Sums, record: &Record) {
    for posting in &record.postings {
        *sums.entry((record.book, posting.code, posting.account)).or_default() += posting.amount;
    }
}

fn key_is_taken(db: &Connection, key: &str) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM record WHERE key = ?1")?.exists([key])
}

fn hash_at(db: &Connection, seq: Seq) -> rusqlite::Result<Option<Hash>> {
    db.prepare_cached("SELECT hash FROM record WHERE seq = ?1")?
        .query_row([int(seq.0)], |row| row.get(0).map(Hash))
        .optional()
}

/// Where the chain and the receipts end.
pub(crate) fn tail_of(db: &Connection, site: SiteId) -> Result<Anchor, StoreError> {
    let last = db
        .query_row("SELECT site, seq, hash FROM record ORDER BY seq DESC LIMIT 1", [], |row| {
            Ok(Chain {
                site: SiteId(row.get(0)?),
                seq: Seq(count(row.get(1)?)),
                head: Hash(row.get(2)?),
            })
        })
        .optional()?;
    let chain = match last {
        Some(chain) if chain.site == site => chain,
        Some(chain) => return Err(StoreError::OtherSite { expected: site, found: chain.site }),
        None => Chain::empty(site),
    };
    let receipts = |book| {
        db.query_row(
            "SELECT coalesce(max(no), 0) FROM receipt WHERE book = ?1",
            [rows::book_name(book)],
            |row| row.get(0).map(|no| ReceiptNo(count(no))),
        )
    };
    Ok(Anchor {
        chain,
        live_receipts: receipts(Book::Live)?,
        simulated_receipts: receipts(Book::Simulated)?,
    })
}

/// Does the journal hold what was anchored?
pub(crate) fn compare(
    db: &Connection,
    tail: Anchor,
    anchor: Option<Anchor>,
) -> Result<Standing, StoreError> {
    let Some(anchor) = anchor else {
        return Ok(Standing::Sound);
    };
    let held = match anchor.chain.seq {
        Seq(0) => Some(Hash::default()),
        seq => hash_at(db, seq)?,
    };
    if held == Some(anchor.chain.head) && anchor.chain.site == tail.chain.site {
        return Ok(Standing::Sound);
    }
    let lost_receipts = [Book::Live, Book::Simulated]
        .into_iter()
        .map(|book| (book, ReceiptNo(tail.receipts(book).0 + 1), anchor.receipts(book)))
        .filter(|(_, first, last)| first <= last)
        .collect();
    let changed = tail.chain.seq >= anchor.chain.seq;
    Ok(Standing::Recovery(Recovery { anchor, found: tail.chain, changed, lost_receipts }))
}
