# Everything here is also `python -m tracker WHAT`, for machines without make.
PYTHON ?= python3

.PHONY: setup run test lint bench translate

setup run test lint bench translate:
	@$(PYTHON) -m tracker $@
