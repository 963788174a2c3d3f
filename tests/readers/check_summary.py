"""Works out the summaries of a run again, from its client rows alone, and compares them with its
`replicates` table: check_summary.py FILE.h5. The file must keep the client rows of all replicates. Where it keeps all session
rows too, the courses in `trajectories` are worked out again from them."""

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
    sizes = values.groupby(groups).size()
    n, count = sizes.sum(), len(sizes)
    if count < 2 or n == count:
        return np.nan
    means = values.groupby(groups).mean()
    between = (sizes * (means - values.mean()) ** 2).sum() / (count - 1)
    within = ((values - means.reindex(groups).to_numpy()) ** 2).sum() / (n - count)
    k = (n - (sizes**2).sum() / n) / (count - 1)
    return (between - within) / (between + (k - 1) * within)


def study(arms, arm, trial):
    """What the study reports about an arm, from the rows with observed == 1 alone."""
    c = arms[arm][arms[arm]["observed"] == 1].reset_index(drop=True)
    first = arms[1][arms[1]["observed"] == 1]
    early = c[c.sessions >= EARLY]
    pair = pd.DataFrame({"x": early.early_alliance, "y": -early.final_score})
    means = pair.groupby(early.therapist).mean()
    own = pair - means.reindex(early.therapist).to_numpy()
    slope = np.polyfit(c.intake_score, c.final_score, 1)[0]
    seen = {
        "observed_clients": len(c),
        "observed_therapists": c.therapist.nunique(),
        "observed_clients_per_therapist": len(c) / c.therapist.nunique(),
        "observed_final_score": c.final_score.mean(),
        "observed_icc": anova_icc(c.final_score - slope * c.intake_score, c.therapist),
        "observed_r": r(pair.x, pair.y),
        "observed_r_between": r(means.x, means.y) if len(means) > 2 else np.nan,
        "observed_r_within": (own.x * own.y).sum() / np.sqrt((own.x**2).sum() * (own.y**2).sum()),
    }
    if trial and arm > 1:
        seen |= {
            "observed_difference": c.final_score.mean() - first.final_score.mean(),
            "observed_d": cohen_d(first.final_score, c.final_score),
        }
    return seen


def pooled(studies):
    """DerSimonian and Laird, from the rows of the table of studies."""
    s = studies[np.isfinite(studies.fisher_z)]
    w = 1 / s.fisher_z_variance
    fixed = (w * s.fisher_z).sum() / w.sum()
    q = (w * (s.fisher_z - fixed) ** 2).sum()
    tau2 = max(0.0, (q - (len(s) - 1)) / (w.sum() - (w**2).sum() / w.sum())) if len(s) > 1 else np.nan
    w = 1 / (s.fisher_z_variance + tau2)
    return {"pooled_r": np.tanh((w * s.fisher_z).sum() / w.sum()), "pooled_tau": np.sqrt(tau2)}


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


def trajectories(c, s, labels):
    """Courses by session of one arm of a cell, all replicates together: session, then column and value."""
    began, replicates = c[c.sessions > 0], c.replicate.nunique()
    longest = int(began.sessions.max())
    wide = lambda column: s.pivot(index=["replicate", "client"], columns="session", values=column).reindex(columns=range(1, longest + 1))
    scores, ratings, levels = wide("symptom_score"), wide("alliance_rating"), wide("symptoms")
    for t in range(1, longest + 1):
        ended = began[began.sessions <= t]
        seen = {"at_risk": (began.sessions >= t).sum() / replicates, "in_treatment": (began.sessions > t).mean()}
        for name, label in [("planned", "planned"), ("administrative", "administrative"), ("dropout", "dropout"), ("cap", "cap")]:
            seen[f"ended_{name}"] = (ended.end_reason == labels.index(label) + 1).sum() / len(began)
        for name, table in [("symptom_score", scores), ("alliance_rating", ratings), ("symptoms", levels)]:
            for suffix, values in [("", table[t]), ("_all", table.loc[:, :t].ffill(axis=1)[t])]:
                seen[name + suffix] = values.mean()
                seen[f"{name}{suffix}_sd"] = values.std()
                sums = values.groupby("replicate").agg(["sum", "count"])
                residual = sums["sum"] - values.mean() * sums["count"]
                if replicates > 1 and values.count():
                    seen[f"{name}{suffix}_mcse"] = np.sqrt(replicates / (replicates - 1) * (residual**2).sum()) / values.count()
        yield t, seen


def check_trajectories(file, clients, labels):
    """The table of courses, worked out again from all rows of sessions and clients."""
    sessions, stored = table(file, "sessions"), table(file, "trajectories")
    wrong, compared = [], 0
    for (cell, arm), c in clients.groupby(["cell", "arm"]):
        mine = lambda t: t[(t.cell == cell) & (t.arm == arm)]
        rows = mine(stored).set_index("session")
        for t, seen in trajectories(c, mine(sessions), labels):
            for column, value in seen.items():
                compared += 1
                if not np.isclose(rows.loc[t, column], value, rtol=1e-6, atol=1e-6, equal_nan=True):
                    wrong.append(f"arm {arm}, session {t}, {column}: {rows.loc[t, column]} in the file, {value} here")
    return wrong, compared


def main(path):
    wrong, compared = [], 0
    with h5py.File(path) as file:
        replicates, clients, studies = (table(file, name) for name in ["replicates", "clients", "studies"])
        labels = file["clients"]["end_reason"].attrs["flag_meanings"]
        labels = (labels if isinstance(labels, str) else labels.decode()).split()
        if len(file["sessions"]["session"]):
            wrong, compared = check_trajectories(file, clients, labels)
    for (cell, replicate), of_replicate in clients.groupby(["cell", "replicate"]):
        here = lambda t: t[(t.cell == cell) & (t.replicate == replicate)]
        arms = {arm: rows.reset_index(drop=True) for arm, rows in of_replicate.groupby("arm")}
        for arm, rows in arms.items():
            stored = here(replicates)[here(replicates).arm == arm].iloc[0]
            expected = summary(rows, arms[1], labels)
            if not np.isnan(stored.observed_clients):
                expected |= study(arms, arm, trial=not np.isnan(here(replicates).observed_d).all())
            if len(here(studies)):
                expected |= pooled(here(studies)[here(studies).arm == arm])
            for measure, value in expected.items():
                compared += 1
                if not np.isclose(stored[measure], value, rtol=1e-9, atol=1e-9, equal_nan=True):
                    wrong.append(f"replicate {replicate}, arm {arm}, {measure}: {stored[measure]} in the file, {value} here")
    print("\n".join(wrong[:20]) or f"{compared} summaries agree")
    return 1 if wrong or compared < 100 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
