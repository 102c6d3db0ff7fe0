//! I4, I6: tariffs in use stay as they were, and every interval of a register is priced once by them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Tally;
use crate::event::{Event, Settled};
use crate::id::{AccountId, MeterId, Seq, TariffId};
use crate::ledger::Record;
use crate::prepaid::Metered;
use crate::tariff::Tariff;
use crate::time::Timestamp;

#[derive(Clone, Debug, Default)]
pub(super) struct Prices {
    pub(super) edited: Tally,
    pub(super) priced: Tally,
    tariffs: BTreeMap<TariffId, Tariff>,
    terms: BTreeMap<AccountId, TariffId>,
    /// Meters whose charges come out again so far; one that did not is not followed any further.
    meters: BTreeMap<MeterId, (AccountId, Metered)>,
}

impl Prices {
    pub(super) fn follow(&mut self, record: &Record, event: &Event) {
        if let Event::TariffPublished { tariff, text, .. } = event {
            let offence = self.publish(record.seq, record.at, tariff, text).err();
            self.edited.look(offence);
        } else if let Event::AccountOpened { account, tariff, .. } = event {
            self.terms.insert(*account, tariff.clone());
        } else if let Event::MeterBound { account, meter, limits } = event {
            self.meters
                .insert(*meter, (*account, Metered::new(*limits, Arc::default(), record.at)));
        } else if let Event::Baseline { account, meter, point, .. } = event {
            let tariff = self.terms.get(account).and_then(|id| self.tariffs.get(id));
            if let Some((tariff, (_, metered))) = tariff.zip(self.meters.get_mut(meter)) {
                metered.start(tariff, *point);
            }
        } else if let Event::Exchanged { account, meter, exchange, first, .. } = event {
            let tariff = self.terms.get(account).and_then(|id| self.tariffs.get(id));
            if let Some((tariff, (_, metered))) = tariff.zip(self.meters.get_mut(meter)) {
                metered.exchange(tariff, *first, exchange);
            }
        } else if let Event::Settled(settled) = event {
            self.settle(record.seq, settled);
        }
    }

    fn publish(
        &mut self,
        seq: Seq,
        at: Timestamp,
        id: &TariffId,
        text: &str,
    ) -> Result<(), String> {
        let tariff = Tariff::from_toml(text)
            .map_err(|fault| format!("record {seq}: tariff `{id}` cannot be read: {fault}"))?;
        let own = |account: &AccountId| self.terms.get(account) == Some(id);
        let charged = self.meters.values().filter(|(account, _)| own(account));
        let charged = charged.filter_map(|(_, metered)| metered.seen()).map(|point| point.at).max();
        let used = charged.unwrap_or_default().max(at);
        let same = self.tariffs.get(id).map_or(Ok(()), |before| tariff.supersedes(before, used));
        for (_, metered) in
            self.meters.values_mut().filter(|(account, _)| self.terms.get(account) == Some(id))
        {
            metered.adopt(&tariff);
        }
        self.tariffs.insert(id.clone(), tariff);
        same.map_err(|what| {
            format!("record {seq} changes {what} of tariff `{id}`, which is in use")
        })
    }

    /// Charges the interval again; the same lines have to come out.
    fn settle(&mut self, seq: Seq, settled: &Settled) {
        let tariff = self.terms.get(&settled.account).and_then(|id| self.tariffs.get(id));
        let Some((account, metered)) = self.meters.get_mut(&settled.meter) else { return };
        let known = tariff.filter(|_| *account == settled.account);
        let offence = match known {
            Some(tariff) => charge(seq, metered, tariff, settled).err(),
            None => Some(format!("record {seq} charges an account without a tariff or this meter")),
        };
        if offence.is_some() {
            self.meters.remove(&settled.meter);
        }
        self.priced.look(offence);
    }
}

fn charge(
    seq: Seq,
    metered: &mut Metered,
    tariff: &Tariff,
    settled: &Settled,
) -> Result<(), String> {
    let Settled { meter, from, to, energy, .. } = settled;
    if metered.seen() != Some(*from) || to.at <= from.at || energy.is_negative() {
        return Err(format!(
            "record {seq} prices an interval of meter {meter} that does not follow the one before"
        ));
    }
    metered.charge_to(tariff, *to, *energy).map_err(|fault| {
        format!("record {seq} charges meter {meter}, but it cannot be priced: {fault}")
    })?;
    let again = metered.lines(tariff);
    let told = settled.tariff_lines().map(|line| (line.name.as_str(), line.amount));
    if !again.iter().map(|line| (line.name.as_str(), line.amount)).eq(told) {
        let again: i64 = again.iter().map(|line| line.amount.minor()).sum();
        let told = (settled.amount() - settled.given_back()).minor();
        return Err(format!(
            "record {seq} charges meter {meter} {told}, but the tariff of that time comes to {again}"
        ));
    }
    metered.settle(tariff, *to, *energy);
    Ok(())
}
