"""Tracker's tests: one folder a room, the parts they share in `plugins`."""
