"""placeholder"""


def write() -> None:
    raise NotImplementedError
