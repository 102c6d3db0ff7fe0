//! Faults done to the real program, again and again: it is killed, its disk refuses, fills up or
//! crawls. What has to hold afterwards, and the long version, are in `docs/chaos.md`.

mod book;
mod clock;
mod disk;
mod kill;
mod migration;
mod pulled;
mod together;

use crate::harness::Folder;

/// `METERHOUSE_CHAOS_ROUNDS=200` is the long version.
fn rounds(short: u32) -> u32 {
    match std::env::var("METERHOUSE_CHAOS_ROUNDS") {
        Ok(rounds) => rounds.parse().expect("METERHOUSE_CHAOS_ROUNDS is a number"),
        Err(_unset) => short,
    }
}

/// Draws that can be repeated: `METERHOUSE_CHAOS_SEED`, shown at the start of each test.
struct Dice(u64);

impl Dice {
    #[expect(clippy::print_stderr, reason = "whoever repeats a run needs its seed")]
    fn shown(test: &str) -> Self {
        let seed = match std::env::var("METERHOUSE_CHAOS_SEED") {
            Ok(seed) => seed.parse().expect("METERHOUSE_CHAOS_SEED is a number"),
            Err(_unset) => 1,
        };
        eprintln!("{test}: METERHOUSE_CHAOS_SEED={seed}");
        Self(seed)
    }

    /// As `SplitMix64` draws.
    fn below(&mut self, end: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        u32::try_from((z ^ (z >> 31)) % u64::from(end)).expect("below a u32")
    }
}

/// A site file of a simulated building alone.
fn building(folder: &Folder, floors: u16, pace: u32) -> String {
    let text = format!(
        "[site]\nname = \"Trial\"\ncurrency = \"CNY\"\nzone = \"Asia/Shanghai\"\n\
         [simulated]\npace = {pace}\nfloors = {floors}\n"
    );
    folder.write("site.toml", &text).display().to_string()
}
