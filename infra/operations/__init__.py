"""What watches a stack: its alarms and its dashboard. docs/operations.md is the page of whoever they call."""

from typing import Any

from infra.operations.alarms import of_resources
from infra.operations.dashboard import dashboard
from infra.operations.own_alarms import own_alarms

Template = dict[str, Any]


def add(template: Template) -> None:
    """Adds the dashboard, and an alarm for whatever may fail, the application's resources included."""
    found = [*own_alarms(), *of_resources(template["Resources"])]
    template["Conditions"] |= {
        alarm.condition: {"Fn::And": [{"Condition": name} for name in alarm.conditions]}
        for alarm in found
        if len(alarm.conditions) > 1
    }
    template["Resources"] |= {f"Alarm{alarm.name}": alarm.resource for alarm in found}
    template["Resources"]["StackDashboard"] = dashboard()
