"""The house as a whole: demo, verify, backup, restore, serve, worker, health."""
