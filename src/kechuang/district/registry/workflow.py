from kechuang.district.core.workflow import Workflow, step

from .models import Recognition
from .permissions import can_keep

RECOGNITIONS = Workflow(
    "registry.recognition",
    Recognition,
    {"recorded": "有效记录", "withdrawn": "已撤回"},
    (
        step("record", "登记", "", "recorded", can_keep),
        step("correct", "更正", "recorded", "", can_keep, page=False),
        step("withdraw", "撤回", "recorded", "withdrawn", can_keep, needs_why=True),
    ),
)
