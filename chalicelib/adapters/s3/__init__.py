"""Payloads that were uploaded, in a bucket of S3."""
