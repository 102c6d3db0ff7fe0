//! Laying energy into the buckets of one component: onto the steps of a ladder, at the prices of a
//! series, into the intervals of a demand.

use crate::energy::Energy;
use crate::money::UnitPrice;
use crate::tariff::Tariff;
use crate::tariff::block::{Kind, Ladder, Progress};
use crate::tariff::charge::{DemandSlot, Part};
use crate::tariff::exact::Exact;
use crate::tariff::settle::{Reading, Segment, Watch};
use crate::tariff::version::{Component, Demand, Dynamic, Volume};
use crate::time::Timestamp;

#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub component: &'a Component,
    pub version: u32,
    pub span: Reading,
    pub period: usize,
}

impl Place<'_> {
    fn segment(&self, tier: Option<usize>, energy: i64, price: UnitPrice) -> Segment {
        Segment {
            line: self.component.line,
            version: self.version,
            from: self.span.from,
            to: self.span.to,
            period: self.period,
            tier,
            energy: Energy::from_mwh(energy),
            price,
            amount: price.charge(Energy::from_mwh(energy)).into(),
        }
    }
}

pub(crate) fn add(buckets: &mut [i64], place: usize, energy: i64) {
    if let Some(bucket) = buckets.get_mut(place) {
        *bucket = bucket.checked_add(energy).expect("energy of one month fits in 64-bit mWh");
    }
}

/// The step of a look-back ladder: that of the mean of the months before, or the first.
pub(crate) fn look_back_step(
    ladder: &Ladder,
    months: usize,
    past: &[i64],
    season: usize,
    progress: &Progress,
) -> usize {
    let looked = past.iter().rev().take(months);
    let (total, count) = looked.fold((0, 0), |(total, count), month| (total + month, count + 1));
    ladder.step_of_volume(total, count, season, progress)
}

pub(crate) fn lay<W: Watch>(
    volume: &Volume,
    place: Place<'_>,
    part: &mut Part,
    progress: &[Progress],
    past: &[i64],
    watch: &mut W,
) {
    let (period, season) = (place.period, part.season);
    let mut left = place.span.energy.mwh();
    let mut laid = 0;
    let at_ladder = |ladder: &Ladder| progress.get(ladder.scope).copied();
    while left > 0 {
        let mut piece = left;
        let mut tier = 0;
        let mut whole = false;
        if let Some((ladder, progress)) =
            volume.ladder.as_ref().and_then(|ladder| Some((ladder, at_ladder(ladder)?)))
        {
            match ladder.kind {
                Kind::Graduated => {
                    let (step, room) = ladder.step(progress.used + laid, season, &progress);
                    (tier, piece) = (step, piece.min(room));
                }
                Kind::Whole => {
                    whole = true;
                    tier =
                        ladder.step_of_volume(progress.used + laid + piece, 1, season, &progress);
                }
                Kind::LookBack(months) => {
                    tier = look_back_step(ladder, months, past, season, &progress);
                }
            }
        }
        let mut free = false;
        if let Some((allowance, progress)) =
            volume.free.as_ref().and_then(|free| Some((free, at_ladder(free)?)))
        {
            let (step, room) = allowance.step(progress.used + laid, season, &progress);
            free = step == 0 && room < i64::MAX;
            piece = piece.min(room);
        }
        let bucket = match (free, whole) {
            (true, _) => volume.free_bucket(period),
            (false, true) => volume.open_bucket(period),
            (false, false) => volume.bucket(period, tier),
        };
        add(&mut part.buckets, bucket, piece);
        if W::SEGMENTS {
            let segment = if free {
                place.segment(None, piece, UnitPrice::default())
            } else {
                place.segment(Some(tier), piece, volume.price(period, tier))
            };
            watch.segment(segment);
        }
        laid += piece;
        left -= piece;
    }
}

impl Dynamic {
    /// The price of one kWh in 10⁻¹⁶ currency.
    pub(crate) fn price(&self, spot: UnitPrice) -> i128 {
        let scale = 100_000_000;
        let price = i128::from(spot.e8()) * i128::from(self.multiplier)
            + i128::from(self.adder.e8()) * scale;
        self.floor.map_or(price, |floor| price.max(i128::from(floor.e8()) * scale))
    }
}

pub(crate) fn lay_dynamic<W: Watch>(
    dynamic: &Dynamic,
    tariff: &Tariff,
    reading: &Reading,
    mut place: Place<'_>,
    part: &mut Part,
    watch: &mut W,
) {
    let Reading { from, to, energy } = place.span;
    let Some(series) = tariff.series.get(dynamic.series).and_then(Option::as_ref) else { return };
    let (mut at, mut done) = (from, 0);
    let before = reading.until(from);
    while at < to {
        let Some((spot, edge)) = series.at(at) else { return };
        let end = edge.min(to);
        let upto = if end == to { energy.mwh() } else { reading.until(end) - before };
        let price = dynamic.price(spot);
        if let Some(sum) = part.sums.get_mut(dynamic.sum) {
            let charge = price.checked_mul(i128::from(upto - done));
            let total = charge.and_then(|charge| sum.checked_add(charge));
            *sum = total.expect("the charge of one month fits in 128 bits");
        }
        if W::SEGMENTS && upto > done {
            place.span = Reading { from: at, to: end, energy };
            let shown = i64::try_from(price.div_euclid(100_000_000)).unwrap_or(i64::MAX);
            let mut segment = place.segment(Some(0), upto - done, UnitPrice::from_e8(shown));
            segment.amount = Exact::from_parts(price * i128::from(upto - done), 100_000_000);
            watch.segment(segment);
        }
        (at, done) = (end, upto);
    }
    add(&mut part.buckets, dynamic.bucket, energy.mwh());
}

pub(crate) fn lay_demand(
    demand: &Demand,
    reading: &Reading,
    span: Reading,
    midnight: Timestamp,
    period: usize,
    slots: &mut [DemandSlot],
) {
    let length = demand.minutes * 60_000;
    let slot_of = |period: usize| demand.slot + if demand.pooled { 0 } else { period };
    let counts = demand.rates.get(period).is_some_and(Option::is_some);
    let end = span.to.millis();
    let before = reading.until(span.from);
    let (mut at, mut done) = (span.from.millis(), 0);
    while at < end {
        let start = midnight.millis() + (at - midnight.millis()).div_euclid(length) * length;
        let edge = (start + length).min(end);
        let upto = if edge == end {
            span.energy.mwh()
        } else {
            reading.until(Timestamp::from_millis(edge)) - before
        };
        // An interval belongs to the period it began in.
        let begun = (0..demand.rates.len())
            .map(slot_of)
            .find(|&slot| slots.get(slot).is_some_and(|slot| slot.start == start));
        // Joined in its middle, after a period in which demand is free, it counts from there.
        let slot = begun.or_else(|| counts.then(|| slot_of(period)));
        if let Some(slot) = slot.and_then(|slot| slots.get_mut(slot)) {
            if slot.start != start {
                slot.finish(demand.top);
                slot.start = start;
            }
            slot.open += upto - done;
        }
        (at, done) = (edge, upto);
    }
}
