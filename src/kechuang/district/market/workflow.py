from kechuang.district.core.workflow import Workflow, step

from . import permissions as may
from .models import Introduction, Invitation

INTRODUCTIONS = Workflow(
    "market.introduction",
    Introduction,
    {
        "open": "等待回答",
        "agreed": "双方同意",
        "contracted": "已签合同",
        "declined": "未成",
        "withdrawn": "已撤回",
        "lapsed": "逾期未答",
    },
    (
        step("start", "发起对接", "", "open", may.can_introduce),
        step("agree", "双方同意", "open", "agreed", may.can_move_on, page=False),
        step("decline", "未成", "open", "declined", may.can_move_on, page=False),
        step("lapse", "逾期关闭", "open", "lapsed", may.only_system, page=False),
        step("withdraw", "撤回", "open agreed", "withdrawn", may.can_introduce, needs_why=True),
        step("hand_over", "移交", "open agreed", "", may.can_hand_over, page=False),
        step("ask_outcome", "询问结果", "agreed", "", may.only_system, page=False),
        step(
            "report_outcome",
            "记录结果",
            "agreed contracted",
            "",
            may.can_report_outcome,
            page=False,
        ),
        step("conclude", "签订合同", "agreed", "contracted", may.can_introduce, page=False),
        step("resume", "合同注销，重新打开", "contracted", "agreed", may.can_introduce, page=False),
        step(
            "supersede",
            "合同注销，已有另一条对接",
            "contracted",
            "withdrawn",
            may.can_introduce,
            page=False,
        ),
    ),
)

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
