from kechuang.district.core.workflow import Workflow, step

from . import permissions as may
from .models import Contract

CONTRACTS = Workflow(
    "transfer.contract",
    Contract,
    {"recorded": "已记录", "registered": "已登记", "cancelled": "已注销"},
    (
        step("record", "记录合同", "", "recorded", may.can_record),
        step("take_in", "导入登记", "", "registered", may.can_keep_register),
        step("revise", "修改", "recorded", "", may.can_record, page=False),
        step("register", "登记", "recorded", "registered", may.can_register),
        step(
            "amend", "更正登记", "registered", "", may.can_keep_register, needs_why=True, page=False
        ),
        step(
            "cancel",
            "注销",
            "recorded registered",
            "cancelled",
            may.can_keep_register,
            needs_why=True,
        ),
    ),
)
