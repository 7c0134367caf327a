"""What every engine speaks: errors, money, days, identifiers."""
