//! The words of a receipt on paper, in its own language: the customer's, not the cashier's.

use serde::Deserialize;
use shared::vend::{Allocation, Tender};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum Lang {
    #[default]
    #[serde(rename = "zh-CN")]
    Zh,
    #[serde(rename = "en")]
    En,
}

macro_rules! words {
    ($($key:ident: $zh:literal, $en:literal;)*) => {
        pub(super) struct Words { $(pub(super) $key: &'static str,)* }
        static ZH: Words = Words { $($key: $zh,)* };
        static EN: Words = Words { $($key: $en,)* };
    };
}

words! {
    receipt: "收据", "Receipt";
    reversal: "冲正单", "Reversal";
    refund: "退款单", "Refund";
    paid_out: "实退", "Paid out";
    simulated: "模拟 - 非真实收据", "SIMULATED - not a real receipt";
    copy: "副本", "COPY";
    repeated: "重复打印：前一张可能不完整", "REPEATED: the one before may be cut off";
    reverses: "冲正收据", "Takes back receipt";
    reversed_by: "已被冲正，收据", "Taken back by receipt";
    time: "时间", "Time";
    place: "地址", "Place";
    meter: "电表", "Meter";
    customer: "户名", "Customer";
    account: "户号", "Account";
    by: "收款人", "Sold by";
    paid: "实付", "Paid";
    tender: "支付方式", "Tender";
    handed: "实收", "Handed over";
    change: "找零", "Change";
    reference: "参考号", "Reference";
    reason: "原因", "Reason";
    buys: "约可用", "Buys about";
    before: "充值前余额", "Credit before";
    after: "充值后余额", "Credit after";
    seal: "校验码", "Seal";
    check: "扫码核对本收据", "Scan to check this receipt";
    thanks: "请妥善保管本收据", "Please keep this receipt";
}

impl Lang {
    pub(super) fn words(self) -> &'static Words {
        match self {
            Self::Zh => &ZH,
            Self::En => &EN,
        }
    }

    fn pick(self, zh: &'static str, en: &'static str) -> &'static str {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }

    pub(super) fn tender(self, tender: Tender) -> &'static str {
        match tender {
            Tender::Cash => self.pick("现金", "Cash"),
            Tender::Card => self.pick("银行卡", "Bank card"),
            Tender::Mobile => self.pick("移动支付", "Mobile"),
        }
    }

    pub(super) fn allocation(self, what: Allocation) -> &'static str {
        match what {
            Allocation::SharedArrears => self.pick("偿还欠费（按比例）", "Arrears, share"),
            Allocation::DueArrears => self.pick("偿还欠费（已到期）", "Arrears fallen due"),
            Allocation::Overdrawn => self.pick("偿还透支", "Overdrawn, paid back"),
            Allocation::EmergencyCredit => self.pick("归还应急电费", "Emergency credit"),
            Allocation::Credit => self.pick("电费余额", "Electricity credit"),
        }
    }

    /// A price step as the tariff names it; words we do not know stay as they are.
    pub(super) fn step(self, name: &str) -> String {
        match self {
            Self::En => {
                let mut letters = name.chars();
                let first = letters.next().map(char::to_uppercase);
                first.map_or_else(String::new, |first| first.chain(letters).collect())
            }
            Self::Zh => name.split_whitespace().map(chinese).collect::<Vec<_>>().join(" "),
        }
    }
}

fn chinese(word: &str) -> &str {
    match word {
        "energy" => "电费",
        "tier" | "block" => "阶梯",
        "fixed" | "standing" => "基本费",
        "tax" => "税",
        "service" => "服务费",
        "sharp" => "尖",
        "critical" => "尖峰",
        "peak" => "峰",
        "shoulder" | "flat" | "normal" => "平",
        "valley" | "off-peak" => "谷",
        "deep-valley" => "深谷",
        "all-day" | "any" => "全天",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_read_in_both_languages() {
        for (name, zh, en) in [
            ("energy peak tier 2", "电费 峰 阶梯 2", "Energy peak tier 2"),
            ("tax", "税", "Tax"),
            ("energy weekend", "电费 weekend", "Energy weekend"),
            ("", "", ""),
        ] {
            assert_eq!((Lang::Zh.step(name).as_str(), Lang::En.step(name).as_str()), (zh, en));
        }
    }
}
