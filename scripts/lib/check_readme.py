#!/usr/bin/env python3
"""usage: check_readme.py README EXPECTED

Fails unless every SQL example of the README, with its output, stands literally in EXPECTED, the checked output of a
regression test. An example is a fenced block whose info string is "sql" and, if one follows, the block "text" that
comes next. Paragraphs of a block are looked up one by one, since the output of a statement precedes the next one.
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
    paragraphs = [text for _, block in blocks for text in block.rstrip("\n").split("\n\n")]
    missing = [text for text in paragraphs if text not in checked]
    for text in missing:
        print(f"{readme} shows what {expected} does not have:\n{text}")
    if not blocks:
        print(f"{readme} has no examples")
    return 1 if missing or not blocks else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
