"""The stock client against the gateway: prints what it gets, as JSON, a line for each call."""

import datetime
import json
import os
import sys
import tempfile

import shotgun_api3

address, key = sys.argv[1], sys.argv[2]
sg = shotgun_api3.Shotgun(address, script_name="ingest", api_key=key)
sg.config.rpc_attempt_interval = 0
type(sg).BACKOFF = 0


def show(label, call):
    try:
        value = call()
    except Exception as error:  # the client has many classes of its own
        value = f"{type(error).__name__}: {error}"
    print(json.dumps([label, value], default=str, sort_keys=True), flush=True)
    return value


def calls(name):
    if name == "all":
        show("info", lambda: sg.info()["version"])
        made = show("create", lambda: sg.create("Shot", {"code": "naïve <1>", "project": {"type": "Project", "id": 1}, "sg_number": 7}))
        show("find_one", lambda: sg.find_one("Shot", [["id", "is", made["id"]]], ["code", "project", "sg_number", "sg_links"]))
        show("update", lambda: sg.update("Shot", made["id"], {"code": "renamed", "sg_links": [{"type": "Asset", "id": 2}]})["code"])
        show("find", lambda: sg.find("Shot", [["code", "is", "RENAMED"]], ["code", "sg_links", "project.Project.code"]))
        show("batch", lambda: len(sg.batch([
            {"request_type": "create", "entity_type": "Shot", "data": {"code": "one"}},
            {"request_type": "update", "entity_type": "Shot", "entity_id": made["id"], "data": {"sg_number": 8}}])))
        show("batch that fails", lambda: sg.batch([{"request_type": "create", "entity_type": "Shot", "data": {"nothing": 1}}]))
        show("delete", lambda: [sg.delete("Shot", made["id"]), sg.delete("Shot", made["id"])])
        show("find deleted", lambda: sg.find("Shot", [["code", "is", "renamed"]]))
        show("find retired", lambda: sg.find("Shot", [["code", "is", "renamed"]], ["code"], retired_only=True))
        show("revive", lambda: [sg.revive("Shot", made["id"]), sg.revive("Shot", made["id"])])
        show("find revived", lambda: sg.find("Shot", [["code", "is", "renamed"]], ["code"]))
        show("summarize", lambda: sg.summarize("Shot", [["code", "is", "one"]], [{"field": "id", "type": "count"}]))
        show("text_search", lambda: sg.text_search("abc", {"Shot": []}))
        show("schema_read", lambda: sorted(sg.schema_read()))
        show("paging", lambda: len(sg.find("Task", [], ["code"])))
        show("limit", lambda: len(sg.find("Task", [], ["code"], limit=600)))
        show("page", lambda: [task["id"] for task in sg.find("Task", [], order=[{"field_name": "id", "direction": "desc"}], limit=2, page=2)])
        show("null", lambda: sg.find("Task", [["code", "is", None]]))
        show("moment", lambda: isinstance(sg.find_one("Shot", [["id", "is", made["id"]]], ["updated_at"])["updated_at"], datetime.datetime))
        show("unknown field in a filter", lambda: sg.find("Shot", [["nothing", "is", 1]]))
        with tempfile.NamedTemporaryFile(suffix=".txt") as file:
            file.write(b"x" * 100000)
            file.flush()
            show("upload", lambda: sg.upload("Shot", made["id"], file.name, "sg_text"))
        with tempfile.NamedTemporaryFile(suffix=".png") as file:
            file.write(b"x" * 100000)
            file.flush()
            show("thumbnail", lambda: sg.upload_thumbnail("Shot", made["id"], file.name))
        show("download", lambda: len(sg.download_attachment({"id": 77, "name": "a.txt", "type": "Attachment", "link_type": "upload", "url": address + "/file_serve/attachment/77"})))
        wrong = shotgun_api3.Shotgun(address, script_name="ingest", api_key="wrong")
        show("wrong key", lambda: wrong.find("Shot", []))
        user = shotgun_api3.Shotgun(address, login="ada", password="right")
        show("user", lambda: len(user.find("Shot", [["code", "is", "one"]])))
    elif name == "hit":
        show("hit", lambda: sg.find("Shot", [["code", "is", "one"]], ["code"])[0]["code"])
    elif name == "miss":
        show("miss", lambda: sg.find("Shot", [["nothing", "is", 1]]))


for name in sys.argv[3:]:
    calls(name)
