"""The record of applications: found by their words, and put together on paper."""
