from kechuang.district.core.workflow import Workflow, step

from . import permissions as may
from .models import Closing, Milestone, MonthlyReturn, PlanDraft, TaskFile

CLOSINGS = Workflow(
    "plan.closing",
    Closing,
    {"closed": "已关账"},
    (
        step("close_period", "关账", "", "closed", may.can_close_period),
        step("correct_closing", "更正", "closed", "", may.can_close_period, needs_why=True),
    ),
)

TASKS = Workflow(
    "plan.task",
    TaskFile,
    {"open": "在办", "asked": "待销号", "closed": "已销号"},
    (
        step("open_task", "立项", "", "open", may.can_keep_tasks),
        step("add_proof", "添加佐证", "open asked", "", may.can_keep_tasks, page=False),
        step("ask_closing", "申请销号", "open", "asked", may.can_keep_tasks, needs_why=True),
        step("close_task", "批准销号", "asked", "closed", may.can_close_task),
        step("refuse_closing", "不予销号", "asked", "open", may.can_close_task, needs_why=True),
        step("reopen_task", "重新打开", "closed", "open", may.can_keep_tasks, needs_why=True),
    ),
)

MILESTONES = Workflow(
    "plan.milestone",
    Milestone,
    {"open": "未到", "reached": "已完成", "dropped": "已取消"},
    (
        step("add_milestone", "添加节点", "", "open", may.can_keep_tasks),
        step(
            "move_milestone",
            "改期",
            "open",
            "",
            may.can_keep_tasks,
            needs_why=True,
            page=False,
            asks=("due",),
        ),
        step(
            "order_milestone", "改先后", "open", "", may.can_keep_tasks, page=False, asks=("after",)
        ),
        step("reach_milestone", "完成", "open", "reached", may.can_keep_tasks),
        step("drop_milestone", "取消", "open", "dropped", may.can_keep_tasks, needs_why=True),
    ),
)

RETURNS = Workflow(
    "plan.return",
    MonthlyReturn,
    {
        "asked": "等待填报",
        "submitted": "待审阅",
        "sent_back": "退回补充",
        "accepted": "已采纳",
        "cancelled": "已取消",
    },
    (
        step("ask_return", "发出", "", "asked", may.only_system),
        step(
            "save_return",
            "保存",
            "asked sent_back",
            "",
            may.can_answer_return,
            page=False,
            asks=("progress",),
        ),
        step(
            "submit_return",
            "提交",
            "asked sent_back",
            "submitted",
            may.can_answer_return,
            asks=("progress",),
        ),
        step(
            "fill_return",
            "代为填报",
            "asked sent_back",
            "submitted",
            may.can_fill_return,
            page=False,
            asks=("progress",),
        ),
        step("accept_return", "采纳", "submitted", "accepted", may.can_review_return),
        step(
            "send_back_return",
            "退回补充",
            "submitted",
            "sent_back",
            may.can_review_return,
            needs_why=True,
        ),
        step("remind_return", "提醒", "asked sent_back", "", may.only_system, page=False),
        step("escalate_return", "督办", "asked sent_back", "", may.only_system, page=False),
        step(
            "cancel_return",
            "取消",
            "asked sent_back",
            "cancelled",
            may.can_review_return,
            needs_why=True,
        ),
    ),
)

DRAFTS = Workflow(
    "plan.draft",
    PlanDraft,
    {"draft": "校对中", "saved": "已存成书", "discarded": "已放弃"},
    (
        step("read_draft", "读入", "", "draft", may.can_draft),
        step("revise_draft", "修改", "draft", "", may.can_draft, page=False, asks=("draft",)),
        step("save_draft", "存成书", "draft", "saved", may.can_draft),
        step("discard_draft", "放弃", "draft", "discarded", may.can_draft),
    ),
)
