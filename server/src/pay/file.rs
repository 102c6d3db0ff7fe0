//! A provider's file of a day: a head that names its columns, then a payment or refund a line.

use shared::counter::Line;
use shared::money::{Currency, Money};

/// The columns that are read, in any order; others may stand beside them.
const COLUMNS: [&str; 3] = ["id", "amount", "kind"];

/// The lines of a file; a wrong one is named by its number.
pub(crate) fn lines(text: &str, currency: Currency) -> Result<Vec<Line<u64>>, String> {
    let bytes = text.trim_start_matches('\u{feff}').as_bytes();
    let mut reader =
        ::csv::ReaderBuilder::new().flexible(true).trim(::csv::Trim::All).from_reader(bytes);
    let head = reader.headers().map_err(|error| format!("line 1: {error}"))?.clone();
    let column = |name: &str| {
        let place = head.iter().position(|known| known.eq_ignore_ascii_case(name));
        let wanted = COLUMNS.join(", ");
        place.ok_or_else(|| {
            format!("line 1 names the columns, of which {wanted} are needed: there is no `{name}`")
        })
    };
    let [id, amount, kind] = COLUMNS.map(column);
    let (id, amount, kind) = (id?, amount?, kind?);
    let mut lines = Vec::new();
    let (mut number, mut seen) = (1, 0);
    let mut record = ::csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(|error| format!("it is no CSV: {error}"))? {
        // Blank lines are skipped by the reader and counted here.
        let begin = record.position().map_or(0, ::csv::Position::byte);
        let begin = usize::try_from(begin).unwrap_or(bytes.len());
        let ends = |bytes: &[u8]| bytes.split(|byte| *byte == b'\n').skip(1).count();
        let blank = bytes.iter().skip(begin).take_while(|byte| b"\r\n".contains(byte)).count();
        number += ends(bytes.get(seen..begin + blank).unwrap_or_default());
        seen = begin + blank;
        let number = u64::try_from(number).unwrap_or(u64::MAX);
        let cell = |place: usize, name: &str| {
            record.get(place).ok_or_else(|| format!("line {number}: it has no {name}"))
        };
        let id = cell(id, "id")?;
        if id.is_empty() {
            return Err(format!("line {number}: the payment has no id"));
        }
        let amount = signed(cell(amount, "amount")?, cell(kind, "kind")?, currency);
        let amount = amount.map_err(|wrong| format!("line {number}: {wrong}"))?;
        lines.push(Line { from: number, id: id.to_owned(), amount });
    }
    Ok(lines)
}

/// A refund is below zero here, and never in the file.
fn signed(amount: &str, kind: &str, currency: Currency) -> Result<Money, String> {
    let parsed = Money::parse(amount, currency)
        .map_err(|error| format!("`{amount}` is no amount: {error}"))?;
    match kind {
        "sale" | "refund" if parsed.is_negative() => {
            Err("the kind says which way, not a minus".to_owned())
        }
        "sale" => Ok(parsed),
        "refund" => Ok(-parsed),
        other => Err(format!("`{other}` is neither sale nor refund")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_by_their_names_and_a_wrong_line_is_named() {
        let good = "\u{feff}kind,Amount,fee,id\r\nsale,12.50,0.05,T-1\r\n\r\nrefund,12.50,0,T-1\n";
        let read: Vec<_> = lines(good, Currency::CNY)
            .unwrap()
            .into_iter()
            .map(|line| (line.from, line.id, line.amount.minor()))
            .collect();
        assert_eq!(read, [(2, "T-1".to_owned(), 1_250), (4, "T-1".to_owned(), -1_250)]);
        let read = |rows: &str| lines(&format!("id,time,amount,kind\n{rows}"), Currency::CNY);
        for (rows, said) in [
            ("T-1,10:00,12.50,sale\n,1,1,sale\n", "line 3: the payment has no id"),
            ("T-1,10:00,twelve,sale\n", "line 2: `twelve` is no amount"),
            ("T-1,10:00,-1.00,refund\n", "line 2: "),
            ("T-1,10:00,1.00,gift\n", "line 2: `gift` is neither"),
            ("T-1,10:00\n", "line 2: it has no amount"),
        ] {
            let told = read(rows).unwrap_err();
            assert!(told.starts_with(said), "{told}");
        }
        let told = lines("id,time,kind\n", Currency::CNY).unwrap_err();
        assert!(told.ends_with("there is no `amount`"), "{told}");
    }
}
