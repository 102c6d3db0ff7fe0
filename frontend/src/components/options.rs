//! The choices of a `select`.

use yew::prelude::*;

/// Options, value and words, with the first chosen. That has to be said: they are put in from the last
/// to the first, and a browser chooses whichever comes first into an empty `select`.
pub fn options<V, W>(choices: impl IntoIterator<Item = (V, W)>) -> Html
where
    V: Into<AttrValue>,
    W: Into<AttrValue>,
{
    let option = |(place, (value, words)): (usize, (V, W))| {
        let (value, words): (AttrValue, AttrValue) = (value.into(), words.into());
        html! { <option {value} selected={place == 0}>{ words }</option> }
    };
    choices.into_iter().enumerate().map(option).collect()
}
