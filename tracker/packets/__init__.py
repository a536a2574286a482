"""One PDF of an application, or of all of a posting: cover sheet, answers and documents."""
