//! Signing in; a demo offers its ready log-ins.

use shared::api::session::{ReadyLogIn, SignIn as Form};
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlInputElement, SubmitEvent};
use yew::prelude::*;

use crate::backend::Failure;
use crate::components::icon::{Glyph, Icon};
use crate::components::notice::FailureNotice;
use crate::components::top_bar::{LanguageButton, ThemeButton};
use crate::hooks::{use_backend, use_lang, use_texts};
use crate::i18n;

#[derive(PartialEq, Properties)]
pub struct SignInProps {
    pub ready: Vec<ReadyLogIn>,
    pub entered: Callback<()>,
}

#[component]
pub fn SignIn(props: &SignInProps) -> Html {
    let (backend, lang, texts) = (use_backend(), use_lang(), use_texts());
    let (name, password) = (use_node_ref(), use_node_ref());
    let busy = use_state_eq(|| false);
    let shown = use_state_eq(|| false);
    let failure = use_state_eq(|| None::<Failure>);
    let enter = {
        let (busy, failure, entered) = (busy.clone(), failure.clone(), props.entered.clone());
        Callback::from(move |form: Form| {
            let (backend, busy, failure, entered) =
                (backend.clone(), busy.clone(), failure.clone(), entered.clone());
            busy.set(true);
            spawn_local(async move {
                let answer = backend.sign_in(&form).await;
                busy.set(false);
                match answer {
                    Ok(()) => entered.emit(()),
                    Err(refused) => failure.set(Some(refused)),
                }
            });
        })
    };
    let submit = {
        let (name, password, enter) = (name.clone(), password.clone(), enter.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let value = |node: &NodeRef| {
                node.cast::<HtmlInputElement>().map(|field| field.value()).unwrap_or_default()
            };
            enter.emit(Form { name: value(&name), password: value(&password) });
        })
    };
    let show = {
        let shown = shown.clone();
        Callback::from(move |_: Event| shown.set(!*shown))
    };
    html! {
        <AccessPage>
            if !props.ready.is_empty() {
                <section class="ready" aria-label={texts.access.ready}>
                    <p class="soft">{ texts.access.ready }</p>
                    <div class="ready-list">
                        { for props.ready.iter().map(|ready| {
                            let (enter, form) = (enter.clone(), Form { name: ready.name.clone(), password: ready.password.clone() });
                            html! {
                                <button type="button" class="ready-button" disabled={*busy} onclick={move |_| enter.emit(form.clone())}>
                                    <Glyph icon={Icon::Person} />
                                    <span><b>{ i18n::role(lang, ready.role) }</b><small>{ &ready.name }</small></span>
                                    <Glyph icon={Icon::Arrow} size=16 />
                                </button>
                            }
                        }) }
                    </div>
                </section>
            }
            <form onsubmit={submit} class="access-form">
                <h1 class={classes!((!props.ready.is_empty()).then_some("sr"))}>{ texts.access.sign_in }</h1>
                <label class="field"><span>{ texts.access.name }</span>
                    <input ref={name} type="text" name="username" autocomplete="username" autofocus={true} required={true} />
                </label>
                <label class="field"><span>{ texts.access.password }</span>
                    <input ref={password} type={if *shown { "text" } else { "password" }} name="password" autocomplete="current-password" required={true} />
                </label>
                <label class="tick"><input type="checkbox" checked={*shown} onchange={show} />{ texts.access.show_password }</label>
                if let Some(failure) = &*failure { <FailureNotice failure={failure.clone()} /> }
                <button class={classes!("button", "large", "wide", props.ready.is_empty().then_some("primary"))} disabled={*busy}>
                    { if *busy { texts.access.signing_in } else { texts.access.sign_in } }
                </button>
            </form>
        </AccessPage>
    }
}

#[derive(PartialEq, Properties)]
pub struct AccessPageProps {
    pub children: Html,
}

/// The quiet page around signing in and setting up.
#[component]
pub fn AccessPage(props: &AccessPageProps) -> Html {
    let texts = use_texts();
    let points = [
        (Icon::Meter, texts.access.point_meters),
        (Icon::Plug, texts.access.point_supply),
        (Icon::Sale, texts.access.point_books),
    ];
    html! {
        <div class="access">
            <section class="access-story">
                <p class="brand"><img src="/icon.svg" alt="" width="36" height="36" /><b>{ "Meterhouse" }</b></p>
                <h2>{ texts.access.tagline }</h2>
                <ul>{ for points.into_iter().map(|(icon, text)| html! { <li><Glyph {icon} size=20 />{ text }</li> }) }</ul>
                <Skyline />
            </section>
            <main class="access-main">
                <div class="access-tools"><LanguageButton /><ThemeButton /></div>
                <div class="access-card">{ props.children.clone() }</div>
            </main>
        </div>
    }
}

/// A building at dusk: some windows lit, one dark.
#[component]
fn Skyline() -> Html {
    let lit = |floor: u32, flat: u32| (floor * 7 + flat * 5 + floor * flat * 3) % 4;
    html! {
        <svg class="skyline" viewBox="0 0 420 220" preserveAspectRatio="xMidYMax slice" aria-hidden="true">
            <rect class="far" x="10" y="90" width="70" height="130" /><rect class="far" x="330" y="60" width="80" height="160" />
            <rect class="near" x="100" y="20" width="200" height="200" rx="3" />
            { for (0..8_u32).flat_map(|floor| (0..7_u32).map(move |flat| (floor, flat))).map(|(floor, flat)| {
                let class = match lit(floor, flat) { 0 => "window dark", 1 => "window dim", _ => "window" };
                html! { <rect {class} x={(112 + flat * 26).to_string()} y={(34 + floor * 23).to_string()} width="18" height="14" rx="1.500" /> }
            }) }
        </svg>
    }
}
