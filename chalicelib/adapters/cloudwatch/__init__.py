"""The deployment's own metrics, as CloudWatch has them."""
