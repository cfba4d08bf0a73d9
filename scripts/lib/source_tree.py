"""What the checks of the sources share: the modules of the crate, their text, and which module uses which."""

import pathlib
import re

# Comments, and literals of every sort.
SILENT = re.compile(
    r"""//[^\n]*|/\*.*?\*/|\bb?c?r(\#*)".*?"\1|\bb?c?"(?:\\.|[^"\\])*"|"(?:\\.|[^"\\])*"|b?'(?:\\[^']+|\\'|[^\\'])'""",
    re.S,
)
USE = re.compile(r"\b(pub(?:\([^)]*\))?\s+)?use\s+([^;]+);")


def without_silence(text):
    """The text without comments and literals, with all its lines."""
    return SILENT.sub(lambda found: re.sub(r"[^\n]", "", found.group()), text)


def without_tests(text):
    """The text without the modules of tests inside of it, with all its lines."""
    kept, position = [], 0
    for found in re.finditer(r"#\[cfg\((?:test|any\(test[^]]*)\)\]\s*(?:pub(?:\([^)]*\))?\s+)?mod\s+\w+\s*\{", text):
        if found.start() < position:
            continue
        depth, at = 1, found.end()
        while depth and at < len(text):
            depth += {"{": 1, "}": -1}.get(text[at], 0)
            at += 1
        kept.append(text[position : found.start()])
        kept.append(re.sub(r"[^\n]", "", text[found.start() : at]))
        position = at
    return "".join([*kept, text[position:]])


def split_use(tree, prefix=()):
    """The paths that the tree of a `use` names, each with the name under which it is known."""
    tree = tree.strip()
    brace = tree.find("{")
    if brace < 0:
        path, _, alias = (part.strip() for part in tree.partition(" as "))
        segments = [*prefix, *(part.strip() for part in path.split("::") if part.strip())]
        if segments[-1] == "self":
            segments.pop()
        return [(segments, alias or segments[-1])] if segments else []
    inner = [*prefix, *(part.strip() for part in tree[:brace].split("::") if part.strip())]
    parts, depth, current = [], 0, ""
    for character in tree[brace + 1 : tree.rindex("}")]:
        depth += {"{": 1, "}": -1}.get(character, 0)
        if character == "," and depth == 0:
            parts.append(current)
            current = ""
        else:
            current += character
    parts.append(current)
    return [path for part in parts if part.strip() for path in split_use(part, inner)]


FUNCTION = re.compile(r"(?<!\w)fn\s+(\w+)")


def functions(text):
    """The functions of a text without comments and literals: each name with the head of the `impl` or `trait` around it,
    None where there is none."""
    heads, head = [], ""
    for piece in re.split(r"([{};])", text):
        if piece == "{":
            found = FUNCTION.search(head)
            if found:
                yield found.group(1), next((outer for outer in reversed(heads) if outer), None)
            owner = re.search(r"(?:^|\s)((?:impl|trait)\b.*)", head, re.S)
            heads.append(owner.group(1) if owner and not found else None)
        elif piece == "}":
            if heads:
                heads.pop()
        elif piece == ";" and (found := FUNCTION.search(head)):
            # Declared by a trait.
            yield found.group(1), next((outer for outer in reversed(heads) if outer), None)
        head = piece if piece not in "{};" else ""


class Sources:
    """The Rust files below a folder, by the paths of their modules."""

    def __init__(self, folder):
        self.files, self.text = {}, {}
        for file in sorted(pathlib.Path(folder).rglob("*.rs")):
            module = file.relative_to(folder).with_suffix("").parts
            if module[-1] in ("mod", "lib"):
                module = module[:-1]
            if "tests" in module:
                continue
            self.files[module] = file
            self.text[module] = without_tests(without_silence(file.read_text()))
        self.exports = {module: self._exports(module) for module in self.text}

    def _absolute(self, module, segments):
        """The segments of a path from the root of the crate on; None for a path into another crate."""
        if segments[0] == "crate":
            return segments[1:]
        if segments[0] == "self":
            return [*module, *segments[1:]]
        if segments[0] == "super":
            current, rest = list(module), list(segments)
            while rest and rest[0] == "super":
                current, rest = current[:-1], rest[1:]
            return [*current, *rest]
        if (*module, segments[0]) in self.files:
            return [*module, *segments]
        return None

    def _exports(self, module):
        """The names that a module passes on from others."""
        exports = {}
        for is_public, tree in USE.findall(self.text[module]):
            for segments, name in split_use(tree) if is_public else ():
                path = self._absolute(module, segments)
                if path is not None:
                    exports[name] = path
        return exports

    def resolve(self, module, segments):
        """The module of this crate in which a path ends."""
        path = self._absolute(module, segments)
        for _ in range(20):
            if path is None:
                return None
            end = len(path)
            while end and tuple(path[:end]) not in self.files:
                end -= 1
            owner = tuple(path[:end])
            if end == len(path) or path[end] not in self.exports.get(owner, {}):
                return owner
            path = [*self.exports[owner][path[end]], *path[end + 1 :]]
        return None

    def uses(self):
        """Which modules each module uses. To pass a name on is no use."""
        uses = {}
        for module, text in self.text.items():
            paths = [segments for public, tree in USE.findall(text) if not public for segments, _ in split_use(tree)]
            inline = re.findall(r"(?<![\w:])(?:crate|super|self)(?:::\w+)+", USE.sub("", text))
            paths += [path.split("::") for path in inline]
            found = {self.resolve(module, segments) for segments in paths}
            uses[module] = {other for other in found if other is not None and other != module}
        return uses
