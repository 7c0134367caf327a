"""Who answers for a task, by when, with what proof."""

from django.db import models

from kechuang.district.core.held import beside, holds
from kechuang.district.core.models import Stated
from kechuang.engines.base.sayings import Said

DUTY_ROLES = [("lead", "牵头"), ("with", "配合")]
RETURN_LIGHTS = [("green", "正常"), ("yellow", "有困难"), ("red", "可能完不成")]
TOLD_HOW = {"phone": "电话", "paper": "纸质材料", "mail": "邮件", "meeting": "当面"}
ESCALATIONS = {1: "发提醒函", 2: "报分管领导"}


@holds("plan.task")
class TaskFile(Stated):
    """The file of a task: open until it is closed with proof."""

    plan = models.CharField(max_length=60)
    task = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    evidence = models.JSONField(default=list)  # [[digest, name], …]
    asked_by = models.BigIntegerField(null=True)

    class Meta:
        ordering = ["task"]
        constraints = [models.UniqueConstraint(fields=["plan", "task"], name="one_file_a_task")]

    def __str__(self) -> str:
        return self.title

    @property
    def label(self) -> str:
        return f"{self.task} {self.title}"


@beside(TaskFile, {"plan": "plan", "task": "task"})
class Duty(models.Model):
    """A body that answers for a task. Whom it has named for returns is its contact (accounts)."""

    plan = models.CharField(max_length=60)
    task = models.PositiveSmallIntegerField()
    body = models.CharField(max_length=120)
    role = models.CharField(max_length=4, choices=DUTY_ROLES)

    class Meta:
        ordering = ["task", "role", "body"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "task", "body"], name="one_duty_a_body")
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.body}"


@holds("plan.milestone")
class Milestone(Stated):
    """What a task is to have reached by a day."""

    plan = models.CharField(max_length=60)
    task = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    due = models.DateField()
    reached_on = models.DateField(null=True)
    after = models.JSONField(
        default=list
    )  # ids of the milestones it waits on, in any task of the plan
    evidence = models.JSONField(default=list)

    class Meta:
        ordering = ["due", "id"]
        indexes = [models.Index(fields=["plan", "task"])]

    def __str__(self) -> str:
        return self.title

    @property
    def label(self) -> str:
        return self.title


@holds("plan.return")
class MonthlyReturn(Stated):
    """What a body says of a task in a month. The body's own link is all it needs to answer."""

    plan = models.CharField(max_length=60)
    task = models.PositiveSmallIntegerField()
    month = models.CharField(max_length=7)
    body = models.CharField(max_length=120)
    asked_on = models.DateField()
    due_on = models.DateField()
    known = models.TextField(blank=True)  # what the system knew when it asked
    progress = models.TextField(blank=True)
    trouble = models.TextField(blank=True)
    help_needed = models.TextField(blank=True)
    next_step = models.TextField(blank=True)
    light = models.CharField(max_length=8, blank=True)  # the body's own opinion
    checked_light = models.CharField(max_length=8, blank=True)
    evidence = models.JSONField(default=list)
    reminded = models.JSONField(default=list)
    level = models.PositiveSmallIntegerField(default=0)
    submitted_at = models.DateTimeField(null=True)
    filled = models.JSONField(default=dict)  # who typed it for the body, and how the words came

    class Meta:
        ordering = ["-month", "task", "body"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "task", "month", "body"], name="one_return_a_month"
            ),
            models.CheckConstraint(
                condition=models.Q(due_on__gte=models.F("asked_on")), name="return_due_after_asked"
            ),
        ]
        indexes = [models.Index(fields=["state", "due_on"])]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return f"{self.month} 第 {self.task} 项 {self.body}"

    @property
    def marks(self) -> list[Said]:
        """What a reader must know of these words: whose hand wrote them, and that nobody has
        taken them over yet.
        """
        found = []
        if self.filled:
            facts = {n: self.filled[n] for n in ("label", "who", "on")}
            found.append(Said("return.mark_filled", how=TOLD_HOW[self.filled["how"]], **facts))
        if self.state == "submitted":
            found.append(Said("return.mark_unreviewed"))
        return found
