//! Loads and price series from CSV files.

use std::path::Path;

use csv::StringRecord;
use shared::energy::Energy;
use shared::money::UnitPrice;
use shared::tariff::{Load, Reading, Series};
use shared::time::{Span, Timestamp};

use super::{Fault, read};

struct Line {
    /// In the file, from 1.
    number: u64,
    record: StringRecord,
}

/// A CSV file with its columns by name.
struct Sheet {
    file: String,
    header: StringRecord,
    lines: Vec<Line>,
}

impl Sheet {
    fn read(file: &Path) -> Result<Self, Fault> {
        let text = read(file)?;
        let name = file.display().to_string();
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let refused = |error: csv::Error| Fault::input(format!("{name}: {error}"));
        let header = reader.headers().map_err(refused)?.clone();
        let mut lines = Vec::new();
        for record in reader.records() {
            let record = record.map_err(refused)?;
            let number = record.position().map_or(0, csv::Position::line);
            lines.push(Line { number, record });
        }
        Ok(Self { file: name, header, lines })
    }

    fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|column| column.eq_ignore_ascii_case(name))
    }

    fn need(&self, name: &str) -> Result<usize, Fault> {
        self.column(name).ok_or_else(|| {
            let found: Vec<&str> = self.header.iter().collect();
            Fault::input(format!(
                "{}: there is no column `{name}`; its columns are: {}",
                self.file,
                found.join(", ")
            ))
        })
    }

    fn refuse(&self, line: &Line, message: &str) -> Fault {
        Fault::input(format!("{}, line {}: {message}", self.file, line.number))
    }

    fn times(&self, column: usize) -> Result<Vec<Timestamp>, Fault> {
        let mut times: Vec<Timestamp> = Vec::new();
        for line in &self.lines {
            let text = line.record.get(column).unwrap_or_default();
            let time = Timestamp::parse(text).ok_or_else(|| {
                self.refuse(
                    line,
                    &format!(
                        "`{text}` is not a time with its offset, such as 2025-01-01T00:00:00+08:00"
                    ),
                )
            })?;
            if times.last().is_some_and(|last| *last >= time) {
                return Err(self.refuse(line, "the time is not later than that of the line before"));
            }
            times.push(time);
        }
        Ok(times)
    }
}

/// How long one interval is: as given, else the smallest distance of two lines.
fn step_of(sheet: &Sheet, times: &[Timestamp], step: Option<Span>) -> Result<Span, Fault> {
    let distances = times.iter().zip(times.iter().skip(1)).map(|(one, next)| *next - *one);
    let smallest = distances.min();
    match (step, smallest) {
        (Some(step), Some(smallest)) if step > smallest => Err(Fault::input(format!(
            "{}: two lines are closer together than --step says",
            sheet.file
        ))),
        (Some(step), _) => Ok(step),
        (None, Some(smallest)) => Ok(smallest),
        (None, None) => Err(Fault::input(format!(
            "{}: one line alone does not say how long its interval is; give --step",
            sheet.file
        ))),
    }
}

pub(super) fn load(
    file: &Path,
    start: Option<Timestamp>,
    step: Option<Span>,
) -> Result<Vec<Load>, Fault> {
    let sheet = Sheet::read(file)?;
    let (kwh, kvarh) = (sheet.need("kwh")?, sheet.column("kvarh"));
    if sheet.lines.is_empty() {
        return Err(Fault::input(format!("{}: there is no line under the header", sheet.file)));
    }
    let (times, step) = match (sheet.column("time"), start) {
        (Some(_), Some(_)) => {
            return Err(Fault::input(format!(
                "{}: the lines have times already; --start is for loads without",
                sheet.file
            )));
        }
        (Some(column), None) => {
            let times = sheet.times(column)?;
            let step = step_of(&sheet, &times, step)?;
            (times, step)
        }
        (None, Some(start)) => {
            let step = step.ok_or_else(|| Fault::input("--start needs --step"))?;
            let next = |at: &Timestamp| Some(*at + step);
            (std::iter::successors(Some(start), next).take(sheet.lines.len()).collect(), step)
        }
        (None, None) => {
            return Err(Fault::input(format!(
                "{}: there is no column `time`; give --start and --step",
                sheet.file
            )));
        }
    };
    let mut load = Vec::with_capacity(sheet.lines.len());
    for (line, from) in sheet.lines.iter().zip(times) {
        let quantity = |column: usize| {
            let text = line.record.get(column).unwrap_or_default();
            let energy = Energy::parse_kwh(text).filter(|energy| !energy.is_negative());
            energy.ok_or_else(|| {
                sheet.refuse(
                    line,
                    &format!("`{text}` is not a quantity with at most 6 decimals, such as 0.25"),
                )
            })
        };
        let reading = Reading { from, to: from + step, energy: quantity(kwh)? };
        load.push(Load { reading, reactive: kvarh.map(quantity).transpose()? });
    }
    Ok(load)
}

pub(super) fn series(name: &str, file: &Path) -> Result<Series, Fault> {
    let sheet = Sheet::read(file)?;
    let (time, price) = (sheet.need("time")?, sheet.need("price")?);
    let times = sheet.times(time)?;
    let mut prices = Vec::with_capacity(times.len());
    for (line, at) in sheet.lines.iter().zip(&times) {
        let text = line.record.get(price).unwrap_or_default();
        let price =
            UnitPrice::parse(text).map_err(|error| sheet.refuse(line, &error.to_string()))?;
        prices.push((*at, price));
    }
    let step = step_of(&sheet, &times, None)?;
    let end = times.last().map_or(Timestamp::default(), |last| *last + step);
    Series::new(name, &prices, end)
        .map_err(|error| Fault::input(format!("{}: {error}", sheet.file)))
}
