"""The handler `http`: ordered delivery of payloads to URLs that the operator allows."""
