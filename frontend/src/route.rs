//! Where one can be. Filters and ranges stand in the query, so that a link brings the same view.

use shared::id::{Book, MeterId};
use yew_router::Routable;

/// Below this path the whole site runs inside the page.
pub const SANDBOX: &str = "/sandbox";

#[derive(Clone, Debug, PartialEq, Eq, Routable)]
pub enum Route {
    #[at("/")]
    Overview,
    #[at("/wall")]
    Wall,
    #[at("/meters")]
    Meters,
    #[at("/meters/:id")]
    Meter { id: u32 },
    #[at("/vend")]
    Sale,
    #[at("/shift")]
    Shift,
    #[at("/receipts/:book/:no")]
    Receipt { book: String, no: u64 },
    #[at("/alarms")]
    Alarms,
    #[at("/exceptions")]
    Exceptions,
    #[at("/tariffs")]
    Tariffs,
    #[at("/tariffs/of/:id")]
    Tariff { id: String },
    /// A new version of a tariff, a new tariff from a template, a draft.
    #[at("/tariffs/edit/:begin/:id")]
    TariffEditor { begin: String, id: String },
    #[at("/audit")]
    Audit,
    /// The ledger, the log.
    #[at("/audit/:view")]
    AuditView { view: String },
    #[at("/board")]
    Board,
    #[at("/lines")]
    Lines,
    #[at("/lines/:id/commission")]
    Commission { id: u16 },
    #[at("/lines/:id")]
    Line { id: u16 },
    #[at("/policies")]
    Policies,
    #[at("/people")]
    People,
    #[at("/approvals")]
    Approvals,
    #[not_found]
    #[at("/404")]
    NotFound,
}

/// Which of the web app's programs shows a page.
#[cfg(test)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owner {
    Counter,
    Office,
    Plant,
}

impl Route {
    /// Whose page it is. `boot.js` knows the same by the first word of the path.
    #[cfg(test)]
    fn owner(&self) -> Owner {
        match self {
            Self::Tariffs
            | Self::Tariff { .. }
            | Self::TariffEditor { .. }
            | Self::Audit
            | Self::AuditView { .. }
            | Self::Board
            | Self::People
            | Self::Approvals => Owner::Office,
            Self::Lines | Self::Commission { .. } | Self::Line { .. } | Self::Policies => {
                Owner::Plant
            }
            Self::Overview
            | Self::Wall
            | Self::Meters
            | Self::Meter { .. }
            | Self::Sale
            | Self::Shift
            | Self::Receipt { .. }
            | Self::Alarms
            | Self::Exceptions
            | Self::NotFound => Owner::Counter,
        }
    }

    pub fn meter(meter: MeterId) -> Self {
        Self::Meter { id: meter.0 }
    }

    pub fn receipt(book: Book, no: u64) -> Self {
        Self::Receipt { book: book_word(book).to_owned(), no }
    }
}

pub fn book_word(book: Book) -> &'static str {
    match book {
        Book::Live => "live",
        Book::Simulated => "simulated",
    }
}

pub fn book_named(word: &str) -> Option<Book> {
    [Book::Live, Book::Simulated].into_iter().find(|book| book_word(*book) == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn everywhere() -> Vec<Route> {
        vec![
            Route::Overview,
            Route::Wall,
            Route::Meters,
            Route::meter(MeterId(7)),
            Route::Sale,
            Route::receipt(Book::Simulated, 12),
            Route::Alarms,
            Route::Exceptions,
            Route::Tariffs,
            Route::Tariff { id: "homes".into() },
            Route::TariffEditor { begin: "from".into(), id: "homes".into() },
            Route::Audit,
            Route::AuditView { view: "ledger".into() },
            Route::Board,
            Route::Lines,
            Route::Commission { id: 3 },
            Route::Line { id: 3 },
            Route::Policies,
            Route::People,
            Route::Approvals,
        ]
    }

    #[test]
    fn every_place_finds_itself_again() {
        for route in everywhere() {
            assert_eq!(Route::recognize(&route.to_path()), Some(route));
        }
        assert_eq!(Route::recognize("/nowhere"), Some(Route::NotFound));
    }

    /// The first words that `boot.js` gives to a program.
    fn words(program: &str) -> Vec<&'static str> {
        let boot = include_str!("../static/boot.js");
        let (_, rest) = boot.split_once(&format!("const {program} = [")).expect("its list");
        let (list, _) = rest.split_once(']').expect("the end of its list");
        list.split(',').map(|word| word.trim().trim_matches('\'')).collect()
    }

    #[test]
    fn boot_js_starts_the_program_that_has_the_page() {
        let (office, plant) = (words("office"), words("plant"));
        for route in everywhere() {
            let path = route.to_path();
            let word = path.split('/').nth(1).unwrap_or_default();
            let owner = route.owner();
            assert_eq!(office.contains(&word), owner == Owner::Office, "{path} and {office:?}");
            assert_eq!(plant.contains(&word), owner == Owner::Plant, "{path} and {plant:?}");
        }
    }
}
