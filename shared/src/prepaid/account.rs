//! The account: credit, terms, and the meters that draw on it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::energy::Energy;
use crate::event::{ProvisionalCharge, Settled, SettledLine, WarningLevel};
use crate::id::{AccountId, ArrearsId, Book, MeterId, PaymentId, ReceiptNo};
use crate::ledger::Code;
use crate::meter::{ExceptionKind, Exchange, Limits, Point, Supply};
use crate::money::{Currency, ExactCharge, Money, Rounding};
use crate::policy::{Mode, Policy};
use crate::prepaid::{Metered, Recovery, Spend, Standing};
use crate::tariff::{ChargeError, Class, Tariff};
use crate::time::{Span, Timestamp, Zone};
use crate::vend::{Allocation, ReceiptLine, Tender, Till, to_arrears};

#[derive(Clone, Debug)]
pub struct Account {
    pub id: AccountId,
    pub book: Book,
    /// The terms in force.
    pub policy: Arc<Policy>,
    /// What it was opened with: its terms where none are published.
    pub opened_with: Arc<Policy>,
    tariff: Arc<Tariff>,
    /// What the ledger says.
    posted: Money,
    /// Credit that nobody paid for and that is not used: what was paid is used before it.
    given: Money,
    pub meters: BTreeMap<MeterId, Metered>,
    pub standing: Standing,
    /// Consecutive good readings that found credit used up.
    pub exhausted: u8,
    pub last_sale: Option<LastSale>,
    pub spend: Spend,
    /// Agreements about arrears, also those that are paid off.
    pub arrears: BTreeMap<ArrearsId, Recovery>,
    /// Exceptions that were closed with a note while their condition still holds.
    pub noted: BTreeSet<(ExceptionKind, MeterId)>,
    /// When time alone changes something.
    pub deadline: Option<Timestamp>,
}

/// The only sale that can still be reversed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastSale {
    pub receipt: ReceiptNo,
    pub at: Timestamp,
    pub amount: Money,
    pub tender: Tender,
    pub lines: Vec<ReceiptLine>,
    /// The mobile payment that it was paid by.
    pub payment: Option<PaymentId>,
    pub till: Option<Till>,
    pub reversed: bool,
}

impl LastSale {
    /// What of it came to credit.
    pub fn to_credit(&self) -> Money {
        self.amount - to_arrears(&self.lines)
    }
}

impl Account {
    pub fn open(
        id: AccountId,
        book: Book,
        tariff: Arc<Tariff>,
        policy: Policy,
        opening: Money,
    ) -> Self {
        let policy = Arc::new(policy);
        Self {
            id,
            book,
            opened_with: Arc::clone(&policy),
            policy,
            tariff,
            posted: opening,
            given: Money::ZERO,
            meters: BTreeMap::new(),
            standing: Standing::default(),
            exhausted: 0,
            last_sale: None,
            spend: Spend::default(),
            arrears: BTreeMap::new(),
            noted: BTreeSet::new(),
            deadline: None,
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

    /// The most that can be given back in cash: credit that was paid for, less arrears still owed. What
    /// was paid is used before what was given, so that no gift leaves as cash.
    pub fn refundable(&self) -> Money {
        let owed: Money = self.arrears.values().map(Recovery::left).sum();
        (self.credit() - self.given - owed).max(Money::ZERO)
    }

    /// Credit went down: what was given is used only where nothing else is left.
    fn use_given(&mut self) {
        // An estimate is not use.
        let left = (self.posted + self.provisional()).max(Money::ZERO);
        self.given = self.given.min(left);
    }

    /// Credit that nobody paid for.
    pub fn give(&mut self, amount: Money) {
        self.top_up(amount);
        self.given += amount;
        self.use_given();
    }

    /// Credit was given back in cash.
    pub fn pay_out(&mut self, amount: Money) {
        self.posted -= amount;
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

    /// Credit without what was only charged provisionally: nobody is warned or cut on an estimate
    /// (product rule 17).
    pub fn measured_credit(&self) -> ExactCharge {
        self.exact_credit() + self.provisional().exact(self.currency())
    }

    /// How far below zero credit may fall: overdraft and emergency credit in use.
    pub fn floor(&self) -> ExactCharge {
        (self.policy.overdraft + self.standing.lent()).exact(self.currency())
    }

    /// Nothing is left: credit, overdraft and emergency credit are used up (product rule 2).
    pub fn used_up(&self) -> bool {
        self.measured_credit() + self.floor() <= ExactCharge::ZERO
    }

    /// Lack of credit may have consequences at all.
    pub fn cuts_for_credit(&self) -> bool {
        self.policy.mode == Mode::Prepaid && !self.standing.paused
    }

    /// Enough is there to come back (product rule 2). What emergency credit was used stands below
    /// zero, so that credit above zero has repaid it.
    pub fn may_return(&self, credit: ExactCharge) -> bool {
        credit > ExactCharge::ZERO && credit >= self.policy.restore_minimum.exact(self.currency())
    }

    pub fn low(&self) -> bool {
        self.policy.warns_first() && self.below(WarningLevel::First, self.measured_credit(), None)
    }

    /// Does credit stand below a warning level? By the days it lasts where the terms say so and
    /// that is known, by money otherwise.
    pub fn below(&self, level: WarningLevel, credit: ExactCharge, now: Option<Timestamp>) -> bool {
        let (days, money) = self.level(level);
        match self.lasts(days, credit, now) {
            Some(lasts) => lasts < Span::from_days(i64::from(days)),
            None => credit < money.exact(self.currency()),
        }
    }

    /// Credit stands far enough above the warning level to warn again at the next crossing
    /// (105 % of it, product rule 7).
    pub fn rearmed(&self, level: WarningLevel, credit: ExactCharge, now: Timestamp) -> bool {
        let (days, money) = self.level(level);
        match self.lasts(days, credit, Some(now)) {
            Some(lasts) => lasts.millis() * 20 >= Span::from_days(i64::from(days)).millis() * 21,
            None => credit.e14() * 20 >= money.exact(self.currency()).e14() * 21,
        }
    }

    fn level(&self, level: WarningLevel) -> (u16, Money) {
        match level {
            WarningLevel::First => (self.policy.low_days, self.policy.low_credit),
            WarningLevel::Last => (self.policy.last_days, self.policy.last_credit),
            WarningLevel::Cut => (0, Money::ZERO),
        }
    }

    /// How long credit lasts, where the level goes by it.
    fn lasts(&self, days: u16, credit: ExactCharge, now: Option<Timestamp>) -> Option<Span> {
        let now = now.filter(|_| days > 0)?;
        Some(self.spend.lasts_until(credit, now)? - now)
    }

    pub fn bind(&mut self, meter: MeterId, limits: Limits, at: Timestamp) {
        let policy = Arc::clone(&self.policy);
        self.meters.insert(meter, Metered::new(limits, policy, at));
    }

    pub fn start(&mut self, meter: MeterId, point: Point) {
        let tariff = Arc::clone(&self.tariff);
        if let Some(metered) = self.meters.get_mut(&meter) {
            metered.start(&tariff, point);
        }
    }

    /// Another meter counts from `first` on.
    pub fn exchange(&mut self, meter: MeterId, first: Point, exchange: &Exchange) {
        let tariff = Arc::clone(&self.tariff);
        if let Some(metered) = self.meters.get_mut(&meter) {
            metered.exchange(&tariff, first, exchange);
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
            .chain(given_back(metered))
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
            estimated: metered.spread(),
        })
    }

    /// The same where it says anything: energy or money. What is left out only makes the next posting
    /// longer, so it may be left out wherever prices did not change meanwhile.
    pub fn settled_news(&self, meter: MeterId) -> Option<Settled> {
        self.settled(meter)
            .filter(|settled| settled.energy != Energy::ZERO || !settled.lines.is_empty())
    }

    /// What stands in the ledger for time that was not read.
    pub fn provisional(&self) -> Money {
        self.meters.values().filter_map(Metered::provisional).map(|one| one.amount).sum()
    }

    /// The next day of `meter` without readings by `now`, charged by what is usual (product rule 17).
    pub fn charge_missing(&self, meter: MeterId, now: Timestamp) -> Option<ProvisionalCharge> {
        let estimate = self.meters.get(&meter)?.estimate(&self.tariff, now)?;
        let lines: Vec<_> = estimate
            .lines
            .into_iter()
            .map(|line| SettledLine {
                code: Code::Provisional,
                name: line.name,
                amount: line.amount,
            })
            .collect();
        let amount: Money = lines.iter().map(|line| line.amount).sum();
        Some(ProvisionalCharge {
            account: self.id,
            meter,
            from: estimate.from,
            to: estimate.to,
            energy: estimate.energy,
            lines,
            credit_after: self.posted - amount,
        })
    }

    /// Makes a provisional charge so.
    pub fn charged_provisionally(&mut self, charged: &ProvisionalCharge) {
        let tariff = Arc::clone(&self.tariff);
        if let Some(metered) = self.meters.get_mut(&charged.meter) {
            metered.charge_provisionally(&tariff, charged.to, charged.energy);
        }
        self.posted = charged.credit_after;
    }

    /// What was charged provisionally to a meter is given back.
    pub fn release(&mut self, meter: MeterId) {
        if let Some(metered) = self.meters.get_mut(&meter) {
            self.posted += metered.provisional().map_or(Money::ZERO, |one| one.amount);
            metered.release();
            self.noted.remove(&(ExceptionKind::Missing, meter));
        }
    }

    /// Makes a posting so.
    pub fn settle(&mut self, settled: &Settled) {
        let tariff = Arc::clone(&self.tariff);
        let metered =
            self.meters.get_mut(&settled.meter).expect("a posting names a meter of its account");
        let charged = metered.settle(&tariff, settled.to, settled.energy);
        self.noted.remove(&(ExceptionKind::Missing, settled.meter));
        if charged != ExactCharge::ZERO {
            self.spend.add(settled.to.at, charged);
        }
        self.posted -= settled.amount();
        assert_eq!(
            self.posted, settled.credit_after,
            "a posting moves credit by exactly its lines"
        );
        self.use_given();
    }

    /// Credit after a sale or reversal.
    pub fn top_up(&mut self, amount: Money) {
        self.posted += amount;
        self.use_given();
        self.exhausted = 0;
        self.noted.retain(|(kind, _)| *kind != ExceptionKind::Undelivered);
    }

    /// What a payment goes to, in order: arrears by their share of it, arrears that fell due, use
    /// beyond every limit, emergency credit, credit (product rule 9).
    pub fn allocate(&self, zone: &Zone, now: Timestamp, amount: Money) -> Vec<ReceiptLine> {
        let mut left = amount;
        let mut lines = Vec::new();
        let mut give = |what, arrears, most: Money| {
            let part = most.min(left);
            if part > Money::ZERO {
                left -= part;
                lines.push(ReceiptLine { what, amount: part, arrears });
            }
        };
        for (id, recovery) in &self.arrears {
            let share = recovery.share_of(amount, zone, now);
            give(Allocation::SharedArrears, Some(*id), share);
        }
        for (id, recovery) in &self.arrears {
            give(Allocation::DueArrears, Some(*id), recovery.accrued());
        }
        let owed = (-self.posted).max(Money::ZERO);
        let emergency = self.standing.lent().min(owed);
        give(Allocation::Overdrawn, None, owed - emergency);
        give(Allocation::EmergencyCredit, None, emergency);
        give(Allocation::Credit, None, amount);
        lines
    }

    /// A payment came in by these lines.
    pub fn paid(&mut self, zone: &Zone, at: Timestamp, lines: &[ReceiptLine]) {
        for (recovery, line) in recovered(&mut self.arrears, lines) {
            match line.what {
                Allocation::SharedArrears => recovery.shared(zone, at, line.amount),
                Allocation::DueArrears => recovery.repaid(line.amount),
                Allocation::Overdrawn | Allocation::EmergencyCredit | Allocation::Credit => {}
            }
        }
    }

    /// The payment of `paid_at` was given back by these lines.
    pub fn given_back(
        &mut self,
        zone: &Zone,
        paid_at: Timestamp,
        now: Timestamp,
        lines: &[ReceiptLine],
    ) {
        for (recovery, line) in recovered(&mut self.arrears, lines) {
            match line.what {
                Allocation::SharedArrears => recovery.share_given_back(zone, paid_at, line.amount),
                Allocation::DueArrears => recovery.repayment_given_back(zone, now, line.amount),
                Allocation::Overdrawn | Allocation::EmergencyCredit | Allocation::Credit => {}
            }
        }
    }

    /// No meter of the account is to be supplied.
    pub fn off_supply(&self) -> bool {
        !self.meters.is_empty()
            && self.meters.values().all(|metered| metered.wanted() != Supply::Connected)
    }

    /// Supply comes back: arrears that pause without it go on from here.
    pub fn resume_arrears(&mut self, zone: &Zone, now: Timestamp) {
        for recovery in self.arrears.values_mut().filter(|recovery| recovery.pauses_off_supply()) {
            recovery.skip_to(zone, now);
        }
    }

    /// Parts of arrears fell due, and credit paid `taken` of them.
    pub fn arrears_fell_due(
        &mut self,
        zone: &Zone,
        arrears: ArrearsId,
        until: Timestamp,
        taken: Money,
    ) {
        if let Some(recovery) = self.arrears.get_mut(&arrears) {
            recovery.fell_due(zone, until, taken);
            self.posted -= taken;
            self.use_given();
        }
    }
}

/// The line that gives back what was charged provisionally.
fn given_back(metered: &Metered) -> Option<SettledLine> {
    metered.provisional().map(|provisional| SettledLine {
        name: "provisional".to_owned(),
        code: Code::Provisional,
        amount: -provisional.amount,
    })
}

/// The lines that went to arrears, each with its agreement.
fn recovered<'a>(
    arrears: &'a mut BTreeMap<ArrearsId, Recovery>,
    lines: &'a [ReceiptLine],
) -> Vec<(&'a mut Recovery, &'a ReceiptLine)> {
    let of = |id: &ArrearsId| lines.iter().find(|line| line.arrears == Some(*id));
    arrears.iter_mut().filter_map(|(id, recovery)| Some((recovery, of(id)?))).collect()
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
