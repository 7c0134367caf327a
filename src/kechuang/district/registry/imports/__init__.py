from kechuang.district.core.imports.kinds import register

from .firms import FirmSheet
from .years import YearSheet

register(FirmSheet())
register(YearSheet())
