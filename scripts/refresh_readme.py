#!/usr/bin/env python3
"""Fills in the outputs that README.md shows, by running the commands.

    scripts/refresh_readme.py            run the commands and write their output into README.md
    scripts/refresh_readme.py --check    exit 1 if an output is out of date (times do not count)

An output is a region of this form; `messages` adds what the command says on standard error:

    <!-- output: dyadsim show feedback.h5 -->
    ```text
    ...
    ```
    <!-- end of output -->

The commands run one after the other in an empty folder that has a link to scenarios/, with target/release/dyadsim
(or the program named by DYADSIM) first on the path.
"""

import difflib
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from program import ROOT, program

README = ROOT / "README.md"
REGION = re.compile(
    r"<!-- (?P<kind>output|output and messages): (?P<command>.+?) -->\n```text\n(?P<text>.*?)```\n<!-- end of output -->",
    re.DOTALL,
)
# What differs from machine to machine: durations, speeds, sizes, threads, and padding around them.
VARIABLE = re.compile(
    r"[\d.,]+ (threads?|cores?)\b"
    r"|[\d.,]+ ?(µs|ms|s|seconds?|min|minutes?|h|[kM]?B|MB/s|sessions/s|[kM]/s)(?![\w/])"
    r"|[\d.,]+ ?[kM]? dyad-sessions(/s| per second)"
)


def run(command, folder, binary, with_messages):
    environment = dict(os.environ, PATH=f"{binary.parent}:{os.environ['PATH']}", COLUMNS="100", NO_COLOR="1")
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if with_messages else subprocess.PIPE,
        text=True,
        check=False,
    )
    # `| head` closes the pipe early; a wrong scenario is a legitimate thing to show.
    if done.returncode not in (0, 141) and not with_messages:
        sys.exit(f"`{command}` failed with {done.returncode}:\n{done.stdout}{done.stderr}")
    return "\n".join(line.rstrip() for line in done.stdout.splitlines()).strip("\n") + "\n"


def comparable(text):
    return [re.sub(r"\s+", " ", VARIABLE.sub("#", line)).strip() for line in text.splitlines()]


def main():
    check = sys.argv[1:] == ["--check"]
    if sys.argv[1:] and not check:
        sys.exit(__doc__)
    before = README.read_text(encoding="utf-8")
    stale = []
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "scenarios").symlink_to(ROOT / "scenarios")
        binary = program()

        def fresh(region):
            kind, command = region["kind"], region["command"]
            text = run(command, folder, binary, kind == "output and messages")
            old, new = comparable(region["text"]), comparable(text)
            if old != new:
                stale.append(f"$ {command}\n" + "\n".join(difflib.unified_diff(old, new, "README.md", "now", lineterm="")))
            return f"<!-- {kind}: {command} -->\n```text\n{text}```\n<!-- end of output -->"

        after = REGION.sub(fresh, before)
    if check:
        if stale:
            sys.exit("\n\n".join(stale) + "\n\nREADME.md is out of date; run scripts/refresh_readme.py")
        print("README.md shows what the commands print.")
    elif after != before:
        README.write_text(after, encoding="utf-8")
        print(f"README.md: {len(stale)} outputs changed.")


if __name__ == "__main__":
    main()
