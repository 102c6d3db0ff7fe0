//! A request and its reply as bytes on the wire, kept with the profile and decoded by a test.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::Deserialize;

use super::file::Profile;
use super::plan::Block;
use super::point::{Point, Table};
use super::relay::{Relay, Write};
use crate::meter::SwitchCommand;

/// Where the bytes come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// Recorded on a line.
    Capture,
    /// Printed in the maker's manual.
    Manual,
    /// Put together by hand from the register table: proves the arithmetic, not the device.
    Composed,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    pub origin: Origin,
    pub source: String,
    pub request: Vec<u8>,
    pub reply: Vec<u8>,
    /// What the reply holds, by point, as decimals; or nothing, for a switch command.
    pub values: BTreeMap<String, String>,
    pub command: Option<SwitchCommand>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FrameFile {
    origin: Origin,
    source: String,
    request: String,
    reply: String,
    #[serde(default)]
    values: BTreeMap<String, String>,
    command: Option<SwitchCommand>,
}

impl TryFrom<FrameFile> for Frame {
    type Error = String;
    fn try_from(file: FrameFile) -> Result<Self, String> {
        let bytes = |text: &str| {
            hex::decode(text.split_whitespace().collect::<String>())
                .map_err(|_bad| format!("`{text}` is not bytes in hex"))
        };
        Ok(Self {
            origin: file.origin,
            source: file.source,
            request: bytes(&file.request)?,
            reply: bytes(&file.reply)?,
            values: file.values,
            command: file.command,
        })
    }
}

impl Frame {
    /// The values of the points this frame states, decoded from its bytes.
    pub fn decode(&self, profile: &Profile) -> Result<BTreeMap<String, String>, String> {
        let request = checked(&self.request)?;
        let reply = checked(&self.reply)?;
        if let Some(command) = self.command {
            return check_command(profile, command, request, reply);
        }
        let [unit, function, at_high, at_low, count_high, count_low] = request else {
            return Err("the request is not a read of six bytes and checksum".to_owned());
        };
        let [unit_back, function_back, length, data @ ..] = reply else {
            return Err("the reply is too short".to_owned());
        };
        let (at, count) = (
            u16::from_be_bytes([*at_high, *at_low]),
            u16::from_be_bytes([*count_high, *count_low]),
        );
        let table = match function {
            1 => Table::Coil,
            2 => Table::Discrete,
            3 => Table::Holding,
            4 => Table::Input,
            other => return Err(format!("function {other} does not read")),
        };
        let expected = if table.is_bits() { count.div_ceil(8) } else { count * 2 };
        if (unit, function) != (unit_back, function_back)
            || usize::from(*length) != data.len()
            || usize::from(expected) != data.len()
        {
            return Err("the reply does not answer the request".to_owned());
        }
        let words: Vec<u16> = if table.is_bits() {
            data.iter().flat_map(|byte| (0..8).map(move |bit| u16::from(byte >> bit & 1))).collect()
        } else {
            data.chunks_exact(2)
                .filter_map(|pair| <[u8; 2]>::try_from(pair).ok())
                .map(u16::from_be_bytes)
                .collect()
        };
        let inside = |point: &Point| {
            self.values.contains_key(&point.name)
                && point.table == table
                && point.at >= at
                && point.at + point.width() <= at + count
        };
        let points: Vec<(usize, usize)> = profile
            .points
            .iter()
            .enumerate()
            .filter(|(_, point)| inside(point))
            .map(|(index, point)| (index, usize::from(point.at - at)))
            .collect();
        let block = Block { table, at, count, points };
        let mut values = super::Values::new(profile);
        profile.decode(&block, &words, &mut values)?;
        let shown = |index: &usize| {
            let value = values.get(*index)?;
            let name = profile.points.get(*index)?.name.clone();
            Some((name, Decimal::new(value, 6).normalize().to_string()))
        };
        Ok(block.points.iter().filter_map(|(index, _)| shown(index)).collect())
    }
}

fn check_command(
    profile: &Profile,
    command: SwitchCommand,
    request: &[u8],
    reply: &[u8],
) -> Result<BTreeMap<String, String>, String> {
    let write = match &profile.relay {
        Relay::Builtin(relay) => relay.write(command).cloned(),
        Relay::Board(board) => board.write(1, command, true),
        Relay::External => None,
    };
    let write = write.ok_or("the device does not know this command")?;
    let body = pdu(&write);
    let echo = match write {
        Write::Coil { .. } | Write::Register { .. } => body.clone(),
        Write::Registers { .. } => body.iter().copied().take(5).collect(),
    };
    let same = |frame: &[u8], body: &[u8]| frame.get(1..) == Some(body);
    if same(request, &body) && same(reply, &echo) {
        Ok(BTreeMap::new())
    } else {
        Err(format!("{command:?} is {body:02X?} and answered by {echo:02X?}"))
    }
}

/// The bytes of a write request, from the function code on.
pub fn pdu(write: &Write) -> Vec<u8> {
    match write {
        Write::Coil { at, on } => {
            let [high, low] = at.to_be_bytes();
            vec![5, high, low, if *on { 0xFF } else { 0 }, 0]
        }
        Write::Register { at, word } => {
            let [[a, b], [c, d]] = [at.to_be_bytes(), word.to_be_bytes()];
            vec![6, a, b, c, d]
        }
        Write::Registers { at, words } => {
            let count = u16::try_from(words.len()).expect("a write holds at most 123 registers");
            let bytes = u8::try_from(count * 2).expect("a write holds at most 123 registers");
            let [[a, b], [c, d]] = [at.to_be_bytes(), count.to_be_bytes()];
            let mut pdu = vec![16, a, b, c, d, bytes];
            pdu.extend(words.iter().flat_map(|word| word.to_be_bytes()));
            pdu
        }
    }
}

fn checked(frame: &[u8]) -> Result<&[u8], String> {
    let (body, sum) =
        frame.split_last_chunk::<2>().ok_or("a frame ends with two bytes checksum")?;
    let expected = crc16(body).to_le_bytes();
    if *sum == expected {
        Ok(body)
    } else {
        Err(format!("the checksum of {frame:02X?} should be {expected:02X?}"))
    }
}

/// The checksum of Modbus RTU, sent low byte first.
pub fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xFFFF, |crc, byte| {
        (0..8).fold(
            crc ^ u16::from(*byte),
            |crc, _| {
                if crc & 1 == 1 { crc >> 1 ^ 0xA001 } else { crc >> 1 }
            },
        )
    })
}
