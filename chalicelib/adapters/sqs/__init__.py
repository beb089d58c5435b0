"""Wake-ups over Amazon SQS."""
