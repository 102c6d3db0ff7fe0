//! Each component by itself, with numbers a reader can check in the head.

use super::*;
use crate::energy::Energy;
use crate::money::UnitPrice;
use crate::time::Span;

fn tariff(version: &str) -> Tariff {
    let text = format!(
        "id = \"t\"\ncurrency = \"EUR\"\nzone = \"Europe/Berlin\"\n[[versions]]\nfrom = \"2024-01-01\"\n{version}"
    );
    Tariff::from_toml(&text).unwrap_or_else(|error| panic!("{error}"))
}

fn at(tariff: &Tariff, civil: &str) -> Timestamp {
    tariff.zone().at(civil.parse().expect("a civil time"))
}

/// Bills of `(from, to, kWh)` in local time, closed after the last.
fn bills(tariff: &Tariff, uses: &[(&str, &str, &str)]) -> Vec<Bill> {
    let load: Vec<Load> = uses
        .iter()
        .map(|(from, to, kwh)| {
            let energy = Energy::parse_kwh(kwh).expect("energy");
            let reading = Reading { from: at(tariff, from), to: at(tariff, to), energy };
            Load { reading, reactive: None }
        })
        .collect();
    let step = rate(tariff, &load, Grouping::Step).expect("priced");
    assert_eq!(rate(tariff, &load, Grouping::Once).expect("priced"), step);
    step.bills
}

fn totals(tariff: &Tariff, uses: &[(&str, &str, &str)]) -> Vec<String> {
    bills(tariff, uses).iter().map(|bill| bill.total().to_string()).collect()
}

#[test]
fn a_price_series_has_its_price_in_each_hour_and_may_be_negative() {
    let tariff = tariff(
        "[versions.spot]\nkind = \"dynamic\"\nseries = \"epex\"\nmultiplier = \"1.05\"\nadder = \"0.01\"\nfloor = \"-0.02\"\n",
    );
    let start = at(&tariff, "2025-06-01T00:00");
    let prices: Vec<(Timestamp, UnitPrice)> =
        [("0.10", 0), ("-0.01", 1), ("-0.50", 2), ("0.20", 3)]
            .map(|(price, hour)| (start + Span::from_hours(hour), UnitPrice::parse(price).unwrap()))
            .to_vec();
    let refused = rate(
        &tariff,
        &[Load {
            reading: Reading { from: start, to: start + Span::from_hours(1), energy: Energy::KWH },
            reactive: None,
        }],
        Grouping::Once,
    );
    assert_eq!(refused.unwrap_err(), ChargeError::NoPrice { series: "epex".to_owned(), at: start });
    let series = Series::new("epex", &prices, start + Span::from_hours(4)).unwrap();
    let tariff = tariff.with_series(series).unwrap();
    // 0.115, -0.0005, at least -0.02, 0.22; 1 kWh an hour.
    assert_eq!(totals(&tariff, &[("2025-06-01T00:00", "2025-06-01T04:00", "4")]), ["0.3145"]);
    // Half an hour of each of two prices.
    assert_eq!(totals(&tariff, &[("2025-06-01T00:30", "2025-06-01T01:30", "2")]), ["0.1145"]);
    let late = Reading { from: start, to: start + Span::from_hours(5), energy: Energy::KWH };
    let error = ChargeState::open(&tariff, start).advance(&tariff, late.from, late.to, late.energy);
    let end = start + Span::from_hours(4);
    assert_eq!(error, Err(ChargeError::NoPrice { series: "epex".to_owned(), at: end }));
}

#[test]
fn a_whole_volume_jumps_when_its_limit_is_passed() {
    let tariff = tariff(
        "[versions.energy]\nprice = [\"0.10\", \"0.15\"]\nladder = { kind = \"whole\", reset = \"billing-month\", limits = [\"100\"] }\n",
    );
    for (kwh, total) in
        [("99.999999", "9.9999999"), ("100", "10"), ("100.000001", "15.00000015"), ("200", "30")]
    {
        assert_eq!(
            totals(&tariff, &[("2025-06-01T00:00", "2025-07-01T00:00", kwh)]),
            [total],
            "{kwh}"
        );
    }
    // The next month begins below the limit again.
    let uses = [
        ("2025-06-01T00:00", "2025-07-01T00:00", "101"),
        ("2025-07-01T00:00", "2025-07-02T00:00", "50"),
    ];
    assert_eq!(totals(&tariff, &uses), ["15.15", "5"]);
    let mut state = ChargeState::open(&tariff, at(&tariff, "2025-06-01T00:00"));
    let mut posted = Vec::new();
    for day in 1..=3 {
        let from = at(&tariff, &format!("2025-06-0{day}T00:00"));
        state.advance(&tariff, from, from + Span::from_days(1), Energy::from_kwh(50)).unwrap();
        posted.extend(state.post(&tariff).into_iter().map(|due| due.amount.minor()));
    }
    assert_eq!(posted, [500, 500, 1_250]);
}

#[test]
fn a_whole_volume_by_day_is_each_day_s_own() {
    let tariff = tariff(
        "[versions.energy]\nprice = [\"0.10\", \"0.20\"]\nladder = { kind = \"whole\", reset = \"day\", limits = [\"10\"] }\n",
    );
    let uses = [
        ("2025-06-01T00:00", "2025-06-02T00:00", "10"),
        ("2025-06-02T00:00", "2025-06-03T00:00", "11"),
    ];
    assert_eq!(totals(&tariff, &uses), ["3.2"]);
}

#[test]
fn free_units_cost_nothing_and_count_on_the_ladder() {
    let tariff = tariff(
        "[versions.energy]\nprice = [\"0.10\", \"0.20\"]\nladder = { reset = \"year\", limits = [\"100\"] }\nfree = { kwh = \"30\", reset = \"month\" }\n",
    );
    // 30 free, 70 on the first step; then 30 free on the second, and 10 of it.
    let uses = [
        ("2025-06-01T00:00", "2025-07-01T00:00", "100"),
        ("2025-07-01T00:00", "2025-08-01T00:00", "40"),
    ];
    assert_eq!(totals(&tariff, &uses), ["7", "2"]);
}

#[test]
fn a_ratchet_remembers_the_highest_month() {
    let tariff = tariff(
        "[versions.demand]\ninterval = 30\nprice = \"10\"\nratchet = { percent = \"80\", months = 2 }\n",
    );
    let month = |month: u32, kwh: &'static str| {
        let days = [(month, 1, kwh), (month, 2, "0")];
        days.map(|(month, day, kwh)| {
            (
                format!("2025-{month:02}-{day:02}T00:00"),
                format!("2025-{month:02}-{day:02}T00:30"),
                kwh,
            )
        })
    };
    let uses: Vec<_> = [
        month(1, "50"),
        month(2, "10"),
        month(3, "45"),
        month(4, "1"),
        month(5, "1"),
        month(6, "1"),
    ]
    .concat();
    let uses: Vec<_> =
        uses.iter().map(|(from, to, kwh)| (from.as_str(), to.as_str(), *kwh)).collect();
    // 100 kW; 80 % of it; 90; 80 % of the higher of 20 and 90; the same; both months forgotten.
    assert_eq!(totals(&tariff, &uses), ["1000", "800", "900", "720", "720", "20"]);
}

#[test]
fn the_mean_of_the_highest_intervals_and_a_least_demand_are_exact() {
    let tariff =
        tariff("[versions.demand]\ninterval = 5\ntop = 3\nprice = \"1\"\nat_least_kw = \"7\"\n");
    let uses = [
        ("2025-06-01T00:00", "2025-06-01T00:05", "1"),
        ("2025-06-01T00:05", "2025-06-01T00:10", "2"),
        ("2025-06-01T00:10", "2025-06-01T00:15", "0.5"),
        ("2025-06-01T00:15", "2025-06-01T00:20", "2.000001"),
    ];
    // (12 + 24 + 24.000012) / 3 kW
    assert_eq!(totals(&tariff, &uses), ["20.000004"]);
    // (12 + 24) / 3, as long as there are only two.
    assert_eq!(totals(&tariff, &uses[..2]), ["12"]);
    assert_eq!(totals(&tariff, &uses[..1]), ["7"]);
}

#[test]
fn a_yearly_minimum_is_looked_at_with_december() {
    let tariff = tariff(
        "[versions.energy]\nprice = \"1\"\n[versions.minimum]\namount = \"20\"\nper = \"year\"\n",
    );
    let all = [
        ("2025-01-01T00:00", "2025-02-01T00:00", "7"),
        ("2025-02-01T00:00", "2026-01-01T00:00", "0"),
    ];
    let year = totals(&tariff, &all);
    assert_eq!((year.len(), year[0].as_str(), year[11].as_str()), (12, "7", "13"));
    // The next year begins anew.
    let more = [all[0], ("2025-02-01T00:00", "2027-01-01T00:00", "0")];
    assert_eq!(totals(&tariff, &more)[23], "20");
    // An account closed in November has no yearly minimum.
    assert_eq!(totals(&tariff, &[("2025-11-01T00:00", "2025-11-20T00:00", "3")]), ["3"]);
}

#[test]
fn minimums_by_day_and_by_the_days_charged() {
    let daily = tariff(
        "[versions.energy]\nprice = \"1\"\n[versions.minimum]\namount = \"0.5\"\nper = \"day\"\n",
    );
    assert_eq!(totals(&daily, &[("2025-06-01T00:00", "2025-07-01T00:00", "4")]), ["15"]);
    let share = tariff(
        "[versions.energy]\nprice = \"1\"\n[versions.minimum]\namount = \"31\"\nper = \"month\"\nby_days = true\n",
    );
    assert_eq!(totals(&share, &[("2025-07-22T00:00", "2025-08-01T00:00", "4")]), ["10"]);
}

#[test]
fn a_month_in_advance_is_whole_from_its_first_day() {
    let tariff = tariff(
        "[versions.service]\nkind = \"fixed\"\namount = \"9.90\"\nper = \"month-in-advance\"\n[versions.rent]\nkind = \"fixed\"\namount = \"31\"\nper = \"month\"\nkw = \"2.5\"\n",
    );
    let bill = &bills(&tariff, &[("2025-07-31T12:00", "2025-08-01T00:00", "0")])[0];
    let of = |name: &str| {
        bill.lines.iter().find(|line| line.component == name).unwrap().amount.to_string()
    };
    assert_eq!((of("service"), of("rent")), ("9.9".to_owned(), "2.5".to_owned()));
}

#[test]
fn events_go_before_holidays_and_holidays_before_weekdays() {
    let text = r#"
id = "t"
currency = "CNY"
zone = "Asia/Shanghai"
[calendars.cn]
years = [2025]
dates = ["2025-05-01"]
[events.heat]
dates = ["2025-05-01", "2025-05-05"]
[[versions]]
from = "2025-01-01"
days = [{ name = "heat", events = "heat" }, { name = "holiday", calendar = "cn" }, { name = "weekend", weekdays = "sat,sun" }]
schedule = [
  { days = "heat", windows = "10:00-12:00", period = "sharp", overlay = true },
  { days = ["holiday", "weekend"], windows = "10:00-14:00", period = "deep", overlay = true },
  { period = "flat" },
]
[versions.energy]
prices = { sharp = "1.4", deep = "0.2", flat = "0.6" }
"#;
    let tariff = Tariff::from_toml(text).unwrap();
    for (time, period) in [
        ("2025-05-01T11:00", "sharp"),
        ("2025-05-01T13:00", "flat"),
        ("2025-05-03T11:00", "deep"),
        ("2025-05-05T11:00", "sharp"),
        ("2025-05-06T11:00", "flat"),
    ] {
        assert_eq!(tariff.period_at(at(&tariff, time)), Some(period), "{time}");
    }
    let bands = tariff.bands_of_day("2025-05-03".parse().unwrap());
    let shown: Vec<_> =
        bands.iter().map(|band| (band.from, band.to, band.period.as_str(), band.rank)).collect();
    assert_eq!(shown, [(0, 600, "flat", 1), (600, 840, "deep", 0), (840, 1_440, "flat", 1)]);
    // Nobody has entered the holidays of 2026: nothing is charged there, and the state stays.
    let (from, to) = (at(&tariff, "2025-12-31T00:00"), at(&tariff, "2026-01-02T00:00"));
    let mut state = ChargeState::open(&tariff, from);
    let before = state.clone();
    let error = state.advance(&tariff, from, to, Energy::KWH);
    assert_eq!(error, Err(ChargeError::UnknownYear { calendar: "cn".to_owned(), year: 2026 }));
    assert_eq!(state, before);
    assert_eq!(tariff.known_through(), Some(2025));
}

#[test]
fn the_next_boundary_is_the_first_change_of_anything() {
    let tariff = tariff(
        "schedule = [{ windows = \"07:30-22:00\", period = \"day\" }, { windows = \"22:00-07:30\", period = \"night\" }]\n[versions.energy]\nprices = { day = \"0.3\", night = \"0.2\" }\n",
    );
    for (after, next) in [
        ("2025-06-01T00:00", "2025-06-01T07:30"),
        ("2025-06-01T07:30", "2025-06-01T22:00"),
        ("2025-06-01T22:00", "2025-06-02T00:00"),
        // The clock changes at 02:00; nothing changes but the clock, yet we look again.
        ("2025-03-30T00:00", "2025-03-30T03:00"),
    ] {
        assert_eq!(tariff.next_boundary(at(&tariff, after)), at(&tariff, next), "{after}");
    }
    let demand = self::tariff("[versions.demand]\ninterval = 15\nprice = \"1\"\n");
    assert_eq!(
        demand.next_boundary(at(&demand, "2025-06-01T10:07")),
        at(&demand, "2025-06-01T10:15")
    );
}

#[test]
fn energy_is_spread_by_time_only_where_a_price_changes_strictly_between_two_readings() {
    let tariff = tariff(
        "schedule = [{ windows = \"07:30-22:00\", period = \"day\" }, { windows = \"22:00-07:30\", period = \"night\" }]\n[versions.energy]\nprices = { day = \"0.3\", night = \"0.2\" }\n",
    );
    let border = at(&tariff, "2025-06-01T22:00");
    let ms = Span::from_millis;
    for (from, to, spread) in [
        // Up to the border, from it on, and across it.
        (border - ms(60_000), border, false),
        (border, border + ms(60_000), false),
        (border - ms(1), border + ms(1), true),
        (border - ms(60_000), border + ms(1), true),
        // Midnight ends a day and changes no price.
        (border + ms(1), at(&tariff, "2025-06-02T07:30"), false),
        (border + ms(1), at(&tariff, "2025-06-02T07:31"), true),
    ] {
        assert_eq!(tariff.spreads(from, to), spread, "{from} {to}");
    }
    let flat = self::tariff("[versions.energy]\nprice = \"1\"\n");
    let year = Span::from_days(365);
    assert!(!flat.spreads(border, border + year), "one price all year");
}

#[test]
fn what_money_buys_climbs_the_ladder_with_everything_in_the_price() {
    let tariff = tariff(
        "[versions.energy]\nprice = [\"0.50\", \"0.60\"]\nladder = { reset = \"month\", limits = [\"100\"] }\nfree = { kwh = \"5\", reset = \"month\" }\n[versions.levy]\nprice = \"0.10\"\n[versions.vat]\nkind = \"tax\"\nrate = \"25\"\nof = [\"energy\"]\n",
    );
    let now = at(&tariff, "2025-06-01T00:00");
    let state = ChargeState::open(&tariff, now);
    let steps: Vec<_> = state
        .buys(&tariff, now, crate::money::Money::from_minor(8_500))
        .into_iter()
        .map(|step| {
            (step.tier, step.energy.to_string(), step.price.to_string(), step.amount.minor())
        })
        .collect();
    // 5 free but for the levy, 95 at 0.725, and the rest of 15.625 at 0.85.
    assert_eq!(
        steps,
        [
            (1, "5 kWh".to_owned(), "0.1".to_owned(), 50),
            (1, "95 kWh".to_owned(), "0.725".to_owned(), 6_887),
            (2, "18.382352 kWh".to_owned(), "0.85".to_owned(), 1_562),
        ]
    );
    assert_eq!(state.price_now(&tariff, now), UnitPrice::parse("0.1").unwrap());
    assert_eq!(state.tier_now(&tariff, now), 1);
}

#[test]
fn a_quantity_is_rounded_by_half_hour_before_it_is_priced() {
    let version =
        "[versions.energy]\nprice = \"0.2642\"\n[versions.demand]\ninterval = 30\nprice = \"1\"\n";
    let text = format!(
        "id = \"t\"\ncurrency = \"GBP\"\nzone = \"Europe/London\"\nquantity = {{ step = \"0.01\", every = 30, rounding = \"half-even\" }}\n[[versions]]\nfrom = \"2024-01-01\"\n{version}"
    );
    let tariff = Tariff::from_toml(&text).unwrap_or_else(|error| panic!("{error}"));
    // 0.028 kWh counts as 0.03 and costs 0.7926 p; its demand is what was used.
    let bill = &bills(&tariff, &[("2025-01-01T00:00", "2025-01-01T00:30", "0.028")])[0];
    assert_eq!(bill.class_total(Class::Energy).to_string(), "0.007926");
    assert_eq!(bill.class_total(Class::Demand).to_string(), "0.056");
    // 0.015 and 0.025 a half-hour both count as 0.02; spread over two, 0.028 is 0.01 and 0.01.
    for (from, to, kwh, total) in [
        ("2025-01-01T00:00", "2025-01-01T00:30", "0.015", "0.005284"),
        ("2025-01-01T00:30", "2025-01-01T01:00", "0.025", "0.005284"),
        ("2025-01-01T00:00", "2025-01-01T01:00", "0.028", "0.005284"),
        ("2025-01-01T00:10", "2025-01-01T00:20", "0.004999", "0"),
    ] {
        let energy = bills(&tariff, &[(from, to, kwh)])[0].class_total(Class::Energy);
        assert_eq!(energy.to_string(), total, "{from} {kwh}");
    }
}
