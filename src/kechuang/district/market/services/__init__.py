from . import index, introductions, listings, matching

__all__ = ["index", "introductions", "listings", "matching"]
