"""What is called from outside: HTTP, SQS, the schedule. Parse, call a use case, answer."""
