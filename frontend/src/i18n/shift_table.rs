//! Texts of shifts: opening, blind count, X and Z reports.

pub fn zh() -> &'static Texts {
    &ZH
}

pub fn en() -> &'static Texts {
    &EN
}

texts! {
    shift: Shift {
        title: "交接班", "Shifts";
        lead: "开班后才能售电；交班时先清点，再看差额。", "Nothing is sold without an open shift; at its end count first, then see the difference.";
        open: "开班", "Open a shift";
        counter: "柜台", "Counter";
        book: "账簿", "Book";
        float: "备用金", "Float";
        running: "未结班次", "Open shifts";
        none: "还没有班次", "No shifts yet";
        x: "X 报表 · 班次 {0}", "X report · shift {0}";
        z: "Z 报表 {0} · 班次 {1}", "Z report {0} · shift {1}";
        cashier: "收银员", "Cashier";
        opened: "开班时间", "Opened";
        closed: "结班时间", "Closed";
        sales: "售电笔数", "Sales";
        reversals: "冲正笔数", "Reversals";
        refunds: "退款笔数", "Refunds";
        receipts: "收据号", "Receipts";
        count: "清点", "Count";
        count_lead: "请填写实际清点的金额；应有金额在清点之后才显示。", "Enter what you count; what should be there is shown afterwards.";
        cash: "现金", "Cash";
        card: "银行卡", "Card";
        mobile: "移动支付", "Mobile";
        note: "备注", "Note";
        close: "清点并结班", "Count and close";
        expected: "应有", "Expected";
        counted: "清点", "Counted";
        difference: "差额", "Difference";
        sign: "复核签字", "Countersign";
        signed: "复核：{0} {1}", "Countersigned by {0}, {1}";
        unsigned: "待复核", "Waits for a countersignature";
        counted_by: "清点人", "Counted by";
        head: "账链", "Chain head";
        print: "打印", "Print";
        show: "查看", "Show";
        move_cash: "现金调拨", "Move cash";
        move_lead: "班中取出现金送存，或补充备用金；每次一张凭单，计入应有现金。", "Take cash out to the safe or bank, or add to the float: each with a slip, and counted in what should be there.";
        way: "方向", "Which way";
        to_safe: "取出 → 保险柜", "Out, to the safe";
        to_bank: "取出 → 银行", "Out, to the bank";
        from_safe: "补入 ← 保险柜", "In, from the safe";
        from_bank: "补入 ← 银行", "In, from the bank";
        reason: "原因", "Reason";
        slip: "现金凭单 {0} · 班次 {1}", "Cash slip {0} · shift {1}";
        handed: "交出人签字", "Handed over by";
        received: "接收人签字", "Received by";
        day_book: "当日流水", "Day book";
        bad_amount: "请填写金额，例如 200.00", "Enter an amount, such as 200.00";
    }
}
