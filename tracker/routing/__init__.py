"""Who gets an application, and whether it was seen."""
