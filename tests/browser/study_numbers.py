"""Some numbers of a result file, worked out from its rows with h5py and pandas, for the tests of pages.

    study_numbers.py study.h5 > numbers.json
"""

import json
import sys

import h5py
import pandas as pd


def table(file, name):
    return pd.DataFrame({column: values[:] for column, values in file[name].items()})


def labels(file, table, column):
    names = h5py.check_enum_dtype(file[table][column].dtype)
    return {code: name for name, code in names.items()}


with h5py.File(sys.argv[1]) as file:
    clients, sessions = table(file, "clients"), table(file, "sessions")
    classes = labels(file, "clients", "outcome_class")
    first = clients[clients["replicate"] == clients["replicate"].min()]
    courses = clients[clients["sessions"] > 0]
    # Mean score by session of those who came, and of everybody with the last score carried forward, over all clients.
    address = ["arm", "replicate", "client"]
    wide = sessions.pivot_table(index=address, columns="session", values="symptom_score")
    answer = {
        "there": {arm: rows.mean().to_dict() for arm, rows in wide.groupby("arm")},
        "everybody": {arm: rows.ffill(axis=1).mean().to_dict() for arm, rows in wide.groupby("arm")},
        "still_there": {
            arm: {t: float((rows["sessions"] > t).mean()) for t in range(0, int(rows["sessions"].max()) + 1)}
            for arm, rows in courses.groupby("arm")
        },
        "classes": {arm: rows["outcome_class"].map(classes).value_counts().to_dict() for arm, rows in first.groupby("arm")},
        "effect": {arm: float(rows["effect"].mean()) for arm, rows in clients.groupby("arm") if rows["effect"].notna().any()},
    }
json.dump(answer, sys.stdout)
