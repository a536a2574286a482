# Everything here is also `python -m tracker WHAT`, for machines without make.
PYTHON ?= python3

.PHONY: setup run test lint bench soak translate

setup run test lint bench soak translate:
	@$(PYTHON) -m tracker $@
