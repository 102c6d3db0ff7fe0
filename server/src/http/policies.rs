//! Policies: what holds where, whether other terms could harm anybody, and the request that they hold.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use shared::api::approval::{Evidence, Fact, Figure};
use shared::api::policy::{
    PolicyCheck, PolicyOrder, PolicyRow, PolicyVerdict, PolicyVersion, check,
};
use shared::id::{Book, StaffId};
use shared::policy::{Origin, Policy, Scope};
use shared::site::Refusal;
use shared::staff::Matter;
use shared::time::{Timestamp, Zone};
use tokio::sync::Semaphore;

use super::accounts::{name_of, staff_names};
use super::approvals;
use super::auth::Caller;
use super::body::Body;
use super::problem::{Answer, Trouble};
use super::state::State;
use super::tariffs;
use crate::config::{Blamed, policy_text, read_policy, scope_name};
use crate::store::report::policies::{self, Version};

/// Trying every course takes a processor for a moment: one at a time, the next one waits.
static CHECKS: Semaphore = Semaphore::const_new(1);

pub(super) async fn list(state: web::Data<State>) -> Answer {
    let versions = versions(&state).await?;
    let names = staff_names(&state).await?;
    let mut places: BTreeMap<(Book, Scope), Vec<Version>> = BTreeMap::new();
    for version in versions {
        places.entry((version.book, version.scope.clone())).or_default().push(version);
    }
    let (currency, zone) = (state.site.currency, zone(&state)?);
    let written = |policy: &Policy| policy_text(policy, currency, &zone);
    let rows: Vec<PolicyRow> = places
        .into_iter()
        .map(|((book, scope), versions)| {
            row(book, scope, versions, &names, state.now(book), written)
        })
        .collect();
    Ok(HttpResponse::Ok().json(rows))
}

fn row(
    book: Book,
    scope: Scope,
    versions: Vec<Version>,
    names: &BTreeMap<StaffId, String>,
    now: Timestamp,
    written: impl Fn(&Policy) -> Option<String>,
) -> PolicyRow {
    let mut shown: Vec<PolicyVersion> = versions
        .into_iter()
        .zip(1_u32..)
        .map(|(version, number)| {
            let by = |staff: StaffId| Some(name_of(names, staff));
            let (asked_by, approved_by) = match version.origin {
                Origin::File => (None, None),
                Origin::Persons { approved_by } => (by(version.by), by(approved_by)),
            };
            PolicyVersion {
                number,
                seq: version.seq,
                from: version.from,
                published: version.published,
                from_file: version.origin == Origin::File,
                asked_by,
                approved_by,
                note: version.note,
                text: written(&version.policy),
                policy: version.policy,
            }
        })
        .collect();
    // As the core has it: of those begun, the one that begins last; of one time, the newest.
    let begun = shown.iter().filter(|version| version.from <= now);
    let in_force = begun.max_by_key(|version| (version.from, version.number));
    let in_force = in_force.map(|version| version.number);
    shown.reverse();
    PolicyRow { book, scope, in_force, versions: shown }
}

pub(super) async fn check_terms(state: web::Data<State>, Body(order): Body<PolicyCheck>) -> Answer {
    let verdict = match terms(&state, order.policy, order.text)? {
        Ok(policy) => tried(&state, policy, tariffs::book(&state)).await?,
        Err(Blamed { line, what }) => PolicyVerdict::Unreadable { line, what },
    };
    Ok(HttpResponse::Ok().json(verdict))
}

/// Terms as data, or as a site file has them.
fn terms(
    state: &State,
    policy: Option<Policy>,
    text: Option<String>,
) -> Result<Result<Policy, Blamed>, Trouble> {
    match (policy, text) {
        (Some(policy), None) => Ok(Ok(policy)),
        (None, Some(text)) => Ok(read_policy(&text, state.site.currency, &zone(state)?)),
        (Some(_), Some(_)) | (None, None) => Err(Trouble::bad(
            "bad-terms",
            "terms are given as `policy` or as `text`, one of the two",
        )),
    }
}

fn zone(state: &State) -> Result<Zone, Trouble> {
    Zone::named(&state.site.zone).map_err(|error| Trouble::fault("find the site's zone", error))
}

/// Asks a second person to publish other terms. What could harm anybody is refused at once.
pub(super) async fn request(
    state: web::Data<State>,
    caller: Caller,
    Body(order): Body<PolicyOrder>,
) -> Answer {
    let PolicyOrder { book, scope, from, policy, text, reason } = order;
    if reason.trim().is_empty() {
        return Err(Refusal::NoReason.into());
    }
    if !state.site.books.contains(&book) {
        return Err(Trouble::bad("no-such-book", "this site does not keep that book"));
    }
    if !state.hub.has_place(book, &scope) {
        let what = format!("no meter of this book stands at {}", scope_name(&scope));
        return Err(Trouble::absent(what));
    }
    let policy = terms(&state, policy, text)?.map_err(|Blamed { line, what }| {
        let place = line.map_or_else(String::new, |line| format!("line {line}: "));
        unfit("bad-policy", format!("the terms cannot be read: {place}{what}"))
    })?;
    let newest = versions(&state).await?.into_iter().rev();
    let mut newest = newest.filter(|version| version.book == book && version.scope == scope);
    if newest.next().is_some_and(|version| version.policy == policy) {
        return Err(unfit("same-policy", "these terms are the newest at this place already"));
    }
    match tried(&state, policy.clone(), book).await? {
        PolicyVerdict::Clean { .. } => {}
        PolicyVerdict::Wrong { key, what } => return Err(Refusal::BadPolicy { key, what }.into()),
        PolicyVerdict::Unreadable { line: _, what } => return Err(unfit("bad-policy", what)),
        PolicyVerdict::Broken { sentence, timeline, .. } => {
            let course: Vec<String> = timeline
                .into_iter()
                .map(|line| {
                    format!("{}  {}  {}  {}", line.time, line.credit, line.supply, line.what)
                })
                .collect();
            let what = format!("the policy is not published: {sentence}");
            return Err(unfit("policy-breaks-promise", what).detail(course.join("\n")));
        }
        PolicyVerdict::TooLarge { most_states } => {
            let what = format!(
                "the policy cannot be tried whole: more than {most_states} states around one time; \
                 fewer tables of hours have fewer"
            );
            return Err(unfit("policy-too-large", what));
        }
    }
    let place = Evidence { what: Fact::Place, is: Figure::Text(scope_name(&scope)) };
    let matter = Matter::PolicyPublish { book, scope, from, policy: Box::new(policy) };
    approvals::wait(&state, &caller, matter, vec![place], &reason).await
}

async fn tried(state: &State, policy: Policy, book: Book) -> Result<PolicyVerdict, Trouble> {
    let failed = |error: String| Trouble::fault("check a policy", error);
    let _one = CHECKS.acquire().await.map_err(|error| failed(error.to_string()))?;
    let zone = zone(state)?;
    let (currency, now) = (state.site.currency, state.now(book));
    web::block(move || check(&policy, &zone, currency, now))
        .await
        .map_err(|error| failed(error.to_string()))
}

async fn versions(state: &State) -> Result<Vec<Version>, Trouble> {
    let asked = state.ledger.ask(|db| policies::versions(db)).await;
    asked.map_err(|error| Trouble::fault("read the ledger", error))
}

fn unfit(kind: &str, what: impl ToString) -> Trouble {
    Trouble::new(StatusCode::UNPROCESSABLE_ENTITY, kind, what)
}
