//! The overview: four figures, today's load, what needs somebody, what happened last.

use std::rc::Rc;

use shared::api::alarm::{Alarm, AlarmKind};
use shared::api::live::MeterState;
use shared::api::overview::{Figures, Happening, Overview as Curves, What};
use shared::energy::Power;
use shared::id::Book;
use shared::money::Money;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::components::badge::BookMark;
use crate::components::icon::{Glyph, Icon};
use crate::components::load_chart::LoadChart;
use crate::components::notice::{Empty, FailureNotice, Waiting};
use crate::components::spark::{SparkBars, SparkLine, StateShare};
use crate::format;
use crate::hooks::{Loaded, use_backend, use_fleet, use_lang, use_load, use_seat, use_texts};
use crate::i18n::{self, Lang, fill};
use crate::route::Route;
use crate::store::fleet::Fleet;
use crate::store::seat::Seat;

#[component]
pub fn Overview() -> Html {
    let (seat, fleet, texts) = (use_seat(), use_fleet(), use_texts());
    let backend = use_backend();
    let book = use_state_eq(|| seat.first_book());
    // A new quarter of an hour brings a new point of the curve; a sale changes the bars.
    let quarter = fleet.now_of(*book).millis() / 900_000;
    let sales = fleet.figures_of(*book).map(|figures| figures.sales_today);
    let curves: Loaded<Curves> = use_load(*book, (quarter, sales), move |book| {
        let backend = backend.clone();
        async move { backend.overview(book).await }
    });
    if fleet.version == 0 {
        return html! { <div class="page"><Waiting /></div> };
    }
    if fleet.rows.is_empty() {
        return html! { <FirstSteps /> };
    }
    let switch = |to: Book, name: &'static str| {
        let chosen = book.clone();
        html! { <button aria-pressed={(*book == to).to_string()} onclick={move |_| chosen.set(to)}>{ name }</button> }
    };
    html! {
        <div class="page overview">
            <header class="page-head">
                <h1>{ texts.frame.overview }</h1>
                if seat.site.books.len() > 1 {
                    <div class="segments" role="group" aria-label={texts.common.book}>
                        { switch(Book::Live, texts.frame.live) }{ switch(Book::Simulated, texts.frame.simulated) }
                    </div>
                } else {
                    <BookMark book={*book} />
                }
                <span class="spring" />
                if seat.may_sell() {
                    <Link<Route> to={Route::Sale} classes="button primary"><Glyph icon={Icon::Sale} />{ texts.overview.sell_now }<kbd>{ "F2" }</kbd></Link<Route>>
                }
            </header>
            if fleet.alarms.iter().any(|alarm| alarm.book == *book && alarm.kind == AlarmKind::MassCut) && !seat.sandbox {
                <p class="card pad needs-you" role="status"><Glyph icon={Icon::Warning} />{ " " }<Link<Route> to={Route::Approvals}>{ texts.alarms.held_cuts }</Link<Route>></p>
            }
            if let Some(figures) = fleet.figures_of(*book) {
                <FigureRow {figures} curves={curves.value.clone()} />
            }
            <section class="card load">
                <header class="card-head"><h2>{ texts.overview.load_today }</h2><span class="quiet">{ texts.overview.load_hint }</span></header>
                if let Some(overview) = curves.value.clone() {
                    <LoadChart {overview} />
                } else if let Some(failure) = curves.failure.clone() {
                    <FailureNotice {failure} />
                } else {
                    <Waiting />
                }
            </section>
            <NeedsYou book={*book} />
            <Sales book={*book} />
            <Events book={*book} />
        </div>
    }
}

#[derive(PartialEq, Properties)]
struct FigureRowProps {
    figures: Figures,
    curves: Option<Rc<Curves>>,
}

#[component]
fn FigureRow(props: &FigureRowProps) -> Html {
    let (seat, fleet, texts) = (use_seat(), use_fleet(), use_texts());
    let figures = props.figures;
    let currency = seat.currency();
    let sold: Vec<_> = props
        .curves
        .iter()
        .flat_map(|curves| curves.sold.iter())
        .map(|money| Some(money.minor()))
        .collect();
    let load: Vec<_> = props
        .curves
        .iter()
        .flat_map(|curves| curves.today.iter())
        .map(|power| power.map(Power::watts))
        .collect();
    let counts = fleet.counts();
    let held =
        counts.iter().find(|(state, _)| *state == MeterState::Held).map_or(0, |(_, count)| *count);
    html! {
        <div class="figures">
            <article class="card figure">
                <h2>{ texts.overview.sold_today }</h2>
                <p class="figure-value">{ format::money(figures.sold_today, currency) }</p>
                <p class="figure-note">{ fill(texts.overview.sales, &[&format::count(u64::from(figures.sales_today))]) }{ " · " }
                    { fill(texts.overview.against_yesterday, &[&format::money(figures.sold_yesterday, currency)]) }</p>
                <SparkBars values={sold} />
            </article>
            <article class="card figure">
                <h2>{ texts.overview.power_now }</h2>
                <p class="figure-value">{ format::power(figures.power) }<span class="unit">{ "kW" }</span></p>
                <p class="figure-note">{ fill(texts.overview.energy_today, &[&format::energy_short(figures.energy_today)]) }</p>
                <SparkLine values={load} />
            </article>
            <article class="card figure">
                <h2>{ texts.overview.low_or_cut }</h2>
                <p class="figure-value">
                    <span class={classes!((figures.low > 0).then_some("ink-low"))}>{ figures.low }</span>
                    <span class="slash">{ "/" }</span>
                    <span class={classes!((figures.cut > 0).then_some("ink-cut"))}>{ figures.cut }</span>
                </p>
                <p class="figure-note">{ fill(texts.overview.low_cut_of, &[&format::count(u64::from(figures.meters))]) }</p>
                <StateShare {counts} />
            </article>
            <article class="card figure">
                <h2>{ texts.overview.alarms_open }</h2>
                <p class={classes!("figure-value", (figures.alarms > 0).then_some("ink-cut"))}>{ figures.alarms }</p>
                <p class="figure-note">{ fill(texts.overview.silent_held, &[&figures.silent.to_string(), &held.to_string()]) }</p>
                <Link<Route> to={Route::Alarms} classes="figure-link">{ texts.frame.alarms }<Glyph icon={Icon::Arrow} size=14 /></Link<Route>>
            </article>
        </div>
    }
}

#[derive(PartialEq, Properties)]
struct BookProps {
    book: Book,
}

#[component]
fn NeedsYou(props: &BookProps) -> Html {
    let (seat, fleet, lang, texts) = (use_seat(), use_fleet(), use_lang(), use_texts());
    let alarms: Vec<&Alarm> =
        fleet.alarms.iter().filter(|alarm| alarm.book == props.book).collect();
    let now = fleet.now_of(props.book);
    html! {
        <section class="card needs">
            <header class="card-head"><h2>{ texts.overview.needs_you }</h2>
                if !alarms.is_empty() { <b class="count">{ alarms.len() }</b> }
            </header>
            if alarms.is_empty() {
                <Empty icon={Icon::Check} title={texts.overview.all_well} hint={texts.overview.all_well_hint} />
            }
            <ul class="lines">
                { for alarms.into_iter().take(7).map(|alarm| html! {
                    <li>
                        <span class="ink held"><Glyph icon={Icon::Warning} size=16 /></span>
                        <span class="line-main">
                            if let Some(meter) = alarm.meter {
                                <Link<Route> to={Route::meter(meter)}>{ &alarm.name }</Link<Route>>
                            }
                            { " " }{ i18n::alarm(lang, alarm.kind) }
                        </span>
                        <time class="quiet nowrap">{ format::moment(alarm.since, now, &seat.zone) }</time>
                    </li>
                }) }
            </ul>
        </section>
    }
}

#[component]
fn Sales(props: &BookProps) -> Html {
    let (seat, fleet, texts) = (use_seat(), use_fleet(), use_texts());
    let now = fleet.now_of(props.book);
    let sales: Vec<(&Happening, u64, Money, bool)> = fleet
        .happenings
        .iter()
        .filter(|happening| happening.book == props.book)
        .filter_map(|happening| match &happening.what {
            What::Sold { receipt, amount } => Some((happening, *receipt, *amount, false)),
            What::Reversed { receipt, amount } => Some((happening, *receipt, *amount, true)),
            What::LowCredit { .. }
            | What::Cut { .. }
            | What::Restored
            | What::CutProven
            | What::RestoreProven
            | What::AlarmRaised { .. }
            | What::AlarmCleared { .. } => None,
        })
        .take(7)
        .collect();
    html! {
        <section class="card last-sales">
            <header class="card-head"><h2>{ texts.overview.last_sales }</h2></header>
            if sales.is_empty() { <Empty icon={Icon::Sale} title={texts.overview.no_sales} hint={texts.overview.no_sales_hint} /> }
            <ul class="lines">
                { for sales.into_iter().map(|(happening, receipt, amount, reversed)| html! {
                    <li key={happening.seq}>
                        <time class="quiet nowrap">{ format::moment(happening.at, now, &seat.zone) }</time>
                        <span class="line-main">
                            { meter_link(&fleet, happening) }
                            <Link<Route> to={Route::receipt(props.book, receipt)} classes="quiet">{ format!("  № {receipt}") }</Link<Route>>
                        </span>
                        <b class={classes!("num", reversed.then_some("struck"))}>{ format::money(amount, seat.currency()) }</b>
                    </li>
                }) }
            </ul>
        </section>
    }
}

#[component]
fn Events(props: &BookProps) -> Html {
    let (seat, fleet, lang, texts) = (use_seat(), use_fleet(), use_lang(), use_texts());
    let now = fleet.now_of(props.book);
    let events: Vec<&Happening> =
        fleet.happenings.iter().filter(|happening| happening.book == props.book).take(7).collect();
    html! {
        <section class="card last-events">
            <header class="card-head"><h2>{ texts.overview.last_events }</h2></header>
            if events.is_empty() { <Empty icon={Icon::Clock} title={texts.overview.no_events} /> }
            <ul class="lines">
                { for events.into_iter().map(|happening| {
                    let (ink, text) = told(lang, &seat, &happening.what);
                    html! {
                        <li key={happening.seq}>
                            <time class="quiet nowrap">{ format::moment(happening.at, now, &seat.zone) }</time>
                            <span class="line-main">{ meter_link(&fleet, happening) }{ " " }<span class={ink}>{ text }</span></span>
                        </li>
                    }
                }) }
            </ul>
        </section>
    }
}

/// The room of a happening, as a link where its meter is known.
fn meter_link(fleet: &Fleet, happening: &Happening) -> Html {
    match fleet.row_of(happening) {
        Some(row) => {
            html! { <Link<Route> to={Route::meter(row.meter)}>{ &row.name }</Link<Route>> }
        }
        None => html! { <b>{ &happening.name }</b> },
    }
}

/// An event as a few words, with the ink that suits it.
fn told(lang: Lang, seat: &Seat, what: &What) -> (&'static str, String) {
    let texts = &lang.texts().overview;
    let money = |amount: &Money| format::money(*amount, seat.currency());
    match what {
        What::Sold { amount, .. } => ("", fill(texts.sold, &[&money(amount)])),
        What::Reversed { amount, .. } => ("ink-held", fill(texts.reversed, &[&money(amount)])),
        What::LowCredit { credit } => ("ink-low", fill(texts.low, &[&money(credit)])),
        What::Cut { reason } => ("ink-cut", fill(texts.cut, &[i18n::reason(lang, *reason)])),
        What::Restored => ("ink-armed", texts.restored.to_owned()),
        What::CutProven => ("ink-cut", texts.cut_proven.to_owned()),
        What::RestoreProven => ("ink-connected", texts.restore_proven.to_owned()),
        What::AlarmRaised { kind } => ("ink-held", fill(texts.raised, &[i18n::alarm(lang, *kind)])),
        What::AlarmCleared { kind } => ("soft", fill(texts.cleared, &[i18n::alarm(lang, *kind)])),
    }
}

/// A site without meters: what to do, instead of empty boxes.
#[component]
fn FirstSteps() -> Html {
    let texts = use_texts();
    let steps = [texts.overview.empty_1, texts.overview.empty_2, texts.overview.empty_3];
    html! {
        <div class="page first-steps">
            <Glyph icon={Icon::Building} size=48 />
            <h1>{ texts.overview.empty_title }</h1>
            <ol>{ for steps.into_iter().map(|step| html! { <li>{ step }</li> }) }</ol>
        </div>
    }
}
