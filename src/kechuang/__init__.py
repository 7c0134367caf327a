"""Kechuang (科创): the operating system of a district's innovation plan."""
