"""Addresses that only this machine reaches."""

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
