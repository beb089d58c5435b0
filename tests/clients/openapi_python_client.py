"""The client of openapi-python-client. Prints what an echo answered and the code of a problem."""

import json
import sys

from generated import AuthenticatedClient
from generated.api.queue import enqueue, enqueue_batch, show_request
from generated.models import (
    Batch,
    EchoOrder,
    EchoPayload,
    EchoRequestDetail,
    HttpOrder,
    HttpPayload,
    OtherRequest,
    Problem,
    Requests,
    SleepOrder,
    SleepPayload,
)

url, token = sys.argv[1:]
client = AuthenticatedClient(base_url=url, token=token)
http = HttpOrder(type_="http", payload=HttpPayload(url="https://hooks.example.com/"), max_attempts=2)

echo = EchoOrder(type_="echo", payload=EchoPayload.from_dict({"n": 1}))
sent = enqueue.sync(client=client, body=echo)
assert sent is not None
assert not isinstance(sent, Problem | OtherRequest), sent
sleep = SleepOrder(type_="sleep", payload=SleepPayload(seconds=0))
batch = enqueue_batch.sync(client=client, body=Batch(requests=[EchoOrder(type_="echo"), sleep]))
assert isinstance(batch, Requests), batch
done = show_request.sync(sent.seq, client=client, wait=20)
assert isinstance(done, EchoRequestDetail), done
assert done.result is not None
refused = show_request.sync(999, client=client)
assert isinstance(refused, Problem), refused

numbers = [request.seq for request in batch.requests]
print(json.dumps({"n": done.result["n"], "numbers": numbers, "code": refused.code}))
