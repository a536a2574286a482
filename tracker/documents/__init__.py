"""Store, inspect, extract and preview files; decides nothing about who may read."""
