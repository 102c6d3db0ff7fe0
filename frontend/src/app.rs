//! From an empty page to somebody at a screen: settings, who is there, the site, the live stream.

use std::rc::Rc;

use shared::api::session::Session;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::backend::{Backend, Failure, Heard};
use crate::browser;
use crate::components::frame::Frame;
use crate::components::notice::FailureNotice;
use crate::components::password_again::AskPasswordAgain;
use crate::hooks::{Leave, use_backend, use_seat};
use crate::pages;
use crate::route::{self, Route};
use crate::store::fleet::{Fleet, FleetAction};
use crate::store::seat::Seat;
use crate::store::settings::{Settings, Theme};

#[component]
pub fn App<P: Program>() -> Html {
    let settings = use_reducer(|| Settings::read(browser::stored, &browser::language()));
    use_effect_with(*settings, |settings| {
        for (key, value) in settings.written() {
            browser::store(key, value);
        }
        browser::mark_root("lang", Some(settings.lang.tag()));
        browser::mark_root(
            "data-rows",
            Some(if settings.compact { "compact" } else { "comfortable" }),
        );
        browser::mark_root(
            "data-theme",
            match settings.theme {
                Theme::Auto => None,
                Theme::Light | Theme::Dark => Some(settings.theme.word()),
            },
        );
    });
    let backend = use_memo((), |()| Backend::of_page());
    html! {
        <ContextProvider<UseReducerHandle<Settings>> context={settings}>
            <ContextProvider<Backend> context={Backend::clone(&backend)}>
                <Door<P> />
            </ContextProvider<Backend>>
        </ContextProvider<UseReducerHandle<Settings>>>
    }
}

/// Asks who is there and shows the page that follows from it.
#[component]
fn Door<P: Program>() -> Html {
    let backend = use_backend();
    let session = use_state(|| None::<Result<(Session, Option<Rc<Seat>>), Failure>>);
    let ask = {
        let session = session.clone();
        use_callback(backend, move |(), backend| {
            let (backend, session) = (backend.clone(), session.clone());
            spawn_local(async move { session.set(Some(enter(&backend).await)) });
        })
    };
    use_effect_with(ask.clone(), |ask| ask.emit(()));
    match &*session {
        None => {
            html! { <div class="splash"><img src="/icon.svg" alt="" width="48" height="48" /></div> }
        }
        Some(Err(failure)) => html! {
            <main class="splash"><FailureNotice failure={failure.clone()} retry={ask} /></main>
        },
        Some(Ok((Session::SetupNeeded, _))) => html! { <pages::SetUp entered={ask} /> },
        Some(Ok((Session::SignedOut { ready }, _))) => html! {
            <pages::SignIn entered={ask} ready={ready.clone()} />
        },
        Some(Ok((Session::SignedIn(_), None))) => Html::default(),
        Some(Ok((Session::SignedIn(_), Some(seat)))) => html! {
            <ContextProvider<Leave> context={Leave(ask)}>
                <ContextProvider<Rc<Seat>> context={seat.clone()}>
                    <Live<P> />
                </ContextProvider<Rc<Seat>>>
            </ContextProvider<Leave>>
        },
    }
}

async fn enter(backend: &Backend) -> Result<(Session, Option<Rc<Seat>>), Failure> {
    let session = backend.session().await?;
    let seat = match &session {
        Session::SetupNeeded | Session::SignedOut { .. } => None,
        Session::SignedIn(person) => {
            let site = backend.site().await?;
            Some(Rc::new(Seat::new(person.clone(), site, backend.is_sandbox())))
        }
    };
    Ok((session, seat))
}

/// Follows the live stream and shows the frame with the page inside.
#[component]
fn Live<P: Program>() -> Html {
    let backend = use_backend();
    let sandbox = backend.is_sandbox();
    let fleet = use_reducer(Fleet::default);
    {
        let dispatcher = fleet.dispatcher();
        use_effect_with(backend, move |backend| {
            let guard = backend.listen(Callback::from(move |heard| {
                dispatcher.dispatch(match heard {
                    Heard::Message(message) => FleetAction::Heard { message, at: browser::now() },
                    Heard::Lost => FleetAction::Lost,
                });
            }));
            move || drop(guard)
        });
    }
    let basename = sandbox.then_some(AttrValue::Static(route::SANDBOX));
    html! {
        <ContextProvider<Rc<Fleet>> context={Rc::new(Fleet::clone(&fleet))}>
            <BrowserRouter {basename}>
                <Frame>
                    <Switch<Route> render={P::page} />
                </Frame>
                <AskPasswordAgain />
            </BrowserRouter>
        </ContextProvider<Rc<Fleet>>>
    }
}

/// Which pages a program has; the others are left to the programs that have them.
pub trait Program: 'static {
    fn page(route: Route) -> Html;
}

pub struct Counter;

impl Program for Counter {
    fn page(route: Route) -> Html {
        match route {
            Route::Overview => html! { <pages::Overview /> },
            Route::Wall => html! { <pages::Wall /> },
            Route::Meters => html! { <pages::Meters /> },
            Route::Meter { id } => html! { <pages::Meter {id} key={id} /> },
            Route::Sale => html! { <pages::Sale /> },
            Route::Shift => html! { <pages::Shift /> },
            Route::Receipt { book, no } => match route::book_named(&book) {
                Some(book) => html! { <pages::Receipt {book} {no} /> },
                None => html! { <pages::NotFound /> },
            },
            Route::Exceptions => html! { <pages::Exceptions /> },
            Route::Alarms => html! { <pages::Alarms /> },
            Route::NotFound => html! { <pages::NotFound /> },
            Route::Tariffs
            | Route::Tariff { .. }
            | Route::TariffEditor { .. }
            | Route::Audit
            | Route::AuditView { .. }
            | Route::Board
            | Route::People
            | Route::Approvals
            | Route::Lines
            | Route::Commission { .. }
            | Route::Line { .. }
            | Route::Policies => html! { <Elsewhere /> },
        }
    }
}

pub struct Office;

impl Program for Office {
    fn page(route: Route) -> Html {
        match route {
            Route::Tariffs => html! { <pages::Tariffs /> },
            Route::Tariff { id } => html! { <pages::TariffView id={id.clone()} key={id} /> },
            Route::TariffEditor { begin, id } => {
                let key = format!("{begin}/{id}");
                html! { <pages::TariffEditor {begin} {id} {key} /> }
            }
            Route::Audit => html! { <pages::Audit view="" key="" /> },
            Route::AuditView { view } => html! { <pages::Audit view={view.clone()} key={view} /> },
            Route::Board => html! { <pages::Board /> },
            Route::People => html! { <pages::People /> },
            Route::Approvals => html! { <pages::ApprovalsPage /> },
            Route::NotFound => html! { <pages::NotFound /> },
            Route::Overview
            | Route::Wall
            | Route::Meters
            | Route::Meter { .. }
            | Route::Sale
            | Route::Shift
            | Route::Receipt { .. }
            | Route::Exceptions
            | Route::Alarms
            | Route::Lines
            | Route::Commission { .. }
            | Route::Line { .. }
            | Route::Policies => html! { <Elsewhere /> },
        }
    }
}

pub struct Plant;

impl Program for Plant {
    fn page(route: Route) -> Html {
        match route {
            Route::Lines => html! { <pages::Lines /> },
            Route::Commission { id } => html! { <pages::Commission {id} key={id} /> },
            Route::Line { id } => html! { <pages::Line {id} key={id} /> },
            Route::Policies => html! { <pages::Policies /> },
            Route::NotFound => html! { <pages::NotFound /> },
            Route::Overview
            | Route::Wall
            | Route::Meters
            | Route::Meter { .. }
            | Route::Sale
            | Route::Shift
            | Route::Receipt { .. }
            | Route::Exceptions
            | Route::Alarms
            | Route::Tariffs
            | Route::Tariff { .. }
            | Route::TariffEditor { .. }
            | Route::Audit
            | Route::AuditView { .. }
            | Route::Board
            | Route::People
            | Route::Approvals => html! { <Elsewhere /> },
        }
    }
}

/// A page of another program: the address is right already, so the browser loads it anew and
/// `boot.js` starts the program that it belongs to. The sandbox would lose its building by that,
/// and has none of those pages.
#[component]
fn Elsewhere() -> Html {
    let sandbox = use_seat().sandbox;
    use_effect_with((), move |()| {
        if !sandbox {
            browser::load_anew();
        }
    });
    if sandbox {
        html! { <pages::NotFound /> }
    } else {
        Html::default()
    }
}
