"""Submit, receipt, the candidate's own page, the pipeline."""
