#!/usr/bin/env python3
"""Fills in the results and the misses of docs/evidence.md from a run of all studies.

    scripts/evidence_table.py                   run `dyadsim evidence --json` and write the tables
    scripts/evidence_table.py RESULT.json       write them from a file that `dyadsim evidence --out RESULT.json` made
    scripts/evidence_table.py --check           exit 1 if a target is missing in the page, or one too many; runs nothing

Uses target/release/dyadsim, or the program named by DYADSIM.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

from program import ROOT, program

PAGE = ROOT / "docs" / "evidence.md"
PARTS = {name: (f"<!-- {name}: scripts/evidence_table.py -->\n", f"<!-- end of {name} -->") for name in ["results", "misses"]}
SIGNS = {"agrees": "✓", "misses": "✗", "shown only": "–"}


def evidence(*arguments):
    done = subprocess.run([program(), "evidence", "--json", *arguments], stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def cell(text):
    return text.replace("|", "\\|")


def spread(target):
    """The standard deviation between studies, on the scale that is shown, with two digits that count."""
    sd = target["simulated"]["sd"]
    if sd is None:
        return "–"
    sd *= 100 if target["unit"] == "share" else 1
    return f"{sd:.2g}" if sd < 10 else f"{sd:.0f}"


def results(report):
    score = report["score"]
    studies = {target["study"]: target["simulated"]["replicates_asked"] for group in report["groups"] for target in group["targets"]}
    size = f"{len(studies)} studies, {sum(studies.values()):,} replicates. ✓ agrees, ✗ misses, – shown only."
    lines = [size, "", f"Of the quantities that are known best (confidence T), {score['agree']} of {score['judged']} agree: {score['percent']:.0f} %.", ""]
    for group in report["groups"]:
        own = group["score"]
        lines += [f"**{group['group']}**: {own['agree']} of {own['judged']} agree; {own['shown']} shown only.", ""]
        lines += ["| | id | quantity | published | simulated | SD between studies | source |", "|---|---|---|---|---|---|---|"]
        for target in group["targets"]:
            shown = target["shown"]
            row = [
                SIGNS[target["verdict"]],
                target["id"],
                shown["quantity"],
                shown["published"],
                shown["simulated"],
                spread(target),
                f"[{target['study']}](../scenarios/studies/{target['study']}.ron): {target['source']}, {target['confidence']}",
            ]
            lines.append("| " + " | ".join(map(cell, row)) + " |")
        lines.append("")
    return "\n".join(lines)


def misses(report):
    targets = [target for group in report["groups"] for target in group["targets"] if target["verdict"] == "misses"]
    line = "* **{id}** {quantity}: published {published}, simulated {simulated}. {miss}\n"
    return "".join(line.format(id=t["id"], miss=t["miss"] or "No reason is suspected yet.", **t["shown"]) for t in targets) or "None.\n"


def fill(text, name, content):
    start, end = PARTS[name]
    return re.sub(re.escape(start) + ".*?" + re.escape(end), lambda _: start + content + end, text, flags=re.DOTALL)


def check():
    start, end = PARTS["results"]
    text = PAGE.read_text(encoding="utf-8").split(start)[1].split(end)[0]
    shown = {row.split(" | ")[1] for row in text.splitlines() if row.startswith("| ") and not row.startswith("| |")}
    listed = {cell(target["id"]) for target in evidence("--list")["targets"]}
    if shown != listed:
        sys.exit(f"docs/evidence.md lacks {sorted(listed - shown)}, has too many {sorted(shown - listed)}; run scripts/evidence_table.py")
    print("docs/evidence.md shows all targets.")


def main():
    arguments = sys.argv[1:]
    if arguments == ["--check"]:
        return check()
    if len(arguments) > 1 or any(argument.startswith("-") for argument in arguments):
        sys.exit(__doc__)
    report = json.loads(Path(arguments[0]).read_text(encoding="utf-8")) if arguments else evidence()
    text = PAGE.read_text(encoding="utf-8")
    for name, content in [("results", results(report)), ("misses", misses(report))]:
        text = fill(text, name, content)
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
