"""Each customer's orders go through a FIFO queue, in whose order the second function writes them down."""

import json
import os

import boto3
from chalice import Chalice

app = Chalice(app_name="orders")
dynamodb = boto3.client("dynamodb")
sqs = boto3.client("sqs")


@app.route("/orders/{customer}", methods=["POST"])
def order(customer):
    message = json.dumps({"customer": customer, "article": app.current_request.json_body["article"]})
    sent = sqs.send_message(QueueUrl=os.environ["QUEUE"], MessageBody=message, MessageGroupId=customer)
    return {"id": sent["MessageId"]}


@app.route("/orders/{customer}")
def fulfilled(customer):
    found = dynamodb.get_item(TableName=os.environ["TABLE"], Key={"customer": {"S": customer}})
    return [article["S"] for article in found.get("Item", {}).get("articles", {"L": []})["L"]]


@app.on_sqs_message(queue="orders.fifo", batch_size=1)
def fulfil(event):
    for record in event:
        message = json.loads(record.body)
        dynamodb.update_item(
            TableName=os.environ["TABLE"],
            Key={"customer": {"S": message["customer"]}},
            UpdateExpression="SET articles = list_append(if_not_exists(articles, :none), :new)",
            ExpressionAttributeValues={":none": {"L": []}, ":new": {"L": [{"S": message["article"]}]}},
        )
