//! Where the cashier sits: counter, name and since when; or that no shift is open, with the way there.

use yew::prelude::*;
use yew_router::prelude::*;

use crate::format;
use crate::hooks::{use_backend, use_counter_texts, use_load, use_seat};
use crate::i18n::fill;
use crate::route::Route;

#[component]
pub fn AtTill() -> Html {
    let (seat, words, backend) = (use_seat(), use_counter_texts(), use_backend());
    // In the building inside the page one shift is open and stays so.
    let asks = !seat.sandbox;
    let loaded = use_load(seat.first_book(), (), move |book| {
        let backend = backend.clone();
        async move { if asks { backend.shifts(book).await.map(Some) } else { Ok(None) } }
    });
    let Some(page) = loaded.value.as_deref().and_then(Option::as_ref) else {
        return Html::default();
    };
    let own = page.shifts.iter().find(|shift| Some(shift.shift) == page.mine);
    let said = own.map_or_else(
        || words.beside.no_shift.to_owned(),
        |shift| {
            let named = page.counters.iter().find(|known| known.counter == shift.counter);
            let counter =
                named.map_or_else(|| shift.counter.to_string(), |known| known.name.clone());
            let since = format::full(shift.opened, &seat.zone);
            fill(words.beside.at_till, &[&counter, &shift.name, &since])
        },
    );
    html! { <Link<Route> to={Route::Shift} classes={classes!("quiet", "small", own.is_none().then_some("ink-low"))}>{ said }</Link<Route>> }
}
