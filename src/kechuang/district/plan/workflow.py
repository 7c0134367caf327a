from kechuang.district.core.workflow import Workflow, step

from .models import Bulletin
from .permissions import can_report

BULLETINS = Workflow(
    "plan.bulletin",
    Bulletin,
    {"recorded": "有效", "withdrawn": "已撤回"},
    (
        step("report", "录入通报数", "", "recorded", can_report),
        step("restate", "更正", "recorded", "", can_report, needs_why=True, page=False),
        step("withdraw", "撤回", "recorded", "withdrawn", can_report, needs_why=True),
    ),
)
