#!/usr/bin/env python3
"""usage: check_readme.py README EXPECTED

Fails unless every SQL example of the README, with its output, stands literally in EXPECTED, the checked output of a
regression test. An example is a fenced block whose info string is "sql" and, if one follows, the block "text" that
comes next.
"""

import re
import sys

BLOCKS = re.compile(r"^```(sql|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def main(readme: str, expected: str) -> int:
    with open(readme, encoding="utf-8") as file:
        blocks = BLOCKS.findall(file.read())
    with open(expected, encoding="utf-8") as file:
        # psql pads headings with blanks, which nobody keeps in a text.
        checked = "\n".join(line.rstrip() for line in file.read().splitlines())
    missing = [text for _, text in blocks if text.rstrip("\n") not in checked]
    for text in missing:
        print(f"{readme} shows what {expected} does not have:\n{text}")
    if not blocks:
        print(f"{readme} has no examples")
    return 1 if missing or not blocks else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
