"""The rows of the table in docs/methods.md: what is looked at in which scenario, and what is known about it.

`known` is a number from closed_forms.py, or a published one.
"""

import csv
import math
from dataclasses import dataclass, field

import closed_forms as algebra
from program import ROOT

SHARES = {"rejection", "coverage", "missed", "boundary"}


@dataclass
class Row:
    """One quantity of one analysis. `cell`: last part of swept keys, and their values; `arm`: for analyses of one arm."""

    what: str
    known: float
    analysis: str
    term: str
    measure: str = "estimate"
    cell: dict = field(default_factory=dict)
    arm: str = ""
    # Monte Carlo standard error of a published number.
    known_mcse: float = 0.0
    # How far the formula itself may be off, where it is a limit or an approximation.
    slack: float = 0.0
    # Cells over which the number is averaged, in place of one.
    over: list = field(default_factory=list)


def icc_sd(icc):
    """Standard deviation between therapists beside one of 10 within."""
    return 10 * math.sqrt(icc / (1 - icc))


def ignoring_therapists():
    for icc in (0.0, 0.05, 0.1):
        trial = algebra.two_arms(5, 10, icc_sd(icc) ** 2, 100)
        cell, term = {"therapist_slope_sd": icc_sd(icc)}, "arm: the same"
        of = f"type I error, ICC {icc:g}: "
        yield Row(of + "t test", trial.naive(), "t test", term, "rejection", cell)
        yield Row(of + "CR0", algebra.uncorrected(5), "CR0", term, "rejection", cell)
        yield Row(of + "CR2", 0.05, "CR2", term, "rejection", cell)
        yield Row(of + "mixed model", trial.mixed(), "mixed model", term, "rejection", cell)


def few_therapists():
    for groups in (10, 30, 50, 100):
        study = algebra.Balanced(groups, 5, 25)
        mean, sd = study.variance()
        cell = {"therapists": groups}
        of = f"{groups} therapists: "
        yield Row(of + "mean variance between them", mean, "Satterthwaite", "var therapist", "estimate", cell)
        yield Row(of + "SD of that estimate", sd, "Satterthwaite", "var therapist", "empirical_se", cell)
        yield Row(of + "share of estimates of 0", study.singular(), "Satterthwaite", "", "boundary", cell)
        yield Row(
            of + "coverage of the mean, Satterthwaite", 1 - study.mixed(), "Satterthwaite", "(Intercept)", "coverage", cell
        )
        rows = 1 - study.mixed(study.df, study.df)
        yield Row(of + "coverage of the mean, ± 1.96", rows, "rows", "(Intercept)", "coverage", cell)
        held = 1 - study.missed_variance()
        yield Row(of + "coverage of the variance, ± 1.96 errors", held, "Satterthwaite", "var therapist", "coverage", cell)


def maas_hox():
    published = {30: (0.089, 0.088), 50: (0.074, 0.072), 100: (0.060, 0.057)}
    for groups, missed in published.items():
        cells = [
            {"count": groups, "clients_per_therapist": size, "slope_sd": 5 * math.sqrt((1 - icc) / icc)}
            for size in (5, 30, 50)
            for icc in (0.1, 0.2, 0.3)
        ]
        for known, what, term in zip(missed, ("intercepts", "slopes"), ("var clinic", "var clinic early")):
            of = f"{groups} groups: intervals that miss the variance of {what}"
            error = math.sqrt(known * (1 - known) / 9000)
            # Published with three decimals.
            yield Row(of, known, "variances", term, "missed", over=cells, known_mcse=error, slack=0.0005)


def seventeen_therapists():
    for icc in (0.0, 0.05, 0.08, 0.12):
        study = algebra.Balanced(17, 7, icc_sd(icc) ** 2)
        mean, sd = study.share()
        cell = {"therapist_slope_sd": icc_sd(icc)}
        of = f"true share {icc:g}: "
        yield Row(of + "mean estimate", mean, "mixed model", "icc therapist", "estimate", cell)
        yield Row(of + "SD of the estimate", sd, "mixed model", "icc therapist", "empirical_se", cell)
        yield Row(of + "share of estimates of 0", study.singular(), "mixed model", "", "boundary", cell)
        what = "power to find therapists" if icc else "type I error"
        yield Row(of + what + ", likelihood ratio", study.found(), "mixed model", "var therapist", "rejection", cell)


def exact_singular_fits():
    """Published to 16 digits: chance by therapists, clients of each, share of the variance."""
    with open(ROOT / "tests" / "data" / "singular_fit_probability_exact.csv", encoding="utf-8") as lines:
        return {
            (int(row["J"]), int(row["m"]), float(row["icc"])): float(row["P_tau2_hat_zero_REML"])
            for row in csv.DictReader(lines)
        }


def singular_fits():
    exact = exact_singular_fits()
    for groups in (5, 20, 50):
        for size in (5, 20):
            for icc in (0.0, 0.05):
                cell = {"therapists": groups, "clients_per_therapist": size, "therapist_slope_sd": icc_sd(icc)}
                known = exact[groups, size, icc]
                assert math.isclose(known, algebra.Balanced(groups, size, icc_sd(icc) ** 2).singular(), rel_tol=1e-9)
                what = f"singular fits, {groups} × {size}, share {icc:g}"
                yield Row(what, known, "mixed model", "", "boundary", cell)


def unreliable_means():
    effects = {"therapist's part works": (-5, 0), "client's part works": (0, -5), "both work": (-5, -5)}
    for size in (2, 4, 8, 16):
        rel = algebra.reliability(0.1, size)
        for arm, (between, within) in effects.items():
            known = between + (within - between) * (1 - rel)
            term, what = "mean(early | therapist)", f"between coefficient (truth {between}), {arm}, {size} clients each"
            cell = {"clients_per_therapist": size}
            yield Row(what, known, "group means", term, "estimate", cell, arm)
            if size == 16:
                # Right for many therapists; with 60 it goes too far by a sixteenth of the difference.
                what = f"the same with latent means, {arm}, {size} clients each"
                yield Row(what, between, "latent means", "between early", "estimate", cell, arm, slack=0.4)


def contextual_effect():
    rel, term = algebra.reliability(0.1, 4), "mean(early | therapist)"
    effects = {"both work": (-2.5, -2.5), "therapist's part works": (-2.5, 0), "client's part works": (0, -2.5)}
    for arm, (between, within) in effects.items():
        what = f"contextual coefficient (truth {between - within:g}), {arm}"
        yield Row(what, (between - within) * rel, "contextual", term, "estimate", {}, arm)
    yield Row("type I error of its test, both work", 0.05, "contextual", term, "rejection", {}, "both work")


def sampling_effect():
    # Alliance: variance .3 between therapists, whose part alone works, 10 points per SD.
    for size in (1, 4, 16, 32):
        known = 10 * 0.3 * (32 - size) / 31
        what = f"covariance of alliance and gain, {size} clients per therapist"
        yield Row(what, known, "covariance", "mean", "estimate", {"clients_per_therapist": f"[{size}]"})


def early_gains():
    for error in (0, 6):
        world = algebra.EarlyGains(error)
        cell, of = {"residual": error}, f"alliance effect (truth 0), error {error}: "
        yield Row(of + "unadjusted", -world.on_intake(), "unadjusted", "early", "estimate", cell)
        yield Row(of + "with intake", world.on_intake(), "adjusted for intake", "early", "estimate", cell)
        third = "adjusted for symptoms at the rating"
        yield Row(of + "with symptoms at the rating", world.on_third(), third, "early", "estimate", cell)
        both = "adjusted for both forms"
        yield Row(of + "with both forms", world.on_both(), both, "early", "estimate", cell)


def unseen_dropout():
    arms = {"by chance": (0, True), "by what was seen": (1, True), "by what was not seen": (1, False)}
    for arm, (slope, seen) in arms.items():
        known = algebra.Missing(0.3, slope, seen)
        of = f"mean (truth 72), missing {arm}: "
        yield Row(of + "completers", known.completers, "completers", "mean", "estimate", {}, arm)
        yield Row(
            of + "last value carried forward", known.carried, "last value carried forward", "mean", "estimate", {}, arm
        )
        unseen = slope and not seen
        # A limit for many clients where the line is not the true one.
        slack = 0.02 if unseen else 0.0
        yield Row(
            of + "adjusted for intake",
            known.adjusted,
            "adjusted for intake",
            "(Intercept)",
            "estimate",
            {},
            arm,
            slack=slack,
        )
        # Values made from a regression on intake have the mean of that regression.
        slack = 0.03 if unseen else 0.0
        yield Row(
            of + "multiple imputation", known.adjusted, "multiple imputation", "mean", "estimate", {}, arm, slack=slack
        )
        if not unseen:
            yield Row(of + "mixed model", 72, "mixed model", "(Intercept)", "estimate", {}, arm)
            yield Row(
                of + "weights", 72, "inverse-probability weights", "mean", "estimate", {}, arm, slack=0.05 if slope else 0.0
            )


def ranking_therapists():
    for size in (10, 40):
        for icc in (0.05, 0.1):
            cell = {"clients_per_therapist": size, "effectiveness": icc_sd(icc)}
            rel = algebra.reliability(icc, size)
            what = f"correlation of means with truth, {size} clients each, share {icc:g}"
            yield Row(what, algebra.correlation_mean(math.sqrt(rel), 30), "means", "r between", "estimate", cell)
            what = f"share outside 95 % funnel limits, {size} clients each, share {icc:g}"
            # The variance within is estimated, which the formula leaves out.
            yield Row(
                what, algebra.outside_funnel(30, size, icc), "predictions", "outside 95 %", "estimate", cell, slack=0.005
            )


def nickell():
    term = "within(lag(alliance) | client)"
    for ratings in (4, 6, 11, 26):
        for rho in (0.3, 0.6):
            known = rho + algebra.nickell(rho, ratings - 1)
            cell = {"session_cap": ratings, "inertia": rho}
            what = f"within clients, {ratings} ratings (truth {rho:g})"
            # The formula is a limit for many clients; with 200 it is off by about 1/200 of what is left.
            yield Row(what, known, "within clients", term, "estimate", cell, slack=0.005)
            for name in ("Anderson and Hsiao", "Arellano and Bond", "Blundell and Bond"):
                if ratings in (4, 11):
                    what = f"{name}, {ratings} ratings (truth {rho:g})"
                    # Right for many clients; instruments as many as sessions allow cost a little.
                    yield Row(what, rho, name, "lag(alliance)", "estimate", cell, slack=0.015)


def lagged_effects():
    arms = {"nothing works": (0, 0), "alliance works": (0.2, 0), "symptoms lift alliance": (0, 0.4), "both": (0.2, 0.4)}
    for sessions in (5, 10, 20):
        for arm, (works, lifts) in arms.items():
            series = algebra.Lagged(sessions, works, lifts)
            cross, inertia = series.coefficients()
            cell, of = {"session_cap": sessions}, f"{sessions} sessions, {arm}: "
            own = ("person-mean-centred", "within(alliance | client)")
            # A limit for many clients, as Nickell's bias is.
            yield Row(of + f"effect of alliance (truth {series.effect:.2f})", cross, *own, "estimate", cell, arm, slack=0.02)
            own = ("mixed model, centred", "within(symptoms | client)")
            yield Row(of + "inertia of symptoms (truth 0.7)", inertia, *own, "estimate", cell, arm, slack=0.005)
            if sessions == 5:
                # Right for many clients.
                own = ("RI-CLPM", "symptoms ~ lag(alliance)")
                yield Row(of + "RI-CLPM, effect of alliance", series.effect, *own, "estimate", cell, arm, slack=0.1)
                own = ("RI-CLPM", "symptoms ~ lag(symptoms)")
                yield Row(of + "RI-CLPM, inertia of symptoms", 0.7, *own, "estimate", cell, arm, slack=0.02)


def few_studies():
    for studies in (3, 5, 10, 20):
        pooled = algebra.Pooled(studies, 50, 0.25, 0.8)
        cell, of = {"count": studies}, f"{studies} studies: "
        # Fisher's z is not quite normal, nor are the true effects.
        yield Row(of + "coverage, DerSimonian and Laird", pooled.coverage(), "DL", "z", "coverage", cell, slack=0.005)
        kh, fixed = "DL, Knapp and Hartung", "one true effect"
        yield Row(of + "coverage, Knapp and Hartung", 0.95, kh, "z", "coverage", cell, slack=0.005)
        yield Row(of + "coverage, one true effect", pooled.fixed_coverage(), fixed, "z", "coverage", cell, slack=0.005)
        yield Row(of + "mean z", pooled.expected, "DL", "z", "estimate", cell)
        yield Row(of + "mean τ", pooled.tau(), "DL", "tau", "estimate", cell, slack=0.003)


def partially_nested():
    # Variance of a client's own slope from 11 weekly scores, whose times have a sum of squares of 110.
    within, between = 0.4**2 + 2.6**2 / 110, 0.4**2 * 0.05 / 0.95
    term = "session:arm: second"
    known = {1: algebra.two_arms(6, 10, between, within).naive(), 0: algebra.partially_nested(6, 10, between, within)}
    for share, name in ((1, "both arms have therapists"), (0, "one arm has")):
        what = f"type I error without therapists, {name}"
        yield Row(what, known[share], "two levels", term, "rejection", {"therapist_share": share})
    what = "type I error with therapists' slopes, both arms have therapists"
    three = algebra.two_arms(6, 10, between, within).mixed()
    yield Row(what, three, "three levels", term, "rejection", {"therapist_share": 1})
    what = "type I error with the slopes of one arm's therapists, one arm has"
    one = algebra.partially_nested_model(6, 10, between, within)
    yield Row(what, one, "one arm's therapists", term, "rejection", {"therapist_share": 0})


def magnusson_2018():
    """Printed in the vignette "simulations" of powerlmm (August 2018), 1,000 replicates, with two or three decimals."""

    def row(what, known, analysis, term, cell, slack=0.005):
        error = math.sqrt(known * (1 - known) / 1000)
        return Row(what, known, analysis, term, "rejection", cell, known_mcse=error, slack=slack)

    few = {"therapists": 24, "therapist_slope_sd": 0.091766294}
    yield row("type I error without therapists, 6 of them", 0.070, "without therapists", "session:arm: equal", few)
    yield row("type I error with therapists", 0.051, "with therapists", "session:arm: equal", few, 0.0005)
    zero = math.sqrt(0.44 * 0.56 / 1000)
    what = "share of variances between therapists estimated as 0"
    yield Row(what, 0.44, "with therapists", "", "boundary", few, known_mcse=zero, slack=0.005)
    powers = {
        ("medium", 6, 0.05): 0.41,
        ("medium", 12, 0.05): 0.69,
        ("medium", 6, 0.1): 0.35,
        ("medium", 12, 0.1): 0.69,
        ("large", 6, 0.05): 0.76,
        ("large", 12, 0.05): 0.98,
        ("large", 6, 0.1): 0.72,
        ("large", 12, 0.1): 0.96,
    }
    for (effect, groups, icc), known in powers.items():
        cell = {"therapists": 4 * groups, "therapist_slope_sd": 0.4 * math.sqrt(icc / (1 - icc))}
        what = f"power with therapists, d = {'.5' if effect == 'medium' else '.8'}, {groups} therapists, share {icc:g}"
        yield row(what, known, f"{effect} effect", f"session:arm: {effect}", cell)


def morris_2019():
    with open(ROOT / "tests" / "data" / "morris2019_R_estimates_MIT.csv", encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["gamma"].strip() == "1.0" and row["method"].strip('" ') == "Cox"]
    estimates, errors = ([float(row[name]) for row in rows] for name in ("theta", "se"))
    n = len(rows)
    mean = sum(estimates) / n
    sd = math.sqrt(sum((x - mean) ** 2 for x in estimates) / (n - 1))
    model = math.sqrt(sum(x * x for x in errors) / n)
    spread = math.sqrt(sum((x * x - model * model) ** 2 for x in errors) / (n - 1))
    coverage = sum(abs(x + 0.5) <= 1.959963985 * se for x, se in zip(estimates, errors)) / n
    own = ("Cox", "arm: treated")
    yield Row("mean log hazard ratio (truth −.5)", mean, *own, "estimate", known_mcse=sd / math.sqrt(n))
    yield Row("empirical standard error", sd, *own, "empirical_se", known_mcse=sd / math.sqrt(2 * (n - 1)))
    yield Row("stated standard error", model, *own, "model_se", known_mcse=spread / (2 * model * math.sqrt(n)), slack=0.002)
    yield Row("coverage", coverage, *own, "coverage", known_mcse=math.sqrt(coverage * (1 - coverage) / n))


# Every scenario, and a setting that makes its world another one than the rows speak of.
SCENARIOS = {
    ignoring_therapists: "clinics.clients_per_therapist=30",
    few_therapists: "symptoms.therapist_slope_sd=8.0",
    maas_hox: "symptoms.therapist_intercept_sd=5.0",
    seventeen_therapists: "symptoms.slope_sd=6.0",
    singular_fits: "symptoms.slope_sd=4.0",
    unreliable_means: "match.alliance_variance=0.9",
    contextual_effect: "match.alliance_variance=4.0",
    sampling_effect: "therapists.alliance_variance=0.9",
    early_gains: "alliance.inertia=-0.5",
    unseen_dropout: 'measures["symptoms"].missing.chance=0.6',
    ranking_therapists: "symptoms.noise=15.0",
    nickell: "alliance.initial_state_variance=0.0",
    lagged_effects: "symptoms.rate=0.6",
    few_studies: "clinics.alliance_effect_sd=0.0",
    partially_nested: "symptoms.therapist_slope_sd=0.4",
    magnusson_2018: "symptoms.slope_sd=0.8",
    morris_2019: "endings.session_cap=10",
}
