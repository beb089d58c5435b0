"""How long refusing a sign-in takes, for a known and for an unknown user.

python -m tests.bench.sign_in URL    Twice a day at most: after 100 failures a network is refused.
"""

import secrets
import statistics
import sys
import time

from local_cloud.api_client import Api

ROUNDS, TRIES = 10, 4  # four tries a user: the fifth is the last that is free


def measure(url: str) -> dict[str, list[float]]:
    """Seconds per sign-in, of known and of unknown users in turn."""
    times: dict[str, list[float]] = {"known": [], "unknown": []}
    with Api(url) as api:
        for _ in range(ROUNDS):
            known = f"bench-{secrets.token_hex(4)}"
            api.register(known, secrets.token_hex(8))
            for _ in range(TRIES):
                times["known"].append(_refused(api, known))
                times["unknown"].append(_refused(api, f"no-{known}"))
    return times


def _refused(api: Api, username: str) -> float:
    began = time.perf_counter()
    answer = api.call("POST", "/api/auth/login", {"username": username, "password": "wrong password"})
    took = time.perf_counter() - began
    assert answer.status == 401, answer
    return took


def main() -> None:
    for name, times in measure(sys.argv[1]).items():
        low, middle, high = statistics.quantiles(times, n=4)
        print(f"{name:8} quartiles {low * 1000:.1f} {middle * 1000:.1f} {high * 1000:.1f} ms")


if __name__ == "__main__":
    main()
