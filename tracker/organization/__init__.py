"""The employer: profile, positions and their holders, wording of messages."""
