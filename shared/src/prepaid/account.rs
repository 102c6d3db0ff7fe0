//! The account: credit, terms, and the meters that draw on it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::energy::Energy;
use crate::event::{Settled, SettledLine};
use crate::id::{AccountId, Book, MeterId, ReceiptNo};
use crate::ledger::Code;
use crate::meter::{Limits, Point};
use crate::money::{Currency, ExactCharge, Money, Rounding};
use crate::prepaid::{Metered, Spend};
use crate::tariff::{ChargeError, Class, Tariff};
use crate::time::Timestamp;
use crate::vend::{Allocation, Policy, ReceiptLine, Tender};

#[derive(Clone, Debug)]
pub struct Account {
    pub id: AccountId,
    pub book: Book,
    pub policy: Policy,
    tariff: Arc<Tariff>,
    /// What the ledger says.
    posted: Money,
    pub meters: BTreeMap<MeterId, Metered>,
    /// Warned since credit last stood above the level.
    pub warned: bool,
    /// Consecutive good readings that found credit used up.
    pub exhausted: u8,
    pub last_sale: Option<LastSale>,
    pub spend: Spend,
}

/// The only sale that can still be reversed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastSale {
    pub receipt: ReceiptNo,
    pub amount: Money,
    pub tender: Tender,
    pub reversed: bool,
}

impl Account {
    pub fn open(
        id: AccountId,
        book: Book,
        tariff: Arc<Tariff>,
        policy: Policy,
        opening: Money,
    ) -> Self {
        Self {
            id,
            book,
            policy,
            tariff,
            posted: opening,
            meters: BTreeMap::new(),
            warned: false,
            exhausted: 0,
            last_sale: None,
            spend: Spend::default(),
        }
    }

    pub fn tariff(&self) -> &Arc<Tariff> {
        &self.tariff
    }

    /// The same tariff with more versions.
    pub fn adopt(&mut self, tariff: Arc<Tariff>) {
        for metered in self.meters.values_mut() {
            metered.adopt(&tariff);
        }
        self.tariff = tariff;
    }

    pub fn currency(&self) -> Currency {
        self.tariff.currency()
    }

    /// What the ledger says, without what is not yet posted.
    pub fn posted(&self) -> Money {
        self.posted
    }

    /// Credit exact to the last reading.
    pub fn exact_credit(&self) -> ExactCharge {
        let owed: ExactCharge =
            self.meters.values().map(|metered| metered.owed(&self.tariff)).sum();
        self.posted.exact(self.currency()) - owed
    }

    /// Credit to the last reading, rounded down.
    pub fn credit(&self) -> Money {
        self.exact_credit().round(Rounding::Floor, self.currency())
    }

    /// Nothing is left: credit and overdraft are used up (product rule 2).
    pub fn used_up(&self) -> bool {
        self.exact_credit() + self.policy.overdraft.exact(self.currency()) <= ExactCharge::ZERO
    }

    /// Enough is there to come back (product rule 2).
    pub fn may_return(&self) -> bool {
        let credit = self.exact_credit();
        credit > ExactCharge::ZERO && credit >= self.policy.restore_minimum.exact(self.currency())
    }

    pub fn low(&self) -> bool {
        self.exact_credit() < self.policy.low_credit.exact(self.currency())
    }

    /// Credit stands far enough above the warning level to warn again at the next crossing
    /// (105 % of it, product rule 7).
    pub fn rearmed(&self) -> bool {
        let level = self.policy.low_credit.exact(self.currency());
        self.exact_credit().e14() * 20 >= level.e14() * 21
    }

    pub fn bind(&mut self, meter: MeterId, limits: Limits, at: Timestamp) {
        self.meters.insert(meter, Metered::new(limits, at));
    }

    pub fn start(&mut self, meter: MeterId, point: Point) {
        let tariff = Arc::clone(&self.tariff);
        if let Some(metered) = self.meters.get_mut(&meter) {
            metered.start(&tariff, point);
        }
    }

    /// Charges a believed reading in memory; refused where the tariff has no price for the time.
    pub fn charge(&mut self, meter: MeterId, new: Point, used: Energy) -> Result<(), ChargeError> {
        let tariff = Arc::clone(&self.tariff);
        if let Some(metered) = self.meters.get_mut(&meter) {
            let charged = metered.charge_to(&tariff, new, used)?;
            self.spend.add(new.at, charged);
        }
        Ok(())
    }

    /// The posting that brings the ledger up to what is charged for `meter`; `None` where it is.
    pub fn settled(&self, meter: MeterId) -> Option<Settled> {
        let metered = self.meters.get(&meter)?;
        let (from, to) = (metered.posted_to()?, metered.seen()?);
        if from == to {
            return None;
        }
        let lines: Vec<_> = metered
            .lines(&self.tariff)
            .into_iter()
            .map(|line| SettledLine {
                code: code_of(self.tariff.line_class(line.line)),
                name: line.name,
                amount: line.amount,
            })
            .collect();
        let energy = metered.unposted();
        let amount: Money = lines.iter().map(|line| line.amount).sum();
        Some(Settled {
            account: self.id,
            meter,
            from,
            to,
            energy,
            lines,
            credit_after: self.posted - amount,
        })
    }

    /// The same where it says anything: energy or money. What is left out only makes the next posting
    /// longer, so it may be left out wherever prices did not change meanwhile.
    pub fn settled_news(&self, meter: MeterId) -> Option<Settled> {
        self.settled(meter)
            .filter(|settled| settled.energy != Energy::ZERO || !settled.lines.is_empty())
    }

    /// Makes a posting so.
    pub fn settle(&mut self, settled: &Settled) {
        let tariff = Arc::clone(&self.tariff);
        let metered =
            self.meters.get_mut(&settled.meter).expect("a posting names a meter of its account");
        let charged = metered.settle(&tariff, settled.to, settled.energy);
        if charged != ExactCharge::ZERO {
            self.spend.add(settled.to.at, charged);
        }
        self.posted -= settled.amount();
        assert_eq!(
            self.posted, settled.credit_after,
            "a posting moves credit by exactly its lines"
        );
    }

    /// Credit after a sale or reversal.
    pub fn top_up(&mut self, amount: Money) {
        self.posted += amount;
        self.exhausted = 0;
    }

    /// What a payment goes to, in order (product rule 9, without debts: they come with arrears).
    pub fn allocate(&self, amount: Money) -> Vec<ReceiptLine> {
        let overdrawn =
            if self.posted.is_negative() { (-self.posted).min(amount) } else { Money::ZERO };
        [(Allocation::Overdrawn, overdrawn), (Allocation::Credit, amount - overdrawn)]
            .into_iter()
            .filter(|(_, part)| *part != Money::ZERO)
            .map(|(what, amount)| ReceiptLine { what, amount })
            .collect()
    }
}

/// Where a line of a tariff stands in the books.
fn code_of(class: Class) -> Code {
    match class {
        Class::Energy => Code::Energy,
        Class::Fixed | Class::Demand | Class::Minimum | Class::PowerFactor => Code::Standing,
        Class::Levies => Code::Levy,
        Class::Tax => Code::Tax,
    }
}
