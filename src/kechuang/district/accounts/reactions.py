from datetime import datetime

from kechuang.district.core.reactions import every

from .services import send_waiting


@every(seconds=30)
def send_letters(now: datetime) -> None:
    while send_waiting(now) == 20:
        pass
