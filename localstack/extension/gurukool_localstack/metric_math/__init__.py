"""Metric math of CloudWatch: expressions over time series."""
