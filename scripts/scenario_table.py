#!/usr/bin/env python3
"""Fills in the table of scenarios/README.md from real runs.

    scripts/scenario_table.py            run every scenario and write the table
    scripts/scenario_table.py --check    exit 1 if a question or a headline is out of date (times do not count)

Uses target/release/dyadsim, or the program named by DYADSIM.
"""

import json
import subprocess
import sys
import time

from program import ROOT, program

PAGE = ROOT / "scenarios" / "README.md"
START, END = "<!-- table: scripts/scenario_table.py -->\n", "<!-- end of table -->"


def number(measured, digits):
    """Value and Monte Carlo standard error, to the digits that mean something."""
    value, error = measured["value"], measured["mcse"]
    if value is None:
        return "–"
    if error == 0 and value == 0:
        return "exactly 0"
    return f"{value:.{digits}f} ({error:.{digits + 1}f})"


def one_study(measures, name, digits):
    """What one study reports: mean, and the standard deviation between studies of that size."""
    seen = measures.get(name, {})
    return None if seen.get("value") is None else f"{seen['value']:.{digits}f}, one study ± {seen['sd']:.{digits}f}"


def name_of(cell):
    """The swept values of a cell in words."""
    return ", ".join(f"{key.rsplit('.', 1)[-1].replace('_', ' ')} {value}" for key, value in cell["levels"].items())


def waiting(cell):
    """What an open clinic does: the wait, and who is helped."""
    lines = []
    for arm in cell["arms"]:
        wait, helped = (number(arm["measures"][name], 1) for name in ["weeks_waited", "helped_per_year"])
        lines.append(f"{arm['name']}: waited {wait} weeks, {helped} helped a year")
    cell_name = name_of(cell)
    return (f"{cell_name}: " if cell_name else "") + "; ".join(lines)


def seen(cell):
    """What a study of some design sees, where the scenario has one."""
    measures = cell["arms"][0]["measures"]
    name = name_of(cell)
    found = [
        (label, one_study(source, measure, digits))
        for label, source, measure, digits in [
            *(
                (f"{arm['name']}, final score (truth {arm['contrast']['differences']['final_score']['value']:.1f})",
                 arm["contrast"]["comparisons"], "observed_difference", 1)
                for arm in cell["arms"][1:]
            ),
            ("r pooled", measures, "pooled_r", 3),
            ("SD of true z", measures, "pooled_tau", 3),
            ("r total", measures, "observed_r", 3),
            ("r between therapists", measures, "observed_r_between", 3),
        ]
    ]
    found = [f"{label} {value}" for label, value in found if value]
    trial_or_pooled = [line for line in found if "final score" in line or "pooled" in line or "true z" in line]
    return f"{name}: " + "; ".join(trial_or_pooled or found)


def headline(cell):
    if cell["arms"][0]["measures"]["observed_clients"]["value"] is not None:
        return seen(cell)
    if cell["arms"][0]["measures"]["weeks_waited"]["value"] is not None:
        return waiting(cell)
    if len(cell["arms"]) == 1:
        measures = cell["arms"][0]["measures"]
        return f"change {number(measures['change'], 1)} points, dropout {number(measures['dropout'], 3)}"
    lines = []
    for arm in cell["arms"][1:]:
        contrast = arm["contrast"]
        d = number(contrast["comparisons"]["between_d"], 3)
        points = number(contrast["differences"]["final_score"], 2)
        lines.append(f"{arm['name']}: d {d}, final score {points}")
    return "<br>".join(lines)


def drivers(results):
    """What drives each difference to the first arm, largest first (sampled designs)."""
    lines = []
    for number_of_arm, name in list(enumerate(results["arms"], 1))[1:] or [(1, "final score")]:
        rows = [row for row in results["sensitivity"] if row["result"] == "final_score" and row["arm"] == number_of_arm]
        order = ["mu_star", "total", "srrc"]
        statistic = next((wanted for wanted in order if any(row["statistic"] == wanted for row in rows)), None)
        rows = sorted((row for row in rows if row["statistic"] == statistic), key=lambda row: -abs(row["value"] or 0))
        shown = [
            f"`{row['factor']}` {number({'value': row['value'], 'mcse': row['standard_error']}, 2)}" for row in rows
        ]
        words = {
            "mu_star": "mean absolute effect on the final score",
            "total": "total share of variance",
            "srrc": "regression of ranks",
        }
        lines.append(f"{name}, {words[statistic]}: {', '.join(shown[:3])}; least {shown[-1]}")
    return "<br>".join(lines)


def answer(results):
    if results["points"] and len(results["cells"]) > 20:
        return drivers(results)
    return "<br>".join(headline(cell) for cell in results["cells"])


def row(path, binary):
    started = time.monotonic()
    command = [binary, "run", path, "--no-file", "--quiet", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds = time.monotonic() - started
    if done.returncode:
        sys.exit(f"{path.name} failed with {done.returncode}:\n{done.stderr}")
    results = json.loads(done.stdout)
    return [f"[`{path.name}`]({path.name})", results["question"], f"{seconds:.1f} s", answer(results)]


def main():
    check = sys.argv[1:] == ["--check"]
    if sys.argv[1:] and not check:
        sys.exit(__doc__)
    binary = program()
    rows = [row(path, binary) for path in sorted((ROOT / "scenarios").glob("*.ron"))]
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(START)
    old, after = rest.split(END)
    if check:
        shown = [[cell.strip() for cell in line.strip("| \n").split(" | ")] for line in old.splitlines()[2:] if line.strip()]
        without_time = lambda table: [cells[:2] + cells[3:] for cells in table]
        if without_time(shown) != without_time(rows):
            sys.exit("scenarios/README.md is out of date; run scripts/scenario_table.py")
        print("scenarios/README.md shows what the scenarios give.")
        return
    head = "| scenario | question | time | headline against the first arm (Monte Carlo standard error) |"
    table = [head, "|---|---|---|---|"]
    table += ["| " + " | ".join(cells) + " |" for cells in rows]
    PAGE.write_text(before + START + "\n".join(table) + "\n" + END + after, encoding="utf-8")
    print(f"scenarios/README.md: {len(rows)} rows.")


if __name__ == "__main__":
    main()
