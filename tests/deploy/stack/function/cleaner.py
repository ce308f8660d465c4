"""Custom resource: removes the event source mappings that were made at run time before the function goes."""

import json
import urllib.request

import boto3


def handler(event, context):
    if event["RequestType"] == "Delete":
        client = boto3.client("lambda")
        name = event["ResourceProperties"]["FunctionName"]
        for mapping in client.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]:
            client.delete_event_source_mapping(UUID=mapping["UUID"])
    answer = {
        "Status": "SUCCESS",
        "PhysicalResourceId": event.get("PhysicalResourceId", "clean-up"),
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "Data": {"Saw": f"{event['RequestType']} {event['ResourceProperties']['Careful']}"},
    }
    body = json.dumps(answer).encode()
    request = urllib.request.Request(event["ResponseURL"], data=body, method="PUT", headers={"Content-Type": ""})
    urllib.request.urlopen(request, timeout=10).close()
