"""Full-text search over applications: cut words, keep them indexed, find them again."""
