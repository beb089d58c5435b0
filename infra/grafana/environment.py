"""What a Grafana that is started here gets in its environment."""

from pathlib import Path

import boto3

from infra.errors import DeployError
from infra.grafana.provisioning import DASHBOARDS, PROVISIONING
from infra.target import LOCAL_CREDENTIALS, Target

HOST = "127.0.0.1"
USER = "admin"
# Nothing is asked or told outside but CloudWatch.
QUIET = {
    "GF_ANALYTICS_REPORTING_ENABLED": "false",
    "GF_ANALYTICS_CHECK_FOR_UPDATES": "false",
    "GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES": "false",
    "GF_NEWS_NEWS_FEED_ENABLED": "false",
    "GF_PLUGINS_PREINSTALL_DISABLED": "true",
    "GF_LOG_LEVEL": "warn",
}


def settings(files: Path, port: int, password: str) -> dict[str, str]:
    """Grafana's, as variables of its environment. `files`: as Grafana sees the directory."""
    return {
        **QUIET,
        "GF_SERVER_HTTP_ADDR": HOST,
        "GF_SERVER_HTTP_PORT": str(port),
        "GF_SECURITY_ADMIN_USER": USER,
        "GF_SECURITY_ADMIN_PASSWORD": password,
        "GF_PATHS_PROVISIONING": str(files / "files" / PROVISIONING),
        "GURUKOOL_DASHBOARDS": str(files / "files" / DASHBOARDS),
        "GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH": str(files / "files" / DASHBOARDS / "overview.json"),
    }


def place(target: Target) -> dict[str, str]:
    """What the data source takes from the environment.

    The credentials are those of the moment: if they are temporary, Grafana must be started again when they
    have expired. Raises DeployError if there are none.
    """
    if target.local:
        key, secret, token = (*LOCAL_CREDENTIALS.values(), "")
    else:
        credentials = boto3.Session().get_credentials()
        if credentials is None:
            raise DeployError("No credentials of AWS are set: choose a profile with AWS_PROFILE.")
        frozen = credentials.get_frozen_credentials()
        key, secret, token = frozen.access_key, frozen.secret_key, frozen.token or ""
    return {
        "GURUKOOL_REGION": target.region,
        "GURUKOOL_ENDPOINT": target.endpoint or "",
        "GURUKOOL_AUTHENTICATION": "keys",
        "GURUKOOL_ACCESS_KEY": key,
        "GURUKOOL_SECRET_KEY": secret,
        "GURUKOOL_SESSION_TOKEN": token,
    }
