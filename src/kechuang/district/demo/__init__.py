"""The demo: a simulated district with its history, work that waits for every role, and one account
a role. Refuses to exist outside demo mode.
"""

from .people import ACCOUNTS, PASSWORD
from .seed import seed

__all__ = ["ACCOUNTS", "PASSWORD", "seed"]
