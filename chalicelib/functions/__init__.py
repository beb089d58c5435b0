"""What Lambda calls that is not the HTTP API: workers and sweeper."""
