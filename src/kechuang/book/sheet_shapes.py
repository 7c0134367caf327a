"""The shape of the files of a book that lay out sheets: layouts, receivers' returns, registers."""

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from .kinds import Shape, Text, Texts, Truth, Whole, as_text, entry_or_plain

Slug = Annotated[str, Field(pattern=r"^[a-z][a-z-]{1,30}$"), as_text]
FieldName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,38}$"), as_text]
CellKind = Literal[
    "text",
    "long",
    "words",
    "credit_code",
    "patents",
    "trl",
    "modes",
    "fen",
    "day",
    "choice",
    "number",
    "area",
    "fact",
    "figure",
]
Choices = Annotated[
    Annotated[dict[str, Text], Tag("<entry>")]
    | Annotated[Literal["ladder", "indicators"], Tag("<plain>")],
    Discriminator(entry_or_plain),
]


class Column(Shape):
    """A column of a sheet."""

    field: Text
    heading: Text
    kind: CellKind
    aliases: Texts = ()
    longest: Whole = 0
    width: Whole = 16
    required: Truth = False
    unit: Text = ""
    choices: Choices = {}
    words: dict[str, Text] = Field({}, description="别的说法 → 选项的代号：开发 → development")
    hint: Text = Field("", description="填写时写在栏下的一句提示")
    low: Text = Field("", description="区间（50-100 万元）的低端记在哪一栏")
    named_by: Text = Field("", description="没有信用代码时，以哪一栏的名称认")
    name_only: Truth = Field(False, description="名称也认不出时，只记名称，以后再补信用代码")
    asked_with: Text = Field("", description="表里有那一栏而没有这一栏时，问一次")


class LayoutFile(Shape):
    """layouts/*.yaml: a list as a sheet, in and out."""

    kind: Text
    title: Text
    key: Texts = Field((), description="认出一行的栏目")
    columns: tuple[Column, ...] = ()


class ReturnColumn(Shape):
    """A column of a receiver's table."""

    heading: Text
    field: Text


class ReturnFile(Shape):
    """returns/*.yaml: a receiver's own layout."""

    id: Text
    title: Text
    receiver: Text
    kind: Literal["xlsx", "docx"]
    rows: Literal["targets", "tasks", "contracts", "firms"]
    head: Annotated[
        Annotated[dict[str, Text], Tag("<entry>")] | Annotated[Texts, Tag("<plain>")],
        Discriminator(entry_or_plain),
    ] = Field((), description="xlsx 按单元格写，docx 一段一条")
    first_row: Whole = Field(0, description="xlsx：第一行数据的行号")
    columns: tuple[ReturnColumn, ...] = ()
    line: Text = Field("", description="docx：每行写成一句")
    foot: Texts = ()
    checked_against: Text = Field("", description="去年报过的文件，放在 returns/ 里")


class RegisterField(Shape):
    """A field of a register that the book declares."""

    field: FieldName
    heading: Text
    heading_en: Text = ""
    kind: Literal["text", "long", "day", "choice", "number", "fen", "organisation", "words"]
    unit: Text = ""
    required: Truth = False
    longest: Whole = 0
    width: Whole = 16
    aliases: Texts = ()
    choices: dict[str, Text] = {}


class RegisterFile(Shape):
    """A register that a book declares, without a line of Python. See docs/howto/register.md."""

    id: Slug
    title: Text
    title_en: Text = ""
    life: Literal["kept", "recognised", "pipeline"]
    stages: dict[str, Text] = {}
    key: Texts = ()
    name: Text = Field(description="以哪一栏称呼一条记录")
    columns: Texts = ()
    filters: Texts = ()
    sees: Literal["everybody", "staff"] = "staff"
    writes: tuple[Literal["officer", "broker", "enterprise", "researcher", "approver"], ...] = (
        "officer",
    )
    counts_for: Text = ""
    counts_on: Text = ""
    source: Text = ""
    fields: tuple[RegisterField, ...]
