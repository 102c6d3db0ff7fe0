//! Texts of mobile payment: the code at the counter, and the list of what is open.

use shared::api::payment::State;

use super::Lang;

pub fn zh() -> &'static Texts {
    &ZH
}

pub fn en() -> &'static Texts {
    &EN
}

texts! {
    mobile: MobileTexts {
        begin: "显示收款码 {0}", "Show the code for {0}";
        asking: "正在向支付渠道下单…", "Asking the provider…";
        scan: "请顾客扫码支付 {0}", "The customer scans and pays {0}";
        left: "剩余 {0} 秒", "{0} seconds left";
        link: "打开支付页", "Open the payment page";
        code: "收款二维码", "Payment code";
        unknown: "支付渠道未应答，正在查询；不会重复下单。", "The provider does not answer; it is asked about, never asked again.";
        cancel: "撤销", "Take back";
        again: "重新下单", "A new code";
        applied: "已到账，正在取收据…", "Paid; fetching the receipt…";
    }
    list: ListTexts {
        title: "移动支付待处理", "Mobile payments that are open";
        lead: "待支付和未知的由系统自动查询；已付未入账和退款被拒的需要处理。", "Pending and unknown ones are asked about by themselves; what is paid on no account, or refused a refund, needs somebody.";
        query: "立即查询", "Ask now";
        refund: "退款", "Refund";
        credit: "转为余额", "Make it credit";
        hint: "例如：顾客重复支付", "For example: the customer paid twice";
        refund_lead: "款项退回付款人。原因会记入流水。", "The money goes back to who paid it. The reason is kept.";
        credit_lead: "款项计入该户余额并开收据。", "The money becomes credit of the account, with a receipt.";
    }
    state: StateTexts {
        begun: "下单中", "Asking";
        pending: "待支付", "Pending";
        unknown: "未知", "Unknown";
        confirmed: "已付，未入账", "Paid, on no account";
        applied: "已入账", "Applied";
        voided: "已撤销", "Taken back";
        failed: "失败", "Failed";
        expired: "已过期", "Expired";
        refunding: "退款中", "Refunding";
        refund_unknown: "退款未知", "Refund unknown";
        refund_refused: "退款被拒", "Refund refused";
        refunded: "已退款", "Refunded";
    }
}

pub fn payment_state(lang: Lang, state: State) -> &'static str {
    let words = &lang.payment_texts().state;
    match state {
        State::Begun => words.begun,
        State::Pending => words.pending,
        State::Unknown => words.unknown,
        State::Confirmed => words.confirmed,
        State::Applied => words.applied,
        State::Voided => words.voided,
        State::Failed => words.failed,
        State::Expired => words.expired,
        State::Refunding => words.refunding,
        State::RefundUnknown => words.refund_unknown,
        State::RefundRefused => words.refund_refused,
        State::Refunded => words.refunded,
    }
}
