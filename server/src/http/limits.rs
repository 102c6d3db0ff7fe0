//! Limits of the counters: what is in force, and raises asked of a second person.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use shared::api::approval::{Evidence, Fact, Figure};
use shared::api::limits::{CounterLimits, LimitsPage, Raise, RaiseOrder, Raised};
use shared::id::Book;
use shared::money::Money;
use shared::staff::Matter;

use super::approvals;
use super::auth::Caller;
use super::body::Body;
use super::problem::{Answer, Trouble};
use super::state::State;

#[derive(Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    book: Book,
}

pub(super) async fn show(state: web::Data<State>, question: web::Query<Question>) -> Answer {
    let Question { book } = question.into_inner();
    kept(&state, book)?;
    let (now, counters) = (state.now(book), state.billing.counters(book).await?);
    let of = |(counter, name): (&shared::id::CounterId, &String)| CounterLimits {
        counter: *counter,
        name: name.clone(),
        limits: counters.in_force(now, Some(*counter)),
    };
    let page = LimitsPage {
        book,
        now,
        counters: state.counters_of_site.iter().map(of).collect(),
        raises: counters.raises(now).copied().collect(),
    };
    Ok(HttpResponse::Ok().json(page))
}

pub(super) async fn raise(
    state: web::Data<State>,
    caller: Caller,
    Body(order): Body<RaiseOrder>,
) -> Answer {
    let RaiseOrder { book, counter, limit, until, reason } = order;
    kept(&state, book)?;
    if let Some(counter) = counter.filter(|own| !state.counters_of_site.contains_key(own)) {
        let what = format!("there is no counter {counter}; the site file names the counters");
        return Err(Trouble::absent(what));
    }
    let counters = state.billing.counters(book).await?;
    let now = limit.in_force(&counters.in_force(state.now(book), counter));
    let now = now.map(|now| Evidence { what: Fact::LimitNow, is: figure(now) });
    let matter = Matter::RaiseLimit { book, raise: Raise { counter, limit, until } };
    approvals::wait(&state, &caller, matter, now.into_iter().collect(), &reason).await
}

fn kept(state: &State, book: Book) -> Result<(), Trouble> {
    if state.site.books.contains(&book) {
        return Ok(());
    }
    Err(Trouble::bad("no-such-book", "this site does not keep that book"))
}

fn figure(limit: Raised) -> Figure {
    match limit {
        Raised::Reversals(count) => Figure::Count(i64::from(count)),
        Raised::Sale(_)
        | Raised::Shift(_)
        | Raised::Day(_)
        | Raised::Till(_)
        | Raised::Credit(_)
        | Raised::ReversalAlone(_)
        | Raised::RefundAlone(_) => Figure::Money(Money::from_minor(limit.figure())),
    }
}
