"""The words that the samples say unless they are given others."""

RESUME = (
    "Marisol Quennell\n"
    "14 Alder Lane, Fairhaven\n"
    "marisol.quennell@example.org\n"
    "Experience\n"
    "Circulation assistant, Fairhaven Town Library, 2021 to 2026\n"
    "Education\n"
    "BA in History, Harbor State College\n"
)
"""A short resume, one line a paragraph, used where the words themselves do not matter."""
