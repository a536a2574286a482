"""Mail that arrives."""
