"""Panels, booking, invitations."""
