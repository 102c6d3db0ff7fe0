//! The journal as screens ask for it: each account's ledger, receipts, and what was sold each day.

use std::collections::BTreeMap;

use shared::api::ledger::{Entry, LedgerEntry, LedgerPage};
use shared::api::meter::ExchangeRow;
use shared::api::receipt::IssuedFor;
use shared::event::Event;
use shared::id::{AccountId, MeterId, ReceiptNo, Seq, StaffId};
use shared::ledger::{Hash, Record};
use shared::money::Money;
use shared::time::Timestamp;

#[derive(Debug, Default)]
pub struct Books {
    /// The last record that was taken in.
    pub seen: Seq,
    ledgers: BTreeMap<AccountId, Vec<LedgerEntry>>,
    receipts: BTreeMap<ReceiptNo, Issued>,
    exchanges: BTreeMap<MeterId, Vec<ExchangeRow>>,
    /// Money taken and given back, in the order of the journal.
    sold: Vec<(Timestamp, Money)>,
}

/// A receipt as the journal has it.
#[derive(Clone, Debug)]
pub struct Issued {
    pub seq: Seq,
    pub at: Timestamp,
    pub by: StaffId,
    pub seal: Hash,
    pub what: IssuedFor,
    pub reversed_by: Option<ReceiptNo>,
    pub copies: u32,
}

impl Books {
    /// Takes in the next record; our own journal can be read.
    pub fn follow(&mut self, record: &Record) -> Result<(), serde_json::Error> {
        self.seen = record.seq;
        let event = Event::from_body(&record.body)?;
        let entry = LedgerEntry::of(record.seq, record.at, &event, || name_of(record.by));
        if let Some((account, entry)) = event.account().zip(entry) {
            self.ledgers.entry(account).or_default().push(entry);
        }
        if let Event::Exchanged { meter, exchange, last, first, .. } = &event {
            self.exchanges.entry(*meter).or_default().push(ExchangeRow {
                seq: record.seq,
                at: record.at,
                what: exchange.what,
                last: last.register,
                manual: exchange.manual,
                first: first.register,
                serial: exchange.serial.clone(),
                note: exchange.note.clone(),
                by: name_of(record.by),
            });
        }
        if let Some(what) = IssuedFor::of(event) {
            self.issue(record, what);
        }
        Ok(())
    }

    fn issue(&mut self, record: &Record, what: IssuedFor) {
        let (no, amount) = match &what {
            IssuedFor::Sale(sale) => (sale.receipt, sale.amount),
            IssuedFor::Reversal(reversal) => {
                if let Some(sold) = self.receipts.get_mut(&reversal.of) {
                    sold.reversed_by = Some(reversal.receipt);
                }
                (reversal.receipt, -reversal.amount)
            }
            IssuedFor::Refund(refund) => (refund.receipt, Money::ZERO),
        };
        self.sold.push((record.at, amount));
        self.receipts.insert(no, issued(record, what));
    }

    pub fn page(&self, account: AccountId, before: Option<Seq>, limit: usize) -> LedgerPage {
        let entries = self.ledgers.get(&account).into_iter().flatten().rev();
        let mut older = entries.filter(|entry| before.is_none_or(|seq| entry.seq < seq));
        let entries: Vec<LedgerEntry> = older.by_ref().take(limit).cloned().collect();
        let more = older.next().is_some();
        let next = entries.last().map(|entry| entry.seq).filter(|_| more);
        LedgerPage { account, entries, next }
    }

    /// What was exchanged at a place, newest first.
    pub fn exchanges(&self, meter: MeterId) -> Vec<ExchangeRow> {
        self.exchanges.get(&meter).into_iter().flatten().rev().cloned().collect()
    }

    pub fn receipt(&self, no: ReceiptNo) -> Option<&Issued> {
        self.receipts.get(&no)
    }

    /// Counts one more copy of a receipt.
    pub fn copy(&mut self, no: ReceiptNo) -> Option<u32> {
        let issued = self.receipts.get_mut(&no)?;
        issued.copies += 1;
        Some(issued.copies)
    }

    /// What an account bought last, newest first.
    pub fn last_sales(&self, account: AccountId, count: usize) -> Vec<(Timestamp, Money)> {
        let entries = self.ledgers.get(&account).into_iter().flatten().rev();
        let sales = entries.filter_map(|entry| {
            let Entry::Sale { to_arrears, .. } = &entry.entry else { return None };
            Some((entry.at, entry.amount + *to_arrears))
        });
        sales.take(count).collect()
    }

    /// What was sold between two instants, less what was given back.
    pub fn sold_between(&self, from: Timestamp, to: Timestamp) -> Money {
        let inside = self.sold.iter().filter(|(at, _)| *at >= from && *at < to);
        inside.map(|(_, amount)| *amount).sum()
    }
}

/// Tenants pay through the system; everybody else is the person at the page.
pub fn name_of(staff: StaffId) -> String {
    match staff {
        StaffId(0) => "–".to_owned(),
        StaffId(_) => "admin".to_owned(),
    }
}

fn issued(record: &Record, what: IssuedFor) -> Issued {
    Issued {
        seq: record.seq,
        at: record.at,
        by: record.by,
        seal: record.hash,
        what,
        reversed_by: None,
        copies: 0,
    }
}
