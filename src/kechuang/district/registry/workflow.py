from kechuang.district.core.workflow import Workflow, step

from .models import Application, FirmYear
from .permissions import (
    can_apply,
    can_fill_year,
    can_recognise,
    can_recommend,
    can_take_year,
)

YEARS = Workflow(
    "registry.year",
    FirmYear,
    {"draft": "草稿", "submitted": "已交", "accepted": "已核收", "returned": "退回"},
    (
        step("open_year", "开始填报", "", "draft", can_fill_year),
        step(
            "save_year",
            "保存",
            "draft returned submitted accepted",
            "",
            can_fill_year,
            page=False,
            asks=("facts",),
        ),
        step("restore_year", "恢复导入前", "submitted accepted", "", can_take_year, page=False),
        step(
            "undo_year",
            "撤销导入",
            "draft returned submitted accepted",
            "draft",
            can_take_year,
            page=False,
        ),
        step("submit_year", "提交", "draft returned", "submitted", can_fill_year),
        step("accept_year", "核收", "submitted", "accepted", can_take_year),
        step(
            "return_year", "退回", "submitted accepted", "returned", can_take_year, needs_why=True
        ),
    ),
)

APPLICATIONS = Workflow(
    "registry.application",
    Application,
    {
        "applied": "已申报",
        "recommended": "已推荐",
        "returned": "退回补正",
        "recognised": "已认定",
        "refused": "未通过",
        "withdrawn": "已撤回",
    },
    (
        step("apply", "申报", "", "applied", can_apply),
        step("apply_again", "补正后再报", "returned", "applied", can_apply),
        step("recommend", "审核推荐", "applied", "recommended", can_recommend),
        step(
            "return_application", "退回补正", "applied", "returned", can_recommend, needs_why=True
        ),
        step("recognise", "登记认定", "recommended", "recognised", can_recognise, page=False),
        step("refuse", "未通过", "applied recommended", "refused", can_recognise, needs_why=True),
        step(
            "withdraw_application",
            "撤回申报",
            "applied returned recommended",
            "withdrawn",
            can_apply,
            needs_why=True,
        ),
    ),
)
