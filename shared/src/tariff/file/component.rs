//! Components in tariff files: `[versions.NAME]` tables, each one line of the receipt.

use crate::money::UnitPrice;
use crate::tariff::block::{Kind, Ladder, Limits, Reset};
use crate::tariff::exact::Ratio;
use crate::tariff::file::days::month_day;
use crate::tariff::file::node::{Node, Read, Table};
use crate::tariff::file::{Shared, place_of};
use crate::tariff::power_factor::{Band, PowerFactor};
use crate::tariff::version::{
    Charge, Component, Contract, Demand, Dynamic, Fixed, Minimum, MinimumPer, Per, Percent,
    Ratchet, Rate, Tax, Version, Volume,
};
use crate::tariff::{Class, LineKey};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    Energy,
    Dynamic,
    Fixed,
    Demand,
    Minimum,
    PowerFactor,
    Levy,
    Percent,
    Rebate,
    Tax,
}

const WORDS: [(&str, Word); 10] = [
    ("energy", Word::Energy),
    ("dynamic", Word::Dynamic),
    ("fixed", Word::Fixed),
    ("demand", Word::Demand),
    ("minimum", Word::Minimum),
    ("power-factor", Word::PowerFactor),
    ("levy", Word::Levy),
    ("percent", Word::Percent),
    ("rebate", Word::Rebate),
    ("tax", Word::Tax),
];

/// A base still to be resolved, because it may name components further down.
struct Base<'a> {
    component: usize,
    of: Option<Node<'a>>,
}

pub(super) fn components(
    node: &Node<'_>,
    table: &Table<'_>,
    version: &mut Version,
    shared: &mut Shared,
) -> Read<()> {
    let mut nodes = Vec::new();
    let mut bases = Vec::new();
    for (name, node) in table.rest() {
        if !node.is_table() {
            return Err(node.refuse(format!("`{name}` is not known here; is it spelt right?")));
        }
        let component_table = node.table()?;
        let word = if let Some(kind) = component_table.get("kind") {
            kind.word(&WORDS)?
        } else {
            let dashed = name.replace('_', "-");
            let known = WORDS.iter().find(|(word, _)| *word == dashed).map(|(_, word)| *word);
            known.ok_or_else(|| node.refuse("`kind` is missing, and the name is not a kind"))?
        };
        let reader = Reader { name, table: &component_table };
        let (class, charge) = reader.charge(word, version, shared)?;
        let line = shared.line(name, &node)?;
        if matches!(
            charge,
            Charge::Minimum(_) | Charge::PowerFactor(_) | Charge::Percent(_) | Charge::Tax(_)
        ) {
            bases.push(Base { component: version.components.len(), of: component_table.get("of") });
        }
        component_table.finish()?;
        version.components.push(Component { line, name: name.to_owned(), class, charge });
        nodes.push(node);
    }
    if version.components.is_empty() {
        return Err(node.refuse("a version charges for something: no component is given"));
    }
    for base in &bases {
        resolve(base, version, nodes.get(base.component).unwrap_or(node))?;
    }
    version.order = order(version, &nodes)?;
    version.independent = version.components.iter().all(|component| match &component.charge {
        Charge::Percent(_) => false,
        Charge::Tax(tax) => tax.inclusive,
        Charge::Volume(_)
        | Charge::Dynamic(_)
        | Charge::Fixed(_)
        | Charge::Demand(_)
        | Charge::Minimum(_)
        | Charge::PowerFactor(_) => true,
    });
    Ok(())
}

/// The lines a component is computed from.
fn base_of(charge: &Charge) -> &[LineKey] {
    match charge {
        Charge::Minimum(minimum) => &minimum.of,
        Charge::PowerFactor(factor) => &factor.of,
        Charge::Percent(percent) => &percent.of,
        Charge::Tax(tax) => &tax.of,
        Charge::Volume(_) | Charge::Dynamic(_) | Charge::Fixed(_) | Charge::Demand(_) => &[],
    }
}

fn resolve(base: &Base<'_>, version: &mut Version, node: &Node<'_>) -> Read<()> {
    let Some(own) = version.components.get(base.component) else { return Ok(()) };
    let mut of = Vec::new();
    if let Some(list) = &base.of {
        for entry in list.list() {
            let name = entry.str()?;
            let found = version.components.iter().find(|component| component.name == name);
            let found = found
                .ok_or_else(|| entry.refuse(format!("this version has no component `{name}`")))?;
            if matches!(&found.charge, Charge::Tax(tax) if tax.inclusive) {
                return Err(entry.refuse(format!(
                    "`{name}` is a tax inside prices; nothing is computed from it"
                )));
            }
            if of.contains(&found.line) {
                return Err(entry.refuse(format!("`{name}` stands here twice")));
            }
            of.push(found.line);
        }
    } else {
        let own_class = own.class;
        of.extend(version.components.iter().filter_map(|component| {
            let counts = match (&own.charge, component.class) {
                (Charge::Tax(_), class) => class != Class::Tax,
                (_, Class::Energy | Class::Fixed | Class::Demand) => true,
                (_, Class::Minimum | Class::PowerFactor | Class::Levies | Class::Tax) => false,
            };
            (counts && (component.line != own.line) && own_class != Class::Energy)
                .then_some(component.line)
        }));
    }
    if of.is_empty() {
        return Err(node.refuse("there is no component that it could be computed from"));
    }
    match version.components.get_mut(base.component).map(|component| &mut component.charge) {
        Some(Charge::Minimum(minimum)) => minimum.of = of,
        Some(Charge::PowerFactor(factor)) => factor.of = of,
        Some(Charge::Percent(percent)) => percent.of = of,
        Some(Charge::Tax(tax)) => tax.of = of,
        Some(Charge::Volume(_) | Charge::Dynamic(_) | Charge::Fixed(_) | Charge::Demand(_))
        | None => (),
    }
    Ok(())
}

/// An order in which every component follows those it is computed from; a circle is refused.
fn order(version: &Version, nodes: &[Node<'_>]) -> Read<Vec<usize>> {
    let mut order: Vec<usize> = Vec::new();
    let mut known: Vec<LineKey> = Vec::new();
    while order.len() < version.components.len() {
        let ready = version.components.iter().enumerate().find(|(place, component)| {
            !order.contains(place)
                && base_of(&component.charge).iter().all(|line| known.contains(line))
        });
        let Some((place, component)) = ready else {
            let circle: Vec<&str> = version
                .components
                .iter()
                .filter(|component| !known.contains(&component.line))
                .map(|component| component.name.as_str())
                .collect();
            let place =
                version.components.iter().position(|component| !known.contains(&component.line));
            let node = place.and_then(|place| nodes.get(place));
            let message =
                format!("these are computed from each other in a circle: {}", circle.join(", "));
            return Err(node.map_or_else(
                || crate::tariff::TariffError {
                    path: String::new(),
                    line: 1,
                    message: message.clone(),
                },
                |node| node.refuse(message.clone()),
            ));
        };
        order.push(place);
        known.push(component.line);
    }
    Ok(order)
}

struct Reader<'t, 'a> {
    name: &'t str,
    table: &'t Table<'a>,
}

impl<'a> Reader<'_, 'a> {
    fn charge(
        &self,
        word: Word,
        version: &mut Version,
        shared: &mut Shared,
    ) -> Read<(Class, Charge)> {
        let rate = || Ok(Ratio::from_e8(self.table.need("rate")?.percent()?));
        Ok(match word {
            Word::Energy => (Class::Energy, Charge::Volume(self.volume(version, shared, 1)?)),
            Word::Levy => (Class::Levies, Charge::Volume(self.volume(version, shared, 1)?)),
            Word::Rebate => (Class::Energy, Charge::Volume(self.volume(version, shared, -1)?)),
            Word::Dynamic => (Class::Energy, Charge::Dynamic(self.dynamic(version, shared)?)),
            Word::Fixed => (Class::Fixed, Charge::Fixed(self.fixed()?)),
            Word::Demand => (Class::Demand, Charge::Demand(self.demand(version, shared)?)),
            Word::Minimum => (Class::Minimum, Charge::Minimum(self.minimum()?)),
            Word::PowerFactor => (Class::PowerFactor, Charge::PowerFactor(self.power_factor()?)),
            Word::Percent => {
                (Class::Levies, Charge::Percent(Percent { rate: rate()?, of: Vec::new() }))
            }
            Word::Tax => {
                let inclusive = self.flag("inclusive")?;
                let rate = rate()?;
                if inclusive && rate.num < 0 {
                    return Err(self.table.node.refuse("a tax inside prices is not negative"));
                }
                (Class::Tax, Charge::Tax(Tax { rate, of: Vec::new(), inclusive }))
            }
        })
    }

    fn flag(&self, key: &str) -> Read<bool> {
        Ok(self.table.get(key).map(|node| node.flag()).transpose()?.unwrap_or(false))
    }

    /// The schedule a component follows: the one it names, the version's own where it has prices by
    /// period, else none.
    fn schedule(&self, version: &Version, by_period: Option<&Node<'_>>) -> Read<usize> {
        if let Some(node) = self.table.get("schedule") {
            let name = node.str()?;
            let found = version.schedules.iter().position(|schedule| schedule.name == name);
            return found.ok_or_else(|| {
                node.refuse(format!(
                    "this version has no schedule `{name}` under [versions.schedules]"
                ))
            });
        }
        let Some(node) = by_period else { return Ok(0) };
        let own = version.schedules.iter().position(|schedule| schedule.name == "schedule");
        own.ok_or_else(|| {
            node.refuse("prices by period need a [[versions.schedule]] that says when")
        })
    }

    fn volume(&self, version: &mut Version, shared: &mut Shared, sign: i64) -> Read<Volume> {
        let by_period = self.table.get("prices");
        let schedule = self.schedule(version, by_period.as_ref())?;
        let names = version.schedule(schedule).periods.clone();
        let mut lists = if let Some(node) = &by_period {
            price_lists(node, &names)?
        } else {
            let node = self.table.need("price")?;
            let prices: Vec<UnitPrice> =
                node.list().iter().map(Node::price).collect::<Read<_>>()?;
            vec![(node, prices); names.len()]
        };
        let (ladder, adders) = match self.table.get("ladder") {
            Some(node) => {
                let (ladder, adders) = ladder(&node, version, shared)?;
                (Some((node, ladder)), adders)
            }
            None => (None, Vec::new()),
        };
        let free =
            self.table.get("free").map(|node| allowance(&node, version, shared)).transpose()?;
        if sign < 0 {
            return self.rebate(version, shared, schedule, lists);
        }
        let longest = ladder.as_ref().map_or(1, |(_, ladder)| {
            ladder.limits.iter().map(|limits| limits.mwh.len()).max().unwrap_or(0) + 1
        });
        let mut prices = Vec::new();
        for (node, list) in &mut lists {
            if let ([base], false) = (list.as_slice(), adders.is_empty()) {
                let base = base.e8();
                *list = adders.iter().map(|adder| UnitPrice::from_e8(base + adder.e8())).collect();
            } else if !adders.is_empty() {
                return Err(
                    node.refuse("an additive ladder has one base price a period, and adders")
                );
            }
            if list.len() != longest {
                return Err(node.refuse(format!(
                    "{} prices stand here, but the ladder has {longest} steps",
                    list.len()
                )));
            }
            prices.append(list);
        }
        let volume = Volume {
            schedule,
            tiers: longest,
            prices,
            ladder: ladder.map(|(_, ladder)| ladder),
            free,
            first: version.buckets,
        };
        version.buckets += volume.width();
        Ok(volume)
    }

    /// A credit per kWh, for all energy or for the first of a scope.
    fn rebate(
        &self,
        version: &mut Version,
        shared: &mut Shared,
        schedule: usize,
        lists: Vec<(Node<'a>, Vec<UnitPrice>)>,
    ) -> Read<Volume> {
        let node = self.table.get("up_to");
        let ladder = node.map(|node| allowance(&node, version, shared)).transpose()?;
        let tiers = if ladder.is_some() { 2 } else { 1 };
        let mut prices = Vec::new();
        for (node, list) in lists {
            let [price] = list.as_slice() else {
                return Err(node.refuse("a rebate has one price a kWh"));
            };
            prices.push(UnitPrice::from_e8(-price.e8()));
            prices.extend(ladder.as_ref().map(|_| UnitPrice::default()));
        }
        let volume = Volume { schedule, tiers, prices, ladder, free: None, first: version.buckets };
        version.buckets += volume.width();
        Ok(volume)
    }

    fn dynamic(&self, version: &mut Version, shared: &mut Shared) -> Read<Dynamic> {
        let series = place_of(&mut shared.series, self.table.need("series")?.str()?);
        let e8 = |key: &str| self.table.get(key).map(|node| node.e8()).transpose();
        let dynamic = Dynamic {
            series,
            multiplier: e8("multiplier")?.unwrap_or(100_000_000),
            adder: UnitPrice::from_e8(e8("adder")?.unwrap_or(0)),
            floor: e8("floor")?.map(UnitPrice::from_e8),
            sum: version.sums,
            bucket: version.buckets,
        };
        version.sums += 1;
        version.buckets += 1;
        Ok(dynamic)
    }

    fn fixed(&self) -> Read<Fixed> {
        let amount = self.table.need("amount")?.price()?;
        let per = [
            ("day", Per::Day),
            ("month", Per::Month),
            ("month-in-advance", Per::MonthInAdvance),
            ("year", Per::Year),
        ];
        let quantities: Vec<Node<'_>> =
            ["kw", "kva"].into_iter().filter_map(|key| self.table.get(key)).collect();
        let quantity = match quantities.as_slice() {
            [] => Ratio::ONE,
            [node] => Ratio::new(node.millionths()?, 1_000_000).unwrap_or(Ratio::ONE),
            [_, second, ..] => {
                return Err(second.refuse("either `kw` or `kva` is expected, not both"));
            }
        };
        Ok(Fixed { amount, quantity, per: self.table.need("per")?.word(&per)? })
    }

    fn demand(&self, version: &Version, shared: &mut Shared) -> Read<Demand> {
        let minutes = match self.table.get("interval") {
            Some(node) => {
                let minutes = node.int(1, 60)?;
                if 60 % minutes != 0 {
                    return Err(
                        node.refuse("an interval is a number of minutes that divides the hour")
                    );
                }
                minutes
            }
            None => 15,
        };
        let by_period = self.table.get("prices");
        let schedule = self.schedule(version, by_period.as_ref())?;
        let names = &version.schedule(schedule).periods;
        let mut limits = Vec::new();
        for node in self.table.list("limits_kw") {
            let limit = node.millionths()?;
            if limits.last().is_some_and(|last| *last >= limit) {
                return Err(node.refuse("limits must increase"));
            }
            limits.push(limit);
        }
        let rate = |node: &Node<'_>, prices: Vec<UnitPrice>| {
            if prices.len() == limits.len() + 1 {
                Ok(Rate { limits: limits.clone(), prices })
            } else {
                Err(node.refuse(format!(
                    "{} prices stand here for {} steps of kW",
                    prices.len(),
                    limits.len() + 1
                )))
            }
        };
        let (rates, pooled) = if let Some(node) = &by_period {
            let mut rates = vec![None; names.len()];
            for (name, entry) in node.table()?.entries() {
                let place = names.iter().position(|known| known == name);
                let slot = place.and_then(|place| rates.get_mut(place));
                let slot = slot
                    .ok_or_else(|| entry.refuse(format!("the schedule has no period `{name}`")))?;
                let prices = entry.list().iter().map(Node::amount).collect::<Read<_>>()?;
                *slot = Some(rate(&entry, prices)?);
            }
            (rates, false)
        } else {
            let node = self.table.need("price")?;
            let prices = node.list().iter().map(Node::amount).collect::<Read<_>>()?;
            (vec![Some(rate(&node, prices)?); names.len()], true)
        };
        let quantity = |key: &str| self.table.get(key).map(|node| node.millionths()).transpose();
        let at_least = quantity("at_least_kw")?.unwrap_or(0);
        let contract = quantity("contract_kw")?.map(|agreed| self.contract(agreed)).transpose()?;
        if contract.is_some() && !limits.is_empty() {
            return Err(self
                .table
                .need("limits_kw")?
                .refuse("a contract has one price and excess bands, no steps"));
        }
        let slot = self.slots(shared, minutes, pooled, names);
        Ok(Demand {
            schedule,
            minutes,
            top: self.table.get("top").map_or(Ok(1), |node| node.int(1, 12)).and_then(|top| {
                usize::try_from(top).map_err(|error| self.table.node.refuse(error.to_string()))
            })?,
            rates,
            pooled,
            ratchet: self.table.get("ratchet").map(|node| ratchet(&node)).transpose()?,
            at_least,
            contract,
            slot,
        })
    }

    /// The peaks of a demand component: under the same name, periods and interval in every version.
    fn slots(&self, shared: &mut Shared, minutes: i64, pooled: bool, periods: &[String]) -> usize {
        let names: Vec<String> = if pooled {
            vec![format!("{} {minutes}", self.name)]
        } else {
            periods.iter().map(|period| format!("{} {minutes} {period}", self.name)).collect()
        };
        let known = shared.demand_slots.windows(names.len()).position(|window| window == names);
        known.unwrap_or_else(|| {
            shared.demand_slots.extend(names);
            shared.demand_slots.len() - if pooled { 1 } else { periods.len() }
        })
    }

    fn contract(&self, agreed: i64) -> Read<Contract> {
        let mut bands = Vec::new();
        for node in self.table.list("excess") {
            let table = node.table()?;
            let up_to = table.get("up_to").map(|node| node.percent()).transpose()?;
            let times = table.need("times")?.e8()?;
            table.finish()?;
            if bands.last().is_some_and(|(width, _): &(Option<Ratio>, Ratio)| width.is_none()) {
                return Err(
                    node.refuse("the band before has no limit, so nothing is left for this one")
                );
            }
            bands.push((up_to.map(Ratio::from_e8), Ratio::from_e8(times)));
        }
        if bands.last().is_none_or(|(width, _)| width.is_some()) {
            return Err(self
                .table
                .node
                .refuse("the last `excess` band has no `up_to`: it takes all that is above"));
        }
        Ok(Contract { agreed, bands })
    }

    fn minimum(&self) -> Read<Minimum> {
        let words =
            [("day", MinimumPer::Day), ("month", MinimumPer::Month), ("year", MinimumPer::Year)];
        let per = self.table.need("per")?.word(&words)?;
        let by_days = self.flag("by_days")?;
        if by_days && per != MinimumPer::Month {
            let node = self.table.need("by_days")?;
            return Err(node.refuse("only a monthly minimum is shortened by days"));
        }
        Ok(Minimum { amount: self.table.need("amount")?.amount()?, per, of: Vec::new(), by_days })
    }

    fn power_factor(&self) -> Read<PowerFactor> {
        let mut table = Vec::new();
        for node in self.table.need("table")?.list() {
            let entry = node.table()?;
            let hundredths = |key: &str, default: Option<i64>| match (entry.get(key), default) {
                (Some(node), _) => {
                    let e8 = node.e8()?;
                    if e8 % 1_000_000 != 0 || !(0..=100_000_000).contains(&e8) {
                        return Err(
                            node.refuse("a power factor lies between 0 and 1 and has 2 decimals")
                        );
                    }
                    Ok(e8 / 1_000_000)
                }
                (None, Some(default)) => Ok(default),
                (None, None) => Err(entry.node.refuse(format!("`{key}` is missing"))),
            };
            let from = hundredths("from", Some(0))?;
            let to = hundredths("to", Some(100))?;
            let band = Band {
                from,
                to,
                at: hundredths("at", Some(from))?,
                percent: entry.get("percent").map(|node| node.percent()).transpose()?.unwrap_or(0),
                step: entry.get("step").map(|node| node.percent()).transpose()?.unwrap_or(0),
            };
            if let Some(other) =
                table.iter().find(|other: &&Band| other.from <= to && from <= other.to)
            {
                return Err(node.refuse(format!(
                    "this band overlaps the one from 0.{:02} to 0.{:02}",
                    other.from, other.to
                )));
            }
            entry.finish()?;
            table.push(band);
        }
        if let Some(gap) =
            (0..=100).find(|at| !table.iter().any(|band| (band.from..=band.to).contains(at)))
        {
            return Err(self.table.need("table")?.refuse(format!(
                "no band holds the factor {}.{:02}",
                gap / 100,
                gap % 100
            )));
        }
        Ok(PowerFactor { table, of: Vec::new() })
    }
}

fn price_lists<'a>(node: &Node<'a>, names: &[String]) -> Read<Vec<(Node<'a>, Vec<UnitPrice>)>> {
    let table = node.table()?;
    for (name, entry) in table.entries() {
        if !names.iter().any(|known| known == name) {
            return Err(entry.refuse(format!("the schedule has no period `{name}`")));
        }
    }
    let one = |name: &String| {
        let entry = table
            .get(name)
            .ok_or_else(|| node.refuse(format!("the period `{name}` has no price")))?;
        let prices = entry.list().iter().map(Node::price).collect::<Read<_>>()?;
        Ok((entry, prices))
    };
    names.iter().map(one).collect()
}

fn reset(table: &Table<'_>) -> Read<Reset> {
    let words = [
        ("day", Reset::Day),
        ("month", Reset::Month),
        ("billing-month", Reset::BillingMonth),
        ("year", Reset::Year(crate::tariff::calendar::MonthDay { month: 1, day: 1 })),
    ];
    let node = table.need("reset")?;
    let reset = node.word(&words)?;
    match (reset, table.get("from")) {
        (Reset::Year(_), Some(from)) => Ok(Reset::Year(month_day(&from, from.str()?)?)),
        (_, Some(from)) => Err(from.refuse("only a ladder by year begins on a date")),
        (reset, None) => Ok(reset),
    }
}

fn per_day(table: &Table<'_>) -> Read<bool> {
    let unit = table.get("unit");
    Ok(unit
        .map(|node| node.word(&[("kWh", false), ("kWh/day", true)]))
        .transpose()?
        .unwrap_or(false))
}

/// Energy of a scope up to a quantity: `{ kwh = "50", reset = "month" }`.
fn allowance(node: &Node<'_>, version: &Version, shared: &mut Shared) -> Read<Ladder> {
    let table = node.table()?;
    let scope = shared.scope(reset(&table)?);
    let per_day = per_day(&table)?;
    let entry = table.need("kwh")?;
    let mut limits = Vec::new();
    if entry.is_table() {
        limits = seasonal(&entry, version, 1)?;
        if limits.last().is_none_or(|last| last.season.is_some()) {
            limits.push(Limits { season: None, mwh: vec![0] });
        }
    } else {
        limits.push(Limits { season: None, mwh: vec![entry.millionths()?] });
    }
    let shorten_first = shorten(&table)?;
    table.finish()?;
    Ok(Ladder { kind: Kind::Graduated, scope, per_day, shorten_first, limits })
}

fn shorten(table: &Table<'_>) -> Read<bool> {
    let node = table.get("first");
    Ok(node
        .map(|node| node.word(&[("whole", false), ("by-days", true)]))
        .transpose()?
        .unwrap_or(false))
}

/// Limits by season; `other` is for the rest of the year.
fn seasonal(node: &Node<'_>, version: &Version, most: usize) -> Read<Vec<Limits>> {
    let mut all = Vec::new();
    let mut others = None;
    for (name, entry) in node.table()?.entries() {
        let mwh = increasing(&entry, most)?;
        let season = version.seasons.iter().position(|season| season.name == name);
        if season.is_none() && name != super::times::OTHER {
            return Err(entry.refuse(format!("there is no season `{name}` in this version")));
        }
        let limits = Limits { season, mwh };
        match season {
            Some(_) => all.push(limits),
            None => others = Some(limits),
        }
    }
    all.extend(others);
    Ok(all)
}

fn increasing(node: &Node<'_>, most: usize) -> Read<Vec<i64>> {
    let mut mwh: Vec<i64> = Vec::new();
    for entry in node.list() {
        let limit = entry.millionths()?;
        if limit <= mwh.last().copied().unwrap_or(if most == 1 { -1 } else { 0 }) {
            return Err(entry.refuse("limits must increase, from above zero"));
        }
        mwh.push(limit);
    }
    Ok(mwh)
}

fn ladder(
    node: &Node<'_>,
    version: &Version,
    shared: &mut Shared,
) -> Read<(Ladder, Vec<UnitPrice>)> {
    let table = node.table()?;
    let kinds = [("replace", 0_u8), ("additive", 1), ("whole", 2), ("look-back", 3)];
    let kind = table.get("kind").map(|node| node.word(&kinds)).transpose()?.unwrap_or(0);
    let reset = match kind {
        3 if table.get("reset").is_none() => Reset::BillingMonth,
        _ => reset(&table)?,
    };
    let whole_month = match reset {
        Reset::Day | Reset::BillingMonth => true,
        Reset::Month => shared.billing_day == 1,
        Reset::Year(_) => false,
    };
    if kind == 2 && !whole_month || kind == 3 && (reset == Reset::Day || !whole_month) {
        return Err(table.node.refuse(
            "a whole volume is priced within one billing month: reset it by billing-month (or day)",
        ));
    }
    let entry = table.need("limits")?;
    let limits = if entry.is_table() {
        let mut limits = seasonal(&entry, version, usize::MAX)?;
        if limits.last().is_none_or(|last| last.season.is_some()) {
            limits.push(Limits { season: None, mwh: Vec::new() });
        }
        limits
    } else {
        vec![Limits { season: None, mwh: increasing(&entry, usize::MAX)? }]
    };
    let months = table.get("months").map(|node| node.int(1, 12)).transpose()?.unwrap_or(3);
    let months = usize::try_from(months).map_err(|error| node.refuse(error.to_string()))?;
    let adders = table.list("adders").iter().map(Node::price).collect::<Read<Vec<_>>>()?;
    if (kind == 1) == adders.is_empty() {
        return Err(table
            .node
            .refuse("`adders` belong to a ladder of kind `additive`, and only there"));
    }
    let ladder = Ladder {
        kind: match kind {
            2 => Kind::Whole,
            3 => Kind::LookBack(months),
            _ => Kind::Graduated,
        },
        scope: shared.scope(reset),
        per_day: per_day(&table)?,
        shorten_first: shorten(&table)?,
        limits,
    };
    table.finish()?;
    Ok((ladder, adders))
}

fn ratchet(node: &Node<'_>) -> Read<Ratchet> {
    let table = node.table()?;
    let percent = Ratio::from_e8(table.need("percent")?.percent()?);
    let months = table.need("months")?.int(1, 12)?;
    let months = usize::try_from(months).map_err(|error| node.refuse(error.to_string()))?;
    table.finish()?;
    Ok(Ratchet { percent, months })
}
