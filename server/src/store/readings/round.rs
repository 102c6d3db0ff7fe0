//! A round of many meters as bytes: segments of columns, ascending by meter. They live for a day or
//! two and are written for speed; a single meter is found without decoding the others.

use shared::actor::port::ReadingKept;
use shared::energy::Power;
use shared::id::MeterId;
use shared::time::Timestamp;

use crate::store::readings::codec::{Columns, flags, row, with_power};
use crate::store::readings::grid::Grid;
use crate::store::readings::pack::{
    Bytes, Spoilt, column, nth, put_column_quickly, put_signed, put_unsigned,
};

/// Begins a segment of columns. Segments of an earlier release, a row behind the other, begin with
/// their length, which is never 0.
const COLUMNS: u8 = 0;

/// Appends a segment: rows of one round, ascending by meter. Segments can stand one after another.
pub(crate) fn put_round(
    out: &mut Vec<u8>,
    round: Timestamp,
    rows: &[ReadingKept],
    columns: &mut Columns,
) {
    let Some(first) = rows.first() else { return };
    columns.clear();
    // Column by column: a loop that pushes to one place is quicker than one that pushes to five.
    let next = rows.iter().skip(1);
    let steps = next.zip(rows).map(|(row, last)| row.meter.0.wrapping_sub(last.meter.0));
    columns.meters.extend(steps.map(i64::from));
    columns.flags.extend(rows.iter().map(|row| i64::from(flags(row))));
    columns.times.extend(rows.iter().map(|row| row.at.millis().wrapping_sub(round.millis())));
    columns.registers.extend(rows.iter().map(|row| row.register.mwh()));
    columns.powers.extend(rows.iter().filter_map(|row| row.power.map(Power::watts)));
    out.push(COLUMNS);
    put_unsigned(out, u64::try_from(rows.len()).expect("a round is shorter than 2^64"));
    put_signed(out, i64::from(first.meter.0));
    put_column_quickly(out, &columns.meters);
    put_column_quickly(out, &columns.flags);
    put_column_quickly(out, &columns.times);
    put_column_quickly(out, &columns.registers);
    put_column_quickly(out, &columns.powers);
}

/// Every reading of a round into a grid, in the order in which they were put.
pub(crate) fn put_in_grid(
    blob: &[u8],
    round: Timestamp,
    columns: &mut Columns,
    grid: &mut Grid,
) -> Result<(), Spoilt> {
    let mut blob = Bytes(blob);
    let mut meters = Vec::new();
    while let Some(segment) = Segment::next(&mut blob)? {
        meters.clear();
        match segment {
            Segment::Rows(body) => {
                columns.clear();
                each_of_rows(body, round, |row| {
                    meters.push(row.meter);
                    columns.push(&row);
                })?;
                // Theirs are times of day already.
                for time in &mut columns.times {
                    *time = time.wrapping_sub(round.millis());
                }
            }
            Segment::Columns { len, first } => {
                column(&mut blob, len - 1, &mut columns.meters)?;
                column(&mut blob, len, &mut columns.flags)?;
                column(&mut blob, len, &mut columns.times)?;
                column(&mut blob, len, &mut columns.registers)?;
                column(&mut blob, with_power(&columns.flags), &mut columns.powers)?;
                let mut meter = first;
                for step in std::iter::once(&0).chain(&columns.meters) {
                    meter = meter.wrapping_add(*step);
                    meters.push(meter_of(meter)?);
                }
            }
        }
        grid.add(round, &meters, columns)?;
    }
    Ok(())
}

/// The rows of one meter.
pub(crate) fn meter_in_round(
    blob: &[u8],
    round: Timestamp,
    wanted: MeterId,
    columns: &mut Columns,
    mut take: impl FnMut(ReadingKept),
) -> Result<(), Spoilt> {
    let mut blob = Bytes(blob);
    while let Some(segment) = Segment::next(&mut blob)? {
        match segment {
            Segment::Rows(body) => each_of_rows(body, round, |row| {
                if row.meter == wanted {
                    take(row);
                }
            })?,
            Segment::Columns { len, first } => {
                column(&mut blob, len - 1, &mut columns.meters)?;
                column(&mut blob, len, &mut columns.flags)?;
                let mut meter = first;
                let steps = std::iter::once(&0).chain(&columns.meters);
                let place = steps.into_iter().position(|step| {
                    meter = meter.wrapping_add(*step);
                    meter == i64::from(wanted.0)
                });
                // Where the meter is not in it, the columns are passed over all the same.
                let at = nth(&mut blob, len, place.unwrap_or_default())?;
                let register = nth(&mut blob, len, place.unwrap_or_default())?;
                let before = columns.flags.get(..place.unwrap_or_default()).unwrap_or_default();
                let flags = place.and_then(|place| columns.flags.get(place));
                let has_power = flags.is_some_and(|flags| flags & 1 == 1);
                let powers = with_power(&columns.flags);
                let power = if has_power {
                    nth(&mut blob, powers, with_power(before))
                } else {
                    column(&mut blob, powers, &mut columns.powers).map(|()| 0)
                };
                let power = power?;
                if let Some(flags) = flags {
                    let at = round.millis().wrapping_add(at);
                    take(row(wanted, at, register, *flags, || Ok(power))?);
                }
            }
        }
    }
    Ok(())
}

enum Segment<'a> {
    /// What follows in the blob are its columns.
    Columns {
        len: usize,
        first: i64,
    },
    Rows(Bytes<'a>),
}

impl<'a> Segment<'a> {
    fn next(blob: &mut Bytes<'a>) -> Result<Option<Self>, Spoilt> {
        if blob.is_empty() {
            return Ok(None);
        }
        let body = blob.unsigned()?;
        if body == u64::from(COLUMNS) {
            let len = blob.count()?;
            let first = blob.signed()?;
            return if len == 0 { Err(Spoilt) } else { Ok(Some(Self::Columns { len, first })) };
        }
        let body = usize::try_from(body).map_err(|_large| Spoilt)?;
        Ok(Some(Self::Rows(blob.take(body)?)))
    }
}

/// A segment as an earlier release wrote it.
fn each_of_rows(
    mut body: Bytes<'_>,
    round: Timestamp,
    mut take: impl FnMut(ReadingKept),
) -> Result<(), Spoilt> {
    let mut last = 0_u64;
    while !body.is_empty() {
        last = last.wrapping_add(body.unsigned()?);
        let meter = MeterId(u32::try_from(last).map_err(|_large| Spoilt)?);
        let flags = i64::from(body.byte()?);
        let at = round.millis().wrapping_add(body.signed()?);
        let register = body.signed()?;
        take(row(meter, at, register, flags, || body.signed())?);
    }
    Ok(())
}

fn meter_of(number: i64) -> Result<MeterId, Spoilt> {
    u32::try_from(number).map(MeterId).map_err(|_large| Spoilt)
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::store::readings::codec::tests::any_row;

    /// As the release before wrote it.
    pub(crate) fn put_rows(out: &mut Vec<u8>, round: Timestamp, rows: &[ReadingKept]) {
        let mut body = Vec::new();
        let mut last = 0;
        for row in rows {
            let meter = u64::from(row.meter.0);
            put_unsigned(&mut body, meter.wrapping_sub(last));
            last = meter;
            body.push(flags(row));
            put_signed(&mut body, row.at.millis().wrapping_sub(round.millis()));
            put_signed(&mut body, row.register.mwh());
            if let Some(power) = row.power {
                put_signed(&mut body, power.watts());
            }
        }
        put_unsigned(out, u64::try_from(body.len()).unwrap());
        out.extend_from_slice(&body);
    }

    /// What a grid has of a meter.
    fn of_grid(grid: &Grid, meter: MeterId) -> Vec<ReadingKept> {
        let place = (0..).map_while(|place| grid.meter(place)).position(|other| other == meter);
        let mut columns = Columns::default();
        if let Some(place) = place {
            grid.take(place, i64::MIN, &mut columns);
        }
        let mut powers = columns.powers.iter();
        let with = columns.times.iter().zip(&columns.registers).zip(&columns.flags);
        with.map(|((at, register), flags)| {
            row(meter, *at, *register, *flags, || powers.next().copied().ok_or(Spoilt)).unwrap()
        })
        .collect()
    }

    /// Without what is not newer than what was there before it.
    fn ascending(mut rows: Vec<ReadingKept>) -> Vec<ReadingKept> {
        let mut newest = i64::MIN;
        rows.retain(|row| {
            let newer = row.at.millis() > newest;
            newest = newest.max(row.at.millis());
            newer
        });
        rows
    }

    proptest! {
        #[test]
        fn rounds_one_after_another_come_back_whole(
            mut first in prop::collection::vec(any_row(), 1..50),
            mut second in prop::collection::vec(any_row(), 1..50),
            mut third in prop::collection::vec(any_row(), 1..50),
            round in any::<i64>(),
        ) {
            for rows in [&mut first, &mut second, &mut third] {
                rows.sort_by_key(|row| row.meter);
                rows.dedup_by_key(|row| row.meter);
            }
            let round = Timestamp::from_millis(round);
            let (mut blob, mut columns) = (Vec::new(), Columns::default());
            put_round(&mut blob, round, &first, &mut columns);
            put_rows(&mut blob, round, &second);
            put_round(&mut blob, round, &third, &mut columns);
            let mut grid = Grid::default();
            prop_assert_eq!(put_in_grid(&blob, round, &mut columns, &mut grid), Ok(()));
            first.extend(second);
            first.extend(third);
            for wanted in first.iter().map(|row| row.meter).chain([MeterId(7)]) {
                let mut found = Vec::new();
                meter_in_round(&blob, round, wanted, &mut columns, |row| found.push(row)).unwrap();
                let mut expected = first.clone();
                expected.retain(|row| row.meter == wanted);
                prop_assert_eq!(&found, &expected);
                prop_assert_eq!(of_grid(&grid, wanted), ascending(expected));
            }
        }

        #[test]
        fn spoilt_bytes_never_panic(spoilt in prop::collection::vec(any::<u8>(), 0..200)) {
            let (at, mut columns) = (Timestamp::from_millis(0), Columns::default());
            put_in_grid(&spoilt, at, &mut columns, &mut Grid::default()).ok();
            meter_in_round(&spoilt, at, MeterId(1), &mut columns, |_| {}).ok();
        }
    }
}
