//! Tables as CSV files, for a spreadsheet: one writer for every export, so that what people typed is
//! text in each of them and never a formula.

use actix_web::HttpResponse;
use actix_web::http::header::{ContentDisposition, DispositionParam, DispositionType};
use shared::energy::Energy;
use shared::money::{Currency, Money};
use shared::time::{Timestamp, Zone};

/// Spreadsheets take a file for UTF-8 when it begins so; without it Chinese names are garbled.
const MARK: &str = "\u{feff}";

/// One table, row by row.
pub struct Sheet {
    writer: ::csv::Writer<Vec<u8>>,
    columns: usize,
}

/// What stands in one place of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Unknown, or nothing: not zero.
    Empty,
    /// Words, of people or ours; never taken for a formula.
    Text(String),
    /// A figure that we wrote, which may begin with a minus.
    Figure(String),
}

impl Cell {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub fn number(number: impl Into<i128>) -> Self {
        Self::Figure(number.into().to_string())
    }

    /// An amount in the currency's own unit, such as `-12.50`.
    pub fn money(amount: Money, currency: Currency) -> Self {
        Self::Figure(amount.to_decimal(currency).to_string())
    }

    /// kWh, exact to the mWh.
    pub fn energy(energy: Energy) -> Self {
        Self::Figure(energy.to_kwh().to_string())
    }

    /// The site's own clock, with its distance from UTC, so that it sorts and can be read back.
    pub fn time(at: Timestamp, zone: &Zone) -> Self {
        Self::Figure(zone.local(at).strftime("%Y-%m-%d %H:%M:%S%:z").to_string())
    }

    pub fn or_empty(cell: Option<Self>) -> Self {
        cell.unwrap_or(Self::Empty)
    }

    fn written(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => guarded(text),
            Self::Figure(figure) => figure.clone(),
        }
    }
}

impl Sheet {
    pub fn new(head: &[&str]) -> Self {
        let writer = ::csv::WriterBuilder::new()
            .terminator(::csv::Terminator::CRLF)
            .from_writer(MARK.as_bytes().to_vec());
        let mut sheet = Self { writer, columns: head.len() };
        sheet.write(head.iter().map(|&name| name.to_owned()).collect());
        sheet
    }

    /// Adds a row; it has as many cells as the head.
    pub fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.write(cells.into_iter().map(|cell| cell.written()).collect());
    }

    fn write(&mut self, fields: Vec<String>) {
        assert_eq!(fields.len(), self.columns, "a row has a cell for every column");
        self.writer.write_record(&fields).expect("memory takes every row of the same length");
    }

    /// RFC 4180, in UTF-8 with its mark.
    pub fn into_bytes(self) -> Vec<u8> {
        self.writer.into_inner().expect("memory takes every row")
    }

    /// The table as a file to keep. `name` is ours: plain letters, without the ending.
    pub fn answer(self, name: &str) -> HttpResponse {
        let name = DispositionParam::Filename(format!("{name}.csv"));
        let as_file =
            ContentDisposition { disposition: DispositionType::Attachment, parameters: vec![name] };
        HttpResponse::Ok()
            .content_type("text/csv; charset=utf-8")
            .insert_header(as_file)
            .body(self.into_bytes())
    }
}

/// Text as text: an apostrophe before what a spreadsheet would compute (OWASP, "CSV injection"), and
/// nothing that steers a terminal or turns the reading direction.
fn guarded(text: &str) -> String {
    let computes = |first: char| {
        matches!(first, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠')
    };
    let before = text.trim_start_matches([' ', '\u{a0}']);
    let formula = text.starts_with(computes) || before.starts_with(computes);
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let plain = text.chars().filter_map(|c| match c {
        '\n' | '\r' | '\t' => Some(' '),
        steers if steers.is_control() || turns(steers) => None,
        letter => Some(letter),
    });
    let mark = if formula { "'" } else { "" };
    mark.chars().chain(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(cell: Cell) -> String {
        let mut sheet = Sheet::new(&["a"]);
        sheet.row([cell]);
        let bytes = sheet.into_bytes();
        let text = String::from_utf8(bytes).expect("UTF-8");
        let text = text.strip_prefix("\u{feff}a\r\n").expect("the mark and the head");
        text.trim_end_matches("\r\n").to_owned()
    }

    #[test]
    fn what_people_typed_is_never_a_formula() {
        for (typed, kept) in [
            ("Wang Fang", "Wang Fang"),
            ("=HYPERLINK(\"http://evil\")", "\"'=HYPERLINK(\"\"http://evil\"\")\""),
            ("+86 10", "'+86 10"),
            ("-1+1", "'-1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "' =1"),
            ("\r=1", "' =1"),
            ("  =1", "'  =1"),
            ("＝1", "'＝1"),
            ("a,b", "\"a,b\""),
            ("a\r\nb", "a  b"),
            ("\u{1b}p\u{0}7\u{202e}gpj", "p7gpj"),
            ("1203 = new", "1203 = new"),
        ] {
            assert_eq!(written(Cell::text(typed)), kept, "{typed:?}");
        }
    }

    #[test]
    fn figures_of_ours_may_be_below_zero() {
        let owed = Money::from_minor(-1_250);
        assert_eq!(written(Cell::money(owed, Currency::CNY)), "-12.50");
        assert_eq!(written(Cell::number(-3)), "-3");
        assert_eq!(written(Cell::or_empty(None)), "\"\"");
        let shanghai = Zone::named("Asia/Shanghai").expect("a zone");
        let at = Timestamp::from_millis(1_700_000_000_123);
        assert_eq!(written(Cell::time(at, &shanghai)), "2023-11-15 06:13:20+08:00");
        let last = Cell::time(Timestamp::from_millis(i64::MAX), &shanghai);
        assert_eq!(written(last), "8941-07-10 15:06:40+08:00", "a question may name any instant");
        let first = written(Cell::time(Timestamp::from_millis(i64::MIN), &shanghai));
        assert!(first.starts_with("-5002-"), "{first}");
    }

    #[test]
    #[should_panic(expected = "a cell for every column")]
    fn a_row_that_lacks_a_cell_is_a_fault() {
        Sheet::new(&["a", "b"]).row([Cell::Empty]);
    }
}
