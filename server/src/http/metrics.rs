//! `GET /metrics`: Prometheus text, for those who watch many sites.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, web};
use shared::api::board::{Board, Outcome};
use shared::api::overview::Figures;
use shared::id::Book;

use super::problem::Answer;
use super::state::State;

/// What the web server counts itself.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    /// Answers by class: 1xx to 5xx.
    answers: [AtomicU64; 5],
}

impl Counters {
    pub(crate) fn count(&self, status: StatusCode) {
        let class = usize::from(status.as_u16() / 100).saturating_sub(1);
        if let Some(counter) = self.answers.get(class) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }
}

pub(super) async fn show(state: web::Data<State>) -> Answer {
    let status = state.billing.status().await?;
    let mut page = Page::default();
    page.head("meterhouse_build_info", "gauge", "The version that runs");
    page.line("meterhouse_build_info", &[("version", env!("CARGO_PKG_VERSION"))], 1);
    page.head("meterhouse_http_answers_total", "counter", "Answers by class of status");
    for (class, counter) in state.counters.answers.iter().enumerate() {
        let class = format!("{}xx", class + 1);
        let count = counter.load(Ordering::Relaxed);
        page.line("meterhouse_http_answers_total", &[("class", &class)], count);
    }
    page.head("meterhouse_live_readers", "gauge", "Screens on the live stream");
    page.line("meterhouse_live_readers", &[], state.hub.readers());
    page.head("meterhouse_journal_records", "gauge", "The last committed record");
    page.line("meterhouse_journal_records", &[], status.committed);
    page.head("meterhouse_journal_halted", "gauge", "1 while the journal cannot be written");
    page.line("meterhouse_journal_halted", &[], u8::from(status.halted.is_some()));
    page.head("meterhouse_billing_waiting", "gauge", "Commands and reports before their commit");
    page.line("meterhouse_billing_waiting", &[], status.waiting);
    page.head("meterhouse_accounts", "gauge", "Prepaid accounts");
    page.line("meterhouse_accounts", &[], status.accounts);
    figures(&mut page, &state.hub.figures());
    board(&mut page, &state.board());
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    Ok(HttpResponse::Ok().insert_header((header::CONTENT_TYPE, kind)).body(page.0))
}

fn figures(page: &mut Page, books: &[Figures]) {
    page.head("meterhouse_meters", "gauge", "Meters by book and state");
    for figures in books {
        let book = name(figures.book);
        let states = [
            ("all", figures.meters),
            ("connected", figures.connected),
            ("low-credit", figures.low),
            ("cut", figures.cut),
            ("silent", figures.silent),
            ("held", figures.held),
        ];
        for (state, count) in states {
            page.line("meterhouse_meters", &[("book", book), ("state", state)], count);
        }
    }
    page.head("meterhouse_alarms", "gauge", "Open alarms");
    for figures in books {
        page.line("meterhouse_alarms", &[("book", name(figures.book))], figures.alarms);
    }
    page.head("meterhouse_power_watts", "gauge", "Sum of the good powers");
    for figures in books {
        page.line("meterhouse_power_watts", &[("book", name(figures.book))], figures.power.watts());
    }
}

fn board(page: &mut Page, board: &Board) {
    let help = "Does it hold: 1 yes, 0 no, -1 not checked";
    page.head("meterhouse_invariant", "gauge", help);
    for found in &board.findings {
        let holds = match found.outcome {
            Outcome::Holds => 1,
            Outcome::Broken(_) => 0,
            Outcome::Unchecked(_) => -1,
        };
        page.line("meterhouse_invariant", &[("invariant", found.invariant.code())], holds);
    }
    page.head("meterhouse_invariant_checked", "gauge", "Rows looked at by the last check");
    for found in &board.findings {
        let label = [("invariant", found.invariant.code())];
        page.line("meterhouse_invariant_checked", &label, found.checked);
    }
    page.head("meterhouse_invariants_checked_at_seconds", "gauge", "Unix time of the last check");
    if let Some(at) = board.checked {
        page.line("meterhouse_invariants_checked_at_seconds", &[], at.millis() / 1_000);
    }
    if let Some(last) = &board.backup.last {
        page.head(
            "meterhouse_backup_proven",
            "gauge",
            "1 where the last copy was restored and proven",
        );
        page.line("meterhouse_backup_proven", &[], u8::from(last.proven.is_some()));
        page.head("meterhouse_backup_at_seconds", "gauge", "Unix time of the last copy");
        page.line("meterhouse_backup_at_seconds", &[], last.at.millis() / 1_000);
    }
    page.head("meterhouse_journal_behind_anchor", "gauge", "1 while records are missing");
    page.line("meterhouse_journal_behind_anchor", &[], u8::from(board.loss.is_some()));
}

const fn name(book: Book) -> &'static str {
    match book {
        Book::Live => "live",
        Book::Simulated => "simulated",
    }
}

/// The text format: a head for each name, a line for each value.
#[derive(Default)]
struct Page(String);

impl Page {
    fn head(&mut self, metric: &str, kind: &str, help: &str) {
        writeln!(self.0, "# HELP {metric} {help}\n# TYPE {metric} {kind}")
            .expect("writing to a string cannot fail");
    }

    fn line(&mut self, metric: &str, labels: &[(&str, &str)], value: impl std::fmt::Display) {
        let labels: Vec<_> =
            labels.iter().map(|(key, label)| format!("{key}=\"{label}\"")).collect();
        let labels =
            if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        writeln!(self.0, "{metric}{labels} {value}").expect("writing to a string cannot fail");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_stands_with_its_labels() {
        let mut page = Page::default();
        page.line("m", &[("book", "live"), ("state", "cut")], 3);
        page.line("n", &[], 4);
        assert_eq!(page.0, "m{book=\"live\",state=\"cut\"} 3\nn 4\n");
    }

    #[test]
    fn every_class_of_answer_is_counted() {
        let counters = Counters::default();
        for status in [StatusCode::OK, StatusCode::NOT_FOUND, StatusCode::BAD_GATEWAY] {
            counters.count(status);
        }
        let counts: Vec<_> =
            counters.answers.iter().map(|counter| counter.load(Ordering::Relaxed)).collect();
        assert_eq!(counts, [0, 1, 0, 1, 1]);
    }
}
