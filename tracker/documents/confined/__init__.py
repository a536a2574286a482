"""What touches the bytes that applicants send. Runs in the child process only."""
