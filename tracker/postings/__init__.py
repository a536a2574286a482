"""Write, check, publish and import openings."""
