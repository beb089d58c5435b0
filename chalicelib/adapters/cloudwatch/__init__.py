"""The deployment's own metrics and traces, as CloudWatch has them."""
