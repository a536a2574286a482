"""Read posting pages: pure modules from bytes to fields, used through ``postings.parsing``."""
