//! Texts of the board: invariants, losses, copies: area, key, Chinese, English.

use shared::invariant::Invariant;

use super::Lang;

pub fn zh() -> &'static Texts {
    &ZH
}

pub fn en() -> &'static Texts {
    &EN
}

/// An invariant in the reader's words.
pub fn rule(lang: Lang, rule: Invariant) -> &'static str {
    let texts = match lang {
        Lang::Zh => &zh().rules,
        Lang::En => &en().rules,
    };
    match rule {
        Invariant::Books => texts.books,
        Invariant::Kept => texts.kept,
        Invariant::Once => texts.once,
        Invariant::Unedited => texts.unedited,
        Invariant::Billed => texts.billed,
        Invariant::Priced => texts.priced,
        Invariant::Receipts => texts.receipts,
        Invariant::Supply => texts.supply,
        Invariant::Unknown => texts.unknown,
        Invariant::Chain => texts.chain,
        Invariant::Access => texts.access,
        Invariant::Bounds => texts.bounds,
    }
}

texts! {
    board: Board {
        title: "自检", "Self-check";
        lead: "以下各条必须始终成立。每晚 3 点自动核对，也可随时核对。", "What must always hold. Checked every night at three, and whenever asked.";
        check: "立即核对", "Check now";
        checking: "正在核对…", "Checking…";
        holds: "成立", "holds";
        broken: "被破坏", "broken";
        unchecked: "尚未核对", "not yet checked";
        all_hold: "全部成立", "Everything holds";
        some_broken: "{0} 条被破坏", "{0} broken";
        some_unchecked: "{0} 条未核对", "{0} not checked";
        looked: "核对 {0} 项", "{0} looked at";
        last: "上次核对：{0}，用时 {1}", "Last check: {0}, took {1}";
        never: "启动以来尚未核对", "Not checked since the server started";
        next: "下次：{0}", "Next: {0}";
        offence: "第一处：{0}", "First offence: {0}";
    }
    loss: Loss {
        title: "流水缺失，已停止售电", "Records are missing: nothing is sold";
        shorter: "流水止于第 {0} 条，但第 {1} 条曾已确认写入。", "The journal ends at record {0}, but record {1} was once safe.";
        changed: "第 {1} 条流水与外部锚点不符；流水止于第 {0} 条。", "Record {1} is not the one that was anchored; the journal ends at record {0}.";
        receipts: "缺失的收据", "Lost receipts";
        no_receipts: "没有缺失的收据。", "No receipt is lost.";
        range: "{0}：{1} 至 {2} 号", "{0}: {1} to {2}";
        advice: "请先设法恢复更新的备份；若无法恢复，由管理员确认缺失后方可继续售电。", "Restore a newer copy if there is one. Otherwise an admin accepts the loss, and selling goes on.";
        accept: "确认缺失并继续", "Accept the loss and go on";
        accept_lead: "缺失的流水不再补回，确认将写入流水。请说明原因和已采取的措施。", "What is missing will not come back, and the acceptance goes into the journal. Say why, and what was done about it.";
        accept_hint: "例如：磁盘损坏，已按收据存根核对", "Such as: disk failed, receipts compared with their stubs";
        admins: "只有管理员可以确认。", "Only an admin can accept it.";
    }
    backup: Backup {
        title: "备份", "Backups";
        none: "未设置自动备份：请在项目文件中加入 [backup]。", "No copies are made by themselves: add [backup] to the site file.";
        plan: "{0}；保留 {1} 份；下次：{2}", "{0}; {1} kept; next: {2}";
        encrypted: "已加密", "encrypted";
        plain: "未加密", "not encrypted";
        now: "立即备份", "Back up now";
        running: "正在备份…", "Backing up…";
        proven: "{0} 已恢复到演练目录并核验，至第 {1} 条", "{0} was restored into a scratch folder and proven, up to record {1}";
        failed: "失败：{0}", "Failed: {0}";
        never: "启动以来尚无备份", "No copy since the server started";
    }
    rules: Rules {
        books: "每笔分录合计为零；余额等于其分录之和", "Postings sum to zero; balances equal their postings";
        kept: "已确认的记录都在", "What was acknowledged is there";
        once: "同一请求号最多生效一次", "One key, at most one effect";
        unedited: "流水和已用电价从不改动", "Journal and tariffs in use are never edited";
        billed: "每表计费电量正好等于末次示数减首次示数", "A meter is charged for exactly its last settled register less its first";
        priced: "每段示数只按当时有效的电价计费一次", "Each interval of a register is priced once, by the tariff valid then";
        receipts: "收据号连续无缺", "Receipt numbers have no gap";
        supply: "开关服从策略，最终状态即最后的决定", "The switch follows the policy; its final state is the last decision";
        unknown: "未知不等于零：不按过时、待核或缺失的读数计费或拉闸", "Unknown is not zero: nobody is charged or cut on a stale, held or missing reading";
        chain: "哈希链完整，并与外部锚点一致", "The chain verifies and matches its anchor";
        access: "每条路由、每个角色都由权限表决定", "Every route and role is decided by the table";
        bounds: "队列和文件有上限，积压会消化", "Queues and files have bounds, and what was held up drains";
    }
}
