"""Where the servers of this machine listen."""

import psutil


def listening_addresses(port: int) -> set[str]:
    """The addresses of this machine at which the port is open."""
    return {
        connection.laddr.ip
        for connection in psutil.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN and connection.laddr and connection.laddr.port == port
    }
