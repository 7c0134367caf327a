"""Pure engines: facts in, explained results out. No Django, no clock, no network."""
