"""Applications as files: what a candidate takes along, what staff print."""
