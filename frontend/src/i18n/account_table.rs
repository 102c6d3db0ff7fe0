//! Texts of the account: arrears, exceptions, exchanges, explanations. Area, key, Chinese, English.

pub fn zh() -> &'static Texts {
    &ZH
}

pub fn en() -> &'static Texts {
    &EN
}

texts! {
    adjust: Adjust {
        open: "调账…", "Adjust…";
        lead: "须由第二人批准后才入账;已记的账目不会改动。", "Booked only when a second person approves; nothing booked before is changed.";
        kind: "类型", "Kind";
        free_credit: "赠送额度", "Free credit";
        correction: "更正", "Correction";
        amount: "金额(更正可为负)", "Amount (a correction may be below zero)";
        cause: "原因", "Reason";
        goodwill: "优惠补偿", "goodwill";
        outage: "停电", "outage";
        meter_fault: "电表故障", "meter fault";
        wrong_tariff: "电价错误", "wrong tariff";
        wrong_account: "充错账户", "wrong account";
        other: "其他", "other";
        note: "说明", "Note";
        bad: "请填写金额和说明", "Type an amount and a note";
        ask: "提交申请", "Ask for it";
        asked: "已提交,等待第二人批准。", "Asked for; it waits for a second person.";
    }
    refund: Refund {
        open: "现金退款…", "Refund in cash…";
        lead: "只退实际支付且未使用的余额，赠送额度不退；现金从您的钱箱付出，超过限额须第二人批准。", "Gives back paid credit that is not used, never gifts; the cash comes out of your till, and above a limit a second person approves.";
        amount: "退款金额", "Amount to give back";
        reason_hint: "例如：退房", "For example: moves out";
        pay: "退款", "Give back";
        bad: "请填写金额和原因", "Type an amount and a reason";
        asked: "超过限额：已提交，等待第二人批准；批准后从您的钱箱付款。", "Above the limit: a second person was asked; pay it out once it is approved.";
        entry: "现金退款", "Cash refund";
    }
    missing: Missing {
        notice: "自 {0} 起没有抄读：已按往日同期暂计 {1} kWh，{2}", "No reading since {0}: {1} kWh charged provisionally by usual days, {2}";
        hint: "下一次抄读会一次结清差额；期间不会因估抄拉闸。", "The next reading settles the difference at once; nobody is cut on an estimate.";
        charged: "暂计（无抄读）{0} kWh", "Provisional, no reading: {0} kWh";
        spread: "按时间分摊（估算）", "estimated: spread by time";
        spread_hint: "两次抄读之间电价有变，各时段电量按时间分摊估算；总电量为实抄。", "The price changed between two readings: how much was used before and after is estimated by time; the sum was read.";
        given_back: "此前暂计的 {0} 已在此笔中退回。", "What was charged provisionally before, {0}, is given back here.";
        released: "暂计退回", "Provisional charge given back";
    }
    exchange: Exchange {
        open: "换表 / 换互感器", "Exchange meter or CT";
        title: "换表：{0}", "Exchange at {0}";
        lead: "一次完成：旧表按最终示数结清，新表从首次示数起计。余额、阶梯和拉合闸状态不变。", "In one step: the old meter is charged to its final reading, the new one counts from its first. Credit, step of the tariff and supply stay.";
        what: "更换", "Exchanged";
        meter: "电表", "The meter";
        transformers: "互感器（CT）", "Current transformers";
        last: "旧表最终示数 kWh", "Final reading of the old meter, kWh";
        manual: "旧表已坏，示数为人工填写", "The old meter is dead: this is a person's word";
        first: "新表首次示数 kWh", "First reading of the new meter, kWh";
        serial: "新表号（可空）", "Number of the new meter (may be empty)";
        note: "说明", "Note";
        note_hint: "例如：旧表显示屏损坏，照片存档", "For example: display broken, photograph on file";
        confirm: "确认更换", "Exchange now";
        bad: "示数应为数字，并写明说明", "Readings are digits, and a note is needed";
        history: "更换记录", "Exchanges";
        none: "没有更换记录", "Nothing was exchanged yet";
        row: "{0} → {1} kWh", "{0} → {1} kWh";
        dead: "人工", "by hand";
    }
    exceptions: Exceptions {
        title: "待处理事项", "Work list";
        lead: "每一项都需写明处理说明才能关闭", "Each needs a note to close";
        none: "没有待处理事项", "Nothing waits for you";
        none_hint: "没有待核读数，没有缺失数据，没有未送达的通知。", "No held reading, no missing data, no undelivered notice.";
        picked: "已选 {0} / {1}", "{0} of {1} chosen";
        close: "写明并关闭", "Close with a note";
        close_title: "关闭 {0} 项？", "Close {0}?";
        close_lead: "说明会记入流水。缺失数据仍会由下一次抄读结清。", "The note is kept in the journal. Missing data is still settled by the next reading.";
        close_hint: "例如：已派人现场查看", "For example: somebody was sent to look";
        held: "读数待核", "Reading on hold";
        missing: "缺失数据", "Missing data";
        undelivered: "通知未送达即断电", "Cut without a delivered notice";
        held_detail: "示数 {0} kWh，上次可信 {1} kWh", "register {0} kWh, last believed {1} kWh";
        missing_detail: "上次可信示数 {0} kWh，其后按往日同期暂计", "last believed register {0} kWh; charged provisionally since";
        undelivered_detail: "告警在期限内没有送达回执，已按规则断电。", "The warning had no proof of delivery in time, and supply was cut by the rules.";
    }
    why: Why {
        open: "为什么断电？为什么被拒？", "Why was I cut, why is this refused?";
        title: "为什么", "Why";
        not_cut: "目前没有任何原因使供电断开。", "Nothing holds this supply open at present.";
        used_up: "{0} 拉闸：{1}。当时余额 {2}，可透支 {3}，合计已用尽，连续两次可信抄读证实后按规则拉闸。", "Cut at {0}: {1}. Credit stood at {2} with {3} to spare below zero: together used up, as two believed readings in a row confirmed.";
        limited: "{0} 拉闸：{1}。{2}{3}", "Cut at {0}: {1}. {2} {3}";
        over_load: "自 {0} 起功率超过当时限值：拉闸时 {1} kW，限值 {2} kW。当日第 {3} 次，每日前 {4} 次自动恢复。", "Power stood above the limit of the hour since {0}: {1} kW at the cut, {2} kW allowed. Cut {3} of the day; the first {4} end after a short time.";
        day_used: "当日已用 {0} kWh，日限额 {1} kWh。", "{0} kWh were used that day, {1} kWh are allowed.";
        back_at: "{0} 自动恢复。", "It ends by itself at {0}.";
        back_by_staff: "须由工作人员恢复。", "Staff have to restore it.";
        cut_by: "{0} 拉闸：{1}。说明：{2}", "Cut at {0}: {1}. Note: {2}";
        steps: "经过", "What led here";
        left: "余额 {0}", "credit {0}";
        refused: "现在会被拒绝的操作", "What would be refused now";
        nothing_refused: "没有", "Nothing";
        replayed: "以上由流水逐笔重算得出，不是日志摘录。", "All of this was computed anew from the journal, entry by entry.";
        paid: "充值 {0}。", "Paid {0}.";
        taken_back: "冲正 {0}。", "Taken back {0}.";
        refunded: "现金退款 {0}。", "Given back in cash {0}.";
        charged: "示数 {0} → {1}，用电 {2} kWh，扣费 {3}。", "Register {0} → {1}: {2} kWh used, {3} charged.";
        estimated: "无抄读，按往日暂计 {0} kWh，{1}。", "Nothing was read: {0} kWh estimated, {1}.";
        arrears: "偿还欠费 {0}。", "Arrears took {0}.";
        warned: "发出余额告警。", "The low-credit warning went out.";
        cut: "拉闸：{0}。", "Cut: {0}.";
        lifted: "解除：{0}。", "Lifted: {0}.";
        reverse: "冲正最近一笔售电", "Take back the last sale";
    }
    arrears: Arrears {
        title: "欠费", "Arrears";
        none: "没有欠费", "No arrears";
        add: "登记欠费", "Add arrears";
        add_lead: "欠费从以后的充值中扣还，或按周扣还；每一笔都写在收据和流水上。", "Recovered from payments to come, or by the week; each line is on the receipt and in the ledger.";
        amount: "欠费金额", "Amount owed";
        how: "扣还方式", "Recovered";
        by_share: "按充值比例", "By a share of each payment";
        by_week: "按周", "By the week";
        share: "比例 %", "Share, %";
        cap: "每周最多（周一至周日，可空）", "At most a week, Monday to Sunday (may be empty)";
        rate: "每周金额", "A week";
        parts: "分次", "In parts";
        hundred: "每 1.68 小时一次（100 份）", "every 1.68 hours (100 parts)";
        daily: "每天零点一次（7 份）", "daily at midnight (7 parts)";
        pause: "停电期间暂停", "Pause while supply is off";
        reason_hint: "例如：换表前欠费", "For example: owed from before the meter was exchanged";
        left: "尚欠 {0}，共 {1}", "{0} left of {1}";
        paid: "已还清 {0}", "{0}, paid off";
        accrued: "其中 {0} 已到期，下次充值先扣", "{0} of it fell due: the next payment brings it first";
        share_line: "每次充值的 {0}%", "{0} % of each payment";
        share_cap_line: "每次充值的 {0}%，每周最多 {1}", "{0} % of each payment, at most {1} a week";
        week_line: "每周 {0}，分 {1} 份", "{0} a week in {1} parts";
        paused: "停电暂停", "pauses while supply is off";
        next: "下次 {0}", "next {0}";
        cancel: "免除余额", "Cancel the rest";
        cancel_title: "免除尚欠的 {0}？", "Cancel the {0} that are left?";
        cancel_lead: "不再扣还。原因会记入流水。", "Nothing more is asked for. The reason is kept in the journal.";
        cancel_hint: "例如：双方协议免除", "For example: waived by agreement";
        bad: "请检查金额和比例", "Check amounts and share";
        due: "欠费到期 {0}", "Arrears fell due: {0}";
        sale_part: "另有 {0} 偿还欠费", "{0} more went to arrears";
    }
}
