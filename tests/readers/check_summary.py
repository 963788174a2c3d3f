"""Works out the summaries of a run again, from its client rows alone, and compares them with its
`replicates` table: check_summary.py FILE.h5. The file must keep the client rows of all replicates."""

import sys

import h5py
import numpy as np
import pandas as pd

CUTOFF, RELIABLE, MEANINGFUL, EARLY = 63.0, 14.0, 5.0, 3


def table(file, name):
    return pd.DataFrame({column: values[:] for column, values in file[name].items()})


def r(x, y):
    return np.corrcoef(x, y)[0, 1]


def partial(x, y, z):
    left = x - np.polyval(np.polyfit(z, x, 1), z)
    right = y - np.polyval(np.polyfit(z, y, 1), z)
    return r(left, right)


def cohen_d(a, b):
    pooled = ((len(a) - 1) * a.var() + (len(b) - 1) * b.var()) / (len(a) + len(b) - 2)
    return (a.mean() - b.mean()) / np.sqrt(pooled)


def anova_icc(values, groups):
    k = values.groupby(groups).size().iloc[0]
    means = values.groupby(groups).mean()
    between = k * means.var()
    within = values.groupby(groups).var().mean()
    return (between - within) / (between + (k - 1) * within)


def summary(c, base, labels):
    change = c.final_score - c.intake_score
    better, worse = change <= -RELIABLE, change >= RELIABLE
    recovered = better & (c.intake_score > CUTOFF) & (c.final_score <= CUTOFF)
    dropped = c.end_reason == labels.index("dropout") + 1
    early = c[c.sessions >= EARLY]
    slope = np.polyfit(c.intake_score, c.final_score, 1)[0]
    adjusted = c.final_score - slope * (c.intake_score - c.intake_score.mean())
    by_therapist = np.sort(adjusted.groupby(c.therapist).mean())
    quarter = len(by_therapist) // 4
    off = base.first_not_on_track.to_numpy() > 0
    seen = {
        "intake_score": c.intake_score.mean(),
        "final_score": c.final_score.mean(),
        "change": change.mean(),
        "final_sd": c.final_score.std(),
        "pre_post_d": -change.mean() / c.intake_score.std(),
        "recovered": recovered.mean(),
        "improved": (better & ~recovered).mean(),
        "unchanged": (~better & ~worse).mean(),
        "deteriorated": worse.mean(),
        "success": better.mean(),
        "dropout": dropped.mean(),
        "sessions": c.sessions.mean(),
        "median_sessions": c.sessions.median(),
        "alliance_r_early": r(early.early_alliance, -early.final_score),
        "alliance_r_adjusted": partial(early.early_alliance, -early.final_score, early.intake_score),
        "alliance_r_last": r(c.last_alliance, -c.final_score),
        "alliance_dropout_d": cohen_d(c.early_alliance[~dropped], c.early_alliance[dropped]),
        "therapist_icc": anova_icc(adjusted, c.therapist),
        "therapist_quartiles": by_therapist[-quarter:].mean() - by_therapist[:quarter].mean(),
        "ruptures": c.ruptures.mean(),
        "ruptures_client": c.ruptures_client.sum() / c.sessions.sum(),
        "ruptures_repaired": c.repairs.sum() / c.ruptures.sum(),
        "not_on_track": (c.first_not_on_track > 0).mean(),
        "not_on_track_final": c.final_score[off].mean(),
        "not_on_track_deteriorated": worse[off].mean(),
        "on_track_final": c.final_score[~off].mean(),
        "final_observed": c.final_observed.mean(),
        "final_score_observed": c.final_score[c.final_observed == 1].mean(),
    }
    if c is not base:
        effect = c.final_score.to_numpy() - base.final_score.to_numpy()
        seen |= {
            "between_d": cohen_d(base.final_score, c.final_score),
            "between_d_not_on_track": cohen_d(base.final_score[off], c.final_score[off]),
            "helped": (effect <= -MEANINGFUL).mean(),
            "harmed": (effect >= MEANINGFUL).mean(),
            "effect_sd": effect.std(ddof=1),
        }
    return seen


def main(path):
    wrong, compared = [], 0
    with h5py.File(path) as file:
        replicates, clients = table(file, "replicates"), table(file, "clients")
        labels = file["clients"]["end_reason"].attrs["flag_meanings"]
        labels = (labels if isinstance(labels, str) else labels.decode()).split()
    for replicate, of_replicate in clients.groupby("replicate"):
        arms = {arm: rows.reset_index(drop=True) for arm, rows in of_replicate.groupby("arm")}
        for arm, rows in arms.items():
            stored = replicates[(replicates.replicate == replicate) & (replicates.arm == arm)].iloc[0]
            for measure, value in summary(rows, arms[1], labels).items():
                compared += 1
                if not np.isclose(stored[measure], value, rtol=1e-9, atol=1e-9, equal_nan=True):
                    wrong.append(f"replicate {replicate}, arm {arm}, {measure}: {stored[measure]} in the file, {value} here")
    print("\n".join(wrong[:20]) or f"{compared} summaries agree")
    return 1 if wrong or compared < 100 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
