//! Tables of a site file, and what is wrong with them.

use super::*;

fn read(text: &str) -> Result<Vec<(Scope, Policy)>, String> {
    #[derive(Deserialize)]
    struct File {
        policy: PolicyTable,
    }
    let source = Source::of("site.toml", text);
    let file: File = toml::from_str(text).map_err(|e| source.unreadable(&e).to_string())?;
    let reader = Reader { source: &source, currency: Currency::CNY };
    reader.all(&file.policy).map_err(|fault| fault.to_string())
}

#[test]
fn a_nearer_table_says_only_what_differs() {
    let text = r#"
[policy]
low_credit = "30.00"
emergency = { limit = "6.00", offer_at = "0.50" }
no_cut = { every_day = ["22:00-07:00"], special = { 2026-10-01 = ["00:00-24:00"] } }
[[policy.at]]
building = "7"
floor = "1"
without = ["emergency"]
[[policy.at]]
building = "7"
low_credit = "10.00"
no_cut = { excluded = true }
"#;
    let all = read(text).expect("policies");
    let [(_, site), (building, seven), (floor, first)] = all.as_slice() else {
        panic!("three policies: {all:?}")
    };
    assert_eq!(*building, Scope::Building { building: "7".to_owned() });
    assert!(matches!(floor, Scope::Floor { .. }));
    assert_eq!((site.low_credit.minor(), seven.low_credit.minor()), (3_000, 1_000));
    assert_eq!(first.low_credit.minor(), 1_000, "the floor has its building's");
    assert!(seven.emergency.is_some() && first.emergency.is_none());
    let hours = seven.no_cut.as_ref().expect("hours");
    assert!(hours.excluded && !hours.special.is_empty(), "excluded from the site's hours");
}

#[test]
fn what_is_wrong_is_named_with_file_line_and_key() {
    let rows = [
        ("low_credit = \"2\"\nlast_credit = \"3\"", "site.toml:3: last_credit: the last warning"),
        ("least_sale = \"9\"\nmost_sale = \"1\"", "site.toml:2: least_sale: is above most_sale"),
        ("no_cut = { every_day = [\"22-07\"] }", "site.toml:2: no_cut: `22-07` is not a span"),
        ("no_cut = { every_dai = [] }", "site.toml:2: no_cut: `every_dai` is not known"),
        ("overdraft = \"-1\"", "site.toml:2: overdraft: an amount below zero"),
        ("load_limit = { watts = -1 }", "site.toml:2: load_limit: a limit below zero"),
        ("load_limit = { watts = 9, clear_s = 5 }", "site.toml:2: load_limit: a switch rests"),
        ("load_limit = { watts = 9, hours = [{ every_day = [] }] }", "load_limit: `hours` needs"),
        (
            "load_limit = { watts = 9, hours = [{ watts = 8 }] }",
            "site.toml:2: load_limit: a table without a span never holds",
        ),
        (
            "load_limit = { watts = 9, hours = [{ watts = 8, every_dai = [\"07:00-08:00\"] }] }",
            "load_limit: `every_dai` is not known",
        ),
        ("load_limit = { watts = 9, not_in_no_cut_hours = true }", "there are no no-cut hours"),
        ("load_limit = { watts = 9, accept_until_operator = true }", "belongs to until_operator"),
        ("courtesy = {}", "site.toml:2: courtesy: opens at the last warning"),
        ("without = [\"low\"]", "site.toml:2: without: `low` is no term"),
        ("building = \"7\"", "site.toml:2: building: [policy] is the whole site's"),
        ("[[policy.at]]\nfloor = \"1\"", "needs `building`"),
        ("daily_limit = { kwh = \"x\" }", "site.toml:2: daily_limit: kWh are written"),
        ("restore = \"later\"", "site.toml:2: restore: unknown variant"),
    ];
    for (text, what) in rows {
        let fault = read(&format!("[policy]\n{text}\n")).expect_err(text);
        assert!(fault.contains(what), "{text}: {fault}");
    }
}

#[test]
fn what_terms_do_is_left_to_the_check_that_tries_them() {
    for text in [
        "load_limit = { watts = 0 }",
        "load_limit = { watts = 9, hours = [{ watts = 0, every_day = [\"07:00-08:00\"] }] }",
        "load_limit = { watts = 9, until_operator = true }",
        "daily_limit = { kwh = \"0\" }",
    ] {
        read(&format!("[policy]\n{text}\n")).expect(text);
    }
}

#[test]
fn a_load_limit_may_follow_the_week_and_special_days() {
    let text = r#"
[policy]
load_limit = { watts = 1500, hours = [
  { watts = 80000, workdays = ["07:00-22:00"], special = { 2026-10-01 = ["10:00-12:00"] } },
] }
"#;
    let all = read(text).expect("policies");
    let limit = all.first().and_then(|(_, policy)| policy.load_limit.as_ref()).expect("a limit");
    let zone = Zone::named("Asia/Shanghai").expect("a zone");
    for (at, watts) in [
        ("2026-09-30T07:00:00+08:00", 80_000),
        ("2026-10-01T07:00:00+08:00", 1_500),
        ("2026-10-01T10:00:00+08:00", 80_000),
        ("2026-10-03T10:00:00+08:00", 1_500),
    ] {
        let at = shared::time::Timestamp::parse(at).expect("an instant");
        assert_eq!(limit.at(&zone, at).map(Power::watts), Some(watts), "{at:?}");
    }
}
