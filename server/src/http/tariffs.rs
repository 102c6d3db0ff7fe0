//! Tariffs: what is published, who is on it, what a file says, and drafts.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, web};
use shared::api::tariff::{
    AccountRow, CheckOrder, Draft, DraftOrder, PublicationOrder, TariffPage, TariffRow, Template,
    VersionRow, check, difference, sheet,
};
use shared::id::{AccountId, StaffId, TariffId};
use shared::site::Refusal;
use shared::staff::Matter;
use shared::tariff::Tariff;
use shared::time::Timestamp;

use super::accounts::{name_of, staff_names};
use super::auth::Caller;
use super::body::Body;
use super::page::{Paging, page};
use super::problem::{Answer, Trouble};
use super::state::State;
use super::{approvals, templates};
use crate::clock;
use crate::store::drafts;
use crate::store::report::terms::{self, Published};

/// What the journal says about tariffs.
pub(super) struct Terms {
    pub(super) published: BTreeMap<TariffId, Published>,
    pub(super) accounts: BTreeMap<AccountId, TariffId>,
}

impl Terms {
    pub(super) async fn load(state: &State) -> Result<Self, Trouble> {
        let read = state
            .ledger
            .ask(|db| Ok((terms::published(db)?, terms::of_accounts(db)?)))
            .await
            .map_err(|error| Trouble::fault("read the ledger", error))?;
        Ok(Self { published: read.0, accounts: read.1 })
    }

    pub(super) fn on(&self, tariff: &TariffId) -> impl Iterator<Item = AccountId> {
        self.accounts.iter().filter(move |(_, own)| *own == tariff).map(|(account, _)| *account)
    }

    fn row(&self, tariff: &Tariff, now: Timestamp) -> TariffRow {
        let count = self.on(tariff.id()).count();
        let current = tariff.version_at(now);
        let next = tariff.versions().iter().find(|version| version.effective_from() > now);
        TariffRow {
            id: tariff.id().clone(),
            name: tariff.name().to_owned(),
            currency: tariff.currency(),
            zone: tariff.zone().name().to_owned(),
            accounts: u32::try_from(count).unwrap_or(u32::MAX),
            version: current.map(shared::tariff::Version::number),
            since: current.map(shared::tariff::Version::effective_from),
            next: next.map(shared::tariff::Version::effective_from),
            versions: u32::try_from(tariff.versions().len()).unwrap_or(u32::MAX),
        }
    }
}

/// The time that tariffs of this site go by.
pub(super) fn now(state: &State) -> Timestamp {
    state.now(book(state))
}

pub(super) fn book(state: &State) -> shared::id::Book {
    state.site.books.first().copied().unwrap_or(shared::id::Book::Live)
}

pub(super) async fn list(state: web::Data<State>) -> Answer {
    let terms = Terms::load(&state).await?;
    let now = now(&state);
    let rows: Vec<TariffRow> = terms
        .published
        .values()
        .filter_map(|published| Tariff::from_toml(&published.text).ok())
        .map(|tariff| terms.row(&tariff, now))
        .collect();
    Ok(HttpResponse::Ok().json(rows))
}

pub(super) async fn show(state: web::Data<State>, id: web::Path<String>) -> Answer {
    let id = TariffId(id.into_inner());
    let terms = Terms::load(&state).await?;
    let published = terms.published.get(&id).ok_or_else(|| Refusal::NoTariff(id.clone()))?;
    let tariff = Tariff::from_toml(&published.text)
        .map_err(|fault| Trouble::fault("read a published tariff", fault))?;
    let versions = tariff
        .versions()
        .iter()
        .enumerate()
        .map(|(place, version)| VersionRow {
            number: version.number(),
            from: version.effective_from(),
            source: version.source().map(str::to_owned),
            note: version.note().map(str::to_owned),
            changes: difference::between_versions(&tariff, place),
        })
        .collect();
    Ok(HttpResponse::Ok().json(TariffPage {
        row: terms.row(&tariff, now(&state)),
        text: published.text.clone(),
        form: check(&published.text),
        versions,
        accounts: terms.on(&id).map(|account| account_row(&state, account)).collect(),
    }))
}

pub(super) fn account_row(state: &State, account: AccountId) -> AccountRow {
    let known = state.accounts.get(&account);
    AccountRow {
        account,
        customer: known.as_ref().map(|known| known.customer.clone()).unwrap_or_default(),
        place: known.map(|known| known.place.clone()).unwrap_or_default(),
    }
}

pub(super) async fn list_templates() -> Answer {
    let templates: Vec<Template> = templates::all()
        .filter_map(|text| {
            let tariff = Tariff::from_toml(text).ok()?;
            let last = tariff.versions().last()?;
            let note = last.source().or(last.note()).unwrap_or_default().to_owned();
            let (id, name) = (tariff.id().clone(), tariff.name().to_owned());
            Some(Template { id, name, note, text: text.to_owned() })
        })
        .collect();
    Ok(HttpResponse::Ok().json(templates))
}

pub(super) async fn check_text(Body(order): Body<CheckOrder>) -> Answer {
    let checked = web::block(move || check(&order.text))
        .await
        .map_err(|error| Trouble::fault("check a tariff", error))?;
    Ok(HttpResponse::Ok().json(checked))
}

pub(super) async fn list_drafts(
    request: HttpRequest,
    state: web::Data<State>,
    paging: web::Query<Paging>,
) -> Answer {
    let names = staff_names(&state).await?;
    let drafts = state.registry.ask(|db| drafts::all(db)).await.map_err(keeping)?;
    let drafts: Vec<Draft> = drafts.into_iter().map(|entry| shown(&names, entry)).collect();
    page(&request, &paging, drafts, |draft| draft.id.to_string())
}

pub(super) async fn add_draft(
    state: web::Data<State>,
    caller: Caller,
    Body(order): Body<DraftOrder>,
) -> Answer {
    let tariff = read(&order.text)?;
    let (id, name) = (tariff.id().clone(), tariff.name().to_owned());
    let (by, at) = (caller.person.staff, clock::now());
    let entry = state
        .registry
        .ask(move |db| {
            let draft = drafts::add(db, &id, &name, &order.text, by, at)?;
            drafts::get(db, draft)
        })
        .await
        .map_err(keeping)?
        .ok_or_else(|| Trouble::fault("keep a draft", "it is not there"))?;
    let names = staff_names(&state).await?;
    Ok(HttpResponse::Created().json(shown(&names, entry)))
}

pub(super) async fn remove_draft(state: web::Data<State>, draft: web::Path<u64>) -> Answer {
    let draft = draft.into_inner();
    let gone = state.registry.ask(move |db| drafts::remove(db, draft)).await.map_err(keeping)?;
    if gone { Ok(HttpResponse::NoContent().finish()) } else { Err(no_draft(draft)) }
}

/// Asks a second person to publish a draft. What publishing would refuse is refused now.
pub(super) async fn request(
    state: web::Data<State>,
    caller: Caller,
    draft: web::Path<u64>,
    Body(order): Body<PublicationOrder>,
) -> Answer {
    let draft = draft.into_inner();
    let reason = order.reason.trim().to_owned();
    if reason.is_empty() {
        return Err(Refusal::NoReason.into());
    }
    let entry = state.registry.ask(move |db| drafts::get(db, draft)).await.map_err(keeping)?;
    let entry = entry.ok_or_else(|| no_draft(draft))?;
    if order.from.parse::<jiff::civil::Date>().is_err() || order.from.len() != 10 {
        let what = format!("`{}` is not a date such as 2027-01-01", order.from);
        return Err(Trouble::bad("bad-start", what));
    }
    let text = sheet::with_start(&entry.text, &order.from).ok_or_else(|| {
        Trouble::bad("bad-start", "the draft's last version has no line `from = …` to set")
    })?;
    let tariff = read(&text)?;
    let terms = Terms::load(&state).await?;
    if tariff.currency() != state.site.currency {
        let what =
            format!("the tariff is in {}, this site in {}", tariff.currency(), state.site.currency);
        return Err(Trouble::bad("other-currency", what));
    }
    if let Some(published) = terms.published.get(tariff.id()) {
        let before = Tariff::from_toml(&published.text)
            .map_err(|fault| Trouble::fault("read a published tariff", fault))?;
        let tariff_id = tariff.id().clone();
        tariff
            .supersedes(&before, now(&state))
            .map_err(|what| Refusal::TariffInUse { tariff: tariff_id, what })?;
    }
    let matter = Matter::TariffPublish {
        tariff: tariff.id().clone(),
        name: tariff.name().to_owned(),
        text,
        from: order.from,
    };
    approvals::ask(&state, &caller, matter, Vec::new(), reason, Some(draft)).await
}

/// A file that is not a tariff is refused with its first fault.
pub(super) fn read(text: &str) -> Result<Tariff, Trouble> {
    Tariff::from_toml(text).map_err(|fault| Refusal::BadTariff(fault.to_string()).into())
}

fn shown(names: &BTreeMap<StaffId, String>, entry: drafts::DraftEntry) -> Draft {
    Draft {
        id: entry.id,
        tariff: entry.tariff,
        name: entry.name,
        text: entry.text,
        by: name_of(names, entry.by),
        at: entry.at,
    }
}

fn no_draft(draft: u64) -> Trouble {
    Trouble::absent(format!("there is no draft {draft}"))
}

pub(super) fn keeping(error: crate::store::StoreError) -> Trouble {
    Trouble::fault("reach the registry", error)
}
