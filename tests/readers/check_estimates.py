"""Makes the analyses of tests/scenarios/estimators.ron again, with numpy and pandas from the rows of clients, sessions and
assessments, and compares them with the table `estimates`: check_estimates.py FILE.h5."""

import sys

import h5py
import numpy as np
import pandas as pd

CUTOFF, RELIABLE, EARLY = 63.0, 14.0, 3
OBSERVER, THERAPIST, CLIENT = (float(x) for x in sys.argv[2:5])


def table(file, name):
    return pd.DataFrame({column: values[:] for column, values in file[name].items()})


def clients_of(c, s, forms):
    """The columns of a study: a row per client whom it sees."""
    c = c[c.observed == 1].copy()
    seen = c.final_observed == 1
    c["pre"] = c["severity"] = c.intake_score
    c["post"] = c.final_score.where(seen)
    c["change"] = c.post - c.pre
    c["gain"] = -c.change
    c["early"] = c.early_alliance
    better, worse = c.change <= -RELIABLE, c.change >= RELIABLE
    c["recovered"] = (better & (c.pre > CUTOFF) & (c.post <= CUTOFF)).astype(float).where(seen)
    c["improved"] = better.astype(float).where(seen)
    c["unchanged"] = (~better & ~worse).astype(float).where(seen)
    c["deteriorated"] = worse.astype(float).where(seen)
    c["not_on_track"] = (c.first_not_on_track > 0).astype(float)
    c["first_not_on_track"] = c.first_not_on_track.where(c.first_not_on_track > 0)
    c["repaired_share"] = c.repairs / c.ruptures.where(c.ruptures > 0)
    of_client = s.groupby("client")
    last = s[s.session == of_client.session.transform("max")].set_index("client")
    by_id = c.client
    c["last"] = by_id.map(last.alliance_rating)
    c["weeks"] = by_id.map(of_client.week.max() - of_client.week.min())
    scored = s[np.isfinite(s.symptom_score)]
    fall = scored.symptom_score.to_numpy() <= scored.client.map(c.set_index("client").pre).to_numpy() - RELIABLE
    c["first_improved"] = by_id.map(scored[fall].groupby("client").session.min())
    c["ever_improved"] = c.first_improved.notna().astype(float)
    c["improvement_time"] = c.first_improved.fillna(c.sessions)
    c["symptoms@last"] = by_id.map(scored.groupby("client").symptom_score.last())
    c["alliance@3"] = by_id.map(s[s.session == 3].set_index("client").alliance_rating)
    c["observer@6"] = by_id.map(forms[forms.session == 6].set_index("client").score)
    some = s[(s.session >= 2) & (s.session <= 5)]
    c["average(alliance, 2, 5)"] = by_id.map(some.groupby("client").alliance_rating.mean())
    for name, threshold in [("observer", OBSERVER), ("therapist", THERAPIST), ("client", CLIENT)]:
        c[f"ruptures_{name}"] = by_id.map((s.strain >= threshold).groupby(s.client).sum())
    c["clients_per_therapist"] = len(c) / c.therapist.nunique()
    return c


def ols(y, columns):
    x = np.column_stack([np.ones(len(y)), *columns])
    b = np.linalg.lstsq(x, y, rcond=None)[0]
    residual = y - x @ b
    inverse = np.linalg.inv(x.T @ x)
    se = np.sqrt(np.diag(inverse) * (residual @ residual) / (len(y) - x.shape[1]))
    return b, se, 1 - residual @ residual / ((y - y.mean()) ** 2).sum(), x, residual, inverse


def z(x):
    return (x - x.mean()) / x.std(ddof=1)


def r(x, y):
    return np.corrcoef(x, y)[0, 1]


def mean(x):
    x = np.asarray(x, float)
    x = x[np.isfinite(x)]
    return {"mean": (x.mean(), x.std(ddof=1) / np.sqrt(len(x)) if len(x) > 1 else np.nan)}


SIMPLE = """pre severity post change gain early last sessions weeks recovered improved unchanged deteriorated first_improved
ever_improved improvement_time skill burnout start_week not_on_track first_not_on_track ruptures_client ruptures_therapist ruptures_observer repaired_share anxiety avoidance
personality_disorder years clients_per_therapist alliance@3 symptoms@last observer@6""".split() + ["average(alliance, 2, 5)"]


def alpha(answers):
    """Cronbach's alpha of the answers of one form per client."""
    wide = answers.pivot(index="client", columns="item", values="answer").dropna()
    k = wide.shape[1]
    return {"alpha": (k / (k - 1) * (1 - wide.var().sum() / wide.sum(axis=1).var()), None)}


def of_one_arm(c, s, forms, items):
    """Every analysis of one arm: term -> (estimate, standard error)."""
    found = {name: mean(c[name]) for name in SIMPLE}
    for name in ["dropout", "planned", "administrative"]:
        found[name] = mean(c[name])
    severe = c[(c.diagnosis == 2) & (c.sessions >= 3)]
    found["severe"] = mean(severe.pre / 10 - 2 * severe.early)
    first = items[items.session == items.groupby("client").session.transform("min")]
    found["alpha"] = alpha(first)
    fourth = items[(items.session == 4) & items.client.isin(c[c.sessions >= 5].client)]
    found["alpha at 4"] = alpha(fourth)
    found["sd"] = {"sd": (c.pre.std(), c.pre.std() / np.sqrt(2 * (len(c) - 1)))}
    pair = c[c.sessions >= 3][["early", "gain", "therapist"]].dropna()
    means = pair.groupby("therapist")[["early", "gain"]].mean()
    own = pair[["early", "gain"]] - means.reindex(pair.therapist).to_numpy()
    found["r"] = {"r": (r(pair.early, pair.gain), None), "r between": (r(means.early, means.gain), None)}
    found["r"]["r within"] = ((own.early * own.gain).sum() / np.sqrt((own.early**2).sum() * (own.gain**2).sum()), None)
    whole = c[["early", "gain", "pre", "sessions"]].dropna()
    held = [whole.pre.to_numpy(), np.log(whole.sessions.to_numpy(float))]
    left = [ols(whole[name].to_numpy(), held)[4] for name in ["early", "gain"]]
    found["partial"] = {"r": (r(*left), None)}
    rows = c[["post", "pre", "early", "therapist"]].dropna()
    early = z(rows.early)
    group = early.groupby(rows.therapist).transform("mean")
    b, se, r2, *_ = ols(z(rows.post).to_numpy(), [z(rows.pre), group, early - group])
    names = ["(Intercept)", "z(pre)", "mean(z(early) | therapist)", "within(z(early) | therapist)"]
    found["contextual"] = dict(zip(names, zip(b, se))) | {"R2": (r2, None)}
    red = (s.signal == 3).astype(float)
    found["rows"] = mean(s.session + s.week + s.symptom_score + s.alliance_rating + red)
    found["recognised"] = mean(s.noticed == 1)
    report = [(s.strain >= threshold).astype(float) for threshold in (CLIENT, THERAPIST, OBSERVER)]
    found["reports"] = mean(report[0] + 10 * report[1] + 100 * report[2])
    found["observer rows"] = mean(forms.score - forms.client.map(c.set_index("client").pre))
    s = s.sort_values(["client", "session"]).copy()
    s["lead"] = s.groupby("client").alliance_rating.shift(-1)
    s["lag"] = s.groupby("client").session.shift(1)
    used = s[s.session <= 7].dropna(subset=["lead", "lag", "alliance_rating"])
    within = used.alliance_rating - used.groupby("client").alliance_rating.transform("mean")
    b, se, r2, *_ = ols(used.lead.to_numpy(), [within, used.lag])
    found["lagged"] = dict(zip(["(Intercept)", "within(alliance | client)", "lag(session)"], zip(b, se))) | {"R2": (r2, None)}
    rated = s.dropna(subset=["alliance_rating"])
    residuals = []
    for _, one in rated.groupby("client"):
        x = one.session - one.session.mean()
        slope = (x * one.alliance_rating).sum() / (x**2).sum() if (x**2).sum() > 0 else 0.0
        residuals.append(one.alliance_rating - one.alliance_rating.mean() - slope * x)
    found["detrended"] = {"sd": (np.concatenate(residuals).std(ddof=1), None)}
    return found


def over_arms(c):
    """The analyses in which arms are compared; `c` has the rows of both."""
    found = {}
    first, second = c[c.arm == 1].post.dropna(), c[c.arm == 2].post.dropna()
    n, m = len(first), len(second)
    pooled = np.sqrt(((n - 1) * first.var() + (m - 1) * second.var()) / (n + m - 2))
    difference = second.mean() - first.mean()
    d = difference / pooled
    se_d = np.sqrt(1 / n + 1 / m + d**2 / (2 * (n + m)))
    found["difference"] = {
        "difference: feedback": (difference, pooled * np.sqrt(1 / n + 1 / m)),
        "d: feedback": (d, se_d),
    }
    (a, n), (b, m) = [(c[c.arm == arm].dropout.sum(), (c.arm == arm).sum()) for arm in (1, 2)]
    log = np.log(b * (n - a) / ((m - b) * a))
    se = np.sqrt(1 / a + 1 / (n - a) + 1 / b + 1 / (m - b))
    found["odds"] = {
        "log odds ratio: feedback": (log, se),
        "odds ratio: feedback": (np.exp(log), np.exp(log) * se),
        "risk difference: feedback": (b / m - a / n, np.sqrt(a / n * (1 - a / n) / n + b / m * (1 - b / m) / m)),
    }
    risk, _ = found["odds"]["risk difference: feedback"]
    found["odds"]["number needed: feedback"] = (1 / risk, np.nan)
    rows = c[["post", "pre", "arm", "therapist"]].dropna()
    arm = (rows.arm == 2).astype(float).to_numpy()
    b, _, r2, x, residual, inverse = ols(rows.post.to_numpy(), [arm, rows.pre, arm * rows.pre])
    scores = pd.DataFrame(x * residual[:, None]).groupby(rows.therapist.to_numpy()).sum().to_numpy()
    se = np.sqrt(np.diag(inverse @ scores.T @ scores @ inverse))
    names = ["(Intercept)", "arm: feedback", "pre", "arm: feedback:pre"]
    found["robust"] = dict(zip(names, zip(b, se))) | {"R2": (r2, None)}
    return found


def words(file, name, column):
    """Labels of a category by code."""
    dtype = h5py.check_enum_dtype(file[name][column].dtype)
    return {code: label for label, code in dtype.items()}


def main(path):
    wrong, compared = [], 0
    with h5py.File(path) as file:
        clients, sessions, forms, items, therapists, estimates = (
            table(file, name) for name in ["clients", "sessions", "assessments", "items", "therapists", "estimates"]
        )
        measures = table(file, "measures")
        named = words(file, "measures", "name")
        numbers = {named[row.name]: row.measure for row in measures[measures.cell == 1].itertuples(index=False)}
        reasons = words(file, "clients", "end_reason")
        names, terms, status = (words(file, "estimates", column) for column in ["estimator", "term", "status"])
    forms = forms[forms.measure == numbers["observer"]]
    items = items[items.measure == numbers["bond"]]
    for reason in ["dropout", "planned", "administrative"]:
        code = [code for code, label in reasons.items() if label.startswith(reason)]
        assert len(code) == 1, reasons
        clients[reason] = (clients.end_reason == code[0]).astype(float)
    whose = ["replicate", "arm", "therapist"]
    of_therapist = therapists.set_index(whose)[["years", "skill", "burnout"]].reindex(pd.MultiIndex.from_frame(clients[whose]))
    for name in of_therapist:
        clients[name] = of_therapist[name].to_numpy()
    expected = {}
    for replicate in clients.replicate.unique():
        both = []
        for arm in (1, 2):
            own = [t[(t.replicate == replicate) & (t.arm == arm)] for t in (clients, sessions, forms, items)]
            s = own[1][own[1].observed == 1]
            f = own[2][own[2].client.isin(s.client)]
            both.append(clients_of(own[0], s, f))
            answers = own[3][own[3].client.isin(s.client)]
            for name, found in of_one_arm(both[-1], s, f, answers).items():
                expected |= {(replicate, name, arm, term): value for term, value in found.items()}
        for name, found in over_arms(pd.concat(both)).items():
            expected |= {(replicate, name, 0, term): value for term, value in found.items()}
    for row in estimates.itertuples():
        at = (row.replicate, names[row.estimator], row.arm, terms[row.term])
        if at[1] == "nobody":
            if status[row.status] != "failed" or np.isfinite(row.estimate):
                wrong.append(f"{at}: nobody was analysed and found {row.estimate}")
            continue
        for what, seen, value in zip(["estimate", "se"], [row.estimate, row.se], expected.pop(at)):
            compared += 1
            if value is not None and not np.isclose(seen, value, rtol=1e-9, atol=1e-9, equal_nan=True):
                wrong.append(f"{at} {what}: {seen} in the file, {value} from the rows")
    wrong += [f"{at} is missing" for at in expected]
    if wrong or compared < 100:
        sys.exit("\n".join(wrong[:40]) or f"only {compared} values compared")
    print(f"{compared} values agree")


main(sys.argv[1])
