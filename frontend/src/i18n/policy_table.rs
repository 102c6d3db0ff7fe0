//! Texts of policies: area, key, Chinese, English.

pub fn zh() -> &'static Texts {
    &ZH
}

pub fn en() -> &'static Texts {
    &EN
}

texts! {
    policies: Policies {
        lead: "何时告警、何时拉闸、何时恢复。以离电表最近的策略为准。", "When somebody is warned, cut and reconnected. The terms nearest to a meter count.";
        usual: "默认条款；尚未发布其他条款", "The usual terms; nobody has published others";
        in_force: "第 {0} 版，自 {1} 起生效", "Version {0}, in force since {1}";
        not_yet: "尚未生效", "Not in force yet";
        next: "下一版自 {0} 起", "the next from {0}";
        history: "版本记录", "Versions";
        version: "第 {0} 版", "Version {0}";
        from: "{0} 起", "from {0}";
        from_file: "来自站点文件", "from the site file";
        by: "{0} 申请，{1} 批准", "asked for by {0}, approved by {1}";
        change: "修改", "Change";
        change_of: "修改：{0}", "Change: {0}";
        add: "为其他位置设定策略", "Terms for another place";
        site: "整个项目", "The whole site";
        building: "{0} 栋", "Building {0}";
        floor: "{0} 栋 {1} 层", "Building {0}, floor {1}";
        meter: "电表 {0}", "Meter {0}";
        one_meter: "单块电表…", "A single meter…";
        meter_number: "电表编号", "Number of the meter";
        place: "适用位置", "Where they hold";
        text: "策略文本（与站点文件写法相同）", "The terms, as a site file has them";
        no_text: "此版本无法写成文本，请参照 API 文档。", "These terms cannot be said in such a text; the API takes them as data.";
        check: "检查", "Check";
        checking: "正在逐一试算各种情形…", "Trying every course…";
        clean: "没有任何情形违背承诺：{0} 个时段，{1} 个状态，{2} 步。", "No course breaks a promise: {1} states in {0} windows of time, {2} steps tried.";
        too_large: "策略过大，无法完整试算：某一时刻有 {0} 个以上的状态，请减少时段表。", "Too large to be tried whole: more than {0} states around one time; fewer tables of hours have fewer.";
        unreadable: "无法读取：{0}", "It cannot be read: {0}";
        unreadable_line: "第 {0} 行无法读取：{1}", "Line {0} cannot be read: {1}";
        refused: "此策略会违背承诺", "These terms break a promise";
        timeline: "会这样发生：", "How it would come about:";
        time: "时间", "Time";
        happens: "发生", "What happens";
        credit: "余额", "Credit";
        supply: "供电", "Supply";
        ask: "申请发布", "Ask to publish";
        ask_title: "申请发布：{0}", "Publish terms: {0}";
        ask_lead: "由第二人批准后生效。", "They hold once a second person has approved.";
        ask_from: "生效时间（留空：批准后立即）", "From (empty: from the decision on)";
        ask_send: "提交申请", "Ask";
        ask_reason: "为何修改", "why they change";
        asked: "已提交，等待第二人批准。", "Asked for; a second person decides.";
        to_approvals: "查看审批", "See what waits";
        close: "放弃修改", "Give up";
    }
    terms: Terms {
        mode: "付费方式", "Payment";
        prepaid: "预付费", "in advance";
        postpaid: "后付费：不告警，不因欠费拉闸", "afterwards: nobody is warned or cut for lack of credit";
        first: "首次告警", "First warning";
        last: "末次告警", "Last warning";
        below: "余额低于 {0}", "credit below {0}";
        days: "预计可用不足 {0} 天", "credit for less than {0} days";
        never: "无", "none";
        courtesy: "末次告警时提醒拉闸", "Reminder cut at the last warning";
        until_confirmed: "直至用户确认", "until the customer confirms";
        at_most: "最长 {0}", "at most {0}";
        cut: "拉闸", "Cut";
        used_up: "余额用尽", "when credit is used up";
        overdrawn: "透支达 {0}", "when {0} is overdrawn";
        after_delivery: "待告警送达，最长 {0}", "waits until the warning was delivered, at most {0}";
        restore: "恢复供电", "Reconnection";
        restore_at: "余额不低于 {0}", "from credit of {0}";
        auto: "自动", "by itself";
        permit: "须用户确认", "once the customer confirms";
        emergency: "应急电费", "Emergency credit";
        emergency_of: "{0}，余额不高于 {1} 时可用", "{0}, offered at credit of {1} or less";
        manual: "由用户启用", "taken by the customer";
        automatic: "自动启用", "begins by itself";
        no_cut: "免断电时段", "No-cut hours";
        excluded: "不适用", "none here";
        notice_before: "结束后拉闸须提前 {0} 告知", "a cut at their end is told {0} before";
        next: "自 {0} 起：{1}", "from {0}: {1}";
        load: "功率限额", "Load limit";
        load_rest: "其余时间 {0}", "otherwise {0}";
        load_at: "{0}：{1}", "{0} at {1}";
        load_after: "超限 {0} 后拉闸", "cut after {0} above it";
        load_back: "{0} 后恢复，每日最多 {1} 次", "back after {0}, {1} times a day";
        load_reset: "之后待 {0}:00", "then not before {0}:00";
        load_operator: "之后须由工作人员恢复", "then by staff only";
        load_quiet: "免断电时段内不动作", "not in no-cut hours";
        daily: "每日电量限额", "Energy of a day";
        daily_of: "{0}，{1}:00 重置", "{0}, anew at {1}:00";
        daily_quiet: "免断电时段内也动作", "in no-cut hours too";
        sale: "单笔售电", "One sale";
        range: "{0} 至 {1}", "{0} to {1}";
        hoarding: "囤积限额", "Most on the account";
        two: "取消保电", "End of a protection";
        two_persons: "须两人", "takes two persons";
        every_day: "每天", "every day";
        workdays: "工作日", "workdays";
        weekend: "周末", "weekends";
        monday: "周一", "Monday";
        tuesday: "周二", "Tuesday";
        wednesday: "周三", "Wednesday";
        thursday: "周四", "Thursday";
        friday: "周五", "Friday";
        saturday: "周六", "Saturday";
        sunday: "周日", "Sunday";
        whole: "无时段", "no span";
    }
    steps: Steps {
        opened: "账户有余额 {0}", "An account with {0}";
        time: "时间过去", "Time goes on";
        used: "用电至余额 {0} 并抄表", "Used down to {0} and read";
        again: "再次抄表", "Read again";
        drawn: "功率 {0}", "{0} are drawn";
        still: "功率仍为 {0}", "{0} are drawn still";
        paid: "充值 {0}", "{0} is paid";
        confirmed: "用户确认", "The customer confirms";
        protected: "保电 30 分钟", "Protected for 30 minutes";
        taken_back: "取消保电", "Protection taken back";
        protection_ends: "保电结束", "The protection ends";
        low: "发出通知 {0}：余额不足", "Notice {0} goes out: credit is low";
        last: "发出通知 {0}：末次告警", "Notice {0} goes out: the last warning";
        will_cut: "发出通知 {0}：即将拉闸", "Notice {0} goes out: supply will be cut";
        arrives: "通知 {0} 送达", "Notice {0} arrives";
        overdue: "通知 {0} 逾期未送达", "Notice {0} was not delivered in time";
        offered: "可使用应急电费", "Emergency credit is offered";
        taken: "用户启用应急电费", "Emergency credit is taken";
        begins: "应急电费开始", "Emergency credit begins";
        repaid: "应急电费已归还", "Emergency credit is repaid";
        cut: "拉闸（{0}）", "CUT ({0})";
        lifted: "不再因此断开：{0}", "No longer held open by {0}";
        nothing: "两天后仍未恢复", "Two days on, nothing has ended it";
        on: "合闸", "on";
        armed: "待确认", "waits to be confirmed";
        off: "断开（{0}）", "off ({0})";
    }
    broken: Promises {
        no_cut: "在免断电时段内拉闸（{0}）", "Supply is cut in no-cut hours ({0}).";
        no_warning: "自上次充值以来未告警即拉闸", "Supply is cut and nobody was warned since the last payment.";
        too_late: "免断电时段结束后拉闸，而告警不足提前 30 分钟", "Supply is cut after no-cut hours without a warning at least 30 minutes before.";
        not_delivered: "告警既未送达，等待也不够久，即拉闸", "Supply is cut though the warning was neither delivered nor waited for long enough.";
        dark: "余额已达恢复额，仍无电（{0}）", "Somebody is left without supply though credit stands at or above restore_minimum ({0}).";
        no_way_back: "拉闸后，允许的任何充值都不能恢复供电", "Supply is cut, and nothing that may be paid brings it back.";
        surprise: "未按约定超限即拉闸（{0}）", "Supply is cut by a limit that was not exceeded for as long as was said ({0}).";
        nothing: "有余额，但用任何一点电即断电（{0}）", "Somebody with credit is left without supply whatever little is used ({0}).";
        until_staff: "有余额，却须等工作人员恢复供电（{0}）；若功率限额确需如此，请写 accept_until_operator = true", "Somebody is left without supply though there is credit, until staff act ({0}); where that is meant for a load limit, say accept_until_operator = true.";
    }
}
