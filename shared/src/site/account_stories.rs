//! Stories of an account as a whole: warnings by the days that its credit will last, and several
//! meters that draw on it.

use expect_test::{Expect, expect};

use super::{ACCOUNT, METER, Story, brief, check, money, terms};
use crate::energy::{Energy, Power, Register};
use crate::event::Event;
use crate::id::{Book, MeterId};
use crate::meter::{Contact, Health, Limits, Live, Quality, Report, Supply, Telegram};
use crate::policy::Policy;
use crate::site::Command;
use crate::time::Span;
use crate::vend::Tender;

const SHOP: MeterId = MeterId(8);

/// At one kilowatt-hour an hour and 1.00 each, credit of 48.00 lasts exactly two days, and 47.00 does
/// not.
#[test]
fn a_warning_by_days_goes_by_what_the_last_day_used_and_comes_again_after_a_top_up() {
    let policy = Policy { low_days: 2, ..terms() };
    check(
        policy.clone(),
        "sell 45.00 / at 09:00 / use 1.00 / at 10:00 / use 1.00 / at 11:00 / use 1.00 / \
         sell 4.00 / at 12:00 / use 2.00 / at 13:00 / use 2.00",
        expect![[r#"
            08:00:01 sell 45.00      50.00 on         Credit 45.00
            09:00:10 use 1.00        49.00 on
            10:00:10 use 1.00        48.00 on
            11:00:10 use 1.00        47.00 on         warning 1
            11:00:10 sell 4.00       51.00 on         Credit 4.00
            12:00:10 use 2.00        49.00 on         warning 2
            13:00:10 use 2.00        47.00 on
        "#]],
    );
    // Less than a quarter of an hour says nothing yet: the warning goes by money, 2.00.
    check(
        policy,
        "use 1.00 / use 2.00 / use 0.01",
        expect![[r#"
        08:00:11 use 1.00         4.00 on
        08:00:21 use 2.00         2.00 on
        08:00:31 use 0.01         1.99 on         warning 1
    "#]],
    );
}

#[test]
fn the_last_warning_by_days_comes_below_the_first_and_once() {
    let policy = Policy { low_days: 3, last_days: 1, ..terms() };
    check(
        policy,
        "sell 70.00 / at 09:00 / use 1.00 / at 10:00 / use 1.00 / at 11:00 / use 1.00 / \
         at 12:00 / use 1.00 / at 13:00 / use 6.00 / at 14:00 / use 5.00 / at 15:00 / use 5.00",
        expect![[r#"
            08:00:01 sell 70.00      75.00 on         Credit 70.00
            09:00:10 use 1.00        74.00 on
            10:00:10 use 1.00        73.00 on
            11:00:10 use 1.00        72.00 on
            12:00:10 use 1.00        71.00 on         warning 1
            13:00:10 use 6.00        65.00 on
            14:00:10 use 5.00        60.00 on         last warning 2
            15:00:10 use 5.00        55.00 on
        "#]],
    );
}

/// A flat and a shop on one account.
struct Both {
    story: Story,
    shop: Register,
}

impl Both {
    fn begin() -> Self {
        let mut story = Story::begin(terms());
        let most_power = Power::from_watts(2_000_000);
        let limits = Limits { most_power, step: Energy::from_wh(10), wraps_at: None };
        let bind = Command::BindMeter { account: ACCOUNT, meter: SHOP, limits };
        story.order(bind).expect("binds");
        let mut both = Self { story, shop: Register::from_mwh(0) };
        both.shop_uses("0");
        both.shop_uses("0");
        both.story.told.clear();
        both
    }

    fn wanted(&self, meter: MeterId) -> Supply {
        let metered = self.story.site.metered(meter);
        metered.map_or(Supply::Connected, crate::prepaid::Metered::wanted)
    }

    /// Two readings of the shop, ten seconds after the last of anything.
    fn shop_uses(&mut self, kwh: &str) -> Vec<Event> {
        self.shop = self.shop.plus(Energy::parse_kwh(kwh).expect("kWh"));
        let mut events = Vec::new();
        for _ in 0..2 {
            self.story.now = self.story.now + Span::from_secs(10);
            let contact = match self.wanted(SHOP) {
                Supply::Connected => Contact::Closed,
                Supply::Armed | Supply::Disconnected(_) => Contact::Open,
            };
            let health =
                Health { quality: Quality::Good, contact, attempts: 0, polls: 1, failures: 0 };
            let look = Ok(Telegram { import: self.shop, live: Live::default(), contact });
            let (at, book) = (self.story.now, Book::Live);
            let report = Report { meter: SHOP, book, at, look, health, again: None };
            let reported = self.story.site.report(&report);
            events.extend(self.story.keep(reported.events));
        }
        events
    }

    fn step(&mut self, line: &str) {
        let words: Vec<_> = line.split_whitespace().collect();
        let events = match words.as_slice() {
            ["shop", kwh] => self.shop_uses(kwh),
            ["flat", kwh] => self.story.uses(kwh),
            ["sell", amount] => {
                let (tender, handed, reference) = (Tender::Cash, None, String::new());
                let (account, amount) = (ACCOUNT, money(amount));
                let sell = Command::Sell { account, amount, tender, handed, reference };
                self.story.order(sell).expect("a sale")
            }
            ["protect"] => {
                let (meter, until, reason) = (SHOP, None, "cold store".to_owned());
                self.story.order(Command::Protect { meter, until, reason }).expect("protects")
            }
            ["cut"] => {
                let reason = "works".to_owned();
                self.story.order(Command::CutSupply { meter: METER, reason }).expect("cuts")
            }
            _ => panic!("what is `{line}`?"),
        };
        let told = events.iter().filter_map(|event| {
            let of = event.meter().map_or_else(String::new, |meter| format!(" of {meter}"));
            brief(event).map(|told| told + &of)
        });
        let told = told.collect::<Vec<_>>().join(", ");
        let account = self.story.site.accounts().get(&ACCOUNT).expect("the account");
        let credit = account.credit().to_decimal(crate::money::Currency::CNY);
        let on = [METER, SHOP].map(|meter| if self.wanted(meter).is_on() { "on" } else { "off" });
        let [flat, shop] = on;
        self.story.told +=
            format!("{line:<10} {credit:>5} flat {flat:<3} shop {shop:<3} {told}").trim_end();
        self.story.told += "\n";
    }
}

fn check_both(steps: &str, told: Expect) {
    let mut both = Both::begin();
    for step in steps.split('/') {
        both.step(step.trim());
    }
    both.story.replays();
    told.assert_eq(&both.story.told);
}

#[test]
fn meters_of_one_account_use_one_credit_are_cut_together_and_come_back_together() {
    check_both(
        "flat 3.00 / shop 1.99 / shop 0.01 / sell 1.00 / flat 0.50 / shop 0.49",
        expect![[r#"
            flat 3.00   2.00 flat on  shop on
            shop 1.99   0.01 flat on  shop on  warning 1
            shop 0.01   0.00 flat off shop off cut NoCredit of 7, cut NoCredit of 8
            sell 1.00   1.00 flat on  shop on  Credit 1.00, lifted NoCredit of 7, lifted NoCredit of 8
            flat 0.50   0.50 flat on  shop on  warning 2
            shop 0.49   0.01 flat on  shop on
        "#]],
    );
}

#[test]
fn on_one_account_a_protected_meter_stays_on_and_a_cut_by_staff_stays_where_it_was_made() {
    check_both(
        "protect / flat 5.00 / shop 1.00 / sell 9.00",
        expect![[r#"
        protect     5.00 flat on  shop on  protected of 8
        flat 5.00   0.00 flat off shop on  warning 1, cut NoCredit of 7
        shop 1.00  -1.00 flat off shop on
        sell 9.00   8.00 flat on  shop on  Overdrawn 1.00 + Credit 8.00, lifted NoCredit of 7
    "#]],
    );
    check_both(
        "cut / shop 5.00 / sell 5.00",
        expect![[r#"
        cut         5.00 flat off shop on  cut Operator of 7
        shop 5.00   0.00 flat off shop off warning 1, cut NoCredit of 7, cut NoCredit of 8
        sell 5.00   5.00 flat off shop on  Credit 5.00, lifted NoCredit of 7, lifted NoCredit of 8
    "#]],
    );
}
