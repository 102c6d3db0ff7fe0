//! I1, I3, I7: money, keys and receipts.

use std::collections::{BTreeMap, BTreeSet};

use super::Tally;
use crate::event::Event;
use crate::id::{AccountId, Book, IdempotencyKey, ReceiptNo};
use crate::ledger::{Code, Record, balanced};
use crate::money::Money;
use crate::vend::{Serial, Series, Till};

#[derive(Clone, Debug, Default)]
pub(super) struct Books {
    pub(super) entries: Tally,
    pub(super) keys: Tally,
    pub(super) receipts: Tally,
    /// What each account's postings come to; a customer's credit is a liability, so negative.
    prepaid: BTreeMap<AccountId, Money>,
    used: BTreeSet<IdempotencyKey>,
    last: BTreeMap<Book, ReceiptNo>,
    series: Series,
}

impl Books {
    pub(super) fn follow(&mut self, record: &Record, event: &Event) {
        self.postings(record, event);
        if let Some(key) = &record.key {
            let again = !self.used.insert(key.clone());
            self.keys.look(again.then(|| {
                format!("record {}: the key `{}` was used before", record.seq, key.as_str())
            }));
        }
        if let Some(Issued { no, till, serial }) = receipt(event) {
            let in_series = self.series.take(record.book, till, serial);
            let last = self.last.entry(record.book).or_default();
            let next = ReceiptNo(last.0 + 1);
            self.receipts.look(
                (no != next)
                    .then(|| format!("record {} issues receipt {no}; {next} is next", record.seq))
                    .or_else(|| {
                        let due = in_series.err()?;
                        Some(format!("record {}: receipt {no} should be {due}", record.seq))
                    }),
            );
            *last = no.max(next);
        }
    }

    fn postings(&mut self, record: &Record, event: &Event) {
        for posting in record.postings.iter().filter(|posting| posting.code == Code::Prepaid) {
            if let Some(account) = posting.account {
                *self.prepaid.entry(account).or_default() += posting.amount;
            }
        }
        if !record.postings.is_empty() || !event.postings().is_empty() {
            self.entries.look(self.wrong(record, event));
        }
    }

    fn wrong(&self, record: &Record, event: &Event) -> Option<String> {
        let seq = record.seq;
        if !balanced(&record.postings) {
            return Some(format!("the postings of record {seq} do not sum to zero"));
        }
        if event.postings() != record.postings {
            return Some(format!("the postings of record {seq} are not those of its event"));
        }
        let (account, told) = credit_after(event)?;
        let kept = -self.prepaid.get(&account).copied().unwrap_or_default();
        (told != kept).then(|| {
            let (told, kept) = (told.minor(), kept.minor());
            format!(
                "record {seq} says that account {account} has {told}, but its postings come to {kept}"
            )
        })
    }

    /// The credit that the ledger knows, without what is not posted yet.
    pub(super) fn credit(&self, account: AccountId) -> Money {
        -self.prepaid.get(&account).copied().unwrap_or_default()
    }
}

/// A receipt as far as its numbers go.
struct Issued {
    no: ReceiptNo,
    till: Option<Till>,
    serial: Option<Serial>,
}

fn receipt(event: &Event) -> Option<Issued> {
    if let Event::Sold(sale) = event {
        Some(Issued { no: sale.receipt, till: sale.till, serial: sale.serial })
    } else if let Event::Reversed(back) = event {
        Some(Issued { no: back.receipt, till: back.till, serial: back.serial })
    } else if let Event::Refunded(refund) = event {
        Some(Issued { no: refund.receipt, till: Some(refund.till), serial: refund.serial })
    } else {
        None
    }
}

/// What an event says the account has after it.
fn credit_after(event: &Event) -> Option<(AccountId, Money)> {
    if let Event::Sold(sale) = event {
        Some((sale.account, sale.credit_after))
    } else if let Event::Reversed(reversal) = event {
        Some((reversal.account, reversal.credit_after))
    } else if let Event::Refunded(refund) = event {
        Some((refund.account, refund.credit_after))
    } else if let Event::Settled(settled) = event {
        Some((settled.account, settled.credit_after))
    } else if let Event::ArrearsDue(due) = event {
        Some((due.account, due.credit_after))
    } else if let Event::Adjusted(adjusted) = event {
        Some((adjusted.account, adjusted.credit_after))
    } else if let Event::ProvisionalCharged(charged) = event {
        Some((charged.account, charged.credit_after))
    } else if let Event::ProvisionalReleased { account, credit_after, .. } = event {
        Some((*account, *credit_after))
    } else {
        None
    }
}
