from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from kechuang.district.accounts.roles import ROLES
from kechuang.district.core.workflow import WORKFLOWS, Workflow


class Command(BaseCommand):
    help = "Draw docs/map.md from the tables in the code."

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(settings.ROOT) / "docs" / "map.md"
        path.write_text(draw(), encoding="utf-8")
        self.stdout.write(str(path))


def draw() -> str:
    """The whole map: roles, then one table and picture a workflow."""
    lines = [
        "# Map of roles and states",
        "",
        "Drawn by `make docs` from the tables in the code; do not edit.",
        "",
        "## Roles",
        "",
    ]
    lines += ["| role | label | duty |", "|---|---|---|"]
    lines += [f"| `{r.code}` | {r.label} | {r.duty} |" for r in ROLES.values()]
    for name in sorted(WORKFLOWS):
        lines += _workflow(WORKFLOWS[name])
    return "\n".join(lines) + "\n"


def _workflow(workflow: Workflow[Any]) -> list[str]:
    lines = ["", f"## {workflow.name}", "", "```mermaid", "stateDiagram-v2"]
    lines += [
        f"  {source} --> {step.target or source}: {step.label}"
        for step in workflow.steps
        for source in sorted(step.sources) or ["[*]"]
    ]
    lines += [
        "```",
        "",
        "| step | label | from | to | permission | reason asked |",
        "|---|---|---|---|---|---|",
    ]
    for step in workflow.steps:
        sources = ", ".join(sorted(step.sources)) or "–"
        asked = "yes" if step.needs_why else ""
        lines.append(
            f"| `{step.name}` | {step.label} | {sources} | {step.target or '='} | `{step.permission.__name__}` | {asked} |"
        )
    return lines
