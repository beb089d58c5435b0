"""A small HTTP layer over Chalice: typed operations, problem documents, OpenAPI. Knows nothing of queues."""
