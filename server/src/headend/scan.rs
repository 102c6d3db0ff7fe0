//! Looks what hangs on a line: does anything answer at an address, and whose register map fits.
//!
//! A model fits when all its fast registers are there, every probe and sum holds, and every value is
//! in its range. Several may: families share their maps, and then an engineer chooses.

use std::collections::BTreeMap;

use actix::Addr;
use shared::api::line::PointView;
use shared::api::scan::{Candidate, FoundUnit, ScanSpeed};
use shared::meter::CommFault;
use shared::meter::profile::point::Every;
use shared::meter::profile::{Block, Library, Plan, Profile, Relay, Table, Tested, Values};
use shared::time::Timestamp;

use super::config::UnitAddress;
use super::line::{LineActor, ReadOnce};
use super::question::{Asked, Pitch, Question, unknown_timing};

type Read = (Table, u16, u16);

/// One address under examination; what was read once is not read again.
struct Look<'a> {
    line: &'a Addr<LineActor>,
    unit: UnitAddress,
    pitch: Option<Pitch>,
    read: BTreeMap<Read, Result<Vec<u16>, CommFault>>,
}

enum Presence {
    Absent,
    Answers,
    Unclear,
}

/// Models that are shown at most.
const MOST: usize = 6;

/// What answers at `unit`, at the line's own speed or at another; none: nothing. The error: the line itself is gone.
pub async fn look(
    line: &Addr<LineActor>,
    library: &Library,
    unit: UnitAddress,
    pitch: Option<Pitch>,
    now: Timestamp,
) -> Result<Option<FoundUnit>, CommFault> {
    let mut look = Look { line, unit, pitch, read: BTreeMap::new() };
    let unclear = match look.presence().await? {
        Presence::Absent => return Ok(None),
        Presence::Answers => false,
        Presence::Unclear => true,
    };
    let mut candidates = Vec::new();
    for profile in library.iter() {
        if matches!(profile.relay, Relay::External | Relay::Builtin(_))
            && let Some(candidate) = look.try_meter(profile, now).await?
        {
            candidates.push(candidate);
        }
    }
    if candidates.is_empty() {
        for profile in library.iter() {
            if look.fits_board(profile).await? {
                candidates.push(candidate(profile, None, Vec::new()));
            }
        }
    }
    // The map that explains most is the likeliest; so is the board with the most outputs.
    candidates
        .sort_by_key(|candidate| std::cmp::Reverse((candidate.points.len(), candidate.outputs)));
    candidates.truncate(MOST);
    let speed = pitch.map(|Pitch { baud, format }| ScanSpeed { baud, format: format.to_string() });
    Ok(Some(FoundUnit { unit: unit.into(), speed, meter: None, candidates, unclear }))
}

impl Look<'_> {
    async fn read(&mut self, (table, at, count): Read) -> Result<Vec<u16>, CommFault> {
        if let Some(known) = self.read.get(&(table, at, count)) {
            return known.clone();
        }
        let what = Asked::Read { table, at, count };
        let question =
            Question { unit: self.unit, what, timing: unknown_timing(), pitch: self.pitch };
        let answer = self.line.send(ReadOnce(question)).await.unwrap_or(Err(CommFault::LineDown));
        self.read.insert((table, at, count), answer.clone());
        answer
    }

    /// Any answer will do, a refusal too. Simple boards know coils only.
    async fn presence(&mut self) -> Result<Presence, CommFault> {
        let mut presence = Presence::Absent;
        for read in [(Table::Input, 0, 2), (Table::Holding, 0, 2), (Table::Coil, 0, 1)] {
            match self.read(read).await {
                Err(CommFault::Exception(0x0A | 0x0B)) => return Ok(presence),
                Ok(_) | Err(CommFault::Exception(_)) => return Ok(Presence::Answers),
                Err(CommFault::Garbled | CommFault::WrongReply) => presence = Presence::Unclear,
                Err(CommFault::LineDown) => return Err(CommFault::LineDown),
                Err(
                    CommFault::Timeout
                    | CommFault::Implausible(_)
                    | CommFault::BackedOff
                    | CommFault::ReadOnly,
                ) => {}
            }
        }
        Ok(presence)
    }

    async fn try_meter(
        &mut self,
        profile: &Profile,
        now: Timestamp,
    ) -> Result<Option<Candidate>, CommFault> {
        // Never across gaps: many meters fill what they do not have with zeros inside a read, and
        // the map of a larger sibling would seem to fit.
        let plan = profile.plan(Every::Fast, false);
        let Some(values) = self.values(profile, &plan).await? else { return Ok(None) };
        if profile.credible(&values).is_err() || profile.broken_sum(&values).is_some() {
            return Ok(None);
        }
        if profile.roles.import.and_then(|import| values.get(import)).is_none() {
            return Ok(None);
        }
        let serial = match profile.roles.identity.and_then(|index| profile.points.get(index)) {
            Some(point) => {
                let words = self.read((point.table, point.at, point.width())).await.ok();
                words.and_then(|words| profile.identity(&words)).filter(|serial| serial != "0")
            }
            None => None,
        };
        Ok(Some(candidate(profile, serial, shown(profile, &values, now))))
    }

    /// All blocks of a plan; none: the map does not fit.
    async fn values(
        &mut self,
        profile: &Profile,
        plan: &Plan,
    ) -> Result<Option<Values>, CommFault> {
        let mut values = Values::new(profile);
        for block in &plan.blocks {
            let Block { table, at, count, .. } = block;
            match self.read((*table, *at, *count)).await {
                Ok(reply) if profile.decode(block, &reply, &mut values).is_ok() => {}
                Err(CommFault::LineDown) => return Err(CommFault::LineDown),
                Ok(_) | Err(_) => return Ok(None),
            }
        }
        Ok((!plan.blocks.is_empty()).then_some(values))
    }

    async fn fits_board(&mut self, profile: &Profile) -> Result<bool, CommFault> {
        let Relay::Board(board) = &profile.relay else { return Ok(false) };
        let (table, at, count, _) = board.output_read(board.outputs);
        match self.read((table, at, count)).await {
            Ok(_) => Ok(true),
            Err(CommFault::LineDown) => Err(CommFault::LineDown),
            Err(_) => Ok(false),
        }
    }
}

fn shown(profile: &Profile, values: &Values, at: Timestamp) -> Vec<PointView> {
    let points = profile.points.iter().enumerate();
    points
        .filter_map(|(index, point)| {
            let millionths = values.get(index)?;
            let (name, unit) = (point.name.clone(), point.unit.symbol().to_owned());
            Some(PointView { name, millionths, unit, at })
        })
        .collect()
}

fn candidate(profile: &Profile, serial: Option<String>, points: Vec<PointView>) -> Candidate {
    Candidate {
        profile: profile.id.clone(),
        vendor: profile.vendor.clone(),
        models: profile.models.clone(),
        proven: profile.tested != Tested::None,
        switches: matches!(profile.relay, Relay::Builtin(_)),
        board: matches!(profile.relay, Relay::Board(_)),
        outputs: if let Relay::Board(board) = &profile.relay { board.outputs } else { 0 },
        serial,
        points,
    }
}
