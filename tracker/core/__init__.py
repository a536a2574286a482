"""What every room stands on: database, errors, access, files, jobs, web."""
