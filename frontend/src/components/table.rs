//! A table of any length: only the rows in view are in the page, the rest is two tall empty ones.

use web_sys::HtmlElement;
use yew::prelude::*;

use crate::hooks::{use_settings, use_size};

/// Rows drawn beyond each edge, so that a quick scroll meets no blank.
const MARGIN: usize = 8;

#[derive(PartialEq, Properties)]
pub struct WindowedTableProps {
    pub label: AttrValue,
    /// The `<th>`s.
    pub head: Html,
    pub columns: usize,
    pub count: usize,
    /// The `<td>`s of one row.
    pub row: Callback<usize, Html>,
    #[prop_or_default]
    pub chosen: Option<usize>,
    #[prop_or_default]
    pub on_open: Callback<usize>,
    #[prop_or_default]
    pub class: Classes,
}

#[component]
pub fn WindowedTable(props: &WindowedTableProps) -> Html {
    let settings = use_settings();
    let node = use_node_ref();
    let (_, height) = use_size(node.clone());
    let top = use_state_eq(|| 0_i32);
    let row_height = if settings.compact { 32 } else { 40 };
    let scrolled = {
        let (top, node) = (top.clone(), node.clone());
        Callback::from(move |_: Event| {
            if let Some(element) = node.cast::<HtmlElement>() {
                // Whole rows only: scrolling within a row draws nothing anew.
                top.set(element.scroll_top() / row_height);
            }
        })
    };
    let (first, last) = window(*top, height / row_height, props.count);
    let gap = |rows: usize| {
        let height = rows.saturating_mul(usize::try_from(row_height).unwrap_or(40));
        html! { if rows > 0 { <tr aria-hidden="true" class="gap"><td colspan={props.columns.to_string()} height={height.to_string()}></td></tr> } }
    };
    html! {
        <div class={classes!("windowed", props.class.clone())} ref={node} onscroll={scrolled} tabindex="0" role="region" aria-label={&props.label}>
            <table aria-rowcount={props.count.to_string()}>
                <thead><tr>{ props.head.clone() }</tr></thead>
                <tbody>
                    { gap(first) }
                    { for (first..last).map(|place| {
                        let open = props.on_open.clone();
                        html! {
                            <tr key={place} aria-rowindex={(place + 1).to_string()} class={classes!((props.chosen == Some(place)).then_some("chosen"))} onclick={move |_| open.emit(place)}>
                                { props.row.emit(place) }
                            </tr>
                        }
                    }) }
                    { gap(props.count.saturating_sub(last)) }
                </tbody>
            </table>
        </div>
    }
}

/// The first row drawn and the one after the last.
fn window(top: i32, shown: i32, count: usize) -> (usize, usize) {
    let top = usize::try_from(top).unwrap_or(0);
    let shown = usize::try_from(shown).unwrap_or(0).max(12);
    (top.saturating_sub(MARGIN).min(count), (top + shown + MARGIN).min(count))
}

#[cfg(test)]
mod tests {
    use super::window;

    #[test]
    fn only_what_is_near_the_view_is_drawn() {
        for (top, shown, count, drawn) in [
            (0, 20, 10_000, (0, 28)),
            (500, 20, 10_000, (492, 528)),
            (9_990, 20, 10_000, (9_982, 10_000)),
            (0, 20, 3, (0, 3)),
            (50, 20, 3, (3, 3)),
            (0, 0, 100, (0, 20)),
        ] {
            assert_eq!(window(top, shown, count), drawn);
        }
    }
}
