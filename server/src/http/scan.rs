//! What hangs on a line: looked for address by address, on a serial line at several speeds.
//!
//! The line's meters are polled on between any two questions, at the line's own speed; a scan that
//! is ended, forgotten or cut short by a crash leaves nothing behind that would have to be undone.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use actix::Addr;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use shared::api::line::LineView;
use shared::api::scan::{BAUDS, FoundUnit, ScanOrder, ScanSpeed, ScanView};
use shared::id::{LineId, MeterId};
use shared::meter::profile::Library;
use tokio::time::Instant;

use super::body::Body;
use super::commission::{commission, refused};
use super::lines::{no_line, view};
use super::problem::{Answer, Trouble};
use super::state::State;
use crate::clock;
use crate::headend::config::SerialFormat;
use crate::headend::{LineActor, Pitch, UnitAddress, scan};

/// The last scan of each line.
#[derive(Clone, Default)]
pub(crate) struct Scans(Arc<Mutex<BTreeMap<LineId, ScanView>>>);

impl Scans {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<LineId, ScanView>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The speed at which the last scan of the line heard a unit, where that is only another than the
    /// line's own.
    pub(super) fn heard_only_at(&self, line: LineId, unit: u8) -> Option<ScanSpeed> {
        let all = self.lock();
        let found = all.get(&line).into_iter().flat_map(|scan| &scan.found);
        let mut heard = found.filter(|found| found.unit == unit).map(|found| found.speed.clone());
        let first = heard.next()??;
        heard.all(|speed| speed.is_some()).then_some(first)
    }

    /// Changes the scan of a line while it runs; false: somebody has ended it.
    fn go_on(&self, line: LineId, change: impl FnOnce(&mut ScanView)) -> bool {
        match self.lock().get_mut(&line).filter(|scan| scan.running) {
            Some(scan) => {
                change(scan);
                true
            }
            None => false,
        }
    }
}

/// A scan on its way.
struct Search {
    id: LineId,
    line: Addr<LineActor>,
    library: Arc<Library>,
    known: BTreeMap<u8, MeterId>,
    /// Speeds to try one after the other; none: the line's own.
    pitches: Vec<Option<Pitch>>,
    from: u8,
    to: u8,
    scans: Scans,
}

pub(super) async fn start(
    state: web::Data<State>,
    line: web::Path<LineId>,
    Body(order): Body<ScanOrder>,
) -> Answer {
    let id = line.into_inner();
    let line = state.lines.get(&id).ok_or_else(|| no_line(id))?.clone();
    let ScanOrder { from, to, speeds } = order;
    if !UnitAddress::can_be_scanned(from, to) {
        return Err(refused(
            "bad-units",
            "unit addresses are 1 to 247, the first one first, or 255 alone",
        ));
    }
    let library = Arc::clone(&commission(&state)?.library);
    let seen = view(&state, id).await?;
    let pitches = pitches(own_speed(&seen), &speeds)?;
    let known = seen.units.iter().filter_map(|unit| Some((unit.unit, unit.meter?))).collect();
    let scans = state.scans.clone();
    {
        let mut all = scans.lock();
        if all.get(&id).is_some_and(|scan| scan.running) {
            let title = format!("line {id} is being scanned");
            return Err(Trouble::new(StatusCode::CONFLICT, "scan-runs", title));
        }
        let of = (usize::from(to - from) + 1) * pitches.len();
        all.insert(id, ScanView { running: true, of, ..ScanView::default() });
    }
    let search = Search { id, line, library, known, pitches, from, to, scans };
    actix_rt::spawn(search.run());
    show(&state, id).await
}

impl Search {
    async fn run(self) {
        let begun = Instant::now();
        for pitch in &self.pitches {
            for unit in self.from..=self.to {
                let asks = self.scans.go_on(self.id, |scan| {
                    scan.unit = Some(unit);
                    scan.speed = pitch.map(named);
                });
                if !asks {
                    return;
                }
                let found = match (self.known.get(&unit), pitch, UnitAddress::try_from(unit)) {
                    (Some(meter), None, _) => Ok(Some(known(unit, *meter))),
                    (_, _, Ok(unit)) => {
                        scan::look(&self.line, &self.library, unit, *pitch, clock::now()).await
                    }
                    (_, _, Err(_checked)) => Ok(None),
                };
                self.scans.go_on(self.id, |scan| {
                    scan.done += 1;
                    scan.left_s = left_s(begun, scan);
                    match found {
                        Ok(found) => scan.found.extend(found),
                        Err(fault) => {
                            scan.fault = Some(fault);
                            scan.running = false;
                        }
                    }
                });
            }
        }
        self.scans.go_on(self.id, |scan| scan.running = false);
    }
}

fn known(unit: u8, meter: MeterId) -> FoundUnit {
    let (candidates, meter) = (Vec::new(), Some(meter));
    FoundUnit { unit, speed: None, meter, candidates, unclear: false }
}

/// As long for each address that is left as it was for one so far.
fn left_s(begun: Instant, scan: &ScanView) -> Option<u64> {
    let left = u128::try_from(scan.of.saturating_sub(scan.done)).ok()?;
    let done = u128::try_from(scan.done).ok().filter(|done| *done > 0)?;
    u64::try_from((begun.elapsed().as_millis() * left / done).div_ceil(1_000)).ok()
}

fn named(Pitch { baud, format }: Pitch) -> ScanSpeed {
    ScanSpeed { baud, format: format.to_string() }
}

/// The line's own speed, if it is a serial line.
fn own_speed(line: &LineView) -> Option<Pitch> {
    // From the end: the path of a port may have colons of its own.
    let (rest, format) = line.address.strip_prefix("rtu:")?.rsplit_once(':')?;
    let (_path, baud) = rest.rsplit_once(':')?;
    Some(Pitch { baud: baud.parse().ok()?, format: SerialFormat::named(format)? })
}

/// What to try, in the order given; the line's own speed needs no change.
fn pitches(own: Option<Pitch>, speeds: &[ScanSpeed]) -> Result<Vec<Option<Pitch>>, Trouble> {
    if speeds.is_empty() {
        return Ok(vec![None]);
    }
    let Some(own) = own else {
        let title = "only a serial line has a speed to choose; a gateway has its own";
        return Err(refused("no-speed", title));
    };
    let mut pitches = Vec::new();
    for ScanSpeed { baud, format } in speeds {
        let Some(format) = SerialFormat::named(format).filter(|_| BAUDS.contains(baud)) else {
            let title = format!(
                "`{baud} {format}` is no speed to try; there are {} baud, and 8N1, 8N2, 8E1, 8O1",
                BAUDS.map(|baud| baud.to_string()).join(", ")
            );
            return Err(refused("bad-speed", title));
        };
        let pitch = Pitch { baud: *baud, format };
        let pitch = (pitch != own).then_some(pitch);
        if !pitches.contains(&pitch) {
            pitches.push(pitch);
        }
    }
    Ok(pitches)
}

pub(super) async fn look(state: web::Data<State>, line: web::Path<LineId>) -> Answer {
    show(&state, line.into_inner()).await
}

pub(super) async fn end(state: web::Data<State>, line: web::Path<LineId>) -> Answer {
    let line = line.into_inner();
    state.scans.go_on(line, |scan| scan.running = false);
    show(&state, line).await
}

async fn show(state: &State, line: LineId) -> Answer {
    let seen = view(state, line).await?;
    let mut scan = state.scans.lock().get(&line).cloned().unwrap_or_default();
    scan.line_speed = own_speed(&seen).map(named);
    if !scan.running {
        (scan.unit, scan.speed, scan.left_s) = (None, None, None);
    } else if scan.unit.is_some() && scan.speed.is_none() {
        scan.speed.clone_from(&scan.line_speed);
    }
    // What was added since it was found is a meter now.
    for found in scan.found.iter_mut().filter(|found| found.speed.is_none()) {
        let unit = seen.units.iter().find(|unit| unit.unit == found.unit);
        found.meter = unit.and_then(|unit| unit.meter);
    }
    Ok(HttpResponse::Ok().json(scan))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_elsewhere_only_if_it_was_never_heard_at_the_lines_own_speed() {
        let found = |unit, speed| FoundUnit { speed, meter: None, ..known(unit, MeterId(1)) };
        let elsewhere = || Some(speed(2_400, "8E1"));
        let scan = ScanView {
            found: vec![
                found(1, None),
                found(2, elsewhere()),
                found(3, elsewhere()),
                found(3, None),
            ],
            ..ScanView::default()
        };
        let scans = Scans(Arc::new(Mutex::new(BTreeMap::from([(LineId(1), scan)]))));
        let heard = |line, unit| scans.heard_only_at(LineId(line), unit);
        assert_eq!(heard(1, 2), elsewhere());
        for (line, unit) in [(1, 1), (1, 3), (1, 4), (2, 2)] {
            assert_eq!(heard(line, unit), None, "{line} {unit}");
        }
    }

    fn speed(baud: u32, format: &str) -> ScanSpeed {
        ScanSpeed { baud, format: format.to_owned() }
    }

    #[test]
    fn each_speed_is_tried_once_and_the_lines_own_without_a_change() {
        let own = Pitch { baud: 9_600, format: SerialFormat::EightNone1 };
        let even = Pitch { baud: 2_400, format: SerialFormat::EightEven1 };
        let order = [speed(9_600, "8N1"), speed(2_400, "8E1"), speed(9_600, "8N1")];
        let tried = pitches(Some(own), &order).expect("a serial line");
        assert_eq!(tried, [None, Some(even)]);
        assert_eq!(pitches(None, &[]).expect("a gateway at its own speed"), [None]);
        for (own, wrong) in [
            (None, speed(9_600, "8N1")), // a gateway
            (Some(own), speed(300, "8N1")),
            (Some(own), speed(9_600, "7E1")),
        ] {
            assert!(pitches(own, std::slice::from_ref(&wrong)).is_err(), "{wrong}");
        }
    }
}
