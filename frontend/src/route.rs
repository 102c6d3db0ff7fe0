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
    #[at("/board")]
    Board,
    #[at("/lines")]
    Lines,
    #[at("/lines/:id/commission")]
    Commission { id: u16 },
    #[at("/lines/:id")]
    Line { id: u16 },
    #[at("/people")]
    People,
    #[not_found]
    #[at("/404")]
    NotFound,
}

impl Route {
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

    #[test]
    fn every_place_finds_itself_again() {
        for route in [
            Route::Overview,
            Route::Wall,
            Route::meter(MeterId(7)),
            Route::receipt(Book::Simulated, 12),
            Route::Alarms,
            Route::Exceptions,
            Route::Line { id: 3 },
        ] {
            assert_eq!(Route::recognize(&route.to_path()), Some(route));
        }
        assert_eq!(Route::recognize("/nowhere"), Some(Route::NotFound));
    }
}
