//! One meter: who and where, supply as a statement, credit as the largest figure, live values with
//! their age, power, and the tabs.

mod adjust;
mod arrears;
mod device;
mod exchange;
mod explain;
mod held;
mod ledger;
mod live_values;
mod power;
mod readings;
mod refund;
mod supply;
mod terms;
mod why;

use std::rc::Rc;

use shared::api::meter::{AccountView, MeterPage};
use shared::id::{Book, MeterId};
use shared::meter::Quality;
use shared::time::Timestamp;
use yew::prelude::*;
use yew_router::prelude::*;

use super::wall::SaleOf;
use crate::components::badge::{BookMark, StateBadge};
use crate::components::icon::{Glyph, Icon};
use crate::components::notice::{FailureNotice, Waiting};
use crate::components::wall_canvas::{building_name, floor_words};
use crate::format;
use crate::hooks::{
    use_account_texts, use_backend, use_fleet, use_lang, use_load, use_seat, use_texts,
};
use crate::i18n::{self, fill};
use crate::route::Route;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Tab {
    Ledger,
    Readings,
    Device,
}

#[derive(PartialEq, Properties)]
pub struct MeterProps {
    pub id: u32,
}

#[component]
pub fn Meter(props: &MeterProps) -> Html {
    let (seat, fleet, lang, texts) = (use_seat(), use_fleet(), use_lang(), use_texts());
    let (backend, own) = (use_backend(), use_account_texts());
    let meter = MeterId(props.id);
    let tab = use_state_eq(|| Tab::Ledger);
    let again = use_state_eq(|| 0_u32);
    // Each change of the row is a new look at the meter: ask again.
    let change = fleet.row(meter).map(|row| row.change);
    let loaded = use_load(meter, (change, *again), move |meter| {
        let backend = backend.clone();
        async move { backend.meter(meter).await }
    });
    let Some(page) = loaded.value.clone() else {
        return html! {
            <div class="page">
                <header class="page-head">
                    <Link<Route> to={Route::Meters} classes="icon-button"><Glyph icon={Icon::Back} /><span class="sr">{ texts.frame.meters }</span></Link<Route>>
                    <h1>{ fleet.row(meter).map_or_else(|| texts.frame.meters.to_owned(), |row| row.name.clone()) }</h1>
                </header>
                if let Some(failure) = loaded.failure { <FailureNotice {failure} /> } else { <section class="card"><Waiting /></section> }
            </div>
        };
    };
    let row = &page.row;
    let now = fleet.now_of(row.book);
    let choose = |to: Tab, name: &'static str| {
        let tab = tab.clone();
        html! { <button role="tab" aria-selected={(*tab == to).to_string()} onclick={move |_| tab.set(to)}>{ name }</button> }
    };
    let reload = {
        let again = again.clone();
        Callback::from(move |()| again.set(*again + 1))
    };
    html! {
        <div class={classes!("page", "meter-page")}>
            <header class="page-head">
                <Link<Route> to={Route::Meters} classes="icon-button"><Glyph icon={Icon::Back} /><span class="sr">{ texts.frame.meters }</span></Link<Route>>
                <h1>{ &row.name }</h1>
                <span class="soft">{ building_name(lang, &row.building) }{ " · " }{ floor_words(lang, &row.floor) }
                    if !row.customer.is_empty() { { " · " }{ &row.customer } }</span>
                <StateBadge state={row.change.state} /><BookMark book={row.book} />
                <span class="spring" />
                if let Some(failure) = &loaded.failure { <span class="ink-cut">{ crate::components::notice::sentence(lang, failure, Some(seat.currency())) }</span> }
                if seat.may_sell() && page.account.is_some() {
                    <Link<Route, SaleOf> to={Route::Sale} query={SaleOf { m: meter.0 }} classes="button primary"><Glyph icon={Icon::Sale} />{ texts.frame.sale }</Link<Route, SaleOf>>
                }
            </header>
            if let Some(held) = &page.device.held {
                <held::HeldNotice meter={meter} held={held.clone()} judged={reload.clone()} />
            }
            if let Some(missing) = page.provisional {
                <div class="notice warn meter-held"><Glyph icon={Icon::Warning} size=20 />
                    <div><p>{ fill(own.missing.notice, &[&format::moment(missing.since, now, &seat.zone), &format::energy(missing.energy), &format::money(missing.amount, seat.currency())]) }</p>
                        <p>{ own.missing.hint }</p></div></div>
            }
            <div class="meter-left">
                if let Some(account) = page.account.clone() { <Credit {account} {now} simulated={row.book == Book::Simulated} /> }
                <supply::SupplyCard page={page.clone()} {now} ordered={reload.clone()} />
                <terms::TermsCard page={page.clone()} {now} ordered={reload.clone()} />
                if let Some(account) = page.account.as_ref() { <adjust::Adjust account={account.account} /> }
                if let Some(account) = page.account.as_ref() { <refund::Refund account={account.account} /> }
                if let Some(account) = page.account.clone() { <arrears::Arrears {account} {now} changed={reload.clone()} /> }
                <live_values::LiveValues page={page.clone()} {now} />
            </div>
            <div class="meter-right">
                <power::PowerCard meter={meter} book={row.book} usual={row.usual_power} />
                <Energy page={page.clone()} />
                <section class="card">
                    <div class="tabs"><div class="segments" role="tablist">
                        { choose(Tab::Ledger, texts.meter.ledger) }{ choose(Tab::Readings, texts.meter.readings) }{ choose(Tab::Device, texts.meter.device) }
                    </div></div>
                    { match (*tab, page.account.as_ref()) {
                        (Tab::Ledger, Some(account)) => html! { <ledger::Ledger account={account.account} book={row.book} credit={account.credit} /> },
                        (Tab::Ledger, None) => html! { <p class="empty">{ texts.common.no_account }</p> },
                        (Tab::Readings, _) => html! { <readings::Readings {meter} {now} as_of={row.change.as_of} /> },
                        (Tab::Device, _) => html! { <><device::DeviceTable page={page.clone()} {now} /><exchange::Exchanges page={page.clone()} changed={reload.clone()} /></> },
                    } }
                </section>
            </div>
        </div>
    }
}

#[derive(PartialEq, Properties)]
struct CreditProps {
    account: AccountView,
    now: Timestamp,
    simulated: bool,
}

#[component]
fn Credit(props: &CreditProps) -> Html {
    let (seat, lang, texts) = (use_seat(), use_lang(), use_texts());
    let (account, currency) = (&props.account, seat.currency());
    let ink = if account.credit.is_negative() {
        Some("ink-cut")
    } else {
        (account.credit < account.low_credit).then_some("ink-low")
    };
    let lasts = match account.lasts_until {
        _ if account.credit.is_negative() => texts.meter.overdrawn.to_owned(),
        Some(until) => {
            fill(texts.meter.lasts_until, &[&format::until(until, props.now, &seat.zone, lang)])
        }
        None => texts.meter.lasts_long.to_owned(),
    };
    html! {
        <section class={classes!("card", "credit-card", props.simulated.then_some("simulated"))}>
            <h2>{ texts.common.credit }</h2>
            <p class={classes!("credit-figure", ink)}>{ format::money(account.credit, currency) }</p>
            <p class="credit-lasts">{ lasts }</p>
            <dl class="pairs">
                <dt>{ texts.meter.tariff }</dt><dd>{ &account.tariff }{ " " }<span class="quiet">{ format!("v{}", account.tariff_version) }</span></dd>
                <dt>{ texts.meter.price_now }</dt>
                <dd><span class="quiet">{ i18n::period(lang, &account.period_now) }</span>{ " " }<b>{ format::price(account.price_now, currency) }</b><span class="unit">{ "/kWh" }</span></dd>
            </dl>
            <p class="quiet small">{ fill(texts.meter.low_at, &[&format::money(account.low_credit, currency)]) }</p>
        </section>
    }
}

#[derive(PartialEq, Properties)]
struct PageProps {
    page: Rc<MeterPage>,
}

#[component]
fn Energy(props: &PageProps) -> Html {
    let texts = use_texts();
    let page = &props.page;
    let stale = (page.row.change.quality != Quality::Good).then_some("stale");
    let figure = |name: &'static str, value: String| html! { <div><dt>{ name }</dt><dd>{ value }<span class="unit">{ "kWh" }</span></dd></div> };
    html! {
        <dl class={classes!("card", "energy-row", stale)}>
            { figure(texts.meter.today, format::energy(page.today)) }
            { figure(texts.meter.yesterday, format::energy(page.yesterday)) }
            { figure(texts.meter.this_month, format::energy(page.this_month)) }
            { figure(texts.meter.register, page.register.map_or_else(|| texts.common.none.to_owned(), format::register)) }
        </dl>
    }
}
