//! The meter models as a page to read: `docs/meters.md` is made from the profiles, and a test keeps
//! it so.

use std::fmt::Write as _;

use super::file::{Profile, Tested};
use super::frame::Origin;
use super::library::Library;
use super::number::{Format, WordOrder};
use super::point::{Point, Table};
use super::relay::{Relay, Write};

const HEAD: &str = "# Meters

Made from `shared/profiles/*.toml`; do not edit by hand: `UPDATE_EXPECT=1 cargo test -p shared sheet`.

A model that nobody has tested may be read, and is billed only after an engineer has compared register
and display on the site: `signed_off` in the site file says who did, and when. Addresses are 0-based, as they travel in the
request. **Frames** says what proves the register map: *capture* was recorded on a line, *manual* is
printed in a maker's manual, *composed* was put together from the table and proves only the arithmetic.

";

impl Library {
    /// The page, in order of id.
    pub fn sheet(&self) -> String {
        let mut page = HEAD.to_owned();
        page +=
            "| Model | Profile | Phases | Switch | Tested | Frames |\n|---|---|---|---|---|---|\n";
        for profile in self.iter() {
            let _infallible = writeln!(
                page,
                "| {} {} | [`{id}`](#{id}) | {} | {} | {} | {} |",
                profile.vendor,
                profile.models.join(", "),
                if profile.phases == 0 { "–".to_owned() } else { profile.phases.to_string() },
                switch(profile),
                tested(profile.tested),
                frames(profile),
                id = profile.id,
            );
        }
        for profile in self.iter() {
            section(&mut page, profile);
        }
        page
    }
}

fn section(page: &mut String, profile: &Profile) {
    let _infallible = writeln!(page, "\n## {}\n", profile.id);
    let timing = &profile.timing;
    if !timing.baud.is_empty() {
        let speeds: Vec<String> = timing.baud.iter().map(ToString::to_string).collect();
        let _infallible = writeln!(
            page,
            "Line: {} baud (the first is the factory's), {}; answers within {} ms.",
            speeds.join(", "),
            timing.format,
            timing.turnaround_ms
        );
    }
    if let Some(command) = command(profile) {
        let _infallible = writeln!(page, "Switch: {command}.");
    }
    for note in &profile.notes {
        let _infallible = writeln!(page, "- {note}.");
    }
    if !profile.points.is_empty() {
        *page += "\n| Point | Table | Address | Type | Unit | Scale |\n|---|---|---|---|---|---|\n";
    }
    let mut points: Vec<&Point> = profile.points.iter().collect();
    points.sort_by_key(|point| (point.table, point.at));
    for point in points {
        let _infallible = writeln!(
            page,
            "| {} | {} | 0x{:04X} | {} | {} | {} |",
            point.name,
            table(point.table),
            point.at,
            kind(point),
            point.unit.symbol(),
            rust_decimal::Decimal::new(point.scale_nano, 9).normalize(),
        );
    }
    let _infallible = writeln!(page, "\nSources: {}.", profile.source.join("; "));
}

fn switch(profile: &Profile) -> &'static str {
    match &profile.relay {
        Relay::External => "outside",
        Relay::Builtin(_) => "inside",
        Relay::Board(_) => "is one",
    }
}

fn command(profile: &Profile) -> Option<String> {
    let say = |write: &Write| match write {
        Write::Coil { at, on } => {
            format!("FC5 coil 0x{at:04X} = {}", if *on { "on" } else { "off" })
        }
        Write::Register { at, word } => format!("FC6 register 0x{at:04X} = {word}"),
        Write::Registers { at, words } => format!("FC16 registers 0x{at:04X} = {words:?}"),
    };
    match &profile.relay {
        Relay::External => None,
        Relay::Builtin(relay) => {
            Some(format!("{} opens, {} closes", say(&relay.open), say(&relay.close)))
        }
        Relay::Board(board) => Some(format!(
            "outputs 1 to {} are coils from 0x{:04X}, inputs {}",
            board.outputs,
            board.coil_base,
            match board.inputs {
                0 => "none".to_owned(),
                count =>
                    format!("1 to {count} are discrete inputs from 0x{:04X}", board.input_base),
            }
        )),
    }
}

fn tested(tested: Tested) -> &'static str {
    match tested {
        Tested::None => "no",
        Tested::Peer => "against a peer",
        Tested::Hardware => "on hardware",
    }
}

fn frames(profile: &Profile) -> String {
    let kinds =
        [(Origin::Capture, "capture"), (Origin::Manual, "manual"), (Origin::Composed, "composed")];
    let present = kinds.iter().filter(|(kind, _)| profile.frames.iter().any(|f| f.origin == *kind));
    present.map(|(_, name)| *name).collect::<Vec<_>>().join(", ")
}

fn table(table: Table) -> &'static str {
    match table {
        Table::Coil => "coil (FC1)",
        Table::Discrete => "discrete (FC2)",
        Table::Holding => "holding (FC3)",
        Table::Input => "input (FC4)",
    }
}

fn kind(point: &Point) -> String {
    let format = match point.format {
        Format::U16 => "u16",
        Format::I16 => "i16",
        Format::U32 => "u32",
        Format::I32 => "i32",
        Format::U64 => "u64",
        Format::I64 => "i64",
        Format::F32 => "f32",
        Format::Bcd48 => "BCD",
    };
    let order = match point.order {
        WordOrder::Abcd => "",
        WordOrder::Cdab => " low word first",
        WordOrder::Badc => " bytes swapped",
        WordOrder::Dcba => " low byte first",
    };
    format!("{format}{order}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_of_meters_is_made_from_the_profiles() {
        let page = expect_test::expect_file!["../../../../docs/meters.md"];
        page.assert_eq(&Library::built_in().sheet());
    }

    #[test]
    fn every_model_says_what_its_switch_does_when_nobody_asks_any_more() {
        for profile in Library::built_in().iter() {
            let switches = !matches!(profile.relay, Relay::External);
            let said = profile.notes.iter().any(|note| note.contains("when the server dies"));
            assert!(said || !switches, "{} says nothing of it", profile.id);
        }
    }

    #[test]
    fn every_model_is_proven_by_frames() {
        for profile in Library::built_in().iter() {
            assert!(!profile.frames.is_empty(), "{} has no frames", profile.id);
        }
    }
}
