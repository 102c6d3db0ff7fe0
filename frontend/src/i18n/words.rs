//! The trade's words for what the core names: states, reasons, alarms, periods, refusals.

use shared::api::alarm::AlarmKind;
use shared::api::live::MeterState;
use shared::api::problem::Problem;
use shared::api::receipt::Allocation;
use shared::api::sale::Tender;
use shared::api::session::Role;
use shared::meter::{CommFault, Contact, DisconnectReason, Quality};

use super::Lang;

fn pick(lang: Lang, zh: &'static str, en: &'static str) -> &'static str {
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

pub fn state(lang: Lang, state: MeterState) -> &'static str {
    match state {
        MeterState::Connected => pick(lang, "合闸", "Connected"),
        MeterState::LowCredit => pick(lang, "余额不足", "Low credit"),
        MeterState::Cut => pick(lang, "拉闸", "Cut"),
        MeterState::Armed => pick(lang, "允许合闸", "Ready to close"),
        MeterState::Protected => pick(lang, "保电", "Protected"),
        MeterState::Held => pick(lang, "待核", "Held"),
        MeterState::Silent => pick(lang, "离线", "Silent"),
    }
}

pub fn state_hint(lang: Lang, state: MeterState) -> &'static str {
    match state {
        MeterState::Connected => pick(lang, "供电正常", "On"),
        MeterState::LowCredit => {
            pick(lang, "供电中，余额低于告警值", "On, credit below the warning level")
        }
        MeterState::Cut => pick(lang, "断电，已证实或正在执行", "Off, proven or being made so"),
        MeterState::Armed => {
            pick(lang, "等待用户在表上合闸", "Closing is permitted, the customer closes")
        }
        MeterState::Protected => pick(lang, "目前不会被拉闸", "Never cut at present"),
        MeterState::Held => pick(lang, "读数等待人工判断", "A reading waits for a judgement"),
        MeterState::Silent => pick(lang, "一段时间没有有效应答", "No good answer for a while"),
    }
}

pub fn reason(lang: Lang, reason: DisconnectReason) -> &'static str {
    match reason {
        DisconnectReason::Operator => pick(lang, "人工拉闸", "ordered by staff"),
        DisconnectReason::Tamper => pick(lang, "疑似窃电", "sign of tampering"),
        DisconnectReason::Overload => pick(lang, "过载", "overload"),
        DisconnectReason::Schedule => pick(lang, "时间表", "timetable"),
        DisconnectReason::NoCredit => pick(lang, "余额用尽", "no credit"),
        DisconnectReason::DailyLimit => pick(lang, "当日电量用完", "the day's energy is used"),
        DisconnectReason::Courtesy => pick(lang, "余额不足提醒", "low-credit reminder"),
        DisconnectReason::Staggered => pick(lang, "错峰合闸等待", "waits its turn"),
    }
}

pub fn contact(lang: Lang, contact: Contact) -> &'static str {
    match contact {
        Contact::Closed => pick(lang, "闭合", "closed"),
        Contact::Open => pick(lang, "断开", "open"),
        Contact::Unknown => pick(lang, "未知", "unknown"),
    }
}

pub fn quality(lang: Lang, quality: Quality) -> &'static str {
    match quality {
        Quality::Good => pick(lang, "良好", "good"),
        Quality::Stale => pick(lang, "过时", "stale"),
        Quality::Suspect => pick(lang, "待核", "held"),
        Quality::Unknown => pick(lang, "未知", "unknown"),
    }
}

pub fn alarm(lang: Lang, kind: AlarmKind) -> &'static str {
    match kind {
        AlarmKind::Silent => pick(lang, "通信中断", "No answer from the meter"),
        AlarmKind::RelayNotObeying => pick(lang, "继电器拒动", "Relay does not obey"),
        AlarmKind::RegisterBackwards => pick(lang, "示数倒走", "Register ran backwards"),
        AlarmKind::RegisterJump => pick(lang, "示数突变", "Register jumped"),
        AlarmKind::Implausible => pick(lang, "数据异常", "Implausible values"),
        AlarmKind::NoPrice => pick(lang, "没有适用电价", "No price applies"),
        AlarmKind::JournalHalted => pick(lang, "记账停止", "Journal halted"),
        AlarmKind::InvariantBroken => pick(lang, "不变量被破坏", "An invariant is broken"),
        AlarmKind::BackupFailed => pick(lang, "备份失败", "Backup failed"),
        AlarmKind::ClockJumped => pick(lang, "时钟跳变", "The clock jumped"),
        AlarmKind::MassCut => pick(
            lang,
            "批量拉闸已暂停，等待两人放行",
            "Mass cut held: two persons have to release it",
        ),
        AlarmKind::DiskLow => pick(lang, "磁盘将满", "Disk nearly full"),
    }
}

pub fn tender(lang: Lang, tender: Tender) -> &'static str {
    let texts = &lang.texts().sale;
    match tender {
        Tender::Cash => texts.cash,
        Tender::Card => texts.card,
        Tender::Mobile => texts.mobile,
    }
}

pub fn role(lang: Lang, role: Role) -> &'static str {
    match role {
        Role::Admin => pick(lang, "管理员", "Administrator"),
        Role::Cashier => pick(lang, "收银员", "Cashier"),
        Role::Viewer => pick(lang, "只读", "Viewer"),
        Role::Manager => pick(lang, "经理", "Manager"),
        Role::Engineer => pick(lang, "现场工程师", "Engineer"),
        Role::Auditor => pick(lang, "审计员", "Auditor"),
        Role::Trainer => pick(lang, "培训师", "Trainer"),
        Role::Customer => pick(lang, "客户", "Customer"),
        Role::Api => pick(lang, "程序接口", "Program"),
    }
}

pub fn allocation(lang: Lang, allocation: Allocation) -> &'static str {
    match allocation {
        Allocation::SharedArrears => {
            pick(lang, "偿还欠费（按比例）", "Arrears, share of the payment")
        }
        Allocation::DueArrears => pick(lang, "偿还欠费（已到期）", "Arrears that fell due"),
        Allocation::Overdrawn => pick(lang, "偿还透支", "Overdrawn, paid back"),
        Allocation::EmergencyCredit => pick(lang, "归还应急电费", "Emergency credit, repaid"),
        Allocation::Credit => pick(lang, "电费余额", "Electricity credit"),
    }
}

pub fn fault(lang: Lang, fault: &CommFault) -> String {
    match fault {
        CommFault::Timeout => pick(lang, "超时无应答", "no answer in time").to_owned(),
        CommFault::Garbled => pick(lang, "帧校验错误", "garbled frame").to_owned(),
        CommFault::WrongReply => pick(lang, "应答不匹配", "reply to another question").to_owned(),
        CommFault::Exception(code) => match lang {
            Lang::Zh => format!("Modbus 异常码 {code}"),
            Lang::En => format!("Modbus exception {code}"),
        },
        CommFault::Implausible(point) => match lang {
            Lang::Zh => format!("数值异常：{point}"),
            Lang::En => format!("implausible value: {point}"),
        },
        CommFault::LineDown => pick(lang, "线路断开", "line down").to_owned(),
        CommFault::BackedOff => pick(lang, "故障退避中", "backed off after faults").to_owned(),
        CommFault::ReadOnly => pick(lang, "线路只读", "line is read-only").to_owned(),
    }
}

/// A tariff period as its file names it; names we do not know are shown as they are.
pub fn period(lang: Lang, name: &str) -> String {
    match lang {
        Lang::En => name.to_owned(),
        Lang::Zh => match name {
            "sharp" => "尖",
            "critical" => "尖峰",
            "peak" => "峰",
            "shoulder" | "flat" | "normal" => "平",
            "valley" | "off-peak" => "谷",
            "deep-valley" => "深谷",
            "all-day" | "all day" | "any" => "全天",
            other => other,
        }
        .to_owned(),
    }
}

/// A charge line such as `energy peak tier 2`, word by word.
pub fn charge_line(lang: Lang, name: &str) -> String {
    match lang {
        Lang::En => {
            let mut letters = name.chars();
            letters
                .next()
                .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
        }
        Lang::Zh => name
            .split_whitespace()
            .map(|word| match word {
                "energy" => "电费".to_owned(),
                "tier" | "block" => "阶梯".to_owned(),
                "fixed" | "standing" => "基本费".to_owned(),
                "tax" => "税".to_owned(),
                "service" => "服务费".to_owned(),
                "provisional" => "冲回暂计".to_owned(),
                other => period(lang, other),
            })
            .collect::<Vec<_>>()
            .join(" "),
    }
}

/// A problem document in the person's language; kinds we do not know keep the server's sentence.
/// Where its detail is a sum of money, `money` writes it.
pub fn problem(lang: Lang, problem: &Problem, money: impl Fn(i64) -> String) -> String {
    let figure = problem.detail.as_ref().and_then(|detail| detail.parse().ok());
    let sentence = sentence(lang, problem);
    match (problem.kind.as_str(), figure) {
        (
            "below-least-amount"
            | "above-largest-amount"
            | "credit-used"
            | "leaves-debt"
            | "above-refundable"
            | "limit-sale"
            | "limit-shift"
            | "limit-day"
            | "limit-till"
            | "limit-credit",
            Some(minor),
        ) => {
            format!("{sentence}: {}", money(minor))
        }
        (_, _) => sentence,
    }
}

/// Details that people read as they are: not the bare figures.
pub fn problem_detail(problem: &Problem) -> Option<&str> {
    problem.detail.as_deref().filter(|detail| detail.parse::<i64>().is_err())
}

fn sentence(lang: Lang, problem: &Problem) -> String {
    let zh = match problem.kind.as_str() {
        "wrong-name-or-password" => "用户名或密码不对",
        "wrong-code" => "设置码不对，或已用过",
        "too-many-tries" => "尝试过多，请稍候再试",
        "bad-name" => "用户名为 1 至 64 个字符",
        "wrong-password" => "当前密码不对",
        "password-needed" => "此操作需要在 5 分钟内再次输入密码",
        "not-a-person" => "令牌不能代替本人作决定，请以本人登录",
        "bad-days" => "令牌有效期为 1 至 365 天",
        "bad-scope" => "令牌的权限不能超出其角色",
        "no-session" => "令牌没有密码，请以本人登录",
        "weak-password" => "密码太弱，至少 8 个字符",
        "signed-out" | "not-signed-in" => "登录已过期，请重新登录",
        "not-allowed" | "foreign-origin" => "您的角色不允许此操作",
        "other-receipt" => "收银员只能冲正自己售出的收据",
        "not-found" => "没有找到",
        "protected" => "该表处于保电状态，不能拉闸；请先取消保电",
        "not-protected" => "该表没有保电",
        "time-past" => "该时间已过",
        "no-emergency-credit" => "目前没有可用的应急电费",
        "nothing-to-confirm" => "没有等待确认的合闸",
        "not-paused" => "账户没有暂停",
        "paused-already" => "账户已经暂停",
        "no-notice" => "没有这条在途通知",
        "mass-cut" => "短时间内拉闸过多；请按清单提交，由第二人批准",
        "second-person" => "需要第二人批准，申请人不能自己批准",
        "bad-list" => "清单为空或过长",
        "no-request" => "没有这条待批申请",
        "no-held-cut" => "没有被暂停的拉闸",
        "bad-policy" => "用电策略有误",
        "no-account" => "没有这个账户",
        "no-meter" => "没有这块电表",
        "no-receipt" => "没有这张收据",
        "no-alarm" => "该告警已解除",
        "no-tariff" | "no-price" => "没有适用的电价",
        "already-reversed" => "该收据已被冲正",
        "not-latest" => "只能冲正该户最近一笔售电",
        "credit-used" => "余额已被使用，不能冲正，已用",
        "leaves-debt" => "部分余额已用，冲正后账户将欠费（可申请按欠费冲正，由第二人批准）",
        "above-refundable" => "只能退还实际支付且未使用的余额（须扣除欠费），最多",
        "raise-too-long" => "限额最多临时提高 31 天；长期调整请写入站点文件",
        "no-raise" => "须高于站点文件中的限额；未设限的项目无须提高",
        "lacks-cash" => "钱箱里没有这么多现金",
        "no-exception" => "该事项已关闭或不存在",
        "no-judgement" => "待核读数需要判断：照实计费，或作为新起点",
        "not-read-yet" => "该表还没有可信读数，不能换表",
        "final-reading" => "最终示数须在上次可信示数与可能的最大值之间",
        "no-arrears" => "该户没有这笔未清欠费",
        "bad-arrears" => "欠费、每周扣款和每周上限须大于零",
        "lacks-credit" => "余额不足，供电不能恢复，请先充值",
        "nothing-held" => "没有待核读数",
        "key-reused" => "同一编号已用于另一笔业务",
        "below-least-amount" => "低于单笔最小金额",
        "above-largest-amount" => "超过最大可售金额",
        "no-shift" => "尚未开班，请先在“交接班”页开班",
        "has-shift" => "您已有未结的班次",
        "counter-taken" => "该柜台的上一班尚未结班",
        "shift-closed" => "该班次已结班",
        "shift-signed" => "该班次已复核",
        "own-shift" => "复核人不能是收银员或清点人",
        "not-own-shift" => "只能查看和结算自己的班次",
        "not-this-shift" => "只能冲正本班的售电；其余请管理员处理",
        "limit-sale" => "超过单笔限额，最多",
        "limit-shift" => "超过本班限额，最多",
        "limit-day" => "超过收银员当日限额，最多",
        "limit-till" => "超过钱箱现金限额，最多",
        "limit-credit" => "超过账户余额限额，最多",
        "limit-reversals" => "本班冲正次数已达上限，请管理员处理",
        "handed-too-little" => "实收少于应付金额",
        "handed-without-cash" => "只有现金才填写实收",
        "no-reason" => "请写明原因",
        "journal-halted" => "记账已停止，暂不能售电",
        "server-fault" => "服务器暂时无法完成，原因见其日志",
        _ => return problem.title.clone(),
    };
    match lang {
        Lang::Zh => zh.to_owned(),
        Lang::En => problem.title.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charge_lines_read_in_both_languages() {
        for (name, zh, en) in [
            ("energy peak tier 2", "电费 峰 阶梯 2", "Energy peak tier 2"),
            ("fixed", "基本费", "Fixed"),
            ("energy weekend", "电费 weekend", "Energy weekend"),
            ("", "", ""),
        ] {
            assert_eq!(charge_line(Lang::Zh, name), zh);
            assert_eq!(charge_line(Lang::En, name), en);
        }
    }

    #[test]
    fn a_problem_of_an_unknown_kind_keeps_its_sentence() {
        let unknown = Problem {
            kind: "new-kind".to_owned(),
            title: "the printer is on fire".to_owned(),
            status: 500,
            detail: None,
            request: None,
        };
        assert_eq!(
            problem(Lang::Zh, &unknown, |minor| minor.to_string()),
            "the printer is on fire"
        );
    }

    #[test]
    fn a_refused_amount_names_the_largest_allowed_one() {
        let refused = Problem {
            kind: "above-largest-amount".to_owned(),
            title: "above the largest amount".to_owned(),
            status: 422,
            detail: Some("50000".to_owned()),
            request: None,
        };
        let shown = problem(Lang::En, &refused, |minor| format!("¥ {minor}"));
        assert_eq!(shown, "above the largest amount: ¥ 50000");
        assert_eq!(problem_detail(&refused), None);
    }
}
