//! Two languages, complete from the first day. Every text stands in one table, Chinese beside
//! English, so that a text without its partner does not compile.

#[macro_use]
mod table;
mod account_table;
mod audit_table;
mod board_table;
mod counter_table;
mod line_table;
mod payment_table;
mod people_table;
mod policy_table;
mod policy_words;
mod shift_table;
mod tariff_table;
mod terms_table;
mod words;

pub use account_table::Texts as AccountTexts;
pub use audit_table::{
    Texts as AuditTexts, book as audit_book, code as audit_code, column as audit_column,
    kind as audit_kind, rule as audit_rule,
};
pub use board_table::{Texts as BoardTexts, rule};
pub use counter_table::Texts as CounterTexts;
pub use line_table::{Commission as CommissionTexts, Texts as LineTexts};
pub use payment_table::{Texts as PaymentTexts, payment_state};
pub use people_table::Texts as PeopleTexts;
pub use policy_table::Texts as PolicyTexts;
pub use policy_words::{broken, complaint, course_step, days, scope, spans, wanted};
pub use shift_table::Shift as ShiftWords;
pub use table::{Meter as MeterTexts, Texts, en, zh};
pub use tariff_table::Texts as TariffTexts;
pub use words::{
    alarm, allocation, charge_line, contact, fault, period, problem, problem_detail, quality,
    reason, role, state, state_hint, tender,
};

/// The language of the person at the screen; a receipt has its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    #[default]
    Zh,
    En,
}

impl Lang {
    /// From a stored setting or the browser's wish, such as `en-GB`.
    pub fn from_tag(tag: &str) -> Self {
        if tag.to_ascii_lowercase().starts_with("zh") { Self::Zh } else { Self::En }
    }

    pub fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    pub fn other(self) -> Self {
        match self {
            Self::Zh => Self::En,
            Self::En => Self::Zh,
        }
    }

    /// Texts of tariffs, explanations and staff.
    pub fn tariff_texts(self) -> &'static tariff_table::Texts {
        match self {
            Self::Zh => tariff_table::zh(),
            Self::En => tariff_table::en(),
        }
    }

    /// Texts of lines, traces and commissioning.
    pub fn line_texts(self) -> &'static LineTexts {
        match self {
            Self::Zh => line_table::zh(),
            Self::En => line_table::en(),
        }
    }

    /// Texts of the account: arrears, exceptions, exchanges, explanations.
    pub fn account_texts(self) -> &'static AccountTexts {
        match self {
            Self::Zh => account_table::zh(),
            Self::En => account_table::en(),
        }
    }

    /// Texts for the auditor.
    pub fn audit_texts(self) -> &'static AuditTexts {
        match self {
            Self::Zh => audit_table::zh(),
            Self::En => audit_table::en(),
        }
    }

    /// Texts of the board: invariants, losses, copies.
    pub fn board_texts(self) -> &'static board_table::Texts {
        match self {
            Self::Zh => board_table::zh(),
            Self::En => board_table::en(),
        }
    }

    /// Texts of the counter: the printer, what stands beside a sale.
    pub fn counter_texts(self) -> &'static CounterTexts {
        match self {
            Self::Zh => counter_table::zh(),
            Self::En => counter_table::en(),
        }
    }

    /// Texts of sessions and tokens.
    pub fn people_texts(self) -> &'static PeopleTexts {
        match self {
            Self::Zh => people_table::zh(),
            Self::En => people_table::en(),
        }
    }

    /// Texts of policies: terms in words, the check, the asking.
    pub fn policy_texts(self) -> &'static PolicyTexts {
        match self {
            Self::Zh => policy_table::zh(),
            Self::En => policy_table::en(),
        }
    }

    /// Texts of mobile payment.
    pub fn payment_texts(self) -> &'static PaymentTexts {
        match self {
            Self::Zh => payment_table::zh(),
            Self::En => payment_table::en(),
        }
    }

    /// Texts of shifts.
    pub fn shift_texts(self) -> &'static shift_table::Texts {
        match self {
            Self::Zh => shift_table::zh(),
            Self::En => shift_table::en(),
        }
    }

    /// Texts of terms: protection, confirmation, emergency credit, pauses.
    pub fn terms_texts(self) -> &'static terms_table::Texts {
        match self {
            Self::Zh => terms_table::zh(),
            Self::En => terms_table::en(),
        }
    }

    pub fn texts(self) -> &'static Texts {
        match self {
            Self::Zh => zh(),
            Self::En => en(),
        }
    }
}

/// Puts `values` into `{0}`, `{1}` … of a text.
pub fn fill(text: &str, values: &[&str]) -> String {
    values
        .iter()
        .enumerate()
        .fold(text.to_owned(), |text, (place, value)| text.replace(&format!("{{{place}}}"), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(text: &str) -> Vec<usize> {
        (0..9).filter(|place| text.contains(&format!("{{{place}}}"))).collect()
    }

    /// Every text of every table: area and key, Chinese, English.
    fn pairs() -> Vec<(&'static str, &'static str, &'static str)> {
        let tables = [
            table::pairs(),
            tariff_table::pairs(),
            account_table::pairs(),
            audit_table::pairs(),
            board_table::pairs(),
            counter_table::pairs(),
            line_table::pairs(),
            payment_table::pairs(),
            people_table::pairs(),
            policy_table::pairs(),
            shift_table::pairs(),
            terms_table::pairs(),
        ];
        tables.concat()
    }

    #[test]
    fn every_text_exists_in_both_languages_with_the_same_places() {
        let pairs = pairs();
        assert!(pairs.len() > 200, "the table has {} texts", pairs.len());
        for (key, zh, en) in pairs {
            assert!(!zh.trim().is_empty() && !en.trim().is_empty(), "{key} is empty");
            assert_eq!(places(zh), places(en), "{key} has other places");
        }
    }

    #[test]
    fn english_texts_hold_no_chinese() {
        let exempt = ["frame.other_language"];
        for (key, _zh, en) in pairs() {
            let chinese = en.chars().any(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter));
            assert!(!chinese || exempt.contains(&key), "{key}: {en}");
        }
    }

    #[test]
    fn values_go_where_the_text_wants_them() {
        assert_eq!(fill("{1} of {0}", &["a", "b"]), "b of a");
    }

    #[test]
    fn a_browser_that_asks_for_any_chinese_gets_chinese() {
        for (tag, lang) in
            [("zh", Lang::Zh), ("zh-TW", Lang::Zh), ("en-GB", Lang::En), ("de", Lang::En)]
        {
            assert_eq!(Lang::from_tag(tag), lang, "{tag}");
        }
    }
}
