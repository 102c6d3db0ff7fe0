//! Rows as one image, for a printer without a Chinese font: we draw every letter ourselves
//! (`GS v 0`). The font is a file of the machine, named in the site file; a letter that it lacks is
//! an empty box, as everywhere.

#![expect(clippy::float_arithmetic, reason = "dots on paper, no money and no billed energy")]

use ab_glyph::{Font, FontVec, PxScale, ScaleFont, point};

use super::rows::{Row, Size, cells_of};
use crate::config::printer::Width;
use crate::qr;

/// A cell as the printer's own font A has it.
const CELL: usize = 12;
const LINE: usize = 30;
/// Dots a module of a QR code is wide.
const MODULE: usize = 4;
/// Rows of dots sent at once: small printers have small buffers.
const BAND: usize = 240;

/// Wide are the letters of East Asia; the others fit one cell.
pub(super) fn cells(letter: char) -> usize {
    if letter < '\u{1100}' { 1 } else { 2 }
}

/// The commands that print the rows.
pub(super) fn image(rows: &[Row], width: Width, font: &FontVec) -> Vec<u8> {
    let mut page = Page::new(cells_of(width) * CELL);
    for row in rows {
        match row {
            Row::Text { text, size } => page.text(text, *size, font),
            Row::Code(what) => page.code(what),
        }
    }
    page.commands()
}

/// Dots, row by row, black where set.
struct Page {
    width: usize,
    dots: Vec<bool>,
}

impl Page {
    fn new(width: usize) -> Self {
        Self { width, dots: Vec::new() }
    }

    /// Adds empty rows of dots and says where they begin.
    fn add(&mut self, rows: usize) -> usize {
        let top = self.dots.len() / self.width;
        self.dots.resize(self.dots.len() + rows * self.width, false);
        top
    }

    fn set(&mut self, x: usize, y: usize) {
        if x < self.width
            && let Some(dot) = self.dots.get_mut(y * self.width + x)
        {
            *dot = true;
        }
    }

    fn text(&mut self, text: &str, size: Size, font: &FontVec) {
        let times = match size {
            Size::Usual => 1,
            Size::Large => 2,
        };
        let top = self.add(LINE * times);
        let mut left = 0;
        for letter in text.chars() {
            let wide = cells(letter) * CELL * times;
            self.letter(letter, (left, top), (wide, times), font);
            left += wide;
        }
    }

    /// One letter in the middle of its cells.
    fn letter(
        &mut self,
        letter: char,
        (left, top): (usize, usize),
        (wide, times): (usize, usize),
        font: &FontVec,
    ) {
        let font = font.as_scaled(PxScale::from(dots(24 * times)));
        let mut glyph = font.scaled_glyph(letter);
        let spare = (dots(wide) - font.h_advance(glyph.id)) / 2.0;
        glyph.position = point(dots(left) + spare, dots(top) + font.ascent());
        let Some(outline) = font.outline_glyph(glyph) else { return };
        let corner = outline.px_bounds().min;
        outline.draw(|x, y, cover| {
            if cover >= 0.5
                && let (Some(x), Some(y)) = (place(corner.x, x), place(corner.y, y))
            {
                self.set(x, y);
            }
        });
    }

    fn code(&mut self, what: &str) {
        let Some(rows) = qr::modules(what) else { return };
        let side = rows.len() * MODULE;
        let top = self.add(side + 2 * MODULE) + MODULE;
        let left = self.width.saturating_sub(side) / 2;
        for (row, modules) in rows.iter().enumerate() {
            for (column, _dark) in modules.iter().enumerate().filter(|(_, dark)| **dark) {
                for dot in 0..MODULE * MODULE {
                    let (x, y) = (column * MODULE + dot % MODULE, row * MODULE + dot / MODULE);
                    self.set(left + x, top + y);
                }
            }
        }
    }

    /// `GS v 0 m xL xH yL yH`: eight dots a byte, the left one highest.
    fn commands(&self) -> Vec<u8> {
        let across = self.width / 8;
        let mut bytes = Vec::new();
        for band in self.dots.chunks(BAND * self.width) {
            let height = band.len() / self.width;
            let [xl, xh] = little(across);
            let [yl, yh] = little(height);
            bytes.extend([0x1d, b'v', b'0', 0, xl, xh, yl, yh]);
            bytes.extend(band.chunks(8).map(packed));
        }
        bytes
    }
}

fn packed(dots: &[bool]) -> u8 {
    dots.iter().fold(0, |byte, dot| byte << 1 | u8::from(*dot))
}

fn little(value: usize) -> [u8; 2] {
    u16::try_from(value).expect("a paper's width and a band's height are small").to_le_bytes()
}

fn dots(count: usize) -> f32 {
    f32::from(u16::try_from(count).unwrap_or(u16::MAX))
}

/// Where a dot of a letter lies; `None`: beyond the paper's edge.
#[expect(clippy::as_conversions, clippy::cast_possible_truncation, reason = "dots on paper")]
fn place(corner: f32, step: u32) -> Option<usize> {
    usize::try_from(corner as i64 + i64::from(step)).ok()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A font with Chinese letters, of which `tests/run setup` installs one.
    fn font() -> FontVec {
        let known = [
            "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
            "/usr/share/fonts/opentype/noto/NotoSerifCJK-Bold.ttc",
            "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
        ];
        let bytes = known.iter().find_map(|path| fs::read(path).ok());
        let bytes = bytes.expect("fonts-noto-cjk is installed; `tests/run setup` does it");
        FontVec::try_from_vec_and_index(bytes, 0).unwrap()
    }

    fn text(text: &str, size: Size) -> Row {
        Row::Text { text: text.to_owned(), size }
    }

    fn black(rows: &[Row]) -> usize {
        let bytes = image(rows, Width::Mm58, &font());
        bytes.iter().skip(8).map(|byte| usize::try_from(byte.count_ones()).unwrap()).sum()
    }

    #[test]
    fn an_image_says_its_size_and_has_that_many_bytes() {
        for (width, bytes_across) in [(Width::Mm58, 48), (Width::Mm80, 72)] {
            let bytes = image(&[text("电", Size::Usual)], width, &font());
            let [across, _] = little(bytes_across);
            assert_eq!(bytes[..8], [0x1d, b'v', b'0', 0, across, 0, 30, 0]);
            assert_eq!(bytes.len(), 8 + bytes_across * LINE);
        }
    }

    #[test]
    fn letters_leave_ink_and_no_two_look_alike() {
        let of = |letter: &str| image(&[text(letter, Size::Usual)], Width::Mm58, &font());
        let letters = ["电", "费", "￥", "¥", "8", "é"];
        for (place, letter) in letters.iter().enumerate() {
            assert!(black(&[text(letter, Size::Usual)]) > 20, "{letter} leaves no ink");
            for other in &letters[..place] {
                assert_ne!(of(letter), of(other), "{letter} looks like {other}");
            }
        }
        assert_eq!(black(&[text("    ", Size::Usual)]), 0);
        assert!(black(&[text("电", Size::Large)]) > 2 * black(&[text("电", Size::Usual)]));
    }

    #[test]
    fn a_code_to_scan_is_drawn_dot_by_dot() {
        let modules = qr::modules("12").unwrap();
        let dark = modules.iter().flatten().filter(|dark| **dark).count();
        assert_eq!(black(&[Row::Code("12".to_owned())]), dark * MODULE * MODULE);
    }
}
