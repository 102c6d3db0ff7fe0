//! The table of texts: area, key, Chinese, English.

macro_rules! texts {
    ($($area:ident: $Area:ident { $($key:ident: $zh:literal, $en:literal;)* })*) => {
        pub struct Texts { $(pub $area: $Area,)* }
        $(#[allow(clippy::struct_field_names, reason = "keys are named by what they say")]
        pub struct $Area { $(pub $key: &'static str,)* })*

        static ZH: Texts = Texts { $($area: $Area { $($key: $zh,)* },)* };
        static EN: Texts = Texts { $($area: $Area { $($key: $en,)* },)* };

        #[cfg(test)]
        pub(super) fn pairs() -> Vec<(&'static str, &'static str, &'static str)> {
            vec![$($((concat!(stringify!($area), ".", stringify!($key)), $zh, $en),)*)*]
        }
    };
}

pub fn zh() -> &'static Texts {
    &ZH
}

pub fn en() -> &'static Texts {
    &EN
}

texts! {
    frame: Frame {
        overview: "总览", "Overview";
        wall: "电表墙", "Meter wall";
        meters: "电表", "Meters";
        sale: "售电", "Sell";
        alarms: "告警", "Alarms";
        policies: "用电策略", "Terms of supply";
        more: "更多", "More";
        places: "主导航", "Main places";
        notices: "提示", "Notices";
        collapse: "收起侧栏", "Collapse the rail";
        expand: "展开侧栏", "Expand the rail";
        search: "搜索", "Search";
        search_wide: "搜索电表、客户、页面", "Search meters, customers, pages";
        language: "切换到英文", "Switch to Chinese";
        other_language: "EN", "中文";
        theme_auto: "主题：跟随系统", "Theme: as the system";
        theme_light: "主题：浅色", "Theme: light";
        theme_dark: "主题：深色", "Theme: dark";
        sign_out: "退出登录", "Sign out";
        shortcuts: "快捷键", "Keyboard shortcuts";
        demo_band: "演示项目：电表和金额均为模拟", "Demo site: simulated meters, simulated money";
        sandbox_band: "沙盒：整座楼在此页面内运行，关闭页面即消失", "Sandbox: the whole building runs inside this page and is gone when you close it";
        simulated: "模拟", "simulated";
        live: "实表", "live";
        offline: "与服务器的连接已断开，{0}前更新，正在重连…", "No connection to the server, last update {0} ago, reconnecting…";
        skip: "跳到正文", "Skip to content";
        new_alarm: "{0} 条未确认告警", "{0} alarms nobody has seen";
        density: "紧凑行高", "Compact rows";
        version: "版本 {0}", "Version {0}";
        not_found: "没有这个页面", "There is no such page";
        not_found_hint: "地址可能写错，或该页面已移除。", "The address may be mistyped, or the page is gone.";
        go_home: "回到总览", "Go to the overview";
    }
    common: Common {
        close: "关闭", "Close";
        cancel: "取消", "Cancel";
        retry: "重试", "Try again";
        loading: "正在加载…", "Loading…";
        none: "—", "—";
        never: "从未", "never";
        ago: "{0}前", "{0} ago";
        seconds: "{0} 秒", "{0} s";
        minutes: "{0} 分钟", "{0} min";
        hours: "{0} 小时", "{0} h";
        days: "{0} 天", "{0} d";
        yesterday: "昨日", "yesterday";
        today: "今日", "today";
        tomorrow: "明天", "tomorrow";
        reason: "原因", "Reason";
        time: "时间", "Time";
        amount: "金额", "Amount";
        room: "房间", "Room";
        customer: "客户", "Customer";
        state: "状态", "State";
        credit: "余额", "Credit";
        power: "功率", "Power";
        older: "更早", "Older";
        offline: "无法连接服务器。请检查网络，稍后重试。", "The server cannot be reached. Check the network and try again.";
        bad_answer: "服务器的回答无法理解：{0}", "The server's answer cannot be understood: {0}";
        request: "请求编号 {0}", "Request {0}";
        book: "账簿", "Book";
        building: "{0} 栋", "Building {0}";
        floor: "{0} 层", "Floor {0}";
        ground: "底层", "Ground floor";
        ground_short: "底层", "G";
        no_account: "未开户", "no account";
        floor_short: "{0}F", "F{0}";
    }
    access: Access {
        sign_in: "登录", "Sign in";
        signing_in: "正在登录…", "Signing in…";
        name: "用户名", "Name";
        password: "密码", "Password";
        show_password: "显示密码", "Show password";
        ready: "演示账号，点击即登录", "Ready log-ins of this demo: one click";
        tagline: "预付费电力，自己掌握", "Prepaid electricity, in your own hands";
        point_meters: "实时抄表，每一度电即时结算", "Meters read live, every kWh settled at once";
        point_supply: "余额用尽自动拉闸，充值后自动恢复", "Supply follows credit, cut and restored by itself";
        point_books: "每一分钱都有据可查", "Every cent can be traced and proven";
        set_up: "初次设置", "First set-up";
        set_up_lead: "创建第一位管理员。一次性设置码印在服务器首次启动的输出中。", "Create the first administrator. The one-time code is in what the server printed at its first start.";
        code: "一次性设置码", "One-time set-up code";
        your_name: "管理员用户名", "Your name";
        new_password: "新密码", "New password";
        change_password: "修改密码", "Change password";
        change_password_lead: "修改后，其他设备上的登录立即失效。", "Sign-ins on other devices end at once.";
        old_password: "当前密码", "Present password";
        password_changed: "密码已修改。", "The password is changed.";
        done: "完成", "Done";
        password_again: "请再次输入密码", "Your password once more";
        password_again_lead: "此操作影响较大；确认后 5 分钟内不再询问。", "This is a weighty act. For the next 5 minutes you are not asked again.";
        go_on: "继续", "Go on";
        my_sessions: "查看我在各设备上的登录", "My sessions on all devices";
        password_hint: "至少 8 个字符，可以粘贴", "At least 8 characters, pasting is fine";
        create: "创建管理员", "Create administrator";
        creating: "正在创建…", "Creating…";
    }
    overview: Overview {
        sold_today: "今日售电", "Sold today";
        sales: "{0} 笔", "{0} sales";
        against_yesterday: "昨日 {0}", "yesterday {0}";
        power_now: "当前负荷", "Consumed now";
        energy_today: "今日 {0} kWh", "{0} kWh today";
        low_or_cut: "余额不足 / 拉闸", "Low credit / cut";
        low_cut_of: "共 {0} 块电表", "of {0} meters";
        alarms_open: "未处理告警", "Open alarms";
        silent_held: "离线 {0} · 待核 {1}", "silent {0} · held {1}";
        load_today: "今日负荷", "Load today";
        load_hint: "每 15 分钟平均功率", "Mean power of each quarter hour";
        needs_you: "待处理", "Needs you";
        all_well: "一切正常", "All is well";
        all_well_hint: "没有离线电表，没有待核读数，没有拒动。", "No silent meter, no held reading, no relay that disobeys.";
        last_sales: "最近售电", "Last sales";
        last_events: "最近事件", "Last events";
        no_sales: "今天还没有售电", "No sales yet";
        no_sales_hint: "第一笔售电会立即出现在这里。", "The first one shows here at once.";
        no_events: "还没有事件", "Nothing has happened yet";
        sell_now: "去售电", "Sell now";
        empty_title: "还没有电表", "No meters yet";
        empty_1: "在 site.toml 中写明通信线路和电表", "Describe lines and meters in site.toml";
        empty_2: "用 meterhouse run --site site.toml 启动", "Start with meterhouse run --site site.toml";
        empty_3: "电表应答后自动出现在这里", "Meters appear here as soon as they answer";
        sold: "售电 {0}", "Sold {0}";
        reversed: "冲正 {0}", "Reversed {0}";
        low: "余额告警 {0}", "Low credit {0}";
        cut: "拉闸：{0}", "Cut: {0}";
        restored: "允许恢复供电", "Supply to be restored";
        cut_proven: "拉闸已证实", "Cut proven";
        restore_proven: "供电已恢复，已证实", "Supply back, proven";
        raised: "告警：{0}", "Alarm: {0}";
        cleared: "告警解除：{0}", "Cleared: {0}";
    }
    wall: Wall {
        lead: "{0} 块电表，方向键移动，回车查看", "{0} meters, arrow keys move, Enter opens";
        legend: "填充高度为功率（与该表惯常最大值之比）,上沿为余额", "Fill height is power against the meter's own usual maximum; the top edge is credit";
        as_cells: "墙", "Wall";
        as_table: "列表", "Table";
        nothing: "没有符合条件的电表", "No meter matches";
        nothing_hint: "取消一个筛选条件试试。", "Take a filter away.";
        clear: "清除筛选", "Clear filters";
        open_page: "打开电表页", "Open meter page";
        sell: "给此户售电", "Sell to this account";
        canvas: "电表墙，按楼栋和楼层分组", "Meter wall, grouped by building and floor";
        usual: "惯常最大 {0}", "usual maximum {0}";
    }
    meters: Meters {
        find: "按房间、客户、楼栋查找", "Find by room, customer, building";
        count: "{0} / {1} 块电表", "{0} of {1} meters";
        age: "抄读", "Read";
        place: "位置", "Place";
    }
    meter: Meter {
        lasts_until: "预计用到 {0}", "lasts until {0}";
        lasts_long: "60 天内不会用完", "lasts beyond 60 days";
        overdrawn: "已透支", "overdrawn";
        low_at: "低于 {0} 时告警", "warns below {0}";
        price_now: "当前单价", "Price now";
        tariff: "电价方案", "Tariff";
        today: "今日", "Today";
        yesterday: "昨日", "Yesterday";
        this_month: "本月", "This month";
        register: "总示数", "Register";
        live_values: "实时值", "Live values";
        voltage: "电压", "Voltage";
        current: "电流", "Current";
        factor: "功率因数", "Power factor";
        frequency: "频率", "Frequency";
        last_hour: "近一小时", "Last hour";
        today_curve: "今日", "Today";
        power_over_time: "功率", "Power";
        ledger: "账单流水", "Ledger";
        readings: "抄读记录", "Readings";
        device: "设备", "Device";
        balance_after: "之后余额", "Credit after";
        charge: "电费", "Charge";
        sale: "售电", "Sale";
        reversal: "冲正", "Reversal";
        from_to: "{0} → {1} kWh", "{0} → {1} kWh";
        receipt_no: "收据 {0}", "receipt {0}";
        of_receipt: "冲正收据 {0}：{1}", "takes back receipt {0}: {1}";
        no_ledger: "还没有流水", "The ledger is empty";
        no_ledger_hint: "第一笔售电或第一次结算会出现在这里。", "The first sale or charge shows here.";
        no_readings: "还没有抄读记录", "No reading yet";
        quality: "质量", "Quality";
        profile: "型号", "Profile";
        line: "通信线路", "Line";
        unit: "通信地址", "Unit address";
        serial: "表号", "Serial number";
        poll: "抄读间隔", "Polled every";
        contact: "触点", "Contact";
        polls: "抄读次数", "Polls";
        failures: "失败", "failed";
        last_fault: "最近故障", "Last fault";
        no_fault: "没有故障", "none";
        held: "读数待核：示数 {0} kWh,上次接受 {1} kWh", "A reading is held: register {0} kWh, last accepted {1} kWh";
        bill_difference: "照实计费", "Bill the difference";
        bill_lead: "这些电量确实用过：按差值计费。原因会记入流水。", "The energy was really used: it is charged. The reason is kept in the journal.";
        new_start: "作为新起点", "Take as a new start";
        new_start_lead: "电表被清零或更换：从新示数起计，中间不计费。", "The register was reset or the meter replaced: counting goes on from here, nothing between is charged.";
        judge_hint: "例如：现场核对过示数", "For example: register checked on site";
        held_hint: "在有人判断之前不计费，也不拉闸。", "It is neither billed nor cut upon before somebody judges it.";
        on_since: "供电中", "On";
        on_line: "{0} 起供电。", "Supplied since {0}.";
        off_line: "{0} 起断电：{1}。", "Off since {0}: {1}.";
        comes_back: "充值后自动恢复。", "Comes back by itself when paid.";
        staff_lifts: "需由值班人员恢复。", "Staff must restore it.";
        schedule_lifts: "按时间表自动恢复。", "The timetable brings it back.";
        off_title: "已拉闸", "Off";
        going_off: "正在拉闸…", "Switching off…";
        going_on: "正在合闸…", "Switching on…";
        armed_title: "允许合闸", "Ready to close";
        armed_line: "用户在表上按键即恢复供电。", "The customer closes the switch at the meter.";
        unknown_title: "供电状态未知", "Supply unknown";
        unknown_line: "触点未回读，或信号互相矛盾。", "The contact is not read back, or the signs contradict each other.";
        protected_until: "保电至 {0}，期间不拉闸。", "Protected until {0}: not cut before.";
        attempts: "已尝试 {0} 次，电表尚未执行。", "Tried {0} times, the meter has not obeyed yet.";
        also: "另有：{0}", "Also: {0}";
        cut: "拉闸", "Cut supply";
        restore: "恢复供电", "Restore supply";
        cut_title: "拉闸 {0}？", "Cut supply of {0}?";
        restore_title: "恢复 {0} 的供电？", "Restore supply of {0}?";
        cut_lead: "该户将断电，直到有人恢复。原因会记入流水。", "The place goes dark until somebody restores it. The reason is kept in the journal.";
        restore_lead: "解除人工、窃电和过载原因；欠费仍需充值。", "Lifts operator, tamper and overload; lack of credit still needs a payment.";
        reason_hint: "例如：检修 3 号回路", "For example: repair of circuit 3";
        reason_needed: "请写明原因", "Write a reason";
        never_read: "从未抄读", "Never read";
        read_ago: "{0}抄读", "read {0}";
        no_points: "此时段没有数据", "No data in this stretch";
    }
    sale: Sale {
        title: "售电", "Sell";
        find: "表号、房间、姓名、电话", "Meter no., room, name, phone";
        find_hint: "输入后按 Enter", "Type, then Enter";
        no_match: "没有找到“{0}”", "Nothing found for “{0}”";
        no_match_hint: "检查表号，或换房间、姓名、电话试试。", "Check the number, or try room, name or phone.";
        change_account: "换一户", "Another account";
        last_sales: "最近 5 笔", "Last five";
        no_sales: "还没有买过电", "Has not bought before";
        amount: "金额", "Amount";
        amount_bad: "金额应为数字，最多 {0} 位小数", "An amount is digits with at most {0} decimals";
        presets: "常用金额", "Usual amounts";
        preview: "预览", "Preview";
        buys: "可购", "Buys";
        new_credit: "充值后余额", "Credit after";
        lasts: "预计用到", "Lasts until";
        restores: "付款后恢复供电", "Brings supply back";
        still_cut: "余额仍不足，不会恢复供电", "Not enough to bring supply back";
        cash: "现金", "Cash";
        card: "银行卡", "Card";
        mobile: "移动支付", "Mobile";
        handed: "实收", "Handed over";
        change: "找零", "Change";
        short: "还差 {0}", "{0} short";
        reference: "终端参考号", "Terminal reference";
        sell: "收款 {0}", "Take {0}";
        selling: "正在记账…", "Posting…";
        confirm_hint: "再按 Enter 收款", "Enter again takes the money";
        sold: "已售 {0}", "Sold {0}";
        waiting: "等待电表证实…", "Waiting for the meter…";
        reached: "余额已到表 ✓ {0}", "Credit reached the meter ✓ {0}";
        still_off: "已入账；余额仍不足，供电未恢复", "Posted; credit is still short, supply stays off";
        meter_silent: "已入账；电表离线，恢复通信后生效", "Posted; the meter is silent, it follows when it answers";
        next: "下一位", "Next customer";
        print: "打印收据", "Print receipt";
        open_receipt: "打开收据", "Open receipt";
        pending_title: "上一笔尚未确认", "A sale is not confirmed yet";
        pending_lead: "{0}，正在用同一编号查询，不会重复收款。", "{0}: asking again under the same number, it is never taken twice.";
        pending_retry: "立即重试", "Try again now";
        keys: "Enter 下一步 · F7 现金 F8 银行卡 F9 移动支付 · F2 重新开始 · Esc 返回", "Enter goes on · F7 cash F8 card F9 mobile · F2 begins anew · Esc goes back";
        may_not: "您的角色不能售电", "Your role may not sell";
        may_not_hint: "请管理员授予收银权限。", "Ask the administrator for the cashier's role.";
    }
    receipt: Receipt {
        title: "收据", "Receipt";
        reversal_title: "冲正单", "Reversal";
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
        before: "充值前", "Before";
        after: "充值后", "After";
        buys: "约可用", "Buys about";
        seal: "校验码", "Seal";
        copy: "副本 {0}", "COPY {0}";
        simulated: "模拟 — 非真实收据", "SIMULATED — not a real receipt";
        reverses: "冲正收据 {0}", "Takes back receipt {0}";
        reversed_by: "已被收据 {0} 冲正", "Taken back by receipt {0}";
        reprint: "补打（记副本）", "Reprint (counts a copy)";
        reverse: "冲正", "Reverse";
        asked_second: "已请经理或管理员复核，批准后自动冲正。", "A manager or an admin was asked; it is taken back once one of them approves.";
        as_debt: "申请按欠费冲正", "Ask for it as a debt";
        reverse_title: "冲正收据 {0}？", "Take back receipt {0}?";
        reverse_lead: "将从余额中扣回 {0}，并退还客户。冲正不可撤销，原因会记入流水。", "Takes {0} off the credit; the customer gets the money back. This cannot be undone, and the reason is kept.";
        reverse_hint: "例如：金额输错", "For example: wrong amount typed";
        paper: "纸张", "Paper";
        mm58: "58 毫米", "58 mm";
        mm80: "80 毫米", "80 mm";
        a4: "A4", "A4";
        again: "再售一笔", "Sell again";
        thanks: "请妥善保管本收据", "Please keep this receipt";
    }
    alarms: Alarms {
        lead: "条件消失后告警自动解除；确认表示有人知道。", "An alarm ends by itself when its condition ends; acknowledging says that somebody knows.";
        none: "没有告警", "No alarms";
        held_cuts: "拉闸过多,已拦下:查看并放行", "Held cuts: see which, ask for release";
        none_hint: "所有电表都在应答，没有需要判断的读数。", "Every meter answers, no reading needs a judgement.";
        acknowledge: "确认", "Acknowledge";
        acknowledged: "{0} 已确认", "seen by {0}";
        ack_all: "确认全部 {0} 条", "Acknowledge all {0}";
        what_entry: "内容", "Entry";
        unseen: "未确认", "not seen yet";
        halted: "记账已停止：流水无法写入，暂停售电和结算", "Money stands still: the journal cannot be written, no sale and no charge is made";
    }
    clock: Clock {
        title: "模拟时钟", "Simulated clock";
        pause: "暂停", "Pause";
        resume: "继续", "Run";
        step_quarter: "15 分", "15 min";
        step_hour: "1 小时", "1 h";
        step_day: "1 天", "1 day";
        step: "快进 {0}", "Step {0}";
        pace: "速度", "Pace";
        reached: "实际 {0}×", "reached {0}×";
        paused: "已暂停", "paused";
    }
    palette: Palette {
        hint: "输入房间、客户或页面", "Type a room, a customer or a page";
        nothing: "没有结果", "Nothing found";
        pages: "页面", "Pages";
        move_keys: "↑ ↓ 选择 · Enter 打开 · Esc 关闭", "↑ ↓ choose · Enter opens · Esc closes";
    }
    shortcuts: Shortcuts {
        search: "搜索", "Search";
        sell: "售电", "Sell";
        help: "快捷键一览", "This sheet";
        escape: "关闭、返回；从不收钱", "Close, go back; never takes money";
        tenders: "现金、银行卡、移动支付（售电页）", "Cash, card, mobile (on the sale page)";
        reprint: "补打收据（记副本）", "Reprint the receipt (counts a copy)";
        enter: "售电页：下一步", "On the sale page: go on";
        arrows: "电表墙：移动", "On the wall: move";
        overview: "总览", "Overview";
        wall: "电表墙", "Meter wall";
        alarms: "告警", "Alarms";
    }
}
