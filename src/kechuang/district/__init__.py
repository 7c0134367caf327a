"""The house: who did what, when.

Rooms in one line: portal > plan > transfer > market > registry > accounts > core.
"""
