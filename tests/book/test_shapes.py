"""A misspelt key of a book is an error with file, line and the nearest right name; schemas are
kept for editors.
"""

import json
import shutil
from pathlib import Path

import jsonschema_rs
import pytest
import yaml

from kechuang.book import read_book
from kechuang.book.files import FILES, write_schemas

BOOKS = Path(__file__).parents[2] / "books"
SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"


class AsAnEditor(yaml.SafeLoader):
    """Editors read a day as a text."""


AsAnEditor.yaml_implicit_resolvers = {
    first: [r for r in found if r[0] != "tag:yaml.org,2002:timestamp"]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@pytest.mark.parametrize(
    ("path", "right", "wrong"),
    [
        ("national/ladder.yaml", "    rule:", "    ruel:"),
        ("national/ladder.yaml", "months:", "monthes:"),
        ("jinnan/plan.yaml", "lead:", "laed:"),
        ("jinnan/plan.yaml", "printed:", "printd:"),
        ("jinnan/supervision.yaml", "escalate_after:", "escalate_aftr:"),
        ("national/market.yaml", "close_after_days:", "close_afterdays:"),
        ("national/layouts/contracts.yaml", "key:", "keys:"),
        ("national/sources.yaml", "checked_on:", "checkd_on:"),
        ("national/indicators.yaml", "measure:", "mesure:"),
        ("jinnan/places.yaml", "name_en:", "name_eng:"),
    ],
)
def test_a_misspelt_key_is_told_with_its_line_and_the_nearest_name(tmp_path, path, right, wrong):
    shutil.copytree(BOOKS, tmp_path / "books")
    file = tmp_path / "books" / path
    text = file.read_text(encoding="utf-8")
    assert right in text
    file.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    line = text[: text.index(right)].count("\n") + 1
    book, problems = read_book(tmp_path / "books" / "jinnan")
    assert book is None
    told = [p for p in problems if p.file == file and "不认识" in p.words]
    assert [p.line for p in told] == [line]
    assert f"“{wrong.strip().rstrip(':')}”" in told[0].words
    assert f"“{right.strip().rstrip(':')}”" in told[0].words


@pytest.mark.parametrize("name", sorted(FILES))
def test_an_editor_finds_nothing_wrong_with_the_books(name):
    schema = jsonschema_rs.validator_for(FILES[name].model_json_schema(by_alias=True))
    for path in BOOKS.glob(f"*/{name}"):
        text = path.read_text(encoding="utf-8")
        assert not [str(e) for e in schema.iter_errors(yaml.load(text, AsAnEditor))], path


def test_the_schemas_for_editors_are_those_of_the_code(tmp_path):
    made = write_schemas(tmp_path)
    assert sorted(p.name for p in made) == sorted(p.name for p in SCHEMAS.iterdir())
    for path in made:
        assert json.loads(path.read_text(encoding="utf-8")) == json.loads(
            (SCHEMAS / path.name).read_text(encoding="utf-8")
        )
