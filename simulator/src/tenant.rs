//! Tenants: customers who look at their credit and pay. They are drawn from what is known of
//! prepayment: the poor buy small and often, most buy on payday, some only after the lights go out.

use serde::{Deserialize, Serialize};
use shared::id::{AccountId, IdempotencyKey};
use shared::money::Money;
use shared::time::{Span, Timestamp, Zone};
use shared::vend::Tender;

use crate::chance::{Draw, Seed, Stream};

/// How somebody buys electricity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Archetype {
    /// Tops up by itself below a level.
    AutoPay,
    /// Reacts to the low-credit notice, in 2 hours to 2 days.
    LowAlarm,
    /// Buys a month's need on the 1st and the 15th.
    Payday,
    /// Buys little every three days.
    SmallOften,
    /// Pays only after the cut.
    Forgetter,
    /// Does not pay.
    NonPayer,
}

impl Archetype {
    /// The mix of a residential building in hundredths.
    const MIX: [(Self, u64); 6] = [
        (Self::AutoPay, 25),
        (Self::LowAlarm, 35),
        (Self::Payday, 20),
        (Self::SmallOften, 12),
        (Self::Forgetter, 6),
        (Self::NonPayer, 2),
    ];

    fn drawn(chance: Draw) -> Self {
        let mut place = chance.below(100);
        for (archetype, share) in Self::MIX {
            match place.checked_sub(share) {
                Some(rest) => place = rest,
                None => return archetype,
            }
        }
        Self::AutoPay
    }
}

/// What a tenant sees when looking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct View {
    pub credit: Money,
    /// The level of the low-credit notice.
    pub low: Money,
    /// The lights are out for lack of credit.
    pub cut: bool,
}

/// A payment a tenant means to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopUp {
    pub at: Timestamp,
    pub amount: Money,
    pub tender: Tender,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    pub account: AccountId,
    pub archetype: Archetype,
    seed: Seed,
    /// About what a month costs here.
    need: Money,
    planned: Option<TopUp>,
    last_paid: Timestamp,
}

impl Tenant {
    pub fn new(seed: Seed, account: AccountId, need: Money, since: Timestamp) -> Self {
        let traits = seed.draw(account.0, Stream::Trait, -1);
        let last_paid = since - Span::from_hours(traits.again(1).between(0, 71));
        let archetype = Archetype::drawn(traits);
        Self { account, archetype, seed, need, planned: None, last_paid }
    }

    /// A name for this payment that is the same in every run of the same world, and after a
    /// restart: two payments of one account never fall on one millisecond.
    pub fn key(&self, top_up: TopUp) -> IdempotencyKey {
        let (seed, account, at) = (self.seed.0, self.account, top_up.at.millis());
        IdempotencyKey::try_from(format!("sim-{seed:016x}-{account}-{at}"))
            .expect("the key is 24 to 55 ASCII characters")
    }

    /// The plan that falls due at `now`; it is taken once.
    pub fn due(&mut self, now: Timestamp) -> Option<TopUp> {
        let due = self.planned.take_if(|planned| planned.at <= now)?;
        self.last_paid = now;
        Some(due)
    }

    /// Looks at the credit, as people do about once an hour; answers with a new plan.
    pub fn look(&mut self, now: Timestamp, view: View, zone: &Zone) -> Option<TopUp> {
        let slot = now.millis();
        let wait = self.seed.draw(self.account.0, Stream::Delay, slot);
        let delay = match self.archetype {
            Archetype::AutoPay => {
                (view.cut || view.credit < self.level()).then(|| minutes(wait, 1, 10))
            }
            Archetype::LowAlarm if view.cut => Some(minutes(wait, 10, 120)),
            Archetype::LowAlarm => (view.credit < view.low).then(|| doubling(wait)),
            Archetype::Payday if view.cut => Some(minutes(wait, 20, 360)),
            Archetype::Payday => self.payday(now, zone).then(|| minutes(wait, 1, 59)),
            Archetype::SmallOften => (view.cut || now - self.last_paid >= Span::from_days(3))
                .then(|| minutes(wait, 5, 180)),
            Archetype::Forgetter => view.cut.then(|| minutes(wait, 12, 1_440)),
            Archetype::NonPayer => None,
        };
        let at = now + delay?;
        // A plan stands, unless the cut makes an earlier one.
        if self.planned.is_some_and(|planned| !view.cut || planned.at <= at) {
            return None;
        }
        let top_up = TopUp { at, amount: self.amount(slot, view), tender: self.tender(slot) };
        self.planned = Some(top_up);
        Some(top_up)
    }

    /// A payment was refused: think again at the next look.
    pub fn refused(&mut self, now: Timestamp) {
        self.last_paid = now;
        self.planned = None;
    }

    /// The level below which auto-pay buys: 10 to 50.
    fn level(&self) -> Money {
        let level = self.seed.draw(self.account.0, Stream::Trait, -2).between(1, 5) * 1_000;
        Money::from_minor(level)
    }

    fn payday(&self, now: Timestamp, zone: &Zone) -> bool {
        let civil = zone.civil(now);
        matches!(civil.day(), 1 | 15)
            && (8..20).contains(&civil.hour())
            && now - self.last_paid >= Span::from_days(1)
    }

    /// Round amounts, as people buy them, and always enough to bring the lights back.
    fn amount(&self, slot: i64, view: View) -> Money {
        let chance = self.seed.draw(self.account.0, Stream::Amount, slot);
        let need = self.need.minor();
        let minor = match self.archetype {
            Archetype::AutoPay | Archetype::Forgetter => need / 2,
            Archetype::LowAlarm => need * chance.between(25, 75) / 100,
            Archetype::Payday => need / 2 + need * chance.between(0, 20) / 100,
            Archetype::SmallOften | Archetype::NonPayer => chance.between(10, 30) * 100,
        };
        let owed = (-view.credit.minor()).max(0) + 1_000;
        let ten = 1_000;
        Money::from_minor((minor.max(owed) + ten - 1) / ten * ten)
    }

    fn tender(&self, slot: i64) -> Tender {
        match self.seed.draw(self.account.0, Stream::Amount, slot).again(1).below(100) {
            0..10 => Tender::Cash,
            10..15 => Tender::Card,
            15.. => Tender::Mobile,
        }
    }
}

fn minutes(chance: Draw, low: i64, high: i64) -> Span {
    Span::from_millis(chance.between(low * 60_000, high * 60_000))
}

/// 2 to 48 hours, each doubling equally likely, as waiting times of people are.
fn doubling(chance: Draw) -> Span {
    let base = 2_i64 << chance.again(1).below(5);
    Span::from_millis((base * chance.between(3_600_000, 5_400_000)).min(48 * 3_600_000))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::tests::noon;

    fn tenant(archetype: Archetype) -> Tenant {
        let need = Money::from_minor(12_000);
        let tenant = Tenant::new(Seed(42), AccountId(7), need, noon("2026-07-01"));
        Tenant { archetype, ..tenant }
    }

    fn view(credit: i64, cut: bool) -> View {
        View { credit: Money::from_minor(credit), low: Money::from_minor(2_000), cut }
    }

    /// Looks every hour and gives the hours until the payment, or none in 40 days.
    fn hours_until_paid(archetype: Archetype, view: View) -> Option<i64> {
        let (mut tenant, start) = (tenant(archetype), noon("2026-07-02"));
        let zone = Zone::named("Asia/Shanghai").expect("a zone");
        (0..24 * 40).find(|hour| {
            let now = start + Span::from_hours(*hour);
            tenant.look(now, view, &zone);
            tenant.due(now).is_some()
        })
    }

    #[test]
    fn tenants_pay_in_their_own_way() {
        use Archetype::{AutoPay, Forgetter, LowAlarm, NonPayer, Payday, SmallOften};
        let (rich, poor, dark) = (view(90_000, false), view(900, false), view(-10, true));
        for (archetype, at, from, to) in [
            (AutoPay, poor, 1, 1),
            (AutoPay, dark, 1, 1),
            (LowAlarm, poor, 3, 49),
            (LowAlarm, dark, 1, 3),
            (Payday, rich, 13 * 24 - 4, 13 * 24 + 9),
            (Payday, dark, 1, 7),
            (SmallOften, rich, 1, 74),
            (SmallOften, dark, 1, 4),
            (Forgetter, dark, 1, 25),
        ] {
            let hours = hours_until_paid(archetype, at).unwrap_or(-1);
            assert!((from..=to).contains(&hours), "{archetype:?} {at:?}: {hours} h");
        }
        for (archetype, at) in
            [(AutoPay, rich), (LowAlarm, rich), (Forgetter, poor), (NonPayer, dark)]
        {
            assert_eq!(hours_until_paid(archetype, at), None, "{archetype:?} {at:?}");
        }
    }

    #[test]
    fn a_plan_stands_until_it_is_due_and_is_paid_once() {
        let (mut tenant, now) = (tenant(Archetype::LowAlarm), noon("2026-07-02"));
        let zone = Zone::utc();
        let plan = tenant.look(now, view(900, false), &zone).expect("a plan");
        assert_eq!(tenant.look(now + Span::from_hours(1), view(800, false), &zone), None);
        assert_eq!(tenant.due(plan.at - Span::from_millis(1)), None);
        assert_eq!(tenant.due(plan.at), Some(plan));
        assert_eq!(tenant.due(plan.at), None);
    }

    #[test]
    fn the_lights_going_out_hurries_a_plan() {
        let (mut tenant, now) = (tenant(Archetype::LowAlarm), noon("2026-07-02"));
        let zone = Zone::utc();
        let slow = tenant.look(now, view(900, false), &zone).expect("a plan");
        let quick = tenant.look(now, view(-20, true), &zone).expect("a new plan");
        assert!(quick.at < slow.at);
        assert!(quick.amount.minor() > 20);
        assert_ne!(tenant.key(slow), tenant.key(quick));
    }

    #[test]
    fn every_archetype_lives_in_a_big_building() {
        let mut counts = std::collections::BTreeMap::<_, i32>::new();
        for account in 0..1_000 {
            let tenant = Tenant::new(Seed(42), AccountId(account), Money::ZERO, noon("2026-07-01"));
            *counts.entry(tenant.archetype).or_default() += 1;
        }
        assert_eq!(counts.len(), 6);
        assert!((200..300).contains(&counts[&Archetype::AutoPay]), "{counts:?}");
    }
}
