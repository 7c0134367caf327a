"""The three charts of the leaders' page: lights, share of what is asked, the worst target's way."""

from django.utils.translation import gettext

from kechuang.district.plan.services.brief import Brief
from kechuang.district.portal.sayings import titled

from .charts import bars_chart, way_chart

_SIZE = (300, 150)
_LONGEST = 12  # signs of a target's name at an axis


def way_words() -> dict[str, str]:
    """The words of a way's legend."""
    return {
        "way": gettext("应有轨迹"),
        "value": gettext("实际"),
        "goal": gettext("目标"),
        "forecast": gettext("外推"),
    }


def brief_charts(made: Brief) -> list[tuple[str, str]]:
    """(caption, SVG): always three; where no target has a way, the third is left to the shares of
    those that lack most.
    """
    lights = [(gettext(words), float(n)) for words, n in made.lights]
    shares = [(_cut(name), share) for name, share in made.shares]
    found = [
        (gettext("各判断有几个目标"), bars_chart(lights, gettext("个"), "", width=_SIZE[0])),
        (
            gettext("现在是要求的百分之几"),
            bars_chart(shares, "%", "", width=_SIZE[0], asked=100),
        ),
    ]
    if made.ways:
        worst = made.ways[0]
        found.append((titled(worst.target), way_chart(worst, way_words(), _SIZE)))
    else:
        least = sorted(shares, key=lambda s: s[1])[:3]
        picture = bars_chart(least, "%", "", width=_SIZE[0], asked=100)
        found.append((gettext("离要求最远的三个"), picture))
    return found


def _cut(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[:_LONGEST]}…"
