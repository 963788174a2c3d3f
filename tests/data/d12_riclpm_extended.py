# Makes d12_riclpm_extended.json: the RI-CLPM of d12_riclpm_lavaan.json (five waves; effects, error variances and covariance the
# same in all of them) by Newton's method in 40 digits. lavaan's search, even with rel.tol = 1e-15, ends where effects still lack
# up to 2e-6 of themselves. python3 d12_riclpm_extended.py, with mpmath.
import csv
import json

from mpmath import cholesky, inverse, log, lu_solve, matrix, mp, mpf, nstr, pi, sqrt

mp.dps = 40
WAVES = 5
STEP = mpf(10) ** -12
NAMES = ["var level y", "var level x", "cov levels", "var first y", "var first x", "cov first",
         "y on y", "y on x", "x on y", "x on x", "var error y", "var error x", "cov errors"]
START = ["3", ".3", ".5", "1", "1", "0", ".4", "-.1", ".1", ".3", "1", "1", "0"]


def moments():
    """Number of persons, and mean products of deviations from the means."""
    with open("d12_wide_waves6to10.csv") as file:
        rows = [[mpf(row[f"{name}{wave + 1}"]) for name in "yx" for wave in range(WAVES)] for row in csv.DictReader(file)]
    n, columns = len(rows), list(zip(*rows))
    off = [[value - sum(column) / n for value in column] for column in columns]
    return n, matrix([[sum(a * b for a, b in zip(one, other)) / n for other in off] for one in off])


def implied(t):
    """Covariances of y1 to y5, x1 to x5."""
    levels, first, error = [matrix([[t[i], t[i + 2]], [t[i + 2], t[i + 1]]]) for i in (0, 3, 10)]
    effects = matrix([[t[6], t[7]], [t[8], t[9]]])
    found = matrix(2 * WAVES, 2 * WAVES)
    here = first
    for wave in range(WAVES):
        across = here
        for later in range(wave, WAVES):
            for one in range(2):
                for other in range(2):
                    a, b = one * WAVES + later, other * WAVES + wave
                    found[a, b] = found[b, a] = across[one, other] + levels[one, other]
            across = effects * across
        here = effects * here * effects.T + error
    return found


def deviance(t, n, scatter):
    """-2 ln likelihood; means are those of the data."""
    covariance = implied(t)
    factor, weights = cholesky(covariance), inverse(covariance)
    size = 2 * WAVES
    trace = sum(weights[i, j] * scatter[j, i] for i in range(size) for j in range(size))
    return n * (size * log(2 * pi) + 2 * sum(log(factor[i, i]) for i in range(size)) + trace)


def moved(t, *moves):
    there = list(t)
    for place, by in moves:
        there[place] += by
    return there


def derivatives(function, t):
    k = len(t)
    here = function(t)
    up, down = ([function(moved(t, (i, by))) for i in range(k)] for by in (STEP, -STEP))
    gradient = matrix([(up[i] - down[i]) / (2 * STEP) for i in range(k)])
    hessian = matrix(k, k)
    for i in range(k):
        hessian[i, i] = (up[i] + down[i] - 2 * here) / STEP**2
        for j in range(i):
            both = function(moved(t, (i, STEP), (j, STEP))) + function(moved(t, (i, -STEP), (j, -STEP)))
            hessian[i, j] = hessian[j, i] = (both - up[i] - up[j] + 2 * here - down[i] - down[j]) / (2 * STEP**2)
    return gradient, hessian


def expected_information(t, n):
    k, size = len(t), 2 * WAVES
    weights = inverse(implied(t))
    slopes = [(implied(moved(t, (i, STEP))) - implied(moved(t, (i, -STEP)))) / (2 * STEP) for i in range(k)]
    leans = [weights * slope for slope in slopes]
    trace = lambda a, b: sum(a[i, j] * b[j, i] for i in range(size) for j in range(size))
    return matrix([[n * trace(one, other) / 2 for other in leans] for one in leans])


n, scatter = moments()
fit = lambda t: deviance(t, n, scatter)
# Newton's steps on expected information as long as they are large, on second derivatives at the end.
t = [mpf(start) for start in START]
for taken in range(60):
    gradient, hessian = derivatives(fit, t)
    near = max(abs(g) for g in gradient) < mpf("1e-2")
    step = lu_solve(hessian if near else 2 * expected_information(t, n), -gradient)
    t = [value + by for value, by in zip(t, step)]
    if max(abs(by) for by in step) < mpf(10) ** -22:
        break
else:
    raise SystemExit("no convergence")
covariance = inverse(expected_information(t, n))
digits = lambda value: float(nstr(value, 17))
found = {
    "n": n, "deviance": digits(fit(t)), "est": {name: digits(value) for name, value in zip(NAMES, t)},
    "se": {name: digits(sqrt(covariance[i, i])) for i, name in enumerate(NAMES)},
}
with open("d12_riclpm_extended.json", "w") as file:
    json.dump(found, file, indent=1)
    file.write("\n")
