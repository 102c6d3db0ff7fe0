//! The top bar: site, clock, search, alarms, language, theme, person.

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

use super::clock_bar::ClockBar;
use super::icon::{Glyph, Icon};
use super::password_button::PersonButton;
use crate::hooks::{use_backend, use_fleet, use_leave, use_seat, use_settings, use_texts};
use crate::i18n::fill;
use crate::route::Route;
use crate::store::settings::{SettingsAction, Theme};

#[derive(PartialEq, Properties)]
pub struct TopBarProps {
    pub search: Callback<()>,
    pub shortcuts: Callback<()>,
}

#[component]
pub fn TopBar(props: &TopBarProps) -> Html {
    let (seat, fleet, texts) = (use_seat(), use_fleet(), use_texts());
    let unseen = fleet.unseen_alarms();
    let bell = fill(texts.frame.new_alarm, &[&unseen.to_string()]);
    let (search, shortcuts) = (props.search.clone(), props.shortcuts.clone());
    html! {
        <header class="top">
            <b class="site">{ &seat.site.name }</b>
            <ClockBar />
            <span class="spring" />
            <button class="search-button" onclick={move |_| search.emit(())} title={texts.frame.search_wide}>
                <Glyph icon={Icon::Search} size=16 /><span>{ texts.frame.search }</span><kbd>{ "Ctrl K" }</kbd>
            </button>
            <Link<Route> to={Route::Alarms} classes={classes!("icon-button", "bell", (unseen > 0).then_some("ringing"))}>
                <Glyph icon={Icon::Alarm} />
                if unseen > 0 { <b class="count">{ unseen }</b> }
                <span class="sr">{ bell }</span>
            </Link<Route>>
            <span class="wide-only tools">
                <LanguageButton /><ThemeButton />
                <button class="icon-button" onclick={move |_| shortcuts.emit(())} title={texts.frame.shortcuts} aria-label={texts.frame.shortcuts}><kbd>{ "?" }</kbd></button>
                <PersonButton />
                <SignOutButton words=false />
            </span>
        </header>
    }
}

#[component]
pub fn LanguageButton() -> Html {
    let (settings, texts) = (use_settings(), use_texts());
    let switch = {
        let settings = settings.clone();
        Callback::from(move |_: MouseEvent| {
            settings.dispatch(SettingsAction::Lang(settings.lang.other()));
        })
    };
    html! {
        <button class="icon-button words" onclick={switch} title={texts.frame.language} lang={settings.lang.other().tag()}>
            { texts.frame.other_language }
        </button>
    }
}

#[component]
pub fn ThemeButton() -> Html {
    let (settings, texts) = (use_settings(), use_texts());
    let (icon, word) = match settings.theme {
        Theme::Auto => (Icon::Monitor, texts.frame.theme_auto),
        Theme::Light => (Icon::Sun, texts.frame.theme_light),
        Theme::Dark => (Icon::Moon, texts.frame.theme_dark),
    };
    let next = Callback::from(move |_: MouseEvent| settings.dispatch(SettingsAction::NextTheme));
    html! { <button class="icon-button" onclick={next} title={word} aria-label={word}><Glyph {icon} /></button> }
}

#[derive(PartialEq, Properties)]
pub struct SignOutProps {
    pub words: bool,
}

#[component]
pub fn SignOutButton(props: &SignOutProps) -> Html {
    let (backend, leave, texts) = (use_backend(), use_leave(), use_texts());
    let out = Callback::from(move |_: MouseEvent| {
        let (backend, leave) = (backend.clone(), leave.clone());
        spawn_local(async move {
            drop(backend.sign_out().await);
            leave.emit(());
        });
    });
    let class = if props.words { "button" } else { "icon-button" };
    html! {
        <button {class} onclick={out} title={texts.frame.sign_out} aria-label={texts.frame.sign_out}>
            <Glyph icon={Icon::SignOut} />
            if props.words { { texts.frame.sign_out } }
        </button>
    }
}
