"""A posting in the forms that others read: search engines, feed readers, programs, paper."""

from tracker.postings.exports.structured import as_script, job_posting

__all__ = ["as_script", "job_posting"]
