//! Texts of sessions and of tokens for programs.

pub fn zh() -> &'static Texts {
    &ZH
}

pub fn en() -> &'static Texts {
    &EN
}

texts! {
    sessions: Sessions {
        own: "我的登录", "My sessions";
        all: "全部登录", "Everybody's sessions";
        own_lead: "不认识的设备请立即退出，并修改密码。", "End what you do not know, and change your password.";
        this: "本设备", "this one";
        since: "登录于 {0}", "since {0}";
        seen: "最近活动 {0}", "last seen {0}";
        end: "退出", "End";
        end_of: "退出 {0} 的登录", "End the session of {0}";
        end_others: "退出其他所有登录", "End all others";
    }
    tokens: Tokens {
        title: "程序令牌", "Tokens for programs";
        lead: "令牌让程序代替人访问接口；重要操作仍须由本人输入密码。", "A program acts with a token; weighty acts still need a person and a password.";
        none: "还没有令牌", "No tokens yet";
        add: "生成令牌", "Make a token";
        name: "用途（名称）", "Whose it is";
        role: "角色", "Role";
        verbs: "权限（不选则为该角色的全部权限）", "What it may (none ticked: all of its role)";
        all_verbs: "该角色的全部权限", "all of its role";
        days: "有效天数", "Days until it ends";
        once: "令牌“{0}”，只显示这一次：", "Token “{0}”, shown this once:";
        once_hint: "请立即保存；服务器只保留摘要。", "Keep it now; the server has its digest only.";
        revoke: "吊销", "Revoke";
        revoke_of: "吊销令牌 {0}", "Revoke the token {0}";
        revoked: "已吊销", "revoked";
        ended: "已到期", "ended";
        until: "有效至 {0}", "until {0}";
        used: "最近使用 {0}", "last used {0}";
        never_used: "从未使用", "never used";
    }
}
