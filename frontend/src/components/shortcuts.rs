//! The sheet of keyboard shortcuts.

use yew::prelude::*;

use super::dialog::Dialog;
use super::icon::{Glyph, Icon};
use crate::hooks::use_texts;

#[derive(PartialEq, Properties)]
pub struct ShortcutSheetProps {
    pub on_close: Callback<()>,
}

#[component]
pub fn ShortcutSheet(props: &ShortcutSheetProps) -> Html {
    let texts = use_texts();
    let words = &texts.shortcuts;
    let rows: [(&[&str], &str); 11] = [
        (&["Ctrl", "K"], words.search),
        (&["F2"], words.sell),
        (&["Enter"], words.enter),
        (&["F7", "F8", "F9"], words.tenders),
        (&["F4"], words.reprint),
        (&["← ↑ ↓ →"], words.arrows),
        (&["G", "O"], words.overview),
        (&["G", "W"], words.wall),
        (&["G", "A"], words.alarms),
        (&["Esc"], words.escape),
        (&["?"], words.help),
    ];
    let close = props.on_close.reform(|_: MouseEvent| ());
    html! {
        <Dialog label={texts.frame.shortcuts} class="modal" on_close={props.on_close.clone()}>
            <header class="dialog-head">
                <h2>{ texts.frame.shortcuts }</h2>
                <button class="icon-button" onclick={close} aria-label={texts.common.close}><Glyph icon={Icon::Close} /></button>
            </header>
            <dl class="shortcut-list">
                { for rows.into_iter().map(|(keys, word)| html! {
                    <><dt>{ for keys.iter().map(|key| html! { <kbd>{ *key }</kbd> }) }</dt><dd>{ word }</dd></>
                }) }
            </dl>
        </Dialog>
    }
}
