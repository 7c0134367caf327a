from . import changes

__all__ = ["changes"]
