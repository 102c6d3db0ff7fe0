//! `[backup]` of a site file: where copies go, when, how many stay, and whose key opens them.

use std::path::PathBuf;

use age::x25519::Recipient;
use serde::Deserialize;
use shared::time::Span;
use toml::Spanned;

use super::source::Source;
use crate::cli::Fault;
use crate::store::archive;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BackupTable {
    pub(super) folder: Spanned<String>,
    /// A time of day, such as "02:30".
    pub(super) at: Option<Spanned<String>>,
    /// Or so often, from midnight on.
    pub(super) every_hours: Option<Spanned<u32>>,
    #[serde(default = "fourteen")]
    pub(super) keep: Spanned<u32>,
    #[serde(default)]
    pub(super) age_recipients: Vec<Spanned<String>>,
}

fn fourteen() -> Spanned<u32> {
    Spanned::new(0..0, 14)
}

/// Copies that are made by themselves.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub folder: PathBuf,
    pub schedule: Schedule,
    /// So many stay, at least one.
    pub keep: u32,
    /// Whose keys open them; none: they are folders in the clear.
    pub recipients: Vec<Recipient>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schedule {
    /// At this time after the site's midnight.
    At(Span),
    Every(Span),
}

pub(super) fn read(source: &Source, table: &BackupTable) -> Result<Wanted, Fault> {
    let schedule = match (&table.at, &table.every_hours) {
        (Some(at), None) => Schedule::At(
            time_of_day(at.get_ref())
                .ok_or_else(|| source.wrong(at.span(), "a time of day is written as 02:30"))?,
        ),
        (None, Some(every)) if (1..=24).contains(every.get_ref()) => {
            Schedule::Every(Span::from_hours(i64::from(*every.get_ref())))
        }
        (None, Some(every)) => {
            return Err(source.wrong(every.span(), "copies are made every 1 to 24 hours"));
        }
        (None, None) => Schedule::At(Span::from_mins(150)),
        (Some(at), Some(_)) => {
            return Err(source.wrong(at.span(), "say either `at` or `every_hours`, not both"));
        }
    };
    if *table.keep.get_ref() == 0 {
        return Err(source.wrong(table.keep.span(), "at least one copy has to stay"));
    }
    let recipients = table.age_recipients.iter().map(|key| {
        archive::recipient(key.get_ref()).map_err(|error| source.wrong(key.span(), error))
    });
    Ok(Wanted {
        folder: source.beside(table.folder.get_ref()),
        schedule,
        keep: *table.keep.get_ref(),
        recipients: recipients.collect::<Result<_, _>>()?,
    })
}

fn time_of_day(text: &str) -> Option<Span> {
    let (hours, minutes) = text.split_once(':')?;
    let part = |text: &str, below: i64| {
        let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<i64>().ok().filter(|number| digits && *number < below)
    };
    Some(Span::from_mins(part(hours, 24)? * 60 + part(minutes, 60)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(text: &str) -> Result<Wanted, Fault> {
        let source = Source::of("site.toml", text);
        read(&source, &toml::from_str(text).unwrap())
    }

    #[test]
    fn a_time_or_a_span_and_half_past_two_where_nothing_is_said() {
        let schedule =
            |text: &str| wanted(&format!("folder = \"copies\"\n{text}")).unwrap().schedule;
        assert_eq!(schedule(""), Schedule::At(Span::from_mins(150)));
        assert_eq!(schedule("at = \"23:05\""), Schedule::At(Span::from_mins(23 * 60 + 5)));
        assert_eq!(schedule("every_hours = 6"), Schedule::Every(Span::from_hours(6)));
    }

    #[test]
    fn what_makes_no_sense_is_refused_where_it_stands() {
        for (text, why) in [
            ("at = \"24:00\"", "02:30"),
            ("at = \"2:30\"", "02:30"),
            ("every_hours = 0", "1 to 24"),
            ("at = \"02:30\"\nevery_hours = 6", "not both"),
            ("keep = 0", "at least one"),
            ("age_recipients = [\"nobody\"]", "public key"),
        ] {
            let refused = wanted(&format!("folder = \"copies\"\n{text}")).unwrap_err().to_string();
            assert!(refused.contains(why) && refused.contains("site.toml:2"), "{text}: {refused}");
        }
    }
}
