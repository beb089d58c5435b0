"""The part of LocalStack's state that is there after its next start: secrets, tables, and stacks with these.

Likewise the buckets of stacks, with their objects. DynamoDB Local keeps the items of the tables itself.
Everything else is deployed anew.
"""
