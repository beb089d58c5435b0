"""Grafana's dashboards, alert rules and data source for a stack. docs/grafana.md explains them."""
