//! All payments of a site, found by number, by what the provider calls them, and by what is open.

use std::collections::{BTreeMap, BTreeSet};

use crate::id::{AccountId, Book, PaymentId, ProviderId, ReceiptNo, StaffId};
use crate::pay::{Fact, Payment};
use crate::time::Timestamp;

#[derive(Clone, Debug, Default)]
pub struct Payments {
    all: BTreeMap<PaymentId, Payment>,
    /// One, unless a customer has paid one charge twice.
    charges: BTreeMap<(ProviderId, String), Vec<PaymentId>>,
    /// A provider's transaction counts once.
    transactions: BTreeMap<(ProviderId, String), PaymentId>,
    /// What the provider is to be asked about, or somebody is to decide.
    open: BTreeSet<PaymentId>,
}

impl Payments {
    pub fn get(&self, payment: PaymentId) -> Option<&Payment> {
        self.all.get(&payment)
    }

    /// The one that was asked for first.
    pub fn of_charge(&self, provider: &ProviderId, charge: &str) -> impl Iterator<Item = &Payment> {
        let known = self.charges.get(&(provider.clone(), charge.to_owned()));
        known.into_iter().flatten().filter_map(|payment| self.all.get(payment))
    }

    pub fn of_transaction(&self, provider: &ProviderId, transaction: &str) -> Option<&Payment> {
        self.all.get(self.transactions.get(&(provider.clone(), transaction.to_owned()))?)
    }

    /// Oldest first.
    pub fn open(&self) -> impl Iterator<Item = &Payment> {
        self.open.iter().filter_map(|payment| self.all.get(payment))
    }

    /// Newest first.
    pub fn latest(&self) -> impl Iterator<Item = &Payment> {
        self.all.values().rev()
    }

    pub fn open_of(&self, account: AccountId) -> impl Iterator<Item = &Payment> {
        self.open().filter(move |payment| payment.account == account)
    }

    pub(crate) fn next(&self) -> PaymentId {
        PaymentId(self.all.keys().next_back().map_or(0, |last| last.0) + 1)
    }

    pub(crate) fn apply(&mut self, book: Book, at: Timestamp, by: StaffId, fact: &Fact) {
        let payment = fact.payment();
        if let Fact::Begun(begun) = fact {
            let name = (begun.provider.clone(), begun.charge.clone());
            self.charges.entry(name).or_default().push(payment);
            self.all.insert(payment, Payment::begin(begun, book, by, at));
        }
        let known = self.all.get_mut(&payment).expect("a fact names a payment that was begun");
        known.apply(fact);
        if let Fact::Confirmed { transaction, .. } = fact {
            let name = (known.provider.clone(), transaction.clone());
            self.transactions.insert(name, payment);
        }
        self.sort_in(payment);
    }

    pub(crate) fn applied(&mut self, payment: PaymentId, receipt: ReceiptNo) {
        if let Some(known) = self.all.get_mut(&payment) {
            known.applied(receipt);
        }
        self.sort_in(payment);
    }

    fn sort_in(&mut self, payment: PaymentId) {
        let state = self.all.get(&payment).map(|known| known.state);
        if state.is_some_and(|state| state.is_open() || state.needs_somebody()) {
            self.open.insert(payment);
        } else {
            self.open.remove(&payment);
        }
    }
}
