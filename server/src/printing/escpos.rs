//! Rows as ESC/POS bytes for a printer that has a Chinese font, and the commands around them.
//!
//! Epson, *ESC/POS Command Reference*; the Chinese double-byte mode (`FS &`) reads GB 18030.

use encoding_rs::GB18030;

use super::rows::{Row, Size};

/// As after power-on; no states that nobody asked for (`GS a`); commands of the real-time kind that
/// open the drawer or switch off are not looked for in the data (`GS ( D`), where an image might
/// hold their bytes by chance.
const BEGIN: &[u8] = b"\x1b@\x1da\x00\x1d(D\x05\x00\x14\x01\x00\x02\x00";
/// Double-byte characters on.
const CHINESE: &[u8] = b"\x1c&";
/// Feeds to the knife and cuts, leaving a bridge.
const CUT: &[u8] = b"\x1dVB\x00";
/// A pulse of 50 ms for drawer 1.
const DRAWER: &[u8] = b"\x1bp\x00\x19\xfa";
/// Answered only when all before it is printed: the proof.
const PROOF: &[u8] = b"\x1dr\x01";
const USUAL: &[u8] = b"\x1d!\x00";
const LARGE: &[u8] = b"\x1d!\x11";
const CENTRE: &[u8] = b"\x1ba\x01";
const LEFT: &[u8] = b"\x1ba\x00";

/// Letters beyond ASCII are double-width in a Chinese printer's font.
pub(super) fn cells(letter: char) -> usize {
    if letter.is_ascii() { 1 } else { 2 }
}

/// The whole paper.
pub(super) fn paper(rows: &[Row], drawer: bool) -> Vec<u8> {
    let mut bytes = [BEGIN, CHINESE].concat();
    for row in rows {
        match row {
            Row::Text { text, size } => {
                bytes.extend_from_slice(match size {
                    Size::Usual => USUAL,
                    Size::Large => LARGE,
                });
                bytes.extend(encoded(text));
                bytes.push(b'\n');
            }
            Row::Code(what) => bytes.extend(code(what)),
        }
    }
    ended(bytes, drawer)
}

/// A paper around an image of ours.
pub(super) fn around(image: Vec<u8>, drawer: bool) -> Vec<u8> {
    ended([BEGIN.to_vec(), image].concat(), drawer)
}

fn ended(mut bytes: Vec<u8>, drawer: bool) -> Vec<u8> {
    bytes.extend_from_slice(CUT);
    if drawer {
        bytes.extend_from_slice(DRAWER);
    }
    bytes.extend_from_slice(PROOF);
    bytes
}

/// The halfwidth yen and pound signs are four bytes in GB 18030, which many printers show as
/// something else; their fullwidth forms are in every Chinese font. Letters beyond the basic plane
/// are in none.
fn encoded(text: &str) -> Vec<u8> {
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\u{a5}' => plain.push('\u{ffe5}'),
            '\u{a3}' => plain.push('\u{ffe1}'),
            '\u{2212}' => plain.push('-'),
            '\u{a0}' | '\u{2009}' | '\u{202f}' => plain.push(' '),
            '\u{10000}'.. => plain.push('\u{25a1}'),
            other => plain.push(other),
        }
    }
    GB18030.encode(&plain).0.into_owned()
}

/// QR code, model 2, drawn by the printer itself (`GS ( k`): modules of 4 dots, correction M.
fn code(what: &str) -> Vec<u8> {
    let command = |function: u8, rest: &[u8]| {
        let length = u16::try_from(rest.len() + 2).expect("a link is short");
        let [low, high] = length.to_le_bytes();
        [&[0x1d, b'(', b'k', low, high, b'1', function], rest].concat()
    };
    let store = [b"0", what.as_bytes()].concat();
    [
        CENTRE.to_vec(),
        command(b'A', b"2\x00"),
        command(b'C', &[4]),
        command(b'E', b"1"),
        command(b'P', &store),
        command(b'Q', b"0"),
        LEFT.to_vec(),
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use shared::api::receipt::Receipt;

    use super::super::paper::parts;
    use super::super::paper::samples::{receipt, style};
    use super::super::rows::rows;
    use super::super::words::Lang;
    use super::*;
    use crate::config::printer::Width;

    fn bytes(receipt: &Receipt, drawer: bool) -> Vec<u8> {
        let parts = parts(receipt, Some("https://a.example/v"), false, &style(Lang::Zh));
        paper(&rows(&parts, Width::Mm58, cells), drawer)
    }

    /// Bytes as people read them: ASCII as it is, all else in hex.
    fn shown(bytes: &[u8]) -> String {
        let show = |byte: &u8| match byte {
            b'\n' => "\n".to_owned(),
            0x20..=0x7e => char::from(*byte).to_string(),
            other => format!("<{other:02x}>"),
        };
        bytes.iter().map(show).collect()
    }

    #[test]
    fn a_receipt_is_these_bytes() {
        expect![[r#"
            <1b>@<1d>a<00><1d>(D<05><00><14><01><00><02><00><1c>&<1d>!<11>    <cd><fb><bd><ad><b9><ab><d4><a2>
            <1d>!<00>       <ca><d5><be><dd> No. 2-000009
            <1d>!<00>--------------------------------
            <1d>!<00><ca><b1><bc><e4>         2026-07-01 14:02:07
            <1d>!<00><b5><d8><d6><b7>             2 <a1><a4> 12 <a1><a4> 1203
            <1d>!<00><b5><e7><b1><ed>                        1017
            <1d>!<00><bb><a7><c3><fb>                         <cd><f5>*
            <1d>!<00><bb><a7><ba><c5>                        1017
            <1d>!<00><ca><d5><bf><ee><c8><cb>                        li
            <1d>!<00>--------------------------------
            <1d>!<11><ca><b5><b8><b6>     <a3><a4>52.80
            <1d>!<00><b3><a5><bb><b9><c7><b7><b7><d1><a3><a8><b0><b4><b1><c8><c0><fd><a3><a9>        <a3><a4>5.28
            <1d>!<00><b5><e7><b7><d1><d3><e0><b6><ee>                 <a3><a4>47.52
            <1d>!<00><d6><a7><b8><b6><b7><bd><ca><bd>                    <cf><d6><bd><f0>
            <1d>!<00><ca><b5><ca><d5>                    <a3><a4>100.00
            <1d>!<00><d5><d2><c1><e3>                     <a3><a4>47.20
            <1d>!<00>--------------------------------
            <1d>!<00><b5><e7><b7><d1> <bd><d7><cc><dd> 1    88.00 kWh <a3><a4>46.50
            <1d>!<00><cb><b0>                        <a3><a4>1.02
            <1d>!<00><d4><bc><bf><c9><d3><c3>                 88.00 kWh
            <1d>!<00><b3><e4><d6><b5><c7><b0><d3><e0><b6><ee>               -<a3><a4>1.20
            <1d>!<00><b3><e4><d6><b5><ba><f3><d3><e0><b6><ee>               <a3><a4>46.32
            <1d>!<00>--------------------------------
            <1b>a<01><1d>(k<04><00>1A2<00><1d>(k<03><00>1C<04><1d>(k<03><00>1E1<1d>(k<16><00>1P0https://a.example/v<1d>(k<03><00>1Q0<1b>a<00><1d>!<00>         <c9><a8><c2><eb><ba><cb><b6><d4><b1><be><ca><d5><be><dd>
            <1d>!<00>      <d0><a3><d1><e9><c2><eb> 0123456789ab
            <1d>!<00>        <c7><eb><cd><d7><c9><c6><b1><a3><b9><dc><b1><be><ca><d5><be><dd>
            <1d>VB<00><1b>p<00><19><fa><1d>r<01>"#]].assert_eq(&shown(&bytes(&receipt(), true)));
    }

    #[test]
    fn the_sign_of_the_yuan_is_two_bytes_that_every_chinese_printer_has() {
        for (text, expected) in [
            ("¥52", b"\xa3\xa452".as_slice()),
            ("￥52", b"\xa3\xa452"),
            ("电", b"\xb5\xe7"),
            ("\u{2212}3", b"-3"),
            ("\u{1f600}", b"\xa1\xf5"),
        ] {
            assert_eq!(encoded(text), expected, "{text}");
        }
    }

    /// Commands begin with a control byte: whoever has none of those commands nothing.
    #[test]
    fn a_hostile_name_opens_no_drawer_and_feeds_no_line() {
        let hostile = Receipt {
            place: "\u{1b}p\u{0}\u{19}\u{fa}\r\n\u{1d}V\u{0}\u{10}\u{14}\u{1}".to_owned(),
            customer: "\u{202e}gnaw".to_owned(),
            by: "a\u{1b}@b".to_owned(),
            ..receipt()
        };
        let plain = bytes(&receipt(), false);
        let bytes = bytes(&hostile, false);
        // A longer name takes more rows, each of which says how large it is.
        let commands = |bytes: &[u8]| {
            let rows = bytes.windows(USUAL.len()).filter(|window| *window == USUAL).count();
            let acting = bytes.iter().filter(|byte| **byte < 0x20 && **byte != b'\n').count();
            acting - 2 * rows
        };
        assert_eq!(commands(&bytes), commands(&plain), "{}", shown(&bytes));
        assert!(!bytes.windows(DRAWER.len()).any(|window| window == DRAWER));
        let text = shown(&bytes).replace([' ', '\n'], "");
        for written in ["\\u{1b}p\\u{0}", "\\u{d}\\u{a}", "\\u{202e}gnaw"] {
            assert!(text.contains(written), "no {written} in {text}");
        }
    }

    #[test]
    fn the_drawer_opens_only_when_asked() {
        let kicks = |drawer| {
            bytes(&receipt(), drawer)
                .windows(DRAWER.len())
                .filter(|window| *window == DRAWER)
                .count()
        };
        assert_eq!((kicks(true), kicks(false)), (1, 0));
    }
}
