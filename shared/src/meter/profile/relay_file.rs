//! The `[relay]` part of a profile file.

use serde::Deserialize;

use super::file::{Wrong, decimal, find};
use super::point::Point;
use super::relay::{Board, Builtin, Readback, Relay, Write};

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
#[allow(clippy::large_enum_variant, reason = "one at a time, while a file is read")]
pub(super) enum RelayFile {
    External,
    Builtin {
        write: WriteFile,
        readback: Option<ReadbackFile>,
        proof: Option<ProofFile>,
        #[serde(default = "ten_seconds")]
        min_interval_s: u32,
    },
    Board {
        outputs: u16,
        #[serde(default)]
        coil_base: u16,
        read_all: Option<u16>,
        #[serde(default)]
        inputs: u16,
        #[serde(default)]
        input_base: u16,
        #[serde(default)]
        min_interval_s: u32,
    },
}

const fn ten_seconds() -> u32 {
    10
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WriteFile {
    fc: u8,
    at: u16,
    open: Vec<u16>,
    close: Vec<u16>,
    arm: Option<Vec<u16>>,
    /// Hands the switch back to the meter's own logic; kept for the engineer, never sent by us.
    #[serde(default)]
    #[expect(dead_code, reason = "documents the device; the server never lets go of a relay")]
    release: Vec<u16>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReadbackFile {
    points: Vec<String>,
    open: Vec<u16>,
    close: Vec<u16>,
    mask: Option<Vec<u16>>,
    #[serde(default)]
    feedback: bool,
    #[serde(default)]
    #[expect(dead_code, reason = "documents the device; every poll reads back")]
    within_ms: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProofFile {
    open: OpenProof,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OpenProof {
    point: String,
    below: String,
    #[serde(default)]
    #[expect(dead_code, reason = "documents the device; every poll looks for the proof")]
    within_ms: u32,
}

pub(super) fn build(file: RelayFile, points: &[Point]) -> Result<Relay, Wrong> {
    let point = |name: &str| {
        find(points, name).ok_or_else(|| {
            (name.to_owned(), format!("[relay] names the point `{name}`, which is not in [points]"))
        })
    };
    match file {
        RelayFile::External => Ok(Relay::External),
        RelayFile::Board { outputs, coil_base, read_all, inputs, input_base, min_interval_s } => {
            let board = Board { outputs, coil_base, read_all, inputs, input_base, min_interval_s };
            let fits = |base: u16, count: u16| base.checked_add(count).is_some();
            if outputs == 0 || !fits(coil_base, outputs) || !fits(input_base, inputs) {
                let what = "a board has one output or more, and all addresses below 65536";
                return Err(("[relay]".to_owned(), what.to_owned()));
            }
            Ok(Relay::Board(board))
        }
        RelayFile::Builtin { write, readback, proof, min_interval_s } => {
            let readback = readback
                .map(|file| {
                    let width = file.points.len();
                    let mask = file.mask.unwrap_or_else(|| vec![u16::MAX; width]);
                    if [file.open.len(), file.close.len(), mask.len()] != [width; 3] {
                        let what = "readback needs one word a point in open, close and mask";
                        return Err(("readback".to_owned(), what.to_owned()));
                    }
                    Ok(Readback {
                        points: file
                            .points
                            .iter()
                            .map(|name| point(name))
                            .collect::<Result<_, _>>()?,
                        mask,
                        open: file.open,
                        close: file.close,
                        feedback: file.feedback,
                    })
                })
                .transpose()?;
            let proof = match proof {
                Some(ProofFile { open }) => {
                    Some((point(&open.point)?, decimal("proof", &open.below)?))
                }
                None => None,
            };
            Ok(Relay::Builtin(Box::new(Builtin {
                open: build_write(&write, &write.open)?,
                close: build_write(&write, &write.close)?,
                arm: write.arm.as_ref().map(|words| build_write(&write, words)).transpose()?,
                readback,
                proof,
                min_interval_s,
            })))
        }
    }
}

fn build_write(file: &WriteFile, words: &[u16]) -> Result<Write, Wrong> {
    let at = file.at;
    match (file.fc, words) {
        (5, [0]) => Ok(Write::Coil { at, on: false }),
        (5, [1]) => Ok(Write::Coil { at, on: true }),
        (6, [word]) => Ok(Write::Register { at, word: *word }),
        (16, [_, ..]) => Ok(Write::Registers { at, words: words.to_vec() }),
        _ => {
            let what = format!(
                "write: function {} does not take {words:?}; 5 takes 0 or 1, 6 one word, 16 some",
                file.fc
            );
            Err(("write".to_owned(), what))
        }
    }
}
