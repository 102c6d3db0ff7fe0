//! The invariants as the database can answer them, one function a question.
//!
//! Records are read page by page, each in a short read of its own, so that checkpoints go on; what is
//! asked of a whole table is one statement.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension as _};
use shared::id::{Seq, SiteId};
use shared::invariant::{Finding, Invariant, Outcome, Watch};
use shared::ledger::Chain;

use crate::clock::Stopwatch;
use crate::store::StoreError;
use crate::store::anchor::{Anchor, Standing};
use crate::store::journal::LEDGER;
use crate::store::journal::follow::{compare, tail_of};
use crate::store::journal::rows::{self, LoadError, count};

/// Records that are read together.
const PAGE: u32 = 2_000;

/// What was said to be safe before the check began.
#[derive(Clone, Copy, Debug)]
pub struct Promised {
    pub site: SiteId,
    /// What callers were told is on the disk.
    pub committed: Chain,
    /// The witness outside the database. It has to be loaded before the check begins: the journal
    /// may be ahead of it, never behind.
    pub anchor: Option<Anchor>,
}

/// Asks a journal everything that it can answer, while others write to it. `rest` is called after
/// each page with the time that it took, and says whether to go on.
pub fn check(
    db: &Connection,
    promised: &Promised,
    mut rest: impl FnMut(Duration) -> bool,
) -> Result<Vec<Finding>, StoreError> {
    let until: i64 =
        db.query_row("SELECT coalesce(max(seq), 0) FROM record", [], |row| row.get(0))?;
    let until = Seq(count(until));
    let mut watch = Watch::new(promised.site);
    watch.promise(promised.committed.seq, promised.committed.head);
    if let Some(anchor) = promised.anchor {
        watch.promise(anchor.chain.seq, anchor.chain.head);
    }
    let mut unreadable = None;
    while watch.seen() < until && unreadable.is_none() {
        let page = Stopwatch::start();
        match page_after(db, watch.seen())? {
            Ok(records) if records.is_empty() => break,
            Ok(records) => {
                records
                    .iter()
                    .take_while(|record| record.seq <= until)
                    .for_each(|record| watch.follow(record));
            }
            Err(why) => unreadable = Some(why),
        }
        if !rest(page.elapsed()) {
            return Ok(Invariant::ALL.map(|rule| Finding::unchecked(rule, BROKEN_OFF)).to_vec());
        }
    }
    let findings = watch.findings().into_iter().map(|found| stopped(found, unreadable.as_deref()));
    findings.map(|found| asked(db, promised, found)).collect()
}

const BROKEN_OFF: &str = "the check was broken off because the server stopped";

/// The next records, up to the first that cannot be decoded; the inner error is that one.
fn page_after(
    db: &Connection,
    after: Seq,
) -> Result<Result<Vec<shared::ledger::Record>, String>, StoreError> {
    let mut limit = PAGE;
    loop {
        match rows::load(db, after, limit) {
            Ok(records) => return Ok(Ok(records)),
            Err(LoadError::Row(_)) if limit > 1 => limit /= 2,
            Err(LoadError::Row(bad)) => return Ok(Err(bad.to_string())),
            Err(LoadError::Sqlite(error)) => return Err(error.into()),
        }
    }
}

/// What stands behind a row that cannot be read nobody has looked at.
fn stopped(found: Finding, unreadable: Option<&str>) -> Finding {
    match unreadable {
        None => found,
        Some(why) if found.invariant == Invariant::Chain => {
            Finding::new(Invariant::Chain, found.checked, Some(why.to_owned())).and(found)
        }
        Some(why) => {
            let why = format!("not looked at beyond {} records: {why}", found.checked);
            let rest = Finding { checked: 0, ..Finding::unchecked(found.invariant, why) };
            found.and(rest)
        }
    }
}

/// Adds what the tables say themselves.
fn asked(db: &Connection, promised: &Promised, found: Finding) -> Result<Finding, StoreError> {
    let rule = found.invariant;
    let (looked, offence) = match rule {
        Invariant::Books => balances(db)?,
        Invariant::Unedited => schema(db)?,
        Invariant::Receipts => receipts(db)?,
        Invariant::Chain => (u64::from(promised.anchor.is_some()), anchored(db, promised)?),
        Invariant::Kept
        | Invariant::Once
        | Invariant::Billed
        | Invariant::Priced
        | Invariant::Supply
        | Invariant::Unknown
        | Invariant::Access
        | Invariant::Bounds => return Ok(found),
    };
    Ok(found.and(Finding::new(rule, looked, offence)))
}

type Answer = rusqlite::Result<(u64, Option<String>)>;

/// The kept sums against what they should sum, and the whole against zero.
fn balances(db: &Connection) -> Answer {
    let kept: i64 = db.query_row("SELECT count(*) FROM balance", [], |row| row.get(0))?;
    let wrong = db
        .query_row(
            "WITH told AS (
                 SELECT r.book AS book, p.code AS code, coalesce(p.account, 0) AS account,
                        sum(p.amount) AS amount
                 FROM posting p JOIN record r USING (seq) GROUP BY 1, 2, 3)
             SELECT book, code, account, kept.amount, told.amount
             FROM balance kept FULL JOIN told USING (book, code, account)
             WHERE kept.amount IS NOT told.amount ORDER BY 1, 2, 3 LIMIT 1",
            [],
            |row| {
                let (book, code): (String, String) = (row.get(0)?, row.get(1)?);
                let account: i64 = row.get(2)?;
                let (kept, told): (Option<i64>, Option<i64>) = (row.get(3)?, row.get(4)?);
                let figure = |sum: Option<i64>| {
                    sum.map_or_else(|| "nothing".to_owned(), |sum| sum.to_string())
                };
                let (kept, told) = (figure(kept), figure(told));
                Ok(format!(
                    "the balance {book} {code} of account {account} says {kept}, but its postings \
                     come to {told}"
                ))
            },
        )
        .optional()?;
    let uneven = db
        .query_row(
            "SELECT book, sum(amount) FROM balance GROUP BY book HAVING sum(amount) <> 0 LIMIT 1",
            [],
            |row| {
                let (book, sum): (String, i64) = (row.get(0)?, row.get(1)?);
                Ok(format!("the book {book} sums to {sum} and not to zero"))
            },
        )
        .optional()?;
    Ok((count(kept), wrong.or(uneven)))
}

/// Tables, indexes and the triggers that refuse changes are those that we made.
fn schema(db: &Connection) -> Answer {
    let ours = Connection::open_in_memory()?;
    for step in LEDGER.steps {
        ours.execute_batch(step)?;
    }
    let (ours, found) = (parts(&ours)?, parts(db)?);
    let offence = ours.iter().find(|part| !found.contains(part)).map(|(kind, name, _)| {
        format!("the {kind} `{name}` of the journal is missing or was changed")
    });
    let stray = found
        .iter()
        .find(|part| !ours.contains(part))
        .map(|(kind, name, _)| format!("the {kind} `{name}` in the journal is none of ours"));
    Ok((u64::try_from(ours.len()).unwrap_or(u64::MAX), offence.or(stray)))
}

fn parts(db: &Connection) -> rusqlite::Result<Vec<(String, String, String)>> {
    let mut statement = db.prepare(
        "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name",
    )?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    rows.collect()
}

/// As many receipts as the highest number, in each book, and one for each record that issued one.
fn receipts(db: &Connection) -> Answer {
    let mut statement =
        db.prepare("SELECT book, count(*), max(no) FROM receipt GROUP BY book ORDER BY book")?;
    let rows = statement.query_map([], |row| {
        Ok((row.get::<_, String>(0)?, count(row.get(1)?), count(row.get(2)?)))
    })?;
    let (mut looked, mut offence) = (0, None);
    for row in rows {
        let (book, there, last) = row?;
        looked += there;
        if there != last {
            let missing = last.saturating_sub(there);
            offence = offence.or(Some(format!(
                "{missing} receipts of the book {book} below number {last} are missing"
            )));
        }
    }
    let issued: i64 = db.query_row(
        "SELECT count(*) FROM record WHERE kind IN ('sold', 'reversed', 'refunded') AND seq <=
             (SELECT coalesce(max(seq), 0) FROM receipt)",
        [],
        |row| row.get(0),
    )?;
    let uneven = (count(issued) != looked)
        .then(|| format!("{issued} records issued a receipt, but there are {looked}"));
    Ok((looked, offence.or(uneven)))
}

fn anchored(db: &Connection, promised: &Promised) -> Result<Option<String>, StoreError> {
    Ok(match compare(db, tail_of(db, promised.site)?, promised.anchor)? {
        Standing::Sound => None,
        Standing::Recovery(recovery) => Some(recovery.sentence()),
    })
}

/// Did everything that was found hold?
pub fn all_hold(findings: &[Finding]) -> bool {
    findings.iter().all(|found| found.outcome == Outcome::Holds)
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use shared::id::Book;
    use shared::ledger::{Hash, Record};

    use super::*;
    use crate::store::journal::writer::Writer;
    use crate::store::sample::Sample;
    use crate::store::scratch::Scratch;
    use crate::store::{default_anchor, ledger_path};

    /// A site of sales and reversals, closed, so that its anchor is at the end.
    fn site(dir: &Path) -> Chain {
        let mut site = Sample::new(Book::Live);
        let mut records: Vec<Record> = vec![site.open(7), site.open(8)];
        records.extend((0..40).map(|_| site.sell(7, 100)));
        let mut writer = Writer::open(ledger_path(dir), default_anchor(dir), SiteId(1)).unwrap();
        assert_eq!(writer.append_all(&[Arc::from(records)]), [Ok(())]);
        site.chain
    }

    fn looked(dir: &Path, committed: Chain) -> Vec<Finding> {
        let anchor = Anchor::load(&default_anchor(dir)).unwrap();
        let promised = Promised { site: SiteId(1), committed, anchor };
        let db = LEDGER.open_read_only(&ledger_path(dir)).unwrap();
        check(&db, &promised, |_took| true).unwrap()
    }

    /// The invariants that an edit by hand breaks. (The sample's sales do not tell their credit, so
    /// I1 is asked of the tables only.)
    fn broken_by(sql: &str) -> Vec<&'static str> {
        let dir = Scratch::new();
        let committed = site(dir.root());
        let db = Connection::open(ledger_path(dir.root())).unwrap();
        // Whoever edits rows takes the triggers away and puts them back, or edits only these.
        let triggers: Vec<_> =
            parts(&db).unwrap().into_iter().filter(|(kind, ..)| kind == "trigger").collect();
        let of_triggers = sql.contains("TRIGGER");
        for (_, name, _) in triggers.iter().filter(|_| !of_triggers) {
            db.execute_batch(&format!("DROP TRIGGER {name}")).unwrap();
        }
        db.execute_batch("PRAGMA foreign_keys = off").unwrap();
        db.execute_batch(sql).unwrap();
        for (.., made) in triggers.iter().filter(|_| !of_triggers) {
            db.execute_batch(made).unwrap();
        }
        drop(db);
        let findings = looked(dir.root(), committed);
        let broken = findings.iter().filter(|found| found.is_broken());
        broken
            .map(|found| found.invariant.code())
            .filter(|code| *code != "I1" || sql.contains("balance"))
            .collect()
    }

    #[test]
    fn an_untouched_journal_breaks_nothing_and_the_figures_are_those_of_its_rows() {
        let dir = Scratch::new();
        let committed = site(dir.root());
        let findings = looked(dir.root(), committed);
        let figure = |rule| {
            let found = findings.iter().find(|found| found.invariant == rule).unwrap();
            (found.checked, found.is_broken())
        };
        assert_eq!(figure(Invariant::Chain), (43, false), "42 records and the anchor");
        assert_eq!(figure(Invariant::Receipts), (80, false), "in the records and in the table");
        assert_eq!(figure(Invariant::Once), (40, false));
        assert_eq!(figure(Invariant::Kept), (1, false));
        assert!(figure(Invariant::Unedited).0 > 10);
    }

    #[test]
    fn every_kind_of_edit_turns_its_invariant_red() {
        assert_eq!(broken_by("SELECT 1"), Vec::<&str>::new());
        for (sql, rule) in [
            ("UPDATE balance SET amount = amount + 1 WHERE account = 7", "I1"),
            ("DELETE FROM balance WHERE code = 'cash'", "I1"),
            (
                "DELETE FROM receipt WHERE seq = 42; DELETE FROM posting WHERE seq = 42; DELETE FROM record WHERE seq = 42",
                "I2",
            ),
            (
                "DROP INDEX record_key; UPDATE record SET key = '0000000000000001' WHERE seq = 9",
                "I3",
            ),
            ("DROP TRIGGER posting_stays", "I4"),
            ("CREATE TRIGGER sly AFTER INSERT ON record BEGIN SELECT 1; END", "I4"),
            ("DELETE FROM receipt WHERE no = 5", "I7"),
            ("UPDATE record SET at = 0 WHERE seq = 9", "I10"),
            ("UPDATE record SET book = 'simulated', body = '?' WHERE seq = 9", "I10"),
        ] {
            let broken = broken_by(sql);
            assert!(broken.contains(&rule), "{sql}: {broken:?}");
        }
    }

    #[test]
    fn what_was_acknowledged_in_this_run_counts_although_no_anchor_knows_it() {
        let dir = Scratch::new();
        let committed = site(dir.root());
        let beyond = Chain { seq: Seq(committed.seq.0 + 1), head: Hash([1; 32]), ..committed };
        let findings = looked(dir.root(), beyond);
        let kept = findings.iter().find(|found| found.invariant == Invariant::Kept).unwrap();
        assert!(kept.is_broken(), "{kept:?}");
    }

    #[test]
    fn a_check_that_is_broken_off_says_so_and_not_that_all_is_well() {
        let dir = Scratch::new();
        let committed = site(dir.root());
        let promised = Promised { site: SiteId(1), committed, anchor: None };
        let db = LEDGER.open_read_only(&ledger_path(dir.root())).unwrap();
        let findings = check(&db, &promised, |_took| false).unwrap();
        assert_eq!(findings.len(), 12);
        assert!(findings.iter().all(|found| matches!(found.outcome, Outcome::Unchecked(_))));
    }
}
