"""Words of a Chinese text, for indexing and for giving reasons."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import rjieba

from .normal import comparable

_WORD = re.compile(r"[0-9a-z\u3400-\u9fff]")
_BARE_NUMBER = re.compile(r"[\d.,%]+")
_STOP = frozenset(
    "不 无 大于 小于 低于 高于 不低于 不少于 不超过 试验 实验 测试 性能 系统 设备 产品 材料 效果 需 现 能够 可靠 稳定 条件 过程 水平 工艺 指标 降低 增加 减少 保证 满足 达到 设计 开发 研制 具备 良好 较高 较低 明显 显著 传统 新型 国内 国外 市场 生产 的 了 和 与 及 或 在 对 为 以 于 是 有 中 上 下 等 其 该 本 这 那 将 并 被 从 到 由 而 也 但 可 能 可以 "
    "进行 通过 采用 基于 研究 方法 结果 表明 分析 问题 提出 具有 一种 以及 不同 主要 实现 提高 应用 技术 "
    "不仅 而且 一次 一个 同时 其中 达到 以上 以下 左右 之间 使用 利用 用于 其它 其他 各种 多种 较 更 后 前 时 内 外 个 年 月 日 次 种 项 情况 相关 需要 要求 希望 目前 现有 解决 我们 公司 企业 项目 a an and are as by for in is of on the to with".split()
)


def cut(text: str) -> list[str]:
    """Words in order, in comparable form, without punctuation and without words that say nothing.

    Long words are given with their parts too ("中国科学院" also as "科学", "学院"), as search engines do.
    """
    return [
        word
        for word in rjieba.cut_for_search(comparable(text))
        if word not in _STOP
        and _WORD.search(word)
        and not _BARE_NUMBER.fullmatch(word)
        and (len(word) > 1 or word >= "\u3400")
    ]


@dataclass(frozen=True)
class Lexicon:
    """Terms of the field with their other names; the first name is the preferred one."""

    preferred: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, lines: Iterable[str]) -> "Lexicon":
        """Lines of names separated by tabs; '#' begins a remark."""
        preferred: dict[str, str] = {}
        for line in lines:
            names = [comparable(n) for n in line.split("#")[0].strip().split("\t") if n.strip()]
            for name in names[1:]:
                preferred[name] = names[0]
        return cls(preferred)

    def expand(self, text: str) -> list[str]:
        """The preferred names of the terms that a comparable text uses under another name."""
        plain = comparable(text)
        return sorted({first for other, first in self.preferred.items() if other in plain})
