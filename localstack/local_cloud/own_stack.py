"""The stack of this checkout, as a target of the programs in infra."""

from infra.target import Target, local_cloud
from local_cloud.owners import require_own
from local_cloud.ports import Ports
from local_cloud.settings import load


def own_stack() -> Target:
    """Raises LocalCloudError if another checkout's stack answers on its port."""
    ports = Ports.of(load())
    require_own(ports.edge)
    return local_cloud(ports.edge_url)
