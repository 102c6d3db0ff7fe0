//! The way around: a rail on wide screens, a bar at the bottom on phones.

use shared::staff::Verb;
use yew::prelude::*;
use yew_router::prelude::*;

use super::clock_bar::ClockBar;
use super::dialog::Dialog;
use super::icon::{Glyph, Icon};
use super::password_button::PersonButton;
use super::top_bar::{LanguageButton, SignOutButton, ThemeButton};
use crate::hooks::{use_backend, use_fleet, use_lang, use_load, use_seat, use_settings, use_texts};
use crate::i18n::{Lang, fill};
use crate::route::Route;
use crate::store::seat::Seat;
use crate::store::settings::SettingsAction;

struct Place {
    route: Route,
    icon: Icon,
    name: &'static str,
    count: usize,
}

/// How many requests wait for this person's word; asked anew at each place and alarm.
#[hook]
fn use_asked() -> usize {
    let (seat, fleet, backend) = (use_seat(), use_fleet(), use_backend());
    let here = use_route::<Route>();
    let may = seat.may(Verb::Approve) && !seat.sandbox;
    let loaded = use_load(may, (here, fleet.waiting()), move |may| {
        let backend = backend.clone();
        async move { if may { backend.waiting_for_me().await } else { Ok(0) } }
    });
    loaded.value.map_or(0, |count| *count)
}

fn places(
    seat: &Seat,
    lang: Lang,
    (alarms, exceptions): (usize, usize),
    asked: usize,
) -> Vec<Place> {
    let (texts, texts_more) = (lang.texts(), lang.tariff_texts());
    let place = |route, icon, name| Place { route, icon, name, count: 0 };
    let mut places = vec![
        place(Route::Overview, Icon::Overview, texts.frame.overview),
        place(Route::Wall, Icon::Wall, texts.frame.wall),
    ];
    if seat.may_sell() {
        places.push(place(Route::Sale, Icon::Sale, texts.frame.sale));
    }
    // In the building inside the page one shift is open and stays so.
    if !seat.sandbox {
        places.push(place(Route::Shift, Icon::Table, lang.shift_texts().shift.title));
    }
    places.push(Place { count: alarms, ..place(Route::Alarms, Icon::Alarm, texts.frame.alarms) });
    let work = lang.account_texts().exceptions.title;
    places.push(Place { count: exceptions, ..place(Route::Exceptions, Icon::Warning, work) });
    // The building inside the page has nobody to ask a second time.
    if !seat.sandbox {
        places.push(place(Route::Tariffs, Icon::Tariff, texts_more.tariffs.title));
    }
    if seat.may_audit() && !seat.sandbox {
        places.push(place(Route::Audit, Icon::Table, lang.audit_texts().audit.title));
    }
    if !seat.sandbox {
        places.push(place(Route::Board, Icon::Check, lang.board_texts().board.title));
    }
    if seat.may(Verb::LookAtLines) && !seat.sandbox {
        places.push(place(Route::Lines, Icon::Line, lang.line_texts().lines.title));
    }
    if !seat.sandbox {
        places.push(place(Route::Policies, Icon::Clock, texts.frame.policies));
    }
    if (seat.may(Verb::LookAtRequests) || seat.may(Verb::OrderSupply)) && !seat.sandbox {
        let name = texts_more.tariffs.approvals;
        places.push(Place { count: asked, ..place(Route::Approvals, Icon::Check, name) });
    }
    if seat.may(Verb::LookAtPeople) && !seat.sandbox {
        places.push(place(Route::People, Icon::Person, texts_more.people.title));
    }
    places.insert(2, place(Route::Meters, Icon::Meter, texts.frame.meters));
    places
}

fn is_here(here: Option<&Route>, place: &Route) -> bool {
    let of_meters = matches!(here, Some(Route::Meter { .. })) && *place == Route::Meters;
    let of_sale = matches!(here, Some(Route::Receipt { .. })) && *place == Route::Sale;
    let of_tariffs = matches!(here, Some(Route::Tariff { .. } | Route::TariffEditor { .. }))
        && *place == Route::Tariffs;
    let of_lines = matches!(here, Some(Route::Line { .. } | Route::Commission { .. }))
        && *place == Route::Lines;
    let of_audit = matches!(here, Some(Route::AuditView { .. })) && *place == Route::Audit;
    here == Some(place) || of_audit || of_lines || of_meters || of_sale || of_tariffs
}

#[component]
pub fn Rail() -> Html {
    let (seat, fleet, texts, settings) = (use_seat(), use_fleet(), use_texts(), use_settings());
    let (lang, asked) = (use_lang(), use_asked());
    let here = use_route::<Route>();
    let toggle = {
        let settings = settings.clone();
        Callback::from(move |_: MouseEvent| settings.dispatch(SettingsAction::ToggleRail))
    };
    let word = if settings.small_rail { texts.frame.expand } else { texts.frame.collapse };
    html! {
        <nav class="rail" aria-label={texts.frame.places}>
            <Link<Route> to={Route::Overview} classes="brand">
                <img src="/icon.svg" alt="" width="26" height="26" /><b>{ "Meterhouse" }</b>
            </Link<Route>>
            <ul>
                { for places(&seat, lang, fleet.waiting(), asked).into_iter().map(|place| item(here.as_ref(), place)) }
            </ul>
            <button class="rail-fold" onclick={toggle} title={word} aria-label={word}>
                <Glyph icon={Icon::Rail} /><span>{ word }</span>
            </button>
        </nav>
    }
}

fn item(here: Option<&Route>, place: Place) -> Html {
    let active = is_here(here, &place.route);
    html! {
        <li class={classes!("place", active.then_some("here"))} title={place.name}>
            <Link<Route> to={place.route}>
                <Glyph icon={place.icon} size=20 />
                <span>{ place.name }</span>
                if place.count > 0 { <b class="count">{ place.count }</b> }
            </Link<Route>>
        </li>
    }
}

#[derive(PartialEq, Properties)]
pub struct BottomBarProps {
    pub shortcuts: Callback<()>,
}

/// Four places of the role; the rest behind "more".
#[component]
pub fn BottomBar(_props: &BottomBarProps) -> Html {
    let (seat, fleet, texts, settings) = (use_seat(), use_fleet(), use_texts(), use_settings());
    let (lang, asked) = (use_lang(), use_asked());
    let here = use_route::<Route>();
    let open = use_state_eq(|| false);
    let mut first = places(&seat, lang, fleet.waiting(), asked);
    let mut rest: Vec<Place> = Vec::new();
    if first.len() > 4 {
        rest.push(first.remove(2));
        rest.extend(first.split_off(4.min(first.len())));
    }
    let show = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(true))
    };
    let close = {
        let open = open.clone();
        Callback::from(move |()| open.set(false))
    };
    let followed = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(false))
    };
    let compact = {
        let settings = settings.clone();
        Callback::from(move |_: MouseEvent| settings.dispatch(SettingsAction::ToggleCompact))
    };
    html! {
        <nav class="bottom" aria-label={texts.frame.places}>
            <ul>
                { for first.into_iter().map(|place| item(here.as_ref(), place)) }
                <li class="place">
                    <button onclick={show} aria-haspopup="dialog"><Glyph icon={Icon::More} size=20 /><span>{ texts.frame.more }</span></button>
                </li>
            </ul>
            if *open {
                <Dialog label={texts.frame.more} class="sheet" on_close={close}>
                    <div class="sheet-person"><PersonButton /><span class="quiet">{ &seat.site.name }</span></div>
                    <ClockBar wide=true />
                    <ul class="sheet-places" onclick={followed}>
                        { for rest.into_iter().map(|place| item(here.as_ref(), place)) }
                    </ul>
                    <div class="sheet-tools">
                        <LanguageButton /><ThemeButton />
                        <button class="button" aria-pressed={settings.compact.to_string()} onclick={compact}>
                            <Glyph icon={Icon::Rows} />{ texts.frame.density }
                        </button>
                        <SignOutButton words=true />
                    </div>
                    <p class="quiet">{ fill(texts.frame.version, &[&seat.site.version]) }</p>
                </Dialog>
            }
        </nav>
    }
}
