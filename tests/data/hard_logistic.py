"""Makes hard_logistic.csv and hard_logistic.json: logistic regressions with random intercepts that are hard (groups that differ
enormously, mostly single clients, rare outcomes), by 1, 5 and 15 quadrature points around each group's mode, in 40 digits.

python3 hard_logistic.py, with mpmath. The same approximations as those of lme4's `glmer`, maximised by Newton's method.
"""
import csv
import json
import random

from mpmath import exp, fac, hermite, inverse, log, lu_solve, matrix, mp, mpf, nstr, polyroots, sqrt

mp.dps = 40
STEP = mpf(10) ** -12


def data():
    luck, rows = random.Random(20250105), []
    for case, sizes, sigma, level in [("apart", [6] * 20, 4.0, 0.5), ("single", [1] * 50 + [2, 3, 4, 5] * 5, 1.5, 0.2), ("rare", [10] * 18, 1.5, -3.5)]:
        for group, size in enumerate(sizes, 1):
            own = level + luck.gauss(0, sigma)
            for _ in range(size):
                x = round(luck.gauss(0, 1), 6)
                rows.append([case, group, x, int(luck.random() < 1 / (1 + float(exp(-(own + 0.8 * x)))))])
    with open("hard_logistic.csv", "w", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(["case", "group", "x", "y"])
        lines.writerows(rows)
    return rows


def points(n):
    """Points and weights for the standard normal distribution."""
    if n == 1:
        return [(mpf(0), mpf(1))]
    polynomial = [mpf(0)] * (n + 1)
    for k in range(n // 2 + 1):
        polynomial[2 * k] = (-1) ** k * fac(n) / (fac(k) * fac(n - 2 * k) * mpf(2) ** k)
    roots = polyroots(polynomial, maxsteps=500, extraprec=400)
    he = lambda m, x: hermite(m, x / sqrt(mpf(2))) / mpf(2) ** (mpf(m) / 2)
    return [(x.real, fac(n) / (n * he(n - 1, x.real)) ** 2) for x in roots]


def log_likelihood(at, groups, rule):
    sigma, beta = at[0], at[1:]
    total = mpf(0)
    for rows in groups:
        eta = [beta[0] + beta[1] * x for x, _ in rows]
        u = mpf(0)
        for _ in range(200):
            p = [1 / (1 + exp(-(e + sigma * u))) for e in eta]
            curve = 1 + sigma**2 * sum(q * (1 - q) for q in p)
            step = (sigma * sum(y - q for (_, y), q in zip(rows, p)) - u) / curve
            step = max(min(step, mpf(1)), mpf(-1))
            u += step
            if abs(step) < mpf(10) ** -36:
                break
        width = 1 / sqrt(1 + sigma**2 * sum(q * (1 - q) for q in (1 / (1 + exp(-(e + sigma * u))) for e in eta)))
        integral = mpf(0)
        for z, weight in rule:
            v = u + z * width
            one = sum(y * (e + sigma * v) - log(1 + exp(e + sigma * v)) for (_, y), e in zip(rows, eta))
            integral += weight * exp(one - v**2 / 2 + z**2 / 2)
        total += log(integral * width)
    return total


def derivatives(function, at):
    k = len(at)
    moved = lambda *moves: function([value + sum(by for place, by in moves if place == i) for i, value in enumerate(at)])
    here, up, down = function(at), [moved((i, STEP)) for i in range(k)], [moved((i, -STEP)) for i in range(k)]
    hessian = matrix(k, k)
    for i in range(k):
        hessian[i, i] = (up[i] + down[i] - 2 * here) / STEP**2
        for j in range(i):
            both = moved((i, STEP), (j, STEP)) + moved((i, -STEP), (j, -STEP))
            hessian[i, j] = hessian[j, i] = (both - up[i] - up[j] + 2 * here - down[i] - down[j]) / (2 * STEP**2)
    return here, matrix([(a - b) / (2 * STEP) for a, b in zip(up, down)]), hessian


def fit(groups, n, start):
    rule, at = points(n), [mpf(value) for value in start]
    function = lambda t: log_likelihood(t, groups, rule)
    for taken in range(60):
        here, gradient, hessian = derivatives(function, at)
        step = lu_solve(hessian, -gradient)
        largest = max(abs(s) for s in step)
        if sum(g * s for g, s in zip(gradient, step)) < 0:
            step = gradient / sum(abs(g) for g in gradient) / 2  # not concave here: uphill
        elif largest > 1:
            step = step / largest
        at = [value + s for value, s in zip(at, step)]
        if largest < mpf(10) ** -18:
            break
    else:
        raise SystemExit("no convergence")
    covariance = inverse(-hessian)
    digits = lambda value: float(nstr(value, 17))
    return {
        "coef": [digits(value) for value in at[1:]], "se": [digits(sqrt(covariance[i, i])) for i in (1, 2)],
        "tau2": digits(at[0] ** 2), "logLik": digits(here),
    }


rows, found = data(), {}
for case in dict.fromkeys(row[0] for row in rows):
    groups = {}
    for _, group, x, y in (row for row in rows if row[0] == case):
        groups.setdefault(group, []).append((mpf(str(x)), y))
    start = {"apart": (3, 0.5, 0.8), "single": (1.5, 0.2, 0.8), "rare": (1.5, -3.5, 0.8)}[case]
    found[case] = {f"points_{n}": fit(list(groups.values()), n, start) for n in (1, 5, 15)}
    print(case, found[case], flush=True)
with open("hard_logistic.json", "w") as file:
    json.dump(found, file, indent=1)
    file.write("\n")
