from typing import Any

from django.core.management.base import BaseCommand

from kechuang.district.portal.words import update


class Command(BaseCommand):
    help = "Bring locale/en to the words of templates and code."

    def handle(self, *args: Any, **options: Any) -> None:
        total, missing = update()
        self.stdout.write(f"{total} 条，未译 {missing} 条")
