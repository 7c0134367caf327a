"""The command line: ``kechuang``."""

from .main import main

__all__ = ["main"]
