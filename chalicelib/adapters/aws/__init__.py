"""Calls of DynamoDB and SQS that cost a fifth of botocore's CPU time, below botocore's clients."""
