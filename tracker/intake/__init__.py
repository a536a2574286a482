"""Mail that arrives: kept raw first, then understood, then where it belongs."""
