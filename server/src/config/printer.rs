//! `[printer]` of a site file: the counter's receipt printer.

use std::fs;
use std::sync::Arc;

use ab_glyph::FontVec;
use serde::Deserialize;
use toml::Spanned;

use super::source::Source;
use crate::cli::Fault;
use crate::printing::words::Lang;

/// Raw printing, as nearly every network printer takes it.
const PORT: u16 = 9_100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PrinterTable {
    /// `host` or `host:port`.
    pub(super) address: Spanned<String>,
    #[serde(default = "eighty")]
    pub(super) width: Spanned<u16>,
    #[serde(default)]
    pub(super) encoding: Written,
    /// Raster only: the font that draws the letters.
    pub(super) font: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) drawer: bool,
    #[serde(default = "yes")]
    pub(super) status: bool,
    #[serde(default)]
    pub(super) language: Lang,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Written {
    #[default]
    Gb18030,
    Raster,
}

fn eighty() -> Spanned<u16> {
    Spanned::new(0..0, 80)
}

const fn yes() -> bool {
    true
}

/// A receipt printer on the network.
#[derive(Clone, Debug)]
pub struct Printer {
    /// With its port.
    pub address: String,
    pub width: Width,
    pub letters: Letters,
    /// A cash drawer hangs on it.
    pub drawer: bool,
    /// It answers when asked how it is.
    pub status: bool,
    pub language: Lang,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    Mm58,
    Mm80,
}

/// Who draws the letters.
#[derive(Clone, Debug)]
pub enum Letters {
    /// The printer, which has a Chinese font.
    Gb18030,
    /// We, dot by dot.
    Raster(Arc<FontVec>),
}

pub(super) fn read(source: &Source, table: &PrinterTable) -> Result<Printer, Fault> {
    let width = match table.width.get_ref() {
        58 => Width::Mm58,
        80 => Width::Mm80,
        _ => return Err(source.wrong(table.width.span(), "paper is 58 or 80 mm wide")),
    };
    let letters = match (table.encoding, &table.font) {
        (Written::Gb18030, None) => Letters::Gb18030,
        (Written::Gb18030, Some(font)) => {
            let what = "with encoding = \"gb18030\" the printer has the font; leave this out";
            return Err(source.wrong(font.span(), what));
        }
        (Written::Raster, Some(font)) => Letters::Raster(Arc::new(read_font(source, font)?)),
        (Written::Raster, None) => {
            let what = "encoding = \"raster\" needs a font that has the letters of your receipts: \
                        font = \"/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc\" \
                        (Debian: fonts-noto-cjk)";
            return Err(source.wrong(table.address.span(), what));
        }
    };
    Ok(Printer {
        address: address(source, &table.address)?,
        width,
        letters,
        drawer: table.drawer,
        status: table.status,
        language: table.language,
    })
}

fn address(source: &Source, written: &Spanned<String>) -> Result<String, Fault> {
    let text = written.get_ref().trim();
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => {
            let what = "a port is 1 to 65535";
            let port = port.parse().ok().filter(|port| *port > 0);
            (host, port.ok_or_else(|| source.wrong(written.span(), what))?)
        }
        Some(_) | None => (text, PORT),
    };
    let sound = |c: char| c.is_ascii_alphanumeric() || "-._[]:%".contains(c);
    if host.is_empty() || !host.chars().all(sound) {
        let what = "an address is written as 192.168.1.60 or printer.lan:9100";
        return Err(source.wrong(written.span(), what));
    }
    Ok(format!("{host}:{port}"))
}

fn read_font(source: &Source, named: &Spanned<String>) -> Result<FontVec, Fault> {
    let path = source.beside(named.get_ref());
    let bytes = fs::read(&path).map_err(|error| {
        source.wrong(named.span(), format!("cannot read {}: {error}", path.display()))
    })?;
    FontVec::try_from_vec_and_index(bytes, 0).map_err(|_invalid| {
        let what = format!("{} is no TrueType or OpenType font", path.display());
        source.wrong(named.span(), what)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printer(text: &str) -> Result<Printer, Fault> {
        let source = Source::of("site.toml", text);
        read(&source, &toml::from_str(text).unwrap())
    }

    #[test]
    fn an_address_is_enough() {
        let printer = printer("address = \"192.168.1.60\"").unwrap();
        assert_eq!(printer.address, "192.168.1.60:9100");
        assert_eq!(printer.width, Width::Mm80);
        assert!(matches!(printer.letters, Letters::Gb18030));
        assert!(printer.status && !printer.drawer);
    }

    #[test]
    fn what_makes_no_sense_is_refused_where_it_stands() {
        for (text, why) in [
            ("address = \"\"", "192.168.1.60"),
            ("address = \"a b\"", "192.168.1.60"),
            ("address = \"printer:0\"", "1 to 65535"),
            ("address = \"p\"\nwidth = 76", "58 or 80"),
            ("address = \"p\"\nencoding = \"raster\"", "needs a font"),
            ("address = \"p\"\nencoding = \"raster\"\nfont = \"/dev/null\"", "no TrueType"),
            ("address = \"p\"\nfont = \"x.ttf\"", "leave this out"),
        ] {
            let refused = printer(text).unwrap_err().to_string();
            assert!(refused.contains(why), "{text}: {refused}");
        }
        for (written, read) in [("p", "p:9100"), ("p:1", "p:1"), ("[::1]:9100", "[::1]:9100")] {
            assert_eq!(printer(&format!("address = \"{written}\"")).unwrap().address, read);
        }
    }
}
