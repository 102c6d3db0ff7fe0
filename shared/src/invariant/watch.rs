//! Follows a journal record by record and says which invariants it kept.

use std::collections::BTreeMap;

use super::books::Books;
use super::energy::Counts;
use super::price::Prices;
use super::supply::Decisions;
use super::{Finding, Invariant, Tally};
use crate::event::Event;
use crate::id::{Seq, SiteId};
use crate::ledger::{Chain, Hash, Record};

/// Nothing in here can panic, whatever the records say: it is for journals that may be wrong.
#[derive(Clone, Debug)]
pub struct Watch {
    chain: Chain,
    links: Tally,
    kept: Tally,
    /// Acknowledged and not met yet.
    promised: BTreeMap<Seq, Hash>,
    books: Books,
    counts: Counts,
    prices: Prices,
    decisions: Decisions,
}

impl Watch {
    /// A watch over a journal of this site, from its first record on.
    pub fn new(site: SiteId) -> Self {
        Self {
            chain: Chain::empty(site),
            links: Tally::default(),
            kept: Tally::default(),
            promised: BTreeMap::new(),
            books: Books::default(),
            counts: Counts::default(),
            prices: Prices::default(),
            decisions: Decisions::default(),
        }
    }

    /// The last record that was followed.
    pub fn seen(&self) -> Seq {
        self.chain.seq
    }

    /// Somebody was told that this record is safe: it has to come.
    pub fn promise(&mut self, seq: Seq, seal: Hash) {
        if seq > Seq(0) {
            self.promised.insert(seq, seal);
        }
    }

    /// Takes in the next record.
    pub fn follow(&mut self, record: &Record) {
        let seq = record.seq;
        let linked = self.chain.follow(record).err().map(|fault| fault.to_string());
        // Whatever is wrong with one record, the next is compared with what is there.
        (self.chain.seq, self.chain.head) = (seq, record.hash);
        let event = Event::from_body(&record.body);
        let readable = event
            .as_ref()
            .err()
            .map(|fault| format!("the body of record {seq} is not an event: {fault}"));
        self.links.look(linked.or(readable));
        if let Some(seal) = self.promised.remove(&seq) {
            self.kept.look(
                (seal != record.hash)
                    .then(|| format!("record {seq} is not the one that was acknowledged")),
            );
        }
        if let Ok(event) = event {
            self.books.follow(record, &event);
            self.counts.follow(seq, &event);
            self.decisions.follow(seq, &event, &self.books);
            self.prices.follow(record, &event);
        }
    }

    /// What was found so far, of the ten invariants that a journal can answer for.
    pub fn findings(&self) -> Vec<Finding> {
        let mut kept = self.kept.clone();
        for seq in self.promised.keys() {
            kept.look(Some(format!(
                "record {seq} was acknowledged, but the journal ends at record {}",
                self.chain.seq
            )));
        }
        vec![
            self.books.entries.finding(Invariant::Books),
            kept.finding(Invariant::Kept),
            self.books.keys.finding(Invariant::Once),
            self.prices.edited.finding(Invariant::Unedited),
            self.counts.billed.finding(Invariant::Billed),
            self.prices.priced.finding(Invariant::Priced),
            self.books.receipts.finding(Invariant::Receipts),
            self.decisions.tally.finding(Invariant::Supply),
            self.counts.unknown.finding(Invariant::Unknown),
            self.links.finding(Invariant::Chain),
        ]
    }

    /// The first thing that is wrong, for tests and laws.
    pub fn offence(&self) -> Option<String> {
        self.findings().into_iter().find_map(|finding| match finding.outcome {
            super::Outcome::Broken(first) => Some(format!("{}: {first}", finding.invariant.code())),
            super::Outcome::Holds | super::Outcome::Unchecked(_) => None,
        })
    }
}
