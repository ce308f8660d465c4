"""The function under deployment: echoes, fails on demand, and notes the records a trigger brings."""

import json
import os
from pathlib import Path

import shared  # from the layer

NOTEBOOK = Path(os.environ["NOTEBOOK"])


def handler(event, context):
    if "records" in event:
        return consume(event, context)
    if "rawPath" in event:
        body = {"path": event["rawPath"], "method": event["requestContext"]["http"]["method"]}
        return {"statusCode": 201, "headers": {"Content-Type": "application/json"}, "body": json.dumps(body)}
    if event.get("fail"):
        raise RuntimeError("as you wish")
    return {
        "greeting": os.environ["GREETING"],
        "event": event,
        "arn": context.invoked_function_arn,
        "layer": shared.WHO,
    }


def consume(event, context):
    refused = (NOTEBOOK / "refuse").exists()
    with (NOTEBOOK / "calls.jsonl").open("a") as notes:
        notes.write(json.dumps({"refused": refused, "arn": context.invoked_function_arn, "event": event}) + "\n")
    if refused:
        raise RuntimeError("not now")
