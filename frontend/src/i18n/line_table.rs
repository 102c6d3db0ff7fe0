//! Texts of lines, traces and commissioning: area, key, Chinese, English.

pub fn zh() -> &'static Texts {
    &ZH
}

pub fn en() -> &'static Texts {
    &EN
}

texts! {
    lines: Lines {
        title: "线路", "Lines";
        lead: "每条通信线路的应答率、时延和原始报文。", "How each line answers: success, latency and the frames themselves.";
        none: "没有实体线路", "No real lines";
        none_hint: "在现场文件中加入 [[line]] 后,线路会出现在这里。", "Lines of the site file, [[line]], appear here.";
        admins_only: "只有管理员可以查看线路。", "Only admins see the lines.";
        open: "已连接", "open";
        closed: "未连接", "closed";
        read_only: "只读", "read-only";
        units: "{0} 个地址", "{0} units";
        waiting: "{0} 项等待", "{0} waiting";
        unit: "地址", "Unit";
        model: "型号", "Model";
        meter: "电表", "Meter";
        success: "应答率", "Success";
        latency: "时延 p50 / p99", "Latency p50 / p99";
        requests: "请求", "Requests";
        timeouts: "超时", "Timeouts";
        crc: "校验错", "CRC";
        wrong: "错帧", "Wrong";
        exceptions: "异常码", "Exceptions";
        last_fault: "最近故障", "Last fault";
        backed_off: "退避中", "backed off";
        values: "最近数值", "Last values";
        trace: "报文", "Frames";
        trace_lead: "最近 {0} 帧,旧的在上。", "The last {0} frames, oldest first.";
        all_units: "全部地址", "All units";
        only_unit: "只看地址", "Unit";
        export: "导出文本", "Export as text";
        pause: "暂停刷新", "Pause";
        go_on: "继续刷新", "Go on";
        direction: "方向", "Direction";
        sent: "发", "sent";
        received: "收", "received";
        discarded: "丢弃", "discarded";
        bytes: "字节(十六进制)", "Bytes (hex)";
        no_frames: "还没有报文", "No frames yet";
        raw: "厂家功能码", "Vendor function";
        raw_lead: "功能码与数据,不含地址和校验;标准写操作不允许。", "Function code and data, without address and checksum; standard writes are refused.";
        send: "发送", "Send";
        answer: "应答", "Answer";
        commission: "调试入网", "Commission";
    }
    commission: Commission {
        title: "调试入网:{0}", "Commission on {0}";
        lead: "扫描地址,核对实时数值,试分合闸,成批建档,打印签字单。", "Scan the addresses, compare live values, test the relays, add many at once, print the sheet.";
        from: "从地址", "From unit";
        to: "到地址", "To unit";
        scan: "开始扫描", "Scan";
        stop: "停止", "Stop";
        baud: "波特率", "Baud";
        format: "数据格式", "Format";
        at: "正在询问地址 {0}({1})", "asking unit {0} at {1}";
        left: "约剩 {0}", "about {0} left";
        polls_go_on: "扫描期间,线路上已有电表按原速率继续抄读。", "Meters of this line are polled on meanwhile, at the line's own speed.";
        other_speed: "以 {0} 应答,与线路速率不同,不能添加。请把电表改为线路速率,或修改站点文件中的线路速率后重新扫描。", "Answers at {0}, not at the line's speed, so it cannot be added. Set the meter to the line's speed, or the line in the site file to the meter's, and scan again.";
        progress: "{0} / {1} 个地址,找到 {2} 台", "{0} of {1} addresses, {2} found";
        nothing: "没有设备应答", "Nothing answered";
        fault: "扫描中断:{0}", "The scan ended early: {0}";
        known: "已是电表 {0}", "is meter {0} already";
        unclear: "应答不清晰", "unclear answers";
        unknown: "未知型号", "no known model";
        choose: "选择地址 {0}", "Choose unit {0}";
        model: "型号", "Model";
        unproven: "型号未验证,签字后才计费", "model not proven: billed after the sign-off";
        serial: "表号", "Serial";
        register: "示数", "Register";
        voltage: "电压", "Voltage";
        power: "功率", "Power";
        relay: "继电器", "Relay";
        open_step: "1 拉闸", "1 Open";
        close_step: "2 合闸", "2 Close";
        proven: "已证实:{0}", "proven: {0}";
        not_proven: "未证实:{0}", "not proven: {0}";
        inside: "内置", "inside";
        outside: "外置", "outside";
        board: "地址 {0} · {1}", "unit {0} · {1}";
        output: "输出 {0}", "output {0}";
        switch_of: "地址 {0} 的开关", "Switch of unit {0}";
        pattern: "房号规则(# 为序号)", "Room pattern (# is the place)";
        first: "首个序号", "First place";
        building: "楼栋", "Building";
        tariff: "电价方案", "Tariff";
        no_tariff: "只抄表,不建户", "Read only, no account";
        account: "首个户号", "First account number";
        add: "添加 {0} 台电表", "Add {0} meters";
        sheet: "签字单", "Sign-off sheet";
        sheet_lead: "在页面上添加的电表。", "Meters that were added on the page.";
        print: "打印", "Print";
        room: "房间", "Room";
        place: "线路 / 地址", "Line / unit";
        account_no: "户号", "Account";
        state: "状态", "State";
        billed: "计费", "billed";
        read_only: "只抄表", "only read";
        display: "表显示数 kWh", "Display, kWh";
        sign: "签字", "Sign off";
        signature: "签名", "Signature";
        none: "还没有在页面上添加的电表", "No meters were added on the page yet";
    }
}
