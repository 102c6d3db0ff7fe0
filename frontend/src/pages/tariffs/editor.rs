//! Preparing a tariff: the painted day, prices, ladder and charges on the left; what it would have
//! cost on the right; the file beside the form for what the form does not show.

use shared::api::tariff::{Change, difference, sheet};
use shared::id::TariffId;
use shared::staff::Verb;
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlInputElement, HtmlTextAreaElement};
use yew::prelude::*;

use super::changes::Changes;
use super::charges::Charges;
use super::periods::Periods;
use super::request::RequestDialog;
use super::rows::Rows;
use super::whatif::WhatIf;
use crate::backend::{Answer, Backend, Failure};
use crate::components::icon::{Glyph, Icon};
use crate::components::notice::{FailureNotice, Waiting};
use crate::hooks::{use_backend, use_fleet, use_load, use_seat, use_tariff_texts};
use crate::i18n::fill;
use crate::store::tariff::{Edit, Editor};

#[derive(PartialEq, Properties)]
pub struct TariffEditorProps {
    /// `template`, `next` or `draft`.
    pub begin: String,
    pub id: String,
}

/// What one begins with.
#[derive(Clone, Debug, PartialEq)]
struct Beginning {
    text: String,
    /// What is published, to show the difference to.
    published: Option<String>,
    /// A new tariff may still be named.
    new: bool,
    template: bool,
}

async fn load(backend: Backend, begin: String, id: String, next: String) -> Answer<Beginning> {
    let published = async |id: &str| -> Option<String> {
        backend.tariff(&TariffId(id.to_owned())).await.ok().map(|page| page.text)
    };
    if begin == "next" {
        let page = backend.tariff(&TariffId(id)).await?;
        let text = sheet::next_version(&page.text, &next).unwrap_or_else(|| page.text.clone());
        return Ok(Beginning { text, published: Some(page.text), new: false, template: false });
    }
    let found = if begin == "draft" {
        let drafts = backend.drafts().await?;
        drafts.into_iter().find(|draft| draft.id.to_string() == id).map(|draft| draft.text)
    } else {
        let templates = backend.templates().await?;
        templates.into_iter().find(|template| template.id.0 == id).map(|template| template.text)
    };
    let text = found.unwrap_or_default();
    let name = crate::store::tariff::name_of(&text).map(|(id, _)| id).unwrap_or_default();
    let known = if begin == "draft" { published(&name).await } else { None };
    let new = known.is_none();
    Ok(Beginning { text, published: known, new, template: begin != "draft" })
}

#[component]
pub fn TariffEditor(props: &TariffEditorProps) -> Html {
    let (seat, texts, backend) = (use_seat(), use_tariff_texts(), use_backend());
    // Versions begin in the time of the book, which may run ahead of this machine's.
    let now = use_fleet().now_of(seat.first_book()).max(crate::browser::now());
    let today = seat.zone.date(now);
    let next = today.last_of_month().tomorrow().map(|date| date.to_string()).unwrap_or_default();
    let beginning = use_load((props.begin.clone(), props.id.clone()), (), {
        let next = next.clone();
        move |(begin, id): (String, String)| load(backend.clone(), begin, id, next.clone())
    });
    if !seat.may(Verb::DraftTariff) {
        return html! { <div class="page"><p class="notice warn">{ texts.tariffs.admins_only }</p></div> };
    }
    match (beginning.value, beginning.failure) {
        (Some(beginning), _) => html! { <Desk beginning={(*beginning).clone()} {next} /> },
        (None, Some(failure)) => html! { <div class="page"><FailureNotice {failure} /></div> },
        (None, None) => html! { <div class="page"><Waiting /></div> },
    }
}

#[derive(PartialEq, Properties)]
struct DeskProps {
    beginning: Beginning,
    /// The first day of next month.
    next: String,
}

/// `cn-four-band-2f3a`: a template's id with something of its own.
fn fresh_id(id: &str) -> String {
    let [first, second, ..] = crate::browser::random();
    format!("{id}-{first:02x}{second:02x}")
}

fn begin(beginning: &Beginning) -> Editor {
    match crate::store::tariff::name_of(&beginning.text)
        .filter(|_| beginning.template && beginning.new)
    {
        Some((id, name)) => Editor::from_template(&beginning.text, &fresh_id(&id), &name),
        None => Editor::begin(&beginning.text),
    }
}

#[component]
fn Desk(props: &DeskProps) -> Html {
    let (texts, backend) = (use_tariff_texts(), use_backend());
    let beginning = &props.beginning;
    let editor = use_reducer({
        let beginning = beginning.clone();
        move || begin(&beginning)
    });
    let by_text = use_state_eq(|| false);
    let asking = use_state_eq(|| false);
    let saved = use_state_eq(|| None::<Result<(), Failure>>);
    let edit = {
        let dispatcher = editor.dispatcher();
        Callback::from(move |edit: Edit| dispatcher.dispatch(edit))
    };
    let save = {
        let (backend, saved, text) = (backend.clone(), saved.clone(), editor.text.clone());
        Callback::from(move |_: MouseEvent| {
            let (backend, saved, text) = (backend.clone(), saved.clone(), text.clone());
            spawn_local(async move { saved.set(Some(backend.add_draft(&text).await.map(drop))) });
        })
    };
    let open = |to: bool| {
        let asking = asking.clone();
        Callback::from(move |_: MouseEvent| asking.set(to))
    };
    let close = {
        let asking = asking.clone();
        Callback::from(move |()| asking.set(false))
    };
    let show_text = |to: bool| {
        let by_text = by_text.clone();
        Callback::from(move |_: MouseEvent| by_text.set(to))
    };
    let only_text = editor.sheet.is_none();
    let text_shown = *by_text || only_text;
    let good = editor.fault.is_none();
    let changes: Vec<Change> =
        use_memo((editor.text.clone(), beginning.published.clone()), |(text, published)| {
            difference(published.as_deref(), text)
        })
        .to_vec();
    let name =
        crate::store::tariff::name_of(&editor.text).map(|(_, name)| name).unwrap_or_default();
    let title = if beginning.new {
        texts.tariffs.editor_new.to_owned()
    } else {
        fill(texts.tariffs.editor_next, &[&name])
    };
    html! {
        <div class="page tariffs-page">
            <header class="page-head">
                <h1>{ title }</h1>
                <div class="segments" role="group" aria-label={texts.tariffs.as_form}>
                    <button type="button" aria-pressed={(!text_shown).to_string()} onclick={show_text(false)} disabled={only_text}>{ texts.tariffs.as_form }</button>
                    <button type="button" aria-pressed={text_shown.to_string()} onclick={show_text(true)}>{ texts.tariffs.as_text }</button>
                </div>
                <span class="spring" />
                <button type="button" class="button" disabled={!editor.may_undo()} onclick={edit.reform(|_: MouseEvent| Edit::Undo)}><Glyph icon={Icon::Undo} size=16 />{ texts.tariffs.undo }</button>
                <button type="button" class="button" disabled={!good} onclick={save}>{ texts.tariffs.save }</button>
                <button type="button" class="button primary ask-publication" disabled={!good} onclick={open(true)}>{ texts.tariffs.request }</button>
            </header>
            { match &*saved {
                None => Html::default(),
                Some(Ok(())) => html! { <p class="notice" role="status"><Glyph icon={Icon::Check} size=18 />{ texts.tariffs.saved }</p> },
                Some(Err(failure)) => html! { <FailureNotice failure={failure.clone()} /> },
            } }
            { match &editor.fault {
                Some(fault) => html! {
                    <div class="notice bad" role="alert"><Glyph icon={Icon::Warning} size=18 /><div>
                        <p>{ &fault.message }</p><p class="quiet mono">{ fill(texts.tariffs.fault, &[&fault.line.to_string(), &fault.path]) }</p>
                    </div></div>
                },
                None => Html::default(),
            } }
            if !editor.unshown.is_empty() { <p class="notice warn">{ fill(texts.tariffs.only_text, &[&editor.unshown.join(", ")]) }</p> }
            if let (Some(form), false) = (editor.form(), text_shown) {
                <Rows form={form.clone()} brush={editor.brush} on_edit={edit.clone()} />
            }
            <div class="editor-grid">
                <div class="editor-left">
                    if let (Some(sheet), false) = (&editor.sheet, text_shown) {
                        <Head name={sheet.root("name")} id={sheet.root("id")} new={beginning.new} on_edit={edit.clone()} />
                        <Periods form={sheet.form.clone()} on_edit={edit.clone()} />
                        <Charges charges={sheet.form.charges.clone()} on_edit={edit.clone()} />
                    } else {
                        <TextPane text={editor.text.clone()} on_edit={edit.clone()} />
                    }
                </div>
                <div class="editor-right">
                    <WhatIf text={editor.text.clone()} {good} />
                    <section class="card pad"><h2>{ texts.tariffs.changes }</h2><Changes {changes} /></section>
                </div>
            </div>
            if *asking { <RequestDialog text={editor.text.clone()} {name} from={props.next.clone()} on_close={close} /> }
        </div>
    }
}

#[derive(PartialEq, Properties)]
struct HeadProps {
    name: String,
    id: String,
    new: bool,
    on_edit: Callback<Edit>,
}

#[component]
fn Head(props: &HeadProps) -> Html {
    let texts = use_tariff_texts();
    let root = |key: &'static str| {
        props.on_edit.reform(move |event: InputEvent| Edit::Root {
            key,
            value: event.target_unchecked_into::<HtmlInputElement>().value(),
        })
    };
    html! {
        <section class="card pad head-fields">
            <label class="field"><span>{ texts.tariffs.name }</span><input name="tariff-name" value={props.name.clone()} oninput={root("name")} /></label>
            <label class="field"><span>{ texts.tariffs.id }</span><input class="mono" value={props.id.clone()} oninput={root("id")} readonly={!props.new} /></label>
        </section>
    }
}

#[derive(PartialEq, Properties)]
struct TextProps {
    text: String,
    on_edit: Callback<Edit>,
}

#[component]
fn TextPane(props: &TextProps) -> Html {
    let texts = use_tariff_texts();
    let typed = props.on_edit.reform(|event: InputEvent| {
        Edit::Type(event.target_unchecked_into::<HtmlTextAreaElement>().value())
    });
    html! {
        <section class="card pad">
            <label class="field text-field"><span>{ texts.tariffs.text_label }</span>
                <textarea class="mono" spellcheck="false" rows="30" value={props.text.clone()} oninput={typed} />
            </label>
        </section>
    }
}
