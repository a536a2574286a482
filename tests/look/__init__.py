"""The look that all rooms share: macros, tokens of the theme, scripts."""
