//! Texts of terms: protection, confirmation, emergency credit, pauses.

pub fn zh() -> &'static Texts {
    &ZH
}

pub fn en() -> &'static Texts {
    &EN
}

texts! {
    terms: Terms {
        protected: "保电：{0}", "Protected: {0}";
        no_cut: "免断电时段至 {0}，期间不因欠费拉闸。", "No-cut hours until {0}: not cut for lack of credit before.";
        awaits: "等待用户确认后合闸。", "Waits for the customer\'s confirmation, then closes.";
        offered: "可使用应急电费 {0}。", "Emergency credit of {0} is offered.";
        in_use: "应急电费使用中：{0} / {1}，充值时先归还。", "Emergency credit in use: {0} of {1}; repaid first.";
        paused: "账户已暂停：不告警，不因欠费拉闸。", "The account is paused: not warned, not cut for lack of credit.";
        confirm: "确认恢复供电", "Confirm supply";
        take: "使用应急电费", "Use emergency credit";
        protect: "保电", "Protect";
        protect_title: "对 {0} 保电？", "Protect {0}?";
        protect_lead: "24 小时内任何原因都不拉闸。", "No cause cuts the supply for 24 hours.";
        unprotect: "取消保电", "End protection";
        unprotect_title: "取消 {0} 的保电？", "End the protection of {0}?";
        unprotect_lead: "各项规则重新判断，可能立即拉闸。", "The terms are looked at anew, and supply may be cut at once.";
        pause: "暂停账户", "Pause account";
        pause_title: "暂停 {0} 的账户？", "Pause the account of {0}?";
        pause_lead: "继续计费，但不告警，也不因欠费拉闸。", "Charged on, but neither warned nor cut for lack of credit.";
        resume: "恢复账户", "Resume account";
        resume_title: "恢复 {0} 的账户？", "Resume the account of {0}?";
        resume_lead: "余额告警和欠费拉闸重新生效。", "Warnings and cuts for lack of credit apply again.";
    }
}
