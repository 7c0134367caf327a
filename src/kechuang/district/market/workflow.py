from kechuang.district.core.workflow import Step, Workflow, step

from . import permissions as may
from .models import Achievement, Demand, Introduction, Invitation
from .models.listings import LISTING_STATES


def _listing_steps() -> tuple[Step, ...]:
    return (
        step("draft", "新建", "", "draft", may.can_write),
        step("take_in", "导入待审", "", "submitted", may.can_take_in),
        step("take_in_published", "导入并发布", "", "published", may.can_publish_import),
        step("revise", "修改", "draft submitted", "", may.can_write, page=False),
        step(
            "rework",
            "修改后重新审核",
            "checked published paused",
            "submitted",
            may.can_write,
            page=False,
        ),
        step("amend", "更正", "published paused", "", may.can_amend, needs_why=True, page=False),
        step("submit", "提交审核", "draft", "submitted", may.can_write),
        step("send_back", "退回", "submitted checked", "draft", may.can_send_back, needs_why=True),
        step("check", "审核通过", "submitted", "checked", may.can_check),
        step("publish", "发布", "checked", "published", may.can_publish),
        step("pause", "暂停", "published", "paused", may.can_write, needs_why=True),
        step("resume", "恢复发布", "paused", "published", may.can_write),
        step("close", "关闭", "published paused", "closed", may.can_write, needs_why=True),
        step(
            "merge",
            "并入另一条",
            "draft submitted checked published paused",
            "closed",
            may.can_merge,
            needs_why=True,
            page=False,
        ),
        step(
            "retract", "撤销导入", "submitted published", "retracted", may.can_take_in, page=False
        ),
    )


ACHIEVEMENTS = Workflow("market.achievement", Achievement, LISTING_STATES, _listing_steps())
DEMANDS = Workflow("market.demand", Demand, LISTING_STATES, _listing_steps())

INTRODUCTIONS = Workflow(
    "market.introduction",
    Introduction,
    {
        "open": "等待回答", "agreed": "双方同意", "contracted": "已签合同", "declined": "未成", "withdrawn": "已撤回",
        "lapsed": "逾期未答",
    },
    (
        step("start", "发起对接", "", "open", may.can_introduce),
        step("agree", "双方同意", "open", "agreed", may.can_move_on, page=False),
        step("decline", "未成", "open", "declined", may.can_move_on, page=False),
        step("lapse", "逾期关闭", "open", "lapsed", may.only_system, page=False),
        step("withdraw", "撤回", "open agreed", "withdrawn", may.can_introduce, needs_why=True),
        step("ask_outcome", "询问结果", "agreed", "", may.only_system, page=False),
        step("report_outcome", "记录结果", "agreed contracted", "", may.can_report_outcome, page=False),
        step("conclude", "签订合同", "agreed", "contracted", may.can_introduce, page=False),
        step("resume", "合同注销，重新打开", "contracted", "agreed", may.can_introduce, page=False),
        step("supersede", "合同注销，已有另一条对接", "contracted", "withdrawn", may.can_introduce, page=False),
    ),
)  # fmt: skip

INVITATIONS = Workflow(
    "market.invitation",
    Invitation,
    {
        "waiting": "等待回答",
        "accepted": "同意",
        "declined": "谢绝",
        "asking": "需要更多信息",
        "lapsed": "逾期未答",
        "off": "已撤回",
    },
    (
        step("invite", "邀请", "", "waiting", may.can_move_on, page=False),
        step("accept", "同意对接", "waiting asking", "accepted", may.can_answer),
        step("decline", "谢绝", "waiting asking", "declined", may.can_answer, needs_why=True),
        step("ask", "需要更多信息", "waiting", "asking", may.can_answer, needs_why=True),
        step("reply", "答复", "asking", "waiting", may.can_reply, page=False),
        step("remind", "提醒", "waiting", "", may.only_system, page=False),
        step("lapse", "逾期", "waiting asking", "lapsed", may.only_system, page=False),
        step("call_off", "撤回邀请", "waiting asking accepted", "off", may.can_move_on, page=False),
    ),
)
