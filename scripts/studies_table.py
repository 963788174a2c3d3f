#!/usr/bin/env python3
"""Fills in the table of scenarios/studies/README.md: question, processor time, and what came out for each study.

    scripts/studies_table.py                   run `dyadsim evidence --json`, then each study once for its time
    scripts/studies_table.py RESULT.json       take the numbers from a file that `dyadsim evidence --out RESULT.json` made
    scripts/studies_table.py --check           exit 1 if a study is missing in the page, or one too many; runs nothing

Uses target/release/dyadsim, or the program named by DYADSIM.
"""

import json
import re
import resource
import subprocess
import sys
from pathlib import Path

from program import ROOT, program

FOLDER = ROOT / "scenarios" / "studies"
PAGE = FOLDER / "README.md"
START, END = "<!-- table: scripts/studies_table.py -->\n", "<!-- end of table -->"
SIGNS = {"agrees": "✓", "misses": "✗", "shown only": "–"}
HEADLINES = 3


def studies():
    return sorted(path for path in FOLDER.glob("*.ron") if not path.name.startswith("targets"))


def evidence():
    done = subprocess.run([program(), "evidence", "--json", "--quiet"], stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def seconds(path):
    """Time of the processor, on which other work has less influence than on the clock."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    subprocess.run([program(), "run", path, "--no-file", "--quiet", "--json"], stdout=subprocess.DEVNULL, check=True)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def headline(target):
    shown = target["shown"]
    return f"{SIGNS[target['verdict']]} {target['id']}: {shown['published']} / {shown['simulated']}"


def row(path, targets):
    question = re.search(r'question: "((?:[^"\\]|\\.)*)"', path.read_text(encoding="utf-8")).group(1)
    # What is judged comes first; a study with many targets shows the first of them.
    targets = sorted(targets, key=lambda target: target["verdict"] == "shown only")
    lines = [headline(target) for target in targets[:HEADLINES]]
    more = [f"and {len(targets) - HEADLINES} more"] if len(targets) > HEADLINES else []
    cells = [f"[`{path.stem}`]({path.name})", question, f"{seconds(path):.1f} s", "<br>".join(lines + more) or "–"]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def table(report):
    of_study = {}
    for target in (target for group in report["groups"] for target in group["targets"]):
        of_study.setdefault(target["study"], []).append(target)
    head = "| study | question | processor time | published / simulated |\n|---|---|---|---|\n"
    return head + "".join(row(path, of_study.get(path.stem, [])) for path in studies())


def check(text):
    shown = set(re.findall(r"^\| \[`(\w+)`\]", text, flags=re.MULTILINE))
    there = {path.stem for path in studies()}
    if shown != there:
        sys.exit(f"{PAGE} lacks {sorted(there - shown)}, has too many {sorted(shown - there)}; run scripts/studies_table.py")
    print("The table shows all studies.")


def main():
    arguments = sys.argv[1:]
    before, rest = PAGE.read_text(encoding="utf-8").split(START)
    old, after = rest.split(END)
    if arguments == ["--check"]:
        return check(old)
    if len(arguments) > 1 or any(argument.startswith("-") for argument in arguments):
        sys.exit(__doc__)
    report = json.loads(Path(arguments[0]).read_text(encoding="utf-8")) if arguments else evidence()
    PAGE.write_text(before + START + table(report) + END + after, encoding="utf-8")


if __name__ == "__main__":
    main()
