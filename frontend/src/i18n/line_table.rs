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
    }
}
