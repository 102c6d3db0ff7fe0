//! QR codes: as dots for a receipt of ours, as SVG for a page.

use std::fmt::Write as _;

use fast_qr::{ECL, QRBuilder};

/// Light modules around a code, which scanners need (ISO/IEC 18004: four).
const QUIET: usize = 4;

/// Rows of modules, true where dark; `None`: too long for a QR code.
pub(crate) fn modules(what: &str) -> Option<Vec<Vec<bool>>> {
    let code = QRBuilder::new(what).ecl(ECL::M).build().ok()?;
    let rows = code.data.chunks(code.size).take(code.size);
    Some(rows.map(|row| row.iter().map(|module| module.value()).collect()).collect())
}

/// A path of squares over so many units a side, with the light border around.
pub(crate) fn path(what: &str) -> Option<(usize, String)> {
    let rows = modules(what)?;
    let mut path = String::new();
    for (y, row) in rows.iter().enumerate() {
        for (x, _dark) in row.iter().enumerate().filter(|(_, dark)| **dark) {
            write!(path, "M{} {}h1v1h-1z", x + QUIET, y + QUIET).expect("a string takes text");
        }
    }
    Some((rows.len() + 2 * QUIET, path))
}

/// A picture that scales; black on white in the dark theme too, or it would not scan.
pub(crate) fn svg(what: &str) -> Option<String> {
    let (side, path) = path(what)?;
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" \
         shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/>\
         <path d=\"{path}\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A code of version 1 has 21 modules a side; each has three finders of 7 × 7.
    #[test]
    fn a_code_has_its_size_and_its_finders() {
        let rows = modules("12").unwrap();
        assert_eq!((rows.len(), rows.iter().map(Vec::len).max()), (21, Some(21)));
        for (x, y) in [(0, 0), (14, 0), (0, 14)] {
            let ring = (0..7).all(|step| rows[y][x + step] && rows[y + step][x]);
            assert!(ring && !rows[y + 1][x + 1] && rows[y + 3][x + 3], "finder at {x}, {y}");
        }
        assert!(svg("12").unwrap().contains("viewBox=\"0 0 29 29\""));
        assert_eq!(modules(&"x".repeat(4_000)), None);
    }
}
