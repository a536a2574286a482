"""Tracker: an applicant tracking system for public libraries."""
