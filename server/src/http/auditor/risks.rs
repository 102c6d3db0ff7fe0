//! What to look at first: `GET /api/v1/audit/findings?from=&to=&rule=&by=`.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use shared::api::audit::{RiskPage, RiskRow};
use shared::id::StaffId;
use shared::risk::Rule;
use shared::time::{Span, Timestamp};

use super::super::accounts::{name_of, staff_names};
use super::super::csv::{Cell, Sheet};
use super::super::problem::{Answer, Trouble};
use super::super::state::State;
use super::entries::book_word;
use super::{Format, book_or_usual, file_name, known};
use crate::store::report::audit::{risks, sums};

/// Days looked back unless it is said otherwise.
const USUAL: Span = Span::from_days(30);

#[derive(Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Question {
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    rule: Option<Rule>,
    by: Option<StaffId>,
    #[serde(default)]
    format: Format,
}

pub(in crate::http) async fn list(
    state: web::Data<State>,
    question: web::Query<Question>,
) -> Answer {
    let question = question.into_inner();
    let to = question.to.unwrap_or_else(|| {
        // Simulated time may be ahead of ours.
        let books = state.site.books.iter().map(|book| state.now(*book));
        books.max().unwrap_or_else(|| state.now(book_or_usual(&state, None))) + Span::from_mins(1)
    });
    let from = question.from.unwrap_or(to - USUAL);
    let (borders, zone) = (state.borders.clone(), state.zone.clone());
    let found = state.audit.ask(move |db| {
        sums::fold(db, &zone)?;
        risks::findings(db, &borders, &zone, (from, to))
    });
    let found = found.await.map_err(|error| Trouble::fault("look for high-risk acts", error))?;
    let (names, known) = (staff_names(&state).await?, known(&state));
    let meant = found.into_iter().filter(|finding| {
        question.rule.is_none_or(|rule| rule == finding.rule)
            && question.by.is_none_or(|by| by == finding.by)
    });
    let findings = meant.map(|finding| RiskRow {
        name: name_of(&names, finding.by),
        place: finding
            .account
            .and_then(|account| known.get(&account))
            .map(|known| known.place.clone())
            .unwrap_or_default(),
        finding,
    });
    let findings: Vec<RiskRow> = findings.collect();
    match question.format {
        Format::Json => {
            let mut off = Vec::new();
            if state.borders.hours.is_empty() {
                off.push(Rule::AfterHours);
            }
            if state.borders.sale.is_none() {
                off.push(Rule::SplitSales);
            }
            Ok(HttpResponse::Ok().json(RiskPage { from, to, findings, off }))
        }
        Format::Csv => {
            let name = file_name(&state, "high-risk", Some(from), Some(to));
            Ok(sheet(&state, &findings).answer(&name))
        }
    }
}

fn sheet(state: &State, findings: &[RiskRow]) -> Sheet {
    let mut sheet = Sheet::new(&[
        "rule", "time", "book", "by", "account", "meter", "place", "amount", "currency", "records",
    ]);
    let currency = state.site.currency;
    for row in findings {
        let finding = &row.finding;
        let entries: Vec<String> = finding.entries.iter().map(ToString::to_string).collect();
        sheet.row([
            Cell::text(finding.rule.name()),
            Cell::time(finding.at, &state.zone),
            Cell::text(book_word(finding.book)),
            Cell::text(&row.name),
            Cell::or_empty(finding.account.map(|account| Cell::number(account.0))),
            Cell::or_empty(finding.meter.map(|meter| Cell::number(meter.0))),
            Cell::text(&row.place),
            Cell::or_empty(finding.amount.map(|amount| Cell::money(amount, currency))),
            Cell::text(currency.code()),
            Cell::text(entries.join(" ")),
        ]);
    }
    sheet
}
