"""``kechuang manage demovectors``: embed the demo's texts anew, at release, when they changed."""

from typing import Any

from django.core.management.base import BaseCommand

from kechuang.district.core import clock
from kechuang.district.core.books import current_book
from kechuang.district.demo.seed import district_of
from kechuang.district.demo.vectors import prepare


class Command(BaseCommand):
    help = "样例区文本的语义向量"

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(str(prepare(district_of(current_book(), clock.now()))))
