//! Demand and power factor in tariff files.

use crate::money::UnitPrice;
use crate::tariff::exact::Ratio;
use crate::tariff::file::Shared;
use crate::tariff::file::component::Reader;
use crate::tariff::file::node::{Node, Read};
use crate::tariff::power_factor::{Band, PowerFactor};
use crate::tariff::version::{Contract, Demand, Ratchet, Rate, Version};

impl Reader<'_, '_> {
    pub(super) fn demand(&self, version: &Version, shared: &mut Shared) -> Read<Demand> {
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

    pub(super) fn power_factor(&self) -> Read<PowerFactor> {
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

fn ratchet(node: &Node<'_>) -> Read<Ratchet> {
    let table = node.table()?;
    let percent = Ratio::from_e8(table.need("percent")?.percent()?);
    let months = table.need("months")?.int(1, 12)?;
    let months = usize::try_from(months).map_err(|error| node.refuse(error.to_string()))?;
    table.finish()?;
    Ok(Ratchet { percent, months })
}
