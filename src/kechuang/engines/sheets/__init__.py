"""Sheets as people have them: bytes to pages (`formats`), pages to tables (`tables`), tables to
rows (`parts`), and the unit of their amounts (`units`).

Nothing is imported here: the child that reads a stranger's file starts with what it needs.
"""
