"""The files of a book: read from disk into their shapes, and their JSON schemas for editors."""

import json
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel

from kechuang.engines.base.sayings import Said

from . import law_shapes as law
from . import shapes, sheet_shapes
from .desk import Desk, Problem
from .lines import Lined, load
from .shape_check import held

S = TypeVar("S", bound=BaseModel)
FILES: dict[str, type[BaseModel]] = {
    "book.yaml": shapes.BookFile,
    "plan.yaml": shapes.PlanFile,
    "plans/*.yaml": shapes.PlanFile,
    "indicators.yaml": shapes.IndicatorsFile,
    "sources.yaml": shapes.SourcesFile,
    "figures.yaml": shapes.FiguresFile,
    "places.yaml": shapes.PlacesFile,
    "bodies.yaml": shapes.BodiesFile,
    "fields.yaml": shapes.FieldsFile,
    "forms.yaml": shapes.FormsFile,
    "ladder.yaml": shapes.LadderFile,
    "firm_facts.yaml": law.FirmFactsFile,
    "calendar.yaml": shapes.CalendarFile,
    "market.yaml": shapes.MarketFile,
    "supervision.yaml": shapes.SupervisionFile,
    "layouts/*.yaml": sheet_shapes.LayoutFile,
    "returns/*.yaml": sheet_shapes.ReturnFile,
    "registers/*.yaml": sheet_shapes.RegisterFile,
    "policies/*/policy.yaml": law.PolicyFile,
    "policies/*/parameters.yaml": law.ParametersFile,
    "policies/*/rules.yaml": law.RulesFile,
    "policies/*/cases.yaml": law.CasesFile,
}


def read_file(path: Path, shape: type[S], desk: Desk) -> S | None:
    """One file as its shape; None when there is nothing in it, or it is wrong as a whole."""
    if not path.exists():
        return None
    content, top = _content(path, desk), Lined.empty(path)
    if content is None:
        return None
    given = held(shape, content, content if isinstance(content, Lined) else top, desk)
    if given is None:
        desk.lost.add(path.name)
    return given


def read_files(folder: Path, shape: type[S], desk: Desk) -> dict[str, S]:
    """All YAML files of a folder as their shape, by name."""
    found = {p.stem: read_file(p, shape, desk) for p in sorted(folder.glob("*.yaml"))}
    return {name: given for name, given in found.items() if given is not None}


def _content(path: Path, desk: Desk) -> Any:
    """What a file holds, or None; a file that cannot be read at all is lost."""
    try:
        content, twice = load(path)
    except yaml.MarkedYAMLError as e:
        line = e.problem_mark.line + 1 if e.problem_mark else 1
        words = Said("book.no_yaml", why=e.problem or "")
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as e:
        line, words = 1, Said("book.unreadable", why=str(e))
    else:
        told = (Problem(path, t.line, Said("book.key_twice", key=t.key)) for t in twice)
        desk.problems += told
        return content
    desk.problems.append(Problem(path, line, words))
    desk.lost.add(path.name)
    return None


def write_schemas(folder: Path) -> list[Path]:
    """JSON schemas of all files, for editors; returns what was written."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for name, shape in FILES.items():
        plain = name.replace("/*", "").removesuffix(".yaml").replace("/", "-")
        path = folder / f"{plain}.schema.json"
        path.write_text(
            json.dumps(shape.model_json_schema(by_alias=True), ensure_ascii=False, indent=1) + "\n",
            encoding="utf-8",
        )
        made.append(path)
    return made
