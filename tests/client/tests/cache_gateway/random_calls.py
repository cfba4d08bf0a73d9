"""Random calls of the stock client to the gateway and to the service itself: prints how many, and each difference.

Arguments: the gateway, the service, a seed, the number of calls, and whether calls write as well.
"""

import datetime
import json
import random
import sys

import shotgun_api3

gateway, service, seed, count, writes = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5] == "writes"
dice = random.Random(seed)


def client(address):
    made = shotgun_api3.Shotgun(address, script_name="ingest", api_key="right", convert_datetimes_to_utc=False)
    made.config.rpc_attempt_interval = 0
    return made


cached, upstream = client(gateway), client(service)

TEXTS = ["a", "A", "ab", "aB_", "100%", "x%y", "_", "back\\slash", "naïve", "NAÏVE", "O'Hara \"q\"", "日本"]
FIELDS = {
    "code": "text", "sg_list": "list", "sg_number": "number", "sg_float": "float", "sg_percent": "percent",
    "sg_duration": "duration", "sg_timecode": "timecode", "sg_done": "checkbox", "sg_due": "date", "sg_when": "date_time",
    "project": "Project", "sg_link": "Asset Project", "sg_links": "Asset",
}
COMPARED = ["is", "is_not", "in", "not_in", "less_than", "greater_than", "between", "not_between"]
RELATIONS = {
    "text": ["is", "is_not", "in", "not_in", "contains", "not_contains", "starts_with", "ends_with"],
    "checkbox": ["is", "is_not"],
    "link": ["is", "is_not", "in", "not_in", "type_is", "type_is_not", "name_is", "name_contains", "name_starts_with", "name_ends_with"],
}
RELATIONS["list"] = RELATIONS["text"]
IDS = {kind: [row["id"] for row in upstream.find(kind, [])] for kind in ["Project", "Asset", "Shot"]}


def value(kind):
    if kind in ("text", "list"):
        return dice.choice(TEXTS)
    if kind in ("number", "percent", "duration", "timecode"):
        return dice.randrange(-2, 6)
    if kind == "float":
        return dice.randrange(-4, 8) / 4
    if kind == "checkbox":
        return dice.choice([True, False])
    if kind == "date":
        return "2024-01-0%d" % dice.randrange(1, 9)
    if kind == "date_time":
        return datetime.datetime(2024, 1, 1, 0, 0, dice.randrange(10))
    linked = dice.choice(kind.split())
    return {"type": linked, "id": dice.choice(IDS[linked])}


def condition():
    field = dice.choice(list(FIELDS))
    kind = FIELDS[field]
    path = field
    if kind[0].isupper():
        if dice.random() < 0.3:
            linked = dice.choice(kind.split())
            path, kind = "%s.%s.code" % (field, linked), "text"
            if field == "sg_links":
                return [path, dice.choice(RELATIONS["text"]), value("text")]
        else:
            relation = dice.choice(RELATIONS["link"])
            if relation.startswith("type"):
                return [path, relation, dice.choice(kind.split())]
            if relation.startswith("name"):
                return [path, relation, dice.choice(TEXTS)]
            if relation in ("in", "not_in"):
                return [path, relation, [value(kind) for _ in range(dice.randrange(1, 4))]]
            return [path, relation, None if dice.random() < 0.2 else value(kind)]
    relation = dice.choice(RELATIONS.get(kind, COMPARED))
    if relation in ("in", "not_in"):
        values = [value(kind) for _ in range(dice.randrange(1, 4))]
        return [path, relation, values + ([None] if dice.random() < 0.3 else [])]
    if relation in ("between", "not_between"):
        return [path, relation, value(kind), value(kind)]
    if relation in ("is", "is_not") and kind != "checkbox" and dice.random() < 0.2:
        return [path, relation, None]
    return [path, relation, value(kind)]


def filters(depth=2):
    return [
        {"filter_operator": dice.choice(["any", "all"]), "filters": filters(depth - 1)} if depth and dice.random() < 0.2 else condition()
        for _ in range(dice.randrange(0, 4))
    ]


def normal(answer):
    """Links in any order; numbers as numbers."""
    if isinstance(answer, list) and answer and all(isinstance(link, dict) and "name" in link for link in answer):
        return sorted((normal(link) for link in answer), key=repr)
    if isinstance(answer, list):
        return [normal(part) for part in answer]
    if isinstance(answer, dict):
        return {key: normal(part) for key, part in answer.items()}
    return answer


def compare(call, name, *arguments, **options):
    outcomes = []
    for sg in (cached, upstream):
        try:
            outcomes.append(normal(call(sg)(*arguments, **options)))
        except shotgun_api3.Fault as fault:
            outcomes.append("Fault %s" % fault)
    if outcomes[0] != outcomes[1]:
        print(json.dumps([name, arguments, options, outcomes], default=str), flush=True)


def ask():
    returned = dice.sample(list(FIELDS) + ["project.Project.code", "sg_link.Asset.code", "updated_at"], dice.randrange(0, 6))
    kind = dice.randrange(10)
    if kind == 0:
        fields = [{"field": "id", "type": "count"}]
        groupings = [{"field": field, "type": "exact", "direction": "asc"} for field in dice.sample(["sg_group", "project"], dice.randrange(0, 3))]
        compare(lambda sg: sg.summarize, "summarize", "Shot", filters(0) + [["project", "is_not", None]], fields, grouping=groupings)
    elif kind == 1:
        compare(lambda sg: sg.find_one, "find_one", "Shot", [["id", "is", dice.choice(IDS["Shot"])]] + filters(), returned)
    else:
        options = {}
        if dice.random() < 0.5:
            sorted_by = dice.choice([field for field, of in FIELDS.items() if not of[0].isupper()])
            options["order"] = [{"field_name": sorted_by, "direction": dice.choice(["asc", "desc"])}]
        if dice.random() < 0.3:
            options["limit"] = dice.choice([1, 7, 600])
        if dice.random() < 0.1:
            options.update(limit=5, page=dice.randrange(1, 4))
        if dice.random() < 0.1:
            options["retired_only"] = True
        if dice.random() < 0.3:
            options["filter_operator"] = dice.choice(["any", "all"])
        compare(lambda sg: sg.find, "find", "Shot", filters(), returned, **options)


def write():
    data = {}
    for field in dice.sample(list(FIELDS), dice.randrange(1, 4)):
        kind = FIELDS[field]
        if field == "sg_links":
            data[field] = [value(kind) for _ in range(dice.randrange(0, 3))]
        else:
            data[field] = value(kind) if kind == "checkbox" or dice.random() < 0.9 else None
    kind = dice.randrange(6)
    shot = dice.choice(IDS["Shot"])
    if kind == 0:
        IDS["Shot"].append(cached.create("Shot", data)["id"])
    elif kind == 1:
        cached.delete("Shot", shot)
    elif kind == 2:
        cached.revive("Shot", shot)
    elif kind == 3:
        cached.batch([
            {"request_type": "update", "entity_type": "Shot", "entity_id": shot, "data": data},
            {"request_type": "create", "entity_type": "Shot", "data": data}])
    else:
        cached.update("Shot", shot, data)


for _ in range(count):
    if writes and dice.random() < 0.3:
        write()
    ask()
print(json.dumps(["done", count]))
