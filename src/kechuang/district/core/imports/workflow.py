from kechuang.district.core.actor import YES, Actor, Verdict, no
from kechuang.district.core.models import ImportBatch
from kechuang.district.core.workflow import Workflow, step

from .kinds import KINDS


def can_import(actor: Actor, batch: ImportBatch) -> Verdict:
    kind = KINDS.get(batch.kind)
    if kind is None:
        return no("import.no_such_kind", kinds=sorted(KINDS))
    if (
        batch.actor_id != actor.id
        and not actor.is_system
        and not actor.has("officer", "administrator")
    ):
        return no("import.who_continues")
    return YES if actor.is_system else kind.permission(actor)


def only_worker(actor: Actor, batch: ImportBatch) -> Verdict:
    return YES if actor.is_system else no("import.worker_only")


IMPORTS = Workflow(
    "core.import",
    ImportBatch,
    {
        "uploaded": "检查中",
        "asked": "等回答",
        "checked": "已检查",
        "refused": "不能导入",
        "confirmed": "写入中",
        "applied": "已写入",
        "undoing": "撤销中",
        "undone": "已撤销",
        "discarded": "已放弃",
    },
    (
        step("upload", "上传", "", "uploaded", can_import),
        step("check", "检查完毕", "uploaded", "checked", only_worker, page=False),
        step("ask", "提问", "uploaded", "asked", only_worker, page=False),
        step("answer", "回答", "asked checked", "uploaded", can_import, page=False),
        step("refuse", "拒绝", "uploaded confirmed", "refused", only_worker, page=False),
        step("confirm", "确认写入", "checked", "confirmed", can_import),
        step("apply", "写入", "confirmed", "applied", only_worker, page=False),
        step("discard", "放弃", "uploaded asked checked refused", "discarded", can_import),
        step("undo", "撤销", "applied", "undoing", can_import),
        step("finish_undo", "撤销完毕", "undoing", "undone", only_worker, page=False),
    ),
)
