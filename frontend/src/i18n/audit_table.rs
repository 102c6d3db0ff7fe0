//! Texts for the auditor: area, key, Chinese, English.

use shared::api::audit::Column;
use shared::id::Book;
use shared::ledger::Code;
use shared::risk::Rule;

use super::Lang;

pub fn zh() -> &'static Texts {
    &ZH
}

pub fn en() -> &'static Texts {
    &EN
}

fn pick(lang: Lang, zh: &'static str, en: &'static str) -> &'static str {
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

pub fn column(lang: Lang, column: Column) -> &'static str {
    match column {
        Column::BroughtIn => pick(lang, "转入余额", "Brought in"),
        Column::TopUps => pick(lang, "充值", "Top-ups"),
        Column::Consumption => pick(lang, "用电", "Consumption"),
        Column::Arrears => pick(lang, "欠费", "Arrears"),
        Column::Provisional => pick(lang, "估抄", "Provisional"),
        Column::FreeCredit => pick(lang, "赠送", "Free credit"),
        Column::Corrections => pick(lang, "更正", "Corrections"),
        Column::Reversals => pick(lang, "冲正退款", "Reversals"),
        Column::Other => pick(lang, "其他", "Other"),
    }
}

pub fn book(lang: Lang, book: Book) -> &'static str {
    match book {
        Book::Live => pick(lang, "正式账", "Live"),
        Book::Simulated => pick(lang, "模拟账", "Simulated"),
    }
}

pub fn code(lang: Lang, code: Code) -> &'static str {
    match code {
        Code::Cash => pick(lang, "现金", "Cash"),
        Code::CardClearing => pick(lang, "银行卡在途", "Card clearing"),
        Code::MobileClearing => pick(lang, "移动支付在途", "Mobile clearing"),
        Code::Opening => pick(lang, "期初转入", "Opening balances"),
        Code::Prepaid => pick(lang, "预付电费", "Prepaid credit"),
        Code::Energy => pick(lang, "电费收入", "Energy sold"),
        Code::Standing => pick(lang, "基本费收入", "Standing charges"),
        Code::Levy => pick(lang, "代征基金", "Levies"),
        Code::Tax => pick(lang, "税金", "Tax"),
        Code::Arrears => pick(lang, "应收欠费", "Arrears"),
        Code::ArrearsOrigin => pick(lang, "欠费来源", "Origin of arrears"),
        Code::Provisional => pick(lang, "估抄待结", "Provisional charges"),
        Code::Safe => pick(lang, "保险柜现金", "Cash in the safe"),
        Code::Bank => pick(lang, "已缴存银行", "Brought to the bank"),
        Code::OverShort => pick(lang, "长短款", "Cash over and short"),
        Code::FreeCredit => pick(lang, "赠送额度", "Free credit"),
        Code::Corrections => pick(lang, "更正", "Corrections"),
    }
}

pub fn rule(lang: Lang, rule: Rule) -> &'static str {
    match rule {
        Rule::FreeCredit => pick(lang, "赠送或更正额度", "Credit nobody paid for"),
        Rule::Reversal => pick(lang, "冲正", "Reversal"),
        Rule::ReversalBeforeClose => {
            pick(lang, "交班前冲正", "Reversal just before the till was counted")
        }
        Rule::Refund => pick(lang, "现金退款", "Credit paid out in cash"),
        Rule::Reprint => pick(lang, "补打收据", "Receipt printed again"),
        Rule::BackDated => pick(lang, "倒签日期", "Back-dated"),
        Rule::AfterHours => pick(lang, "非工作时间操作", "After hours"),
        Rule::RoundTrip => {
            pick(lang, "电价改低售电后改回", "Tariff changed, sold on, changed again")
        }
        Rule::FirstReading => {
            pick(lang, "换表起始示数可疑", "Doubtful first reading of a new meter")
        }
        Rule::LongProtection => pick(lang, "长期保电或暂停", "Long protection or pause"),
        Rule::SelfApproval => pick(lang, "试图自批", "Tried to approve own request"),
        Rule::MadeApprover => {
            pick(lang, "复核人由申请人设立", "Approved by whom the asker had made")
        }
        Rule::SplitSales => pick(lang, "拆单规避限额", "Sales split under the limit"),
    }
}

/// A kind of record or act; one that came later is shown by its own name.
pub fn kind(lang: Lang, kind: &str) -> String {
    let known = KINDS.iter().find(|(own, _, _)| *own == kind);
    known.map_or_else(|| kind.replace('-', " "), |(_, zh, en)| pick(lang, zh, en).to_owned())
}

const KINDS: &[(&str, &str, &str)] = &[
    ("sold", "售电", "Sale"),
    ("reversed", "冲正", "Reversal"),
    ("refunded", "现金退款", "Cash refund"),
    ("settled", "结算", "Charge"),
    ("account-opened", "开户", "Account opened"),
    ("meter-bound", "绑定电表", "Meter bound"),
    ("meter-placed", "电表位置", "Meter placed"),
    ("baseline", "起始示数", "First reading"),
    ("arrears-added", "登记欠费", "Arrears added"),
    ("arrears-due", "欠费到期", "Arrears due"),
    ("arrears-cancelled", "取消欠费", "Arrears cancelled"),
    ("adjusted", "调账", "Adjustment"),
    ("provisional-charged", "估抄扣费", "Provisional charge"),
    ("provisional-released", "估抄退回", "Provisional released"),
    ("exchanged", "换表", "Meter exchanged"),
    ("exception-noted", "异常销项", "Exception closed"),
    ("cut", "拉闸", "Cut"),
    ("lifted", "解除拉闸", "Cut lifted"),
    ("supply-proven", "开关已证实", "Supply proven"),
    ("reading-held", "示数待核", "Reading held"),
    ("hold-ended", "示数已判定", "Hold ended"),
    ("alarm-raised", "告警", "Alarm"),
    ("alarm-acknowledged", "确认告警", "Alarm acknowledged"),
    ("alarm-cleared", "告警解除", "Alarm cleared"),
    ("tariff-published", "发布电价", "Tariff published"),
    ("policy-published", "发布策略", "Policy published"),
    ("low-credit", "余额提醒", "Low credit"),
    ("protected", "保电", "Protected"),
    ("unprotected", "取消保电", "Protection ended"),
    ("paused", "暂停催费", "Paused"),
    ("resumed", "恢复催费", "Resumed"),
    ("restore-confirmed", "确认送电", "Restore confirmed"),
    ("emergency-offered", "可用应急额度", "Emergency credit offered"),
    ("emergency-begun", "启用应急额度", "Emergency credit taken"),
    ("emergency-repaid", "应急额度还清", "Emergency credit repaid"),
    ("notice-delivered", "通知已送达", "Notice delivered"),
    ("shift-opened", "开班", "Shift opened"),
    ("shift-closed", "交班", "Shift closed"),
    ("shift-countersigned", "交班复签", "Shift countersigned"),
    ("limits-set", "设置限额", "Limits set"),
    ("cash-moved", "现金调拨", "Cash moved"),
    ("sale-split", "疑似拆单", "Sales split"),
    ("staff-added", "新增人员", "Person added"),
    ("role-changed", "更改角色", "Role changed"),
    ("staff-left", "停用人员", "Person left"),
    ("staff-returned", "恢复人员", "Person returned"),
    ("password-set", "设置密码", "Password set"),
    ("sessions-ended", "结束登录", "Sessions ended"),
    ("token-made", "生成令牌", "Token made"),
    ("token-revoked", "吊销令牌", "Token revoked"),
    ("sign-ins-refused", "登录被拒", "Sign-ins refused"),
    ("approval-asked", "申请复核", "Approval asked"),
    ("approval-given", "复核通过", "Approval given"),
    ("approval-refused", "复核拒绝", "Approval refused"),
    ("own-approval-tried", "试图自批", "Own approval tried"),
    ("receipt-copied", "补打收据", "Receipt reprinted"),
    ("loss-accepted", "确认流水缺失", "Loss accepted"),
];

texts! {
    audit: Audit {
        title: "审计", "Audit";
        balances: "余额核对", "Balance audit";
        ledger: "流水查询", "Ledger";
        log: "操作日志", "Audit log";
        from: "起", "From";
        to: "止", "Until";
        as_at: "止（截至）", "As at";
        find: "查找户号、客户、房间", "Find account, customer, room";
        only: "只看有变动", "Only where moved";
        any: "全部", "All";
        book: "账簿", "Book";
        sheet: "导出 CSV", "Export CSV";
        account: "账户", "Account";
        meter: "电表", "Meter";
        kind: "类型", "Kind";
        column: "栏目", "Column";
        by: "操作人", "By";
        tender: "支付方式", "Tender";
        least: "金额不低于", "Amount from";
        most: "金额不高于", "Amount to";
        receipt: "收据号", "Receipt";
        money: "范围", "Records";
        money_only: "仅资金变动", "Only money";
        upto: "截至流水号", "Up to record";
        opening: "期初", "Opening";
        closing: "期末", "Closing";
        total: "合计", "Total";
        count: "{0} 户", "{0} accounts";
        upto_record: "截至第 {0} 条流水", "up to record {0}";
        agrees: "期初 + 各栏 = 期末；每户分录之和与账面余额一致", "Opening + columns = closing; every account's entries sum to its balance";
        differs: "分录之和与账面余额不符：{0}", "Entries do not sum to the balance of: {0}";
        nothing: "没有符合条件的记录", "Nothing fits";
        nothing_hint: "放宽时间或筛选条件", "Widen the time or the filters";
        record: "流水号", "Record";
        record_no: "第 {0} 条流水", "Record {0}";
        time: "时间", "Time";
        seal: "本条封印", "Seal";
        previous: "上条封印", "Seal before";
        key: "请求号", "Key";
        postings: "分录", "Postings";
        code: "科目", "Code";
        debit: "借", "Debit";
        credit: "贷", "Credit";
        body: "内容", "Body";
        before: "此前（第 {0} 条）", "Before (record {0})";
        sealed: "本条与封印相符，并接续上一条", "This record matches its seal and follows the one before";
        unsealed: "本条与封印不符：写入后被改动", "This record does not match its seal: it was changed after it was written";
        chain_holds: "整链已于 {0} 核对无误；现至第 {1} 条", "The whole chain was verified at {0}; it ends at record {1} now";
        chain_broken: "{0} 核对发现链断裂：{1}", "The check at {0} found the chain broken: {1}";
        chain_unchecked: "启动以来尚未核对整链", "The whole chain was not checked since the server started";
        risks: "高风险", "High risk";
        risks_lead: "以下各条仅提示先查何处，并不认定任何人。", "Where to look first. It accuses nobody.";
        rule: "规则", "Rule";
        none_found: "此期间没有高风险操作", "No high-risk act in this time";
        off: "未设界限的规则（站点文件 [audit]）：{0}", "Rules without a border ([audit] in the site file): {0}";
        entries: "相关流水", "Records";
        what: "对象", "What";
        change: "变更", "Before → after";
        why: "原因", "Why";
    }
    day: Day {
        title: "当日流水", "Day book";
        matching: "渠道对账", "Provider's file";
        day: "日期", "Day";
        sums: "按柜台、收银员、支付方式汇总", "Sums by counter, cashier and tender";
        rows: "逐笔", "Row by row";
        count: "笔数", "Count";
        reference: "参考号", "Reference";
        counter: "柜台 · 班次", "Counter · shift";
        no_till: "无柜台", "No till";
        takes_back: "冲正 {0}", "takes back {0}";
        none: "当日没有收款", "No money moved that day";
        lead: "选择渠道当日文件（CSV，表头含 id、amount、kind）。逐笔核对，不保存任何内容。", "Choose the provider's file of the day: CSV whose head names id, amount and kind. It is matched line by line; nothing is stored.";
        file: "文件", "File";
        provider: "渠道名称（空为全部）", "Provider (empty: all)";
        run: "核对", "Match";
        unread: "无法读取该文件", "The file cannot be read";
        all_match: "全部相符：{0} 笔，{1}", "Everything matches: {0} payments, {1}";
        matched: "相符：{0} 笔，{1}", "Matched: {0} payments, {1}";
        unmatched: "不符：{0} 笔", "Do not match: {0}";
        here: "本系统", "Here";
        there: "渠道文件", "File";
        line: "第 {0} 行", "line {0}";
        what: "情况", "What is wrong";
        same: "相符", "Matches";
        differs: "金额不同", "The amounts differ";
        unknown: "对方没有这笔", "The other side has no such payment";
        no_reference: "售电时未记录渠道流水号", "Sold without the provider's reference";
        again: "对方次数较少", "The other side has it fewer times";
        other_way: "对方只有相反方向的一笔", "The other side has only the money that went the other way";
        other_day: "记在相邻日期：收据 {0}", "On a neighbouring day: receipt {0}";
        not_credited: "款项未入任何账户：支付 {0}", "Nobody's credit: payment {0}";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_has_one_name_in_each_language_and_an_unknown_one_its_own() {
        for (place, (own, zh, en)) in KINDS.iter().enumerate() {
            assert_eq!(KINDS.iter().position(|(other, _, _)| other == own), Some(place), "{own}");
            assert!(!zh.is_empty() && en.is_ascii(), "{own}");
        }
        assert_eq!(kind(Lang::En, "moon-seen"), "moon seen");
    }
}
