//! Parts of a paper laid out in rows of fixed cells: a letter takes one cell, a Chinese one two.

use super::paper::Part;
use crate::config::printer::Width;

/// A row as it is printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Row {
    Text { text: String, size: Size },
    Code(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Size {
    Usual,
    /// Twice as high and wide.
    Large,
}

/// Cells of the paper's width: a letter is 12 dots wide, of 384 or 576.
pub(super) fn cells_of(width: Width) -> usize {
    match width {
        Width::Mm58 => 32,
        Width::Mm80 => 48,
    }
}

/// Lays the parts out; `cell` says how many cells a letter takes.
pub(super) fn rows(parts: &[Part], width: Width, cell: impl Fn(char) -> usize) -> Vec<Row> {
    let (full, half) = (cells_of(width), cells_of(width) / 2);
    let lay = Layout { cell };
    let usual = |text: String| Row::Text { text, size: Size::Usual };
    let large = |text: String| Row::Text { text, size: Size::Large };
    let mut rows = Vec::new();
    for part in parts {
        match part {
            Part::Heading(text) => rows.extend(lay.centred(text, half).into_iter().map(large)),
            Part::Centred(text) => rows.extend(lay.centred(text, full).into_iter().map(usual)),
            Part::Sum(name, value) => {
                rows.extend(lay.pair(name, value, half).into_iter().map(large));
            }
            Part::Pair(name, value) => {
                rows.extend(lay.pair(name, value, full).into_iter().map(usual));
            }
            Part::Rule => rows.push(usual("-".repeat(full))),
            Part::Code(what) => rows.push(Row::Code(what.clone())),
        }
    }
    rows
}

struct Layout<F> {
    cell: F,
}

impl<F: Fn(char) -> usize> Layout<F> {
    fn width(&self, text: &str) -> usize {
        text.chars().map(&self.cell).sum()
    }

    /// Broken where the row is full: no letter is lost, however long a name is.
    fn broken(&self, text: &str, cells: usize) -> Vec<String> {
        let (mut rows, mut row, mut used) = (Vec::new(), String::new(), 0);
        for letter in text.chars() {
            let takes = (self.cell)(letter);
            if used + takes > cells {
                rows.push(std::mem::take(&mut row));
                used = 0;
            }
            row.push(letter);
            used += takes;
        }
        rows.push(row);
        rows
    }

    fn centred(&self, text: &str, cells: usize) -> Vec<String> {
        let rows = self.broken(text, cells).into_iter();
        rows.map(|row| " ".repeat(cells.saturating_sub(self.width(&row)) / 2) + &row).collect()
    }

    /// Name left, value right; the value on rows of its own where both do not fit.
    fn pair(&self, name: &str, value: &str, cells: usize) -> Vec<String> {
        let taken = self.width(name) + self.width(value);
        if taken < cells {
            return vec![format!("{name}{}{value}", " ".repeat(cells - taken))];
        }
        let values = self.broken(value, cells).into_iter();
        let right = |row: String| " ".repeat(cells.saturating_sub(self.width(&row))) + &row;
        self.broken(name, cells).into_iter().chain(values.map(right)).collect()
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use shared::api::receipt::Receipt;

    use super::super::escpos::cells;
    use super::super::paper::parts;
    use super::super::paper::samples::{receipt, style};
    use super::super::words::Lang;
    use super::*;

    fn check(receipt: &Receipt, width: Width, language: Lang, expected: &Expect) {
        let parts = parts(receipt, Some("https://a.example/v"), false, &style(language));
        let rows = rows(&parts, width, cells);
        let show = |row: &Row| match row {
            Row::Text { text, size: Size::Usual } => format!("|{text}\n"),
            Row::Text { text, size: Size::Large } => format!("#{text}\n"),
            Row::Code(what) => format!("[{what}]\n"),
        };
        for row in &rows {
            let Row::Text { text, size } = row else { continue };
            let most = match size {
                Size::Usual => cells_of(width),
                Size::Large => cells_of(width) / 2,
            };
            assert!(text.chars().map(cells).sum::<usize>() <= most, "{text} is too wide");
        }
        expected.assert_eq(&rows.iter().map(show).collect::<String>());
    }

    #[test]
    fn a_chinese_receipt_on_58_mm() {
        check(
            &receipt(),
            Width::Mm58,
            Lang::Zh,
            &expect![[r#"
                #    望江公寓
                |       收据 No. 2-000009
                |--------------------------------
                |时间         2026-07-01 14:02:07
                |地址             2 · 12 · 1203
                |电表                        1017
                |户名                         王*
                |户号                        1017
                |收款人                        li
                |--------------------------------
                #实付     ￥52.80
                |偿还欠费（按比例）        ￥5.28
                |电费余额                 ￥47.52
                |支付方式                    现金
                |实收                    ￥100.00
                |找零                     ￥47.20
                |--------------------------------
                |电费 阶梯 1    88.00 kWh ￥46.50
                |税                        ￥1.02
                |约可用                 88.00 kWh
                |充值前余额               -￥1.20
                |充值后余额               ￥46.32
                |--------------------------------
                [https://a.example/v]
                |         扫码核对本收据
                |      校验码 0123456789ab
                |        请妥善保管本收据
            "#]],
        );
    }

    #[test]
    fn an_english_receipt_on_80_mm_with_a_long_name() {
        let long = Receipt {
            place: "Building 2 · Floor 12 · Room 1203, behind the second door on the left".into(),
            site: "The Riverside Residence of Wangjiang".into(),
            ..receipt()
        };
        check(
            &long,
            Width::Mm80,
            Lang::En,
            &expect![[r#"
                #The Riverside Residence 
                #      of Wangjiang
                |              Receipt No. 2-000009
                |------------------------------------------------
                |Time                         2026-07-01 14:02:07
                |Place
                |Building 2 · Floor 12 · Room 1203, behind the 
                |                         second door on the left
                |Meter                                       1017
                |Customer                                     王*
                |Account                                     1017
                |Sold by                                       li
                |------------------------------------------------
                #Paid             ￥52.80
                |Arrears, share                            ￥5.28
                |Electricity credit                       ￥47.52
                |Tender                                      Cash
                |Handed over                             ￥100.00
                |Change                                   ￥47.20
                |------------------------------------------------
                |Energy tier 1                  88.00 kWh ￥46.50
                |Tax                                       ￥1.02
                |Buys about                             88.00 kWh
                |Credit before                            -￥1.20
                |Credit after                             ￥46.32
                |------------------------------------------------
                [https://a.example/v]
                |           Scan to check this receipt
                |               Seal 0123456789ab
                |            Please keep this receipt
            "#]],
        );
    }
}
