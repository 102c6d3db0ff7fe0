//! Standard load profiles of VDEW 1999, with the variance of one customer instead of the mean of
//! many. The table is data of demandlib (MIT, see `NOTICE-demandlib`).

use std::sync::LazyLock;

use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};
use shared::energy::Energy;

use crate::calendar::{Calendar, Day, DayKind, QUARTERS, Season, season};
use crate::chance::{Draw, Stream};
use crate::load::{Key, Sketch};
use crate::physics::Flow;

/// A profile of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// Households.
    H0,
    /// Trade in general.
    G0,
    /// Trade on workdays, 8 to 18 h.
    G1,
    /// Trade with much use in the evening.
    G2,
    /// Trade around the clock.
    G3,
    /// Shops, hairdressers.
    G4,
    /// Bakeries.
    G5,
    /// Trade at weekends.
    G6,
    /// Farms.
    L0,
}

/// One customer on a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileLoad {
    pub profile: Profile,
    /// Use of an average year.
    pub annual: Energy,
    /// How much days differ: standard deviation over mean, in thousandths, below 1,000. A measured
    /// house has 390 (UCI 235, 2007 to 2009).
    pub day_variance: i64,
    /// How much quarter-hours differ; a measured house has 930.
    pub quarter_variance: i64,
    /// tan φ in thousandths.
    pub tangent: i64,
}

/// The table's nominal year: 1,000 kWh as a sum of mW over quarter-hours.
const NOMINAL: i128 = 4_000_000_000;
/// The scale of F(t).
const DYNAMIC_SCALE: i64 = 10_000;

impl ProfileLoad {
    /// Pencils a day: table × year's use × F(t) × how busy the day is × how busy the quarter is.
    pub(crate) fn pencil(&self, key: Key, day: &Day, year_sum: i128, sketch: &mut Sketch) {
        let draw = |slot| key.seed.draw(key.entity, Stream::Day, slot).noise();
        // Neighbouring days resemble each other.
        let noise = (draw(day.number) * 8 + draw(day.number - 1) * 5 + draw(day.number - 2) * 3)
            * 100
            / 990;
        let busy = i128::from(skewed(noise, self.day_variance));
        let dynamic = i128::from(self.profile.dynamic(day.date));
        // Wh a year are ppm of the nominal 1,000 kWh.
        let ppm =
            i128::from(self.annual.mwh() / 1_000) * NOMINAL * dynamic * busy / (year_sum * 1_000);
        let ppm = i64::try_from(ppm).expect("a customer uses less than 10^12 times a household");
        let table = self.profile.table(day.season, day.kind);
        for (from, until, civil) in day.quarters() {
            let slot = from.millis().div_euclid(900_000);
            let busy = if self.quarter_variance == 0 {
                1_000
            } else {
                let noise = key.seed.draw(key.entity, Stream::Quarter, slot);
                skewed(Draw::noise(noise), self.quarter_variance)
            };
            let value = i128::from(table.get(usize::from(civil)).copied().unwrap_or(0));
            let mw = value * i128::from(ppm) * i128::from(busy) / 1_000_000_000;
            let mw = i64::try_from(mw).expect("the power of a customer fits in 64-bit mW");
            sketch.add(from, until, Flow::with_tangent(mw, self.tangent));
        }
    }
}

/// A positive factor in thousandths with mean 1 and the given coefficient of variation: the square
/// (a + b·z)² with a² + b² = 1, skewed to the right as household power is.
fn skewed(noise: i64, variance: i64) -> i64 {
    let variance = variance.clamp(0, 1_000);
    // 4b² − 2b⁴ = v² gives b² = 1 − √(1 − v²/2)
    let b2 = 1_000_000 - ((2_000_000 - variance * variance) * 500_000).isqrt();
    let (a, b) = ((1_000_000 - b2).isqrt(), b2.isqrt());
    let root = a + b * noise / 1_000;
    root * root / 1_000
}

impl Profile {
    /// F(t) of the dynamic household profile in 10⁻⁴: the polynomial of VDEW 1999 in whole days,
    /// rounded to its four decimals. 1 for every other profile.
    fn dynamic(self, date: Date) -> i64 {
        match self {
            Self::H0 => {
                let t = i64::from(date.day_of_year());
                let e12 = -392 * t.pow(4) + 320_000 * t.pow(3) - 70_200_000 * t.pow(2)
                    + 2_100_000_000 * t
                    + 1_240_000_000_000;
                (e12 + 50_000_000) / 100_000_000
            }
            Self::G0
            | Self::G1
            | Self::G2
            | Self::G3
            | Self::G4
            | Self::G5
            | Self::G6
            | Self::L0 => DYNAMIC_SCALE,
        }
    }

    /// Sum over a calendar year of mW × F(t). The table is nominally 1,000 kWh but misses it by up
    /// to 4 %, depending on the year; dividing by this sum makes the year exact.
    pub(crate) fn year_sum(self, calendar: &Calendar, year: i16) -> i128 {
        let mut sum = 0;
        let mut day = date(year, 1, 1);
        while day.year() == year {
            let table = self.table(season(day), calendar.kind(day));
            let quarters: i128 = table.iter().copied().map(i128::from).sum();
            sum += quarters * i128::from(self.dynamic(day));
            let Ok(tomorrow) = day.tomorrow() else { break };
            day = tomorrow;
        }
        sum
    }

    fn table(self, season: Season, kind: DayKind) -> &'static [u32] {
        TABLES
            .binary_search_by_key(&(self, season, kind), |row| row.key)
            .ok()
            .and_then(|place| TABLES.get(place))
            .map_or(&[], |row| row.values.as_slice())
    }
}

struct Row {
    key: (Profile, Season, DayKind),
    values: Vec<u32>,
}

static TABLES: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let mut rows: Vec<Row> = include_str!("vdew1999.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| parse(line).expect("the table in this crate is whole: a test reads every line"))
        .collect();
    rows.sort_by_key(|row| row.key);
    rows
});

fn parse(line: &str) -> Option<Row> {
    let mut words = line.split_ascii_whitespace();
    let profile = match words.next()? {
        "h0" => Profile::H0,
        "g0" => Profile::G0,
        "g1" => Profile::G1,
        "g2" => Profile::G2,
        "g3" => Profile::G3,
        "g4" => Profile::G4,
        "g5" => Profile::G5,
        "g6" => Profile::G6,
        "l0" => Profile::L0,
        _ => return None,
    };
    let season = match words.next()? {
        "winter" => Season::Winter,
        "transition" => Season::Transition,
        "summer" => Season::Summer,
        _ => return None,
    };
    let kind = match words.next()? {
        "workday" => DayKind::Workday,
        "saturday" => DayKind::Saturday,
        "sunday" => DayKind::Sunday,
        _ => return None,
    };
    let values: Vec<u32> =
        words.next()?.split(',').map(|value| value.parse().ok()).collect::<Option<_>>()?;
    (values.len() == usize::from(QUARTERS)).then_some(Row { key: (profile, season, kind), values })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::Load;
    use crate::load::tests::{KEY, desk, noon, work};

    fn household(day_variance: i64, quarter_variance: i64) -> Load {
        Load::Profile(ProfileLoad {
            profile: Profile::H0,
            annual: Energy::from_kwh(2_600),
            day_variance,
            quarter_variance,
            tangent: 250,
        })
    }

    #[test]
    fn the_table_has_every_profile_season_and_day() {
        assert_eq!(TABLES.len(), 9 * 3 * 3);
        let first = Profile::H0.table(Season::Summer, DayKind::Workday);
        assert_eq!(first[..3], [86_360, 76_960, 68_840]);
    }

    #[test]
    fn the_dynamic_factor_has_its_published_values() {
        let f = |day: i16| {
            Profile::H0.dynamic(date(2026, 1, 1) + jiff::Span::new().days(i64::from(day) - 1))
        };
        assert_eq!([f(1), f(182), f(365)], [12_420, 7_959, 12_572]);
    }

    #[test]
    fn a_year_has_exactly_its_energy() {
        let year = work(&household(0, 0), KEY, noon("2026-01-01"), 365).energy().mwh();
        assert!((year - 2_600_000_000).abs() < 2_600_000, "{year} mWh");
        let sum = Profile::H0.year_sum(&desk().calendar, 2026);
        let nominal = NOMINAL * i128::from(DYNAMIC_SCALE);
        assert!((sum - nominal).abs() < nominal / 100, "the table is nominally 1,000 kWh: {sum}");
    }

    #[test]
    fn variance_keeps_the_mean() {
        let years: i64 = (0..20)
            .map(|entity| {
                let key = Key { entity, ..KEY };
                work(&household(390, 930), key, noon("2026-01-01"), 365).energy().mwh()
            })
            .sum();
        let mean = years / 20;
        assert!((mean - 2_600_000_000).abs() < 60_000_000, "{mean} mWh");
    }

    #[test]
    fn the_skewed_factor_has_mean_one_and_its_variance() {
        let draws: Vec<i64> = (0..100_000)
            .map(|slot| skewed(KEY.seed.draw(1, Stream::Quarter, slot).noise(), 930))
            .collect();
        let mean = draws.iter().sum::<i64>() / 100_000;
        let variance = draws.iter().map(|x| (x - mean) * (x - mean)).sum::<i64>() / 100_000;
        assert!((980..1_020).contains(&mean), "{mean}");
        assert!((900..960).contains(&variance.isqrt()), "{}", variance.isqrt());
        assert_eq!(skewed(2_000, 0), 1_000);
    }
}
