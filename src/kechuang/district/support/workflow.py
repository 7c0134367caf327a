from kechuang.district.core.workflow import Workflow, step

from .models import PolicyChange
from .permissions import can_approve, can_propose

CHANGES = Workflow(
    "support.change",
    PolicyChange,
    {"proposed": "待批准", "approved": "已写入", "refused": "未批准", "withdrawn": "已撤回"},
    (
        step("propose_change", "提出改动", "", "proposed", can_propose),
        step("approve_change", "批准并写入", "proposed", "approved", can_approve),
        step("refuse_change", "不予批准", "proposed", "refused", can_approve, needs_why=True),
        step("withdraw_change", "撤回", "proposed", "withdrawn", can_propose, needs_why=True),
    ),
)
