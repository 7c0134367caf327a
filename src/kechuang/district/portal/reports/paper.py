"""The same report as PDF (WeasyPrint) and as Word (python-docx)."""

import importlib
import io
from collections.abc import Sequence
from decimal import Decimal

import docx
from docx.document import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.table import Table

from kechuang.district.plan.models import LIGHTS
from kechuang.district.plan.services.brief import Brief
from kechuang.district.plan.services.briefing import Report
from kechuang.engines.base.errors import DomainError

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def as_pdf(html: str) -> bytes:
    """A page as PDF.

    Raises:
        DomainError: This machine lacks Pango; the words say what to install or to use instead.
    """
    try:
        weasyprint = importlib.import_module("weasyprint")
    except OSError as e:
        raise DomainError("report.no_pango") from e
    return bytes(weasyprint.HTML(string=html).write_pdf())


def figure(value: Decimal | None) -> str:
    if value is None:
        return "—"
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def as_docx(report: Report, labels: dict[str, str]) -> bytes:
    """The report as a Word file, in the order of the page. ``labels`` translate kinds of events."""
    paper = docx.Document()
    style = paper.styles["Normal"]
    style.font.name, style.font.size = "宋体", Pt(11)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "宋体")
    paper.add_heading(report.title, 0)
    paper.add_paragraph(f"{report.plan.title}（{report.plan.number}）　截至 {report.end}")
    paper.add_heading("一、目标", 1)
    paper.add_paragraph("；".join(f"{LIGHTS[n]} {c} 项" for n, c in report.lights) + "。")
    _figures(paper, report)
    if report.kind != "brief":
        paper.add_heading("二、任务", 1)
        _tasks(paper, report)
        paper.add_heading("三、本期变动", 1)
        for kind, count in report.events:
            paper.add_paragraph(f"{labels.get(kind, kind)}：{count} 次", style="List Bullet")
    paper.add_heading("不知道的", 1)
    for target, why in report.unknowns:
        paper.add_paragraph(f"{target.title}：{why}", style="List Bullet")
    return _saved(paper)


def brief_docx(report: Report, brief: Brief, charts: Sequence[tuple[str, bytes]]) -> bytes:
    """The leaders' page as a Word file on one A4 page: sentences, charts side by side, decisions."""
    paper = docx.Document()
    page = paper.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(1.8)
    page.top_margin = page.bottom_margin = Cm(1.5)
    style = paper.styles["Normal"]
    style.font.name, style.font.size = "宋体", Pt(10.5)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "宋体")
    style.paragraph_format.space_after = Pt(3)
    paper.add_heading(report.title, 1)
    paper.add_paragraph(f"{report.plan.title}（{report.plan.number}）　截至 {report.end}")
    for words in brief.sentences:
        paper.add_paragraph(str(words), style="List Number")
    row = paper.add_table(rows=1, cols=len(charts))
    for cell, (caption, png) in zip(row.rows[0].cells, charts, strict=True):
        cell.paragraphs[0].add_run().add_picture(io.BytesIO(png), width=Cm(5.6))
        cell.add_paragraph(caption)
    keep_rows_whole(row)
    if brief.figures:
        paper.add_paragraph(f"现在 / 要求：{'；'.join(brief.figures)}。")
    paper.add_heading("要决定的", 2)
    for words in brief.decisions:
        paper.add_paragraph(str(words), style="List Bullet")
    if brief.more:
        paper.add_paragraph(f"另有 {brief.more} 件，见月报。")
    if not brief.decisions:
        paper.add_paragraph("本期没有要决定的事。")
    return _saved(paper)


def _saved(paper: Document) -> bytes:
    stream = io.BytesIO()
    paper.save(stream)
    return stream.getvalue()


def keep_rows_whole(table: Table) -> None:
    """No row of a table goes over the end of a page."""
    for row in table.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _figures(paper: Document, report: Report) -> None:
    table = paper.add_table(rows=1, cols=6)
    table.style = "Light Grid Accent 1"
    for cell, words in zip(
        table.rows[0].cells,
        ("目标", "要求", "现值", f"较 {report.before_words}", "怎么得来", "灯"),
        strict=True,
    ):
        cell.text = words
    for moved in report.figures:
        r = moved.reading
        how = {
            "computed": f"由 {r.rows} 条记录算出",
            "reported": "责任单位填报",
            "bulletin": "通报",
            "quoted": "已公布",
        }.get(r.how, "未测量")
        goal = r.target.printed or "没有数字"
        change = "" if moved.change is None else f"{moved.change:+f}"
        for cell, words in zip(
            table.add_row().cells,
            (
                r.target.title,
                goal,
                f"{figure(r.value)}{r.indicator.unit if r.value is not None else ''}",
                change,
                how,
                LIGHTS[r.light],
            ),
            strict=True,
        ):
            cell.text = words
    keep_rows_whole(table)


def _tasks(paper: Document, report: Report) -> None:
    for line in report.tasks:
        if not (line.returns or line.silent or line.due):
            continue
        paper.add_heading(f"{line.number} {line.title}", 2)
        if line.due:
            paper.add_paragraph(f"到期节点 {line.due} 个，完成 {line.done} 个。")
        for r in line.returns:
            marks = "".join(f"（{mark}）" for mark in r.marks)
            said = f"{r.body}（{r.month}）{marks}：{r.progress}"
            paper.add_paragraph(
                said
                + (f"　困难：{r.trouble}" if r.trouble else "")
                + (f"　需要协调：{r.help_needed}" if r.help_needed else "")
            )
        if line.silent:
            paper.add_paragraph(f"逾期未填报：{'、'.join(line.silent)}。")
