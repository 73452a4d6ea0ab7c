"""The file that `handsel export` writes and `handsel import` reads: NDJSON. Knows nothing of what is moved."""

import json
from datetime import UTC, datetime

VERSION = 1
# Bytes that are copied at a time.
CHUNK = 1 << 20


def written_time(moment):
    """RFC 3339 in UTC with milliseconds, which is what Handsel keeps."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Writer:
    """Writes one object a line, the first and the last one included; of a part that another one takes, neither."""

    def __init__(self, file, is_part=False):
        self.file, self.lines = file, 0
        if not is_part:
            self.write("handsel_export", version=VERSION, exported_at=written_time(datetime.now(UTC)))

    def write(self, kind, **fields):
        line = json.dumps({"type": kind, **fields}, ensure_ascii=False, separators=(",", ":"))
        # A text that came in broken (half of a surrogate pair) would make a file that nobody can read.
        self.file.write(line.encode("utf-8", "replace") + b"\n")
        self.lines += 1

    def place(self):
        """Where the next line begins, in bytes and in lines."""
        return self.file.tell(), self.lines

    def take(self, part, begin, end):
        """Writes what another one has written from one `place` to another."""
        part.file.seek(begin[0])
        left = end[0] - begin[0]
        while left:
            some = part.file.read(min(left, CHUNK))
            self.file.write(some)
            left -= len(some)
        self.lines += end[1] - begin[1]

    def end(self):
        """The last line: a file without it was cut off."""
        self.write("end", lines=self.lines + 1)


class Cut(Exception):
    """The file has no end, or is none of these."""


def read(file):
    """Each object of a file but the first and the last one, which are checked."""
    last = None
    for number, line in enumerate(file, start=1):
        last = json.loads(line)
        if number == 1 and (last.get("type"), last.get("version")) != ("handsel_export", VERSION):
            raise Cut(f"this is no export of Handsel's, version {VERSION}")
        if last["type"] not in ("handsel_export", "end"):
            yield last
    if last is None or last["type"] != "end":
        raise Cut("the file ends before its last line: it was cut off")
