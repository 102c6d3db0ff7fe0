//! Components in tariff files: `[versions.NAME]` tables, each one line of the receipt.

use crate::money::UnitPrice;
use crate::tariff::exact::Ratio;
use crate::tariff::file::ladder::{allowance, ladder};
use crate::tariff::file::node::{Node, Read, Table};
use crate::tariff::file::price::price_lists;
use crate::tariff::file::{Shared, place_of};
use crate::tariff::version::{
    Charge, Component, Dynamic, Fixed, Minimum, MinimumPer, Per, Percent, Tax, Version, Volume,
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

/// Reads one component.
pub(super) struct Reader<'t, 'a> {
    pub name: &'t str,
    pub table: &'t Table<'a>,
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

    pub(super) fn flag(&self, key: &str) -> Read<bool> {
        Ok(self.table.get(key).map(|node| node.flag()).transpose()?.unwrap_or(false))
    }

    /// The schedule a component follows: the one it names, the version's own where it has prices by
    /// period, else none.
    pub(super) fn schedule(&self, version: &Version, by_period: Option<&Node<'_>>) -> Read<usize> {
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
}
