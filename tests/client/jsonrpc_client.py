"""Calls the gateway by jsonrpcclient, a library that knows JSON-RPC and nothing of this project.

usage: jsonrpc_client.py URL ROLE PASSWORD. Prints "ok", or what is wrong.
"""

import base64
import json
import sys
import urllib.request

from jsonrpcclient import Error, Ok, notification, parse, request, request_uuid

url, role, password = sys.argv[1:]
token = base64.b64encode(f"{role}:{password}".encode()).decode()


def post(document):
    """Sends what the library has made, and returns what it makes of the answer."""
    call = urllib.request.Request(
        f"{url}/api/rpc/v0/",
        data=json.dumps(document).encode(),
        headers={"content-type": "application/json", "authorization": f"Basic {token}"},
    )
    with urllib.request.urlopen(call, timeout=30) as answer:
        text = answer.read()
        return parse(json.loads(text)) if text else None


def check(condition, what):
    if not condition:
        sys.exit(f"{what}: not as expected")


# By name, by position, with ids of the library's own making.
answer = post(request("msar.list_records", {"tab_id": "item"}))
check(isinstance(answer, Ok) and answer.result["count"] >= 2, answer)
answer = post(request("msar.list_records", ["item"]))
check(isinstance(answer, Ok) and answer.result["count"] >= 2, answer)
unique = request_uuid("system.listMethods")
answer = post(unique)
check(isinstance(answer, Ok) and answer.id == unique["id"] and "tables.list" in answer.result, answer)

# Errors are the library's errors, with their data.
answer = post(request("msar.nothing"))
check(isinstance(answer, Error) and answer.code == -32601, answer)
answer = post(request("msar.get_table", {"nothing": 1}))
check(isinstance(answer, Error) and answer.code == -32602 and answer.data["parameter"] == "nothing", answer)
answer = post(request("msar.list_records", {"tab_id": "no_such_table"}))
check(isinstance(answer, Error) and answer.data["sqlstate"] == "42P01", answer)

# A batch, with a notification in it: what fails undoes itself alone.
before = post(request("msar.list_records", {"tab_id": "item"})).result["count"]
add = {"tab_id": "item", "rows": [{"name": "from a batch"}]}
answers = list(
    post(
        [
            request("msar.add_records", add),
            request("msar.add_records", {"tab_id": "item", "rows": [{"name": None}]}),
            notification("msar.add_records", add),
            request("msar.add_records", add),
        ]
    )
)
check([type(answer) for answer in answers] == [Ok, Error, Ok], answers)
check(post(request("msar.list_records", {"tab_id": "item"})).result["count"] == before + 3, "the batch")
check(post(notification("msar.add_records", add)) is None, "a notification")
check(post(request("msar.list_records", {"tab_id": "item"})).result["count"] == before + 4, "the notification")
print("ok")
