//! The journal as screens ask for it: each account's ledger, receipts, and what was sold each day.

use std::collections::BTreeMap;

use shared::api::ledger::{ChargeLine, Entry, LedgerEntry, LedgerPage};
use shared::api::meter::ExchangeRow;
use shared::event::{Event, Settled};
use shared::id::{AccountId, MeterId, ReceiptNo, Seq, StaffId};
use shared::ledger::{Hash, Record};
use shared::money::Money;
use shared::time::Timestamp;
use shared::vend::{Reversal, Sale, to_arrears};

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

#[derive(Clone, Debug)]
pub enum IssuedFor {
    Sale(Sale),
    Reversal(Reversal),
}

impl Books {
    /// Takes in the next record; our own journal can be read.
    pub fn follow(&mut self, record: &Record) -> Result<(), serde_json::Error> {
        self.seen = record.seq;
        match Event::from_body(&record.body)? {
            Event::Settled(settled) => self.settled(record, settled),
            Event::Sold(sale) => self.sale(record, sale),
            Event::Reversed(reversal) => self.reversal(record, reversal),
            Event::ProvisionalCharged(charged) => {
                let (from, to, energy) = (charged.from, charged.to, charged.energy);
                let entry = Entry::Provisional { from, to, energy };
                let (amount, after) = (charged.amount(), charged.credit_after);
                self.enter(record, charged.account, -amount, after, entry);
            }
            Event::ProvisionalReleased { account, amount, credit_after, .. } => {
                self.enter(record, account, amount, credit_after, Entry::ProvisionalReleased);
            }
            Event::Exchanged { meter, exchange, last, first, .. } => {
                self.exchanges.entry(meter).or_default().push(ExchangeRow {
                    seq: record.seq,
                    at: record.at,
                    what: exchange.what,
                    last: last.register,
                    manual: exchange.manual,
                    first: first.register,
                    serial: exchange.serial,
                    note: exchange.note,
                    by: name_of(record.by),
                });
            }
            Event::ArrearsDue(due) => {
                let entry = Entry::ArrearsDue { arrears: due.arrears, due: due.due };
                self.enter(record, due.account, -due.taken, due.credit_after, entry);
            }
            Event::TariffPublished { .. }
            | Event::ArrearsAdded(_)
            | Event::ArrearsCancelled(_)
            | Event::ExceptionNoted { .. }
            | Event::AccountOpened { .. }
            | Event::MeterBound { .. }
            | Event::Baseline { .. }
            | Event::LowCredit { .. }
            | Event::Cut { .. }
            | Event::Lifted { .. }
            | Event::SupplyProven { .. }
            | Event::ReadingHeld { .. }
            | Event::HoldEnded { .. }
            | Event::AlarmRaised { .. }
            | Event::AlarmAcknowledged { .. }
            | Event::AlarmCleared { .. }
            | Event::Acted { .. }
            | Event::PolicyPublished { .. }
            | Event::MeterPlaced { .. }
            | Event::NoticeDelivered { .. }
            | Event::CutUndelivered { .. }
            | Event::Rearmed { .. }
            | Event::EmergencyOffered { .. }
            | Event::EmergencyBegun { .. }
            | Event::EmergencyRepaid { .. }
            | Event::EmergencyRearmed { .. }
            | Event::Protected { .. }
            | Event::Unprotected { .. }
            | Event::Paused { .. }
            | Event::Resumed { .. }
            | Event::RestoreConfirmed { .. } => (),
        }
        Ok(())
    }

    fn settled(&mut self, record: &Record, settled: Settled) {
        let amount: Money = settled.lines.iter().map(|line| line.amount).sum();
        let lines = settled.lines.into_iter();
        let lines = lines.map(|line| ChargeLine { name: line.name, amount: line.amount }).collect();
        let entry = Entry::Charge {
            from: settled.from.at,
            to: settled.to.at,
            register_from: settled.from.register,
            register_to: settled.to.register,
            energy: settled.energy,
            lines,
        };
        self.enter(record, settled.account, -amount, settled.credit_after, entry);
    }

    fn sale(&mut self, record: &Record, sale: Sale) {
        let to_arrears = to_arrears(&sale.lines);
        let entry = Entry::Sale { receipt: sale.receipt, by: name_of(record.by), to_arrears };
        self.enter(record, sale.account, sale.amount - to_arrears, sale.credit_after, entry);
        self.sold.push((record.at, sale.amount));
        self.receipts.insert(sale.receipt, issued(record, IssuedFor::Sale(sale)));
    }

    fn reversal(&mut self, record: &Record, reversal: Reversal) {
        let entry = Entry::Reversal {
            receipt: reversal.receipt,
            of: reversal.of,
            by: name_of(record.by),
            reason: reversal.reason.clone(),
        };
        let to_credit = reversal.amount - to_arrears(&reversal.lines);
        self.enter(record, reversal.account, -to_credit, reversal.credit_after, entry);
        self.sold.push((record.at, -reversal.amount));
        if let Some(sold) = self.receipts.get_mut(&reversal.of) {
            sold.reversed_by = Some(reversal.receipt);
        }
        self.receipts.insert(reversal.receipt, issued(record, IssuedFor::Reversal(reversal)));
    }

    fn enter(
        &mut self,
        record: &Record,
        account: AccountId,
        amount: Money,
        after: Money,
        entry: Entry,
    ) {
        let (seq, at) = (record.seq, record.at);
        let entry = LedgerEntry { seq, at, amount, credit_after: after, entry };
        self.ledgers.entry(account).or_default().push(entry);
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
