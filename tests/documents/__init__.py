"""Tests of what is done with documents."""
