//! Text from outside, shown as text: what could steer a printer, a terminal or the direction of a
//! line is written out instead of obeyed.

/// Every character that does something instead of showing something, written as `\u{1b}`.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        if acts(letter) {
            shown.extend(letter.escape_unicode());
        } else {
            shown.push(letter);
        }
    }
    shown
}

/// Control characters, line and paragraph separators, and what Unicode calls format characters:
/// direction marks and overrides, joiners, invisible operators, tags.
pub fn acts(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_act_is_written_out_and_all_else_stays() {
        for (text, shown) in [
            ("王芳 · Wang", "王芳 · Wang"),
            ("\u{1b}p\u{0}", "\\u{1b}p\\u{0}"),
            ("a\r\nb", "a\\u{d}\\u{a}b"),
            ("abc\u{202e}cba", "abc\\u{202e}cba"),
            ("<img onerror=x>", "<img onerror=x>"),
            ("a\u{2066}b\u{200b}c\u{feff}", "a\\u{2066}b\\u{200b}c\\u{feff}"),
        ] {
            assert_eq!(visible(text), shown);
        }
    }
}
