//! What a person chose for this browser: language, theme, density, the rail, the receipt's paper.

use std::rc::Rc;

use yew::Reducible;

use crate::i18n::Lang;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    #[default]
    Auto,
    Light,
    Dark,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Paper {
    Mm58,
    #[default]
    Mm80,
    A4,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    pub lang: Lang,
    pub theme: Theme,
    pub small_rail: bool,
    pub compact: bool,
    pub paper: Paper,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingsAction {
    Lang(Lang),
    NextTheme,
    ToggleRail,
    ToggleCompact,
    Paper(Paper),
}

impl Theme {
    pub fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    fn named(word: &str) -> Self {
        [Self::Light, Self::Dark].into_iter().find(|theme| theme.word() == word).unwrap_or_default()
    }

    fn next(self) -> Self {
        match self {
            Self::Auto => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::Auto,
        }
    }
}

impl Paper {
    pub const ALL: [Self; 3] = [Self::Mm58, Self::Mm80, Self::A4];

    pub fn word(self) -> &'static str {
        match self {
            Self::Mm58 => "58",
            Self::Mm80 => "80",
            Self::A4 => "a4",
        }
    }

    fn named(word: &str) -> Self {
        Self::ALL.into_iter().find(|paper| paper.word() == word).unwrap_or_default()
    }
}

impl Settings {
    /// From what is stored under each key; the browser's language where none is stored.
    pub fn read(stored: impl Fn(&str) -> Option<String>, browser: &str) -> Self {
        Self {
            lang: Lang::from_tag(stored("lang").as_deref().unwrap_or(browser)),
            theme: stored("theme").as_deref().map(Theme::named).unwrap_or_default(),
            small_rail: stored("rail").as_deref() == Some("small"),
            compact: stored("rows").as_deref() == Some("compact"),
            paper: stored("paper").as_deref().map(Paper::named).unwrap_or_default(),
        }
    }

    /// What to store, key by key.
    pub fn written(self) -> [(&'static str, &'static str); 5] {
        [
            ("lang", self.lang.tag()),
            ("theme", self.theme.word()),
            ("rail", if self.small_rail { "small" } else { "wide" }),
            ("rows", if self.compact { "compact" } else { "comfortable" }),
            ("paper", self.paper.word()),
        ]
    }
}

impl Reducible for Settings {
    type Action = SettingsAction;

    fn reduce(self: Rc<Self>, action: SettingsAction) -> Rc<Self> {
        let mut settings = *self;
        match action {
            SettingsAction::Lang(lang) => settings.lang = lang,
            SettingsAction::NextTheme => settings.theme = settings.theme.next(),
            SettingsAction::ToggleRail => settings.small_rail = !settings.small_rail,
            SettingsAction::ToggleCompact => settings.compact = !settings.compact,
            SettingsAction::Paper(paper) => settings.paper = paper,
        }
        Rc::new(settings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let chosen = Settings {
            lang: Lang::En,
            theme: Theme::Dark,
            small_rail: true,
            compact: true,
            paper: Paper::Mm58,
        };
        let written = chosen.written();
        let stored = |key: &str| {
            written.iter().find(|(name, _)| *name == key).map(|(_, value)| (*value).to_owned())
        };
        assert_eq!(Settings::read(stored, "zh"), chosen);
    }

    #[test]
    fn the_theme_goes_round() {
        let around = |theme: Theme| theme.next().next().next();
        for theme in [Theme::Auto, Theme::Light, Theme::Dark] {
            assert_eq!(around(theme), theme);
        }
    }
}
