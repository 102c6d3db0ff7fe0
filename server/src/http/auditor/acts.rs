//! The audit log: `GET /api/v1/audit/acts?from=&to=&upto=&by=&kind=&sales=&before=&limit=`.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use shared::api::audit::{ActRow, ActsPage};
use shared::id::{Seq, StaffId};
use shared::time::Timestamp;

use super::super::accounts::{name_of, staff_names};
use super::super::csv::{Cell, Sheet};
use super::super::problem::{Answer, Trouble};
use super::super::state::State;
use super::super::unrecorded;
use super::entries::book_word;
use super::{Format, MOST_ROWS, file_name, known, too_many};
use crate::store::report::audit::acts::{self, Filter};
use crate::store::report::audit::sums;

const USUAL: usize = 100;
const MOST: usize = 500;

#[derive(Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Question {
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    upto: Option<Seq>,
    before: Option<Seq>,
    by: Option<StaffId>,
    kind: Option<String>,
    #[serde(default)]
    sales: bool,
    limit: Option<usize>,
    #[serde(default)]
    format: Format,
}

pub(in crate::http) async fn list(
    state: web::Data<State>,
    question: web::Query<Question>,
) -> Answer {
    unrecorded::take_over(&state).await.ok();
    let question = question.into_inner();
    let filter = Filter {
        from: question.from,
        to: question.to,
        upto: question.upto,
        before: question.before,
        by: question.by,
        kind: question.kind.filter(|kind| !kind.is_empty()),
        sales: question.sales,
    };
    match question.format {
        Format::Json => {
            let limit = question.limit.unwrap_or(USUAL).clamp(1, MOST);
            let mut page = page(&state, filter, limit).await?;
            name(&state, &mut page.acts).await?;
            Ok(HttpResponse::Ok().json(page))
        }
        Format::Csv => {
            let (from, to) = (filter.from, filter.to);
            let mut page = page(&state, filter, MOST_ROWS).await?;
            if page.next.is_some() {
                return Err(too_many());
            }
            name(&state, &mut page.acts).await?;
            Ok(sheet(&state, &page.acts).answer(&file_name(&state, "audit-log", from, to)))
        }
    }
}

/// The kinds that acts have been of, and whoever could have done them: for the filters.
pub(in crate::http) async fn choices(state: web::Data<State>) -> Answer {
    let zone = state.zone.clone();
    let kinds = state.audit.ask(move |db| {
        sums::fold(db, &zone)?;
        acts::kinds(db)
    });
    let kinds = kinds.await.map_err(|error| Trouble::fault("read the ledger", error))?;
    let staff = staff_names(&state).await?.into_iter().collect();
    Ok(HttpResponse::Ok().json(shared::api::audit::Choices { kinds, staff }))
}

async fn page(state: &State, filter: Filter, limit: usize) -> Result<ActsPage, Trouble> {
    let zone = state.zone.clone();
    let answered = state.audit.ask(move |db| {
        sums::fold(db, &zone)?;
        acts::page(db, &filter, limit)
    });
    answered.await.map_err(|error| Trouble::fault("read the ledger", error))
}

async fn name(state: &State, acts: &mut [ActRow]) -> Result<(), Trouble> {
    let (names, known) = (staff_names(state).await?, known(state));
    for act in acts {
        act.name = name_of(&names, act.by);
        let of = act.account.and_then(|account| known.get(&account));
        act.place = of.map(|known| known.place.clone()).unwrap_or_default();
    }
    Ok(())
}

fn sheet(state: &State, acts: &[ActRow]) -> Sheet {
    let mut sheet = Sheet::new(&[
        "record", "time", "book", "by", "kind", "account", "meter", "place", "what", "before",
        "after", "why",
    ]);
    for act in acts {
        let text = |text: &Option<String>| Cell::or_empty(text.as_ref().map(Cell::text));
        sheet.row([
            Cell::number(act.seq.0),
            Cell::time(act.at, &state.zone),
            Cell::text(book_word(act.book)),
            Cell::text(&act.name),
            Cell::text(&act.kind),
            Cell::or_empty(act.account.map(|account| Cell::number(account.0))),
            Cell::or_empty(act.meter.map(|meter| Cell::number(meter.0))),
            Cell::text(&act.place),
            Cell::text(&act.deed.what),
            text(&act.deed.before),
            text(&act.deed.after),
            Cell::text(&act.deed.why),
        ]);
    }
    sheet
}
