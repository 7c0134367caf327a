from kechuang.district.core.imports.kinds import register

from .establishments import EstablishmentSheet
from .firms import FirmSheet
from .years import YearSheet

register(FirmSheet())
register(EstablishmentSheet())
register(YearSheet())
