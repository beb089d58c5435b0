"""The design of AWS's documentation: a record in DynamoDB and a message in SQS FIFO for each request.

The API stores the record and sends the message, in the message group of the user. Powertools hands the
messages of a batch to `carry_out` in their order and reports those that failed; its idempotency keeps a
message that is delivered twice from being carried out twice.

https://docs.powertools.aws.dev/lambda/python/latest/utilities/batch/#fifo-queues
https://docs.powertools.aws.dev/lambda/python/latest/utilities/idempotency/
"""

import json
import os
import time
import uuid
from typing import Any

import boto3
import jwt
from aws_lambda_powertools.utilities.batch import SqsFifoPartialProcessor, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from chalice.app import Chalice, NotFoundError, Request, Response, UnauthorizedError

app = Chalice(app_name="textbook")
sqs = boto3.client("sqs")
table = boto3.resource("dynamodb").Table(os.environ["REQUESTS_TABLE"])
processor = SqsFifoPartialProcessor()
once = IdempotencyConfig(event_key_jmespath="id")
seen = DynamoDBPersistenceLayer(table_name=os.environ["IDEMPOTENCY_TABLE"])


def _request() -> Request:
    assert app.current_request is not None
    return app.current_request


def _user() -> str:
    token = _request().headers.get("authorization", "").removeprefix("Bearer ")
    try:
        return str(jwt.decode(token, os.environ["TOKEN_KEY"], algorithms=["HS256"])["sub"])
    except jwt.PyJWTError as error:
        raise UnauthorizedError("The token is not valid.") from error


@app.route("/api/queue/enqueue", methods=["POST"])
def enqueue() -> Response:
    user, body, request_id = _user(), _request().json_body, uuid.uuid4().hex
    item = {"user": user, "id": request_id, "status": "queued", "enqueued_at": str(time.time())}
    table.put_item(Item={**item, "type": body["type"], "payload": json.dumps(body["payload"])})
    sqs.send_message(
        QueueUrl=os.environ["QUEUE_URL"],
        MessageBody=json.dumps({"user": user, "id": request_id, **body}),
        MessageGroupId=user,
        MessageDeduplicationId=request_id,
    )
    return Response({"id": request_id, "status": "queued"}, status_code=202)


@app.route("/api/queue/requests/{request_id}")
def show(request_id: str) -> dict[str, str]:
    found = table.get_item(Key={"user": _user(), "id": request_id}, ConsistentRead=True)
    if "Item" not in found:
        raise NotFoundError("There is no such request.")
    return {name: str(value) for name, value in found["Item"].items()}


@idempotent_function(data_keyword_argument="request", persistence_store=seen, config=once)  # type: ignore[untyped-decorator]
def carry_out(request: dict[str, Any]) -> dict[str, bool]:
    _store(request, status="running")
    result = request["payload"]  # `echo`
    _store(request, status="succeeded", result=json.dumps(result))
    return {"done": True}


def _store(request: dict[str, Any], **values: str) -> None:
    table.update_item(
        Key={"user": request["user"], "id": request["id"]},
        UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in values),
        ExpressionAttributeNames={f"#{name}": name for name in values},
        ExpressionAttributeValues={f":{name}": value for name, value in values.items()},
    )


def _carry_out_record(record: SQSRecord) -> None:
    carry_out(request=record.json_body)


def worker(event: dict[str, Any], context: Any) -> Any:
    once.register_lambda_context(context)
    return process_partial_response(event, _carry_out_record, processor, context)
