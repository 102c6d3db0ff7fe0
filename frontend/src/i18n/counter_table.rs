//! Texts of the counter: the printer, what stands beside a sale, the meter's label.

pub fn zh() -> &'static Texts {
    &ZH
}

pub fn en() -> &'static Texts {
    &EN
}

texts! {
    printer: PrinterTexts {
        printing: "正在打印…", "Printing…";
        printed: "已打印 ✓ {0}", "Printed ✓ {0}";
        waits: "收据排队等待打印机", "The receipt waits for the printer";
        waits_why: "收据等待打印：{0}。销售已生效。", "The receipt waits: {0}. The sale stands.";
        repeated: "前一张可能不完整，已注明“重复打印”", "the one before may be cut off; this one says REPEATED";
        queue: "打印机：{0}。{1} 张收据等待打印，售电不受影响。", "Printer: {0}. {1} receipts wait; selling goes on.";
        off: "打印机未开机或连不上", "the printer is off or cannot be reached";
        silent: "打印机不报告状态", "the printer does not say how it is";
        no_paper: "打印机缺纸", "the printer is out of paper";
        cover_open: "打印机盖未合", "the printer's cover is open";
        fault: "打印机故障", "the printer needs help";
        broken_off: "打印中断，将重新打印", "the printer stopped half-way, it is printed again";
        reprint: "补打 F4", "Reprint F4";
    }
    beside: Beside {
        tariff: "电价", "Tariff";
        version: "{0} · 第 {1} 版", "{0} · version {1}";
        arrears: "欠费", "Arrears";
        no_arrears: "无", "none";
        read: "抄读", "Read";
        never_read: "从未抄到", "never";
        label: "二维码标签", "QR label";
        scan: "扫码核对", "Scan to check";
        at_till: "柜台 {0} · {1} · {2} 起", "Counter {0} · {1} · since {2}";
        no_shift: "尚未开班", "No shift is open";
        refund_title: "退款单", "Refund";
        paid_out: "实退", "Paid out";
        need_reference: "填写终端小票上的参考号", "Type the reference on the terminal's slip";
    }
}
