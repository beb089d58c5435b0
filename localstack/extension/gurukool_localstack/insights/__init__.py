"""CloudWatch Logs Insights: queries over stored log events."""
