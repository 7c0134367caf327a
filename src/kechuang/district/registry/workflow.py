from kechuang.district.core.workflow import Workflow, step

from .models import Establishment, Recognition
from .permissions import can_keep, can_keep_establishment

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

ESTABLISHMENTS = Workflow(
    "registry.establishment",
    Establishment,
    {"recorded": "有效记录", "withdrawn": "已撤回"},
    (
        step("establish", "登记", "", "recorded", can_keep_establishment),
        step("correct_establishment", "更正", "recorded", "", can_keep_establishment, page=False),
        step(
            "withdraw_establishment",
            "撤回",
            "recorded",
            "withdrawn",
            can_keep_establishment,
            needs_why=True,
        ),
    ),
)
