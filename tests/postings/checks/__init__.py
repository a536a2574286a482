"""The posting check, a file a family: by code, what its rules flag and what they spare."""
