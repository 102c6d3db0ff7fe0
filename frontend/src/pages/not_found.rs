//! No such page.

use yew::prelude::*;
use yew_router::prelude::*;

use crate::components::notice::Empty;
use crate::hooks::use_texts;
use crate::route::Route;

#[component]
pub fn NotFound() -> Html {
    let texts = use_texts();
    html! {
        <Empty title={texts.frame.not_found} hint={texts.frame.not_found_hint}>
            <Link<Route> to={Route::Overview} classes="button primary">{ texts.frame.go_home }</Link<Route>>
        </Empty>
    }
}
