"""How the API describes itself: its OpenAPI document and its error codes."""
