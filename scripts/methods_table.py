#!/usr/bin/env python3
"""Fills in the table of docs/methods.md: what algebra or a publication says about a method, and what simulation finds.

    scripts/methods_table.py            run scenarios/methods/*.ron and write the table
    scripts/methods_table.py --check    exit 1 if the table is out of date, a number off, or a planted mistake not noticed
    scripts/methods_table.py --quick    the same with a quarter of the replicates, without a look at the table
    scripts/methods_table.py NAME …     print the table of these scenarios only

A number is off if it differs from what is known by more than 4 Monte Carlo standard errors (and, where the formula is a
limit, by what it may be off itself). A planted mistake is a setting of the scenario that the formulas do not know of: some
number must then be off. Uses target/release/dyadsim, or the program named by DYADSIM.
"""

import dataclasses
import json
import math
import re
import subprocess
import sys

from methods_rows import SCENARIOS, SHARES
from program import ROOT, program

PAGE = ROOT / "docs" / "methods.md"
FOLDER = ROOT / "scenarios" / "methods"
START, END = "<!-- table: scripts/methods_table.py -->\n", "<!-- end of table -->"
MOST = 4.0
QUICK = 4
# Fits without an answer are left out; more than these would be another result.
MOST_FAILED = 0.02


def results(name, quick, setting=None):
    path = FOLDER / f"{name}.ron"
    command = [program(), "run", path, "--no-file", "--quiet", "--json"]
    if setting:
        command += ["--set", setting]
    if quick:
        command += ["--replicates", str(max(100, replicates(path) // (16 if setting else QUICK)))]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)


def replicates(path):
    """As many as the scenario asks for."""
    return int(re.search(r"^    replicates: (\d+)", path.read_text(encoding="utf-8"), re.MULTILINE).group(1))


def same(written, wanted):
    """A swept value as the program shows it, and as a row names it."""
    try:
        return math.isclose(float(written), float(wanted), rel_tol=1e-6, abs_tol=1e-12)
    except ValueError:
        return written == str(wanted)


def cell_of(report, wanted):
    def fits(levels):
        values = {key.rsplit(".", 1)[-1]: value for key, value in levels.items()}
        return values.keys() == wanted.keys() and all(same(values[key], wanted[key]) for key in wanted)

    return next(cell["cell"] for cell in report["cells"] if fits(cell["levels"]))


def seen(report, row):
    """Value and Monte Carlo standard error of what a row is about."""
    if row.over:
        each = [seen(report, dataclasses.replace(row, over=[], cell=cell)) for cell in row.over]
        # Of cells that have luck of their own.
        return sum(value for value, _ in each) / len(each), math.hypot(*(mcse for _, mcse in each)) / len(each)
    number = cell_of(report, row.cell)
    arm = row.arm or None
    found = [one for one in report["estimators"] if one["cell"] == number and one["name"] == row.analysis]
    found = [one for one in found if arm is None or one["arm_name"] == arm]
    if len(found) != 1:
        sys.exit(f"{row.what}: {len(found)} analyses are called {row.analysis}, arm {row.arm or 'any'}")
    one = found[0]
    if one["failed"] > MOST_FAILED * one["fits"]:
        sys.exit(f"{row.what}: {one['failed']} of {one['fits']} fits failed")
    if row.measure == "boundary":
        value, n, mcse = one["boundary"] / one["fits"], one["fits"], 0.0
    else:
        term = next(term for term in one["terms"] if term["term"] == row.term)
        found = term["coverage" if row.measure == "missed" else row.measure]
        value, mcse, n = found["value"], found["mcse"], term["n"]
        value = 1 - value if row.measure == "missed" else value
    if row.measure in SHARES:
        # That of the known share (the estimated one is 0 when nothing or everything is counted), and one replicate more.
        mcse = math.sqrt(row.known * (1 - row.known) / n + 1 / (n * n))
    return value, mcse


def error(row, mcse):
    return math.hypot(mcse, row.known_mcse)


def off(row, value, mcse):
    return abs(value - row.known) > MOST * error(row, mcse) + row.slack


def written(value, mcse):
    """With as many decimals as show two figures of the error."""
    places = 4 if mcse == 0 else min(6, max(0, 1 - math.floor(math.log10(mcse))))
    return f"{value:.{places}f}" + (f" ({mcse:.{places}f})" if mcse else "")


def shown(row, value, mcse):
    """A line of the table."""
    places = error(row, mcse)
    known = written(row.known, row.known_mcse) if row.known_mcse else written(row.known, places).split(" ")[0]
    simulated = written(value, mcse)
    limit = f", limit ± {row.slack:g}" if row.slack else ""
    cells = [known, simulated, f"{(value - row.known) / places + 0.0:.1f}{limit}".replace("-0.0", "0.0")]
    return (
        "| "
        + " | ".join(
            [row.what.replace("|", "\\|").replace("truth -", "truth −"), *(cell.replace("-", "−") for cell in cells)]
        )
        + " |"
    )


class Table:
    """The rows of some scenarios beside what a run of them gives."""

    def __init__(self, makers, quick):
        self.lines, self.off, self.unnoticed = [], [], []
        self.rows, self.largest = 0, 0.0
        for make in makers:
            rows = list(make())
            report = results(make.__name__, quick)
            self.section(make.__name__, rows, report)
            planted = results(make.__name__, True, SCENARIOS[make])
            if not any(off(row, *seen(planted, row)) for row in rows):
                self.unnoticed.append(f"{make.__name__}: {SCENARIOS[make]}")

    def section(self, name, rows, report):
        self.lines += [
            f"**[{report['title']}](../scenarios/methods/{name}.ron)**, {report['replicates']['done']:,} replicates",
            "",
        ]
        self.lines += ["| what | known | simulated (MCSE) | z |", "|---|---|---|---|"]
        for row in rows:
            value, mcse = seen(report, row)
            self.lines.append(shown(row, value, mcse))
            self.rows += 1
            self.largest = max(self.largest, 0.0 if row.slack else abs(value - row.known) / error(row, mcse))
            if off(row, value, mcse):
                self.off.append(f"{name}: {row.what}: {value} (MCSE {mcse}), known {row.known}")
        self.lines.append("")

    def verdict(self):
        for line in self.off:
            print(f"off: {line}", file=sys.stderr)
        for line in self.unnoticed:
            print(f"a planted mistake stays unnoticed: {line}", file=sys.stderr)
        if self.off or self.unnoticed:
            sys.exit(1)
        print(
            f"{self.rows} numbers agree with what is known (largest z {self.largest:.1f}); all planted mistakes are noticed."
        )


def main():
    options = {argument for argument in sys.argv[1:] if argument.startswith("-")}
    names = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    known = {make.__name__: make for make in SCENARIOS}
    if options - {"--check", "--quick"} or set(names) - known.keys():
        sys.exit(__doc__)
    table = Table([known[name] for name in names or known], "--quick" in options)
    if names:
        print("\n".join(table.lines))
    elif "--quick" not in options:
        page = PAGE.read_text(encoding="utf-8")
        before, rest = page.split(START)
        old, after = rest.split(END)
        new = "\n".join(table.lines) + "\n"
        if "--check" not in options:
            PAGE.write_text(before + START + new + END + after, encoding="utf-8")
        elif old != new:
            sys.exit("docs/methods.md is out of date; run scripts/methods_table.py")
    table.verdict()


if __name__ == "__main__":
    main()
