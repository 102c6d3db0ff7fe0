//! Ratios to a yardstick: both are measured in turn, in many short rounds, because a disk that syncs
//! in 0.1 ms now may take 4 ms in the next minute, for everybody.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// What one round measured: time per item.
#[derive(Clone, Debug, Default)]
pub struct Rounds {
    ours: Vec<f64>,
    yardstick: Vec<f64>,
}

/// Times `run`, which says how many items it did, in nanoseconds an item.
#[allow(clippy::disallowed_methods, reason = "a bench measures time")]
pub fn time(run: impl FnOnce() -> u64) -> f64 {
    let start = Instant::now();
    let items = run();
    let taken: Duration = start.elapsed();
    taken.as_secs_f64() * 1e9 / f64::from(u32::try_from(items).expect("a round is short"))
}

impl Rounds {
    /// Measures both in turn, swapping who is first.
    pub fn of(
        rounds: u32,
        mut ours: impl FnMut() -> u64,
        mut yardstick: impl FnMut() -> u64,
    ) -> Self {
        Self::of_costs(rounds, || time(&mut ours), || time(&mut yardstick))
    }

    /// As [`Rounds::of`], where each tells itself what an item cost, in nanoseconds.
    pub fn of_costs(
        rounds: u32,
        mut ours: impl FnMut() -> f64,
        mut yardstick: impl FnMut() -> f64,
    ) -> Self {
        let mut taken = Self::default();
        for round in 0..rounds {
            if round % 2 == 0 {
                taken.ours.push(ours());
                taken.yardstick.push(yardstick());
            } else {
                taken.yardstick.push(yardstick());
                taken.ours.push(ours());
            }
        }
        taken
    }

    /// A round that was measured elsewhere.
    #[allow(dead_code, reason = "not every bench measures elsewhere")]
    pub fn push(&mut self, ours: f64, yardstick: f64) {
        self.ours.push(ours);
        self.yardstick.push(yardstick);
    }

    /// Prints a row for `docs/performance.md`: how fast we are, as a share of the yardstick's speed.
    pub fn print(&self, what: &str) {
        let mut ratios: Vec<f64> = self
            .yardstick
            .iter()
            .zip(&self.ours)
            .map(|(yardstick, ours)| yardstick / ours)
            .collect();
        let (ours, yardstick) =
            (median(&mut self.ours.clone()), median(&mut self.yardstick.clone()));
        let (low, high) = (at(&mut ratios, 10), at(&mut ratios, 90));
        println!(
            "| {what} | {} | {} | **{:.2}** ({low:.2}–{high:.2}) |",
            shown(ours),
            shown(yardstick),
            median(&mut ratios),
        );
    }
}

pub fn head(title: &str) {
    println!(
        "\n{title}\n\n| what | ours | yardstick | speed, as a share of the yardstick's (10–90 %) |"
    );
    println!("|---|---|---|---|");
}

fn median(values: &mut [f64]) -> f64 {
    at(values, 50)
}

fn at(values: &mut [f64], percent: usize) -> f64 {
    values.sort_by(f64::total_cmp);
    let place = values.len().saturating_sub(1) * percent / 100;
    values.get(place).copied().unwrap_or(f64::NAN)
}

pub fn shown(nanoseconds: f64) -> String {
    match nanoseconds {
        ns if ns < 1e3 => format!("{ns:.0} ns"),
        ns if ns < 1e6 => format!("{:.1} µs", ns / 1e3),
        ns => format!("{:.1} ms", ns / 1e6),
    }
}

/// A folder under the build folder, gone afterwards: on a real disk, which `/tmp` need not be.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let name = format!("bench-{name}-{}", std::process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&path).expect("a folder under the build folder");
        Self(path)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}
