//! Prices by period in tariff files, written down or in proportion to another period's.

use crate::money::UnitPrice;
use crate::tariff::file::node::{Node, Read, Table};

/// The prices of every period of a schedule, in its order.
pub(super) fn price_lists<'a>(
    node: &Node<'a>,
    names: &[String],
) -> Read<Vec<(Node<'a>, Vec<UnitPrice>)>> {
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
        let prices = prices(&table, &entry, names.len())?;
        Ok((entry, prices))
    };
    names.iter().map(one).collect()
}

/// Prices as they stand, or `{ of = "flat", times = "1.7", round = "0.0001" }`: a multiple of
/// another period's, rounded half up to a multiple of `round` (price orders say to what).
fn prices(table: &Table<'_>, entry: &Node<'_>, steps: usize) -> Read<Vec<UnitPrice>> {
    if !entry.is_table() {
        return entry.list().iter().map(Node::price).collect();
    }
    let Some(steps) = steps.checked_sub(1) else {
        return Err(entry.refuse("these prices are multiples of each other in a circle"));
    };
    let multiple = entry.table()?;
    let of = multiple.need("of")?;
    let base = table
        .get(of.str()?)
        .ok_or_else(|| of.refuse("there is no price of this period to multiply"))?;
    let times = multiple.need("times")?.e8()?;
    let round = multiple.get("round").map(|node| node.amount()).transpose()?;
    multiple.finish()?;
    let scaled = |price: UnitPrice| {
        let (product, unit) = (i128::from(price.e8()) * i128::from(times), 100_000_000_i128);
        let step = round.map_or(1, |round| i128::from(round.e8()).max(1)) * unit;
        if round.is_none() && product % unit != 0 {
            return Err(entry.refuse("the product has more than 8 decimals; say how to `round` it"));
        }
        let (whole, rest) = (product.div_euclid(step), product.rem_euclid(step));
        let rounded = (whole + i128::from(rest >= step - rest)) * (step / unit);
        i64::try_from(rounded)
            .map(UnitPrice::from_e8)
            .map_err(|error| entry.refuse(error.to_string()))
    };
    prices(table, &base, steps)?.into_iter().map(scaled).collect()
}

#[cfg(test)]
mod tests {
    use crate::tariff::Tariff;
    use crate::time::Timestamp;

    fn read(prices: &str) -> Result<Vec<String>, String> {
        let text = format!(
            r#"
id = "t"
currency = "CNY"
zone = "Asia/Shanghai"
[[versions]]
from = "2025-01-01"
schedule = [
  {{ windows = "11:00-12:00", period = "sharp", overlay = true }},
  {{ windows = "10:00-19:00", period = "peak" }},
  {{ windows = ["08:00-10:00", "19:00-24:00"], period = "flat" }},
  {{ windows = "00:00-08:00", period = "valley" }},
]
[versions.energy.prices]
{prices}
"#
        );
        let tariff = Tariff::from_toml(&text).map_err(|error| error.to_string())?;
        let at = |hour: &str| Timestamp::parse(&format!("2025-07-01T{hour}:00:00+08:00")).unwrap();
        let state = crate::tariff::ChargeState::open(&tariff, at("00"));
        let price = |hour| state.price_now(&tariff, at(hour)).to_decimal().to_string();
        Ok(["11", "10", "09", "07"].map(price).to_vec())
    }

    #[test]
    fn guangdong_s_prices_follow_from_the_flat_one_rounded_to_a_hundredth_of_a_fen() {
        let prices = r#"
flat = "0.65433"
peak = { of = "flat", times = "1.7", round = "0.0001" }
valley = { of = "flat", times = "0.38", round = "0.0001" }
sharp = { of = "peak", times = "1.25", round = "0.0001" }
"#;
        let expected = ["1.3905", "1.1124", "0.65433", "0.2486"].map(str::to_owned);
        assert_eq!(read(prices), Ok(expected.to_vec()));
    }

    #[test]
    fn multiples_that_go_in_a_circle_or_need_rounding_are_refused() {
        for (prices, refusal) in [
            (
                "flat = { of = \"peak\", times = 1 }\npeak = { of = \"flat\", times = 1 }\nvalley = 1\nsharp = 1",
                "in a circle",
            ),
            (
                "flat = \"0.12345678\"\npeak = { of = \"flat\", times = \"1.7\" }\nvalley = 1\nsharp = 1",
                "more than 8 decimals",
            ),
            (
                "flat = 1\npeak = { of = \"deep\", times = 2 }\nvalley = 1\nsharp = 1",
                "no price of this period",
            ),
        ] {
            let said = read(prices).unwrap_err();
            assert!(said.contains(refusal), "{said}");
        }
    }
}
