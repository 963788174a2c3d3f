"""Hard cases for mixed models: makes hard_*.csv, and adds solutions in 50 digits to the fits that hard.R makes of them.

    python3 hard.py data && Rscript hard.R && python3 hard.py solve [CASE ...]        (in this folder; needs python-flint)

The solutions, Kenward and Roger's adjustment and predicted effects come from the whole covariance matrices of the groups; the
optimum by Newton's method with differences in 60 digits, from where lme4 ends. Parameters at the boundary (diagonals of Λ that lme4 and Newton's method leave at zero) stay there.
"""
import csv
import json
import math
import random
import sys

from flint import arb, arb_mat, ctx

ctx.prec = 240
SMALL = arb(10) ** -18

THERAPIST, CLIENT = ("therapist", ["1"]), ("client", ["1"])
GROWTH = ["1", "time", "tx", "time:tx"]
# Name: data, fixed terms, random parts (grouping, terms), and what differs from REML with correlated effects.
CASES = {
    "scales": ("scales", ["1", "far", "small", "near", "time"], [CLIENT], {}),
    "scales_slope": ("scales", ["1", "small", "time"], [("client", ["1", "small"])], {}),
    "years": ("scales", ["1", "year"], [("client", ["1", "year"])], {}),
    "single": ("single", ["1", "x"], [THERAPIST], {}),
    "single_ml": ("single", ["1", "x"], [THERAPIST], {"method": "ML"}),
    "few": ("few", ["1", "x", "z"], [THERAPIST], {}),
    "dropout": ("dropout", GROWTH, [("client", ["1", "time"]), ("therapist", ["1", "time"])], {}),
    "dropout_ml": ("dropout", GROWTH, [("client", ["1", "time"]), ("therapist", ["1", "time"])], {"method": "ML"}),
    "dropout_apart": ("dropout", GROWTH, [("client", ["1"]), ("client", ["time"]), ("therapist", ["1"]), ("therapist", ["time"])], {}),
    "four": ("four", ["1", "x"], [CLIENT, THERAPIST, ("clinic", ["1"])], {}),
    "curve": ("curve", ["1", "time", "square"], [("client", ["1", "time", "square"])], {}),
    "factor": ("factor", ["1", "pre"] + [f"d{i}" for i in range(2, 11)], [THERAPIST], {}),
    "arm": ("arm", GROWTH, [("client", ["1", "time"]), ("therapist", ["tx", "time:tx"])], {}),
    "alike": ("alike", ["1", "x"], [THERAPIST], {}),
    "apart": ("apart", ["1", "x"], [THERAPIST], {}),
    "offset": ("offset", ["1", "x"], [THERAPIST], {}),
    "huge": ("huge", ["1", "x"], [("therapist", ["1", "x"])], {}),
    "nothing": ("nothing", GROWTH, [("client", ["1", "time"]), ("therapist", ["1"])], {}),
    "perfect": ("perfect", ["1", "time"], [("client", ["1", "time"])], {}),
}


# ---- data -------------------------------------------------------------------------------------------------------------------

def write(name, heads, rows):
    with open(f"hard_{name}.csv", "w", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(heads)
        lines.writerows([[f"{value:.12g}" for value in row] for row in rows])


def growth(luck, therapists, clients, sessions, sd, leave=0.0, arms="therapist"):
    """Clients in therapists, sessions in clients; `sd` of intercept and slope of therapists and of clients, and of errors."""
    rows, client = [], 0
    for therapist in range(1, therapists + 1):
        level, slope = luck.gauss(0, sd[0]), luck.gauss(0, sd[1])
        for _ in range(clients):
            client += 1
            tx = therapist % 2 if arms == "therapist" else client % 2
            own = luck.gauss(0, sd[2])
            pace = sd[3] * (0.5 * own / max(sd[2], 1e-9) + luck.gauss(0, 0.8))
            if arms == "client" and tx == 0:
                level = slope = 0.0
            for time in range(sessions):
                y = 20 + level + own + (slope + pace - 0.5 - 0.2 * tx) * time + luck.gauss(0, sd[4])
                rows.append([therapist, client, time, tx, y])
                if luck.random() < leave:
                    break
    return ["therapist", "client", "time", "tx", "y"], rows


def clustered(luck, sizes, tau, sigma=1.0, mean=0.0, slope=0.0):
    rows = []
    for therapist, size in enumerate(sizes, 1):
        level, pull, of_x = luck.gauss(0, tau), luck.gauss(0, slope), luck.gauss(0, 0.5)
        for _ in range(size):
            x, z = luck.gauss(of_x, 1), luck.gauss(0, 1)
            rows.append([therapist, x, z, mean + level + (0.4 + pull) * x + 0.2 * z + luck.gauss(0, sigma)])
    return ["therapist", "x", "z", "y"], rows


def data():
    luck = lambda of: random.Random(20250103 + of)
    one = luck(1)
    rows = []
    for client in range(1, 31):
        level, pace, pull = one.gauss(0, 1500), one.gauss(0, 300), one.gauss(0, 6e8)
        for time in range(6):
            far, small = one.gauss(3e6, 1e6), one.gauss(0, 1e-6)
            near = far + one.gauss(0, 100)
            y = 1e4 + level + (pace - 100) * time + 1e-3 * far + (4e8 + pull) * small + one.gauss(0, 700)
            rows.append([client, time, 2015 + time, far, near, small, y])
    write("scales", ["client", "time", "year", "far", "near", "small", "y"], rows)
    two = luck(2)
    write("single", *clustered(two, [1] * 45 + [two.randint(2, 5) for _ in range(15)], 0.7))
    write("few", *clustered(luck(3), [12, 9, 15, 7], 1.5))
    write("dropout", *growth(luck(4), 14, 6, 8, (2, 0.4, 3, 0.6, 2), leave=0.3))
    five, rows, therapist, client = luck(5), [], 0, 0
    for clinic in range(1, 9):
        c = five.gauss(0, 1.2)
        for _ in range(4):
            therapist += 1
            t = five.gauss(0, 1)
            for _ in range(3):
                client += 1
                own = five.gauss(0, 1.5)
                for _ in range(3):
                    x = five.gauss(0, 1)
                    rows.append([clinic, therapist, client, x, 5 + c + t + own + 0.3 * x + five.gauss(0, 1)])
    write("four", ["clinic", "therapist", "client", "x", "y"], rows)
    six, rows = luck(6), []
    for client in range(1, 41):
        a, b, c = six.gauss(0, 2), six.gauss(0, 0.9), six.gauss(0, 0.15)
        for time in range(8):
            y = 10 + a + (b - 1) * time + (c + 0.1 - 0.05 * b) * time**2 + six.gauss(0, 1)
            rows.append([client, time, time**2, y])
    write("curve", ["client", "time", "square", "y"], rows)
    seven, rows = luck(7), []
    for therapist in range(1, 25):
        level = seven.gauss(0, 0.6)
        for _ in range(seven.randint(3, 9)):
            kind, pre = min(10, 1 + int(seven.expovariate(0.35))), seven.gauss(50, 10)
            dummies = [1.0 if kind == i else 0.0 for i in range(2, 11)]
            rows.append([therapist, pre, *dummies, 3 + level + 0.05 * pre + 0.1 * kind + seven.gauss(0, 1)])
    write("factor", ["therapist", "pre", *[f"d{i}" for i in range(2, 11)], "y"], rows)
    write("arm", *growth(luck(8), 16, 5, 5, (2, 0.6, 3, 0.7, 1.5), arms="client"))
    write("alike", *clustered(luck(9), [12] * 25, 0.12))
    write("apart", *clustered(luck(10), [2, 3, 4, 5] * 6, 300.0))
    write("offset", *clustered(luck(11), [2, 3, 4, 5] * 6, 0.8, mean=1e7))
    write("huge", *clustered(luck(12), [1, 1, 1, 2, 2, 3, 4, 5, 6, 8, 9, 150], 0.8, slope=0.5))
    write("nothing", *growth(luck(13), 15, 6, 4, (0, 0, 3, 0.6, 2)))
    write("perfect", *growth(luck(14), 12, 3, 4, (0, 0, 1, 0.05, 2)))
    for name, (table, fixed, parts, more) in CASES.items():
        random_terms = [f"({' + '.join((['0'] if '1' not in terms else []) + terms)} | {group})" for group, terms in parts]
        spec = {"formula": " + ".join(["y ~ " + " + ".join(fixed), *random_terms]), "method": more.get("method", "REML"), "data": table}
        with open(f"hard_{name}.json", "w") as file:
            json.dump(spec, file)


# ---- solutions --------------------------------------------------------------------------------------------------------------

def table(name):
    with open(f"hard_{name}.csv") as file:
        rows = list(csv.DictReader(file))
    return {head: [row[head] for row in rows] for head in rows[0]}, len(rows)


def joined(groupings, rows):
    """Rows that share a group of any grouping, directly or through others."""
    home = {row: row for row in rows}

    def root(row):
        while home[row] != row:
            row = home[row]
        return row

    for codes in groupings:
        first = {}
        for row in rows:
            if codes[row] is not None:
                home[root(row)] = root(first.setdefault(codes[row], row))
    found = {}
    for row in rows:
        found.setdefault(root(row), []).append(row)
    return found.values()


class Model:
    def __init__(self, name):
        data, fixed, self.parts, _ = CASES[name]
        columns, self.n = table(data)
        product = lambda term, row: math.prod((arb(columns[one][row]) for one in term.split(":") if one != "1"), start=arb(1))
        rows = range(self.n)
        self.p = len(fixed)
        self.widths = [len(terms) for _, terms in self.parts]
        touched = lambda group, terms, row: columns[group][row] if any(product(term, row) != 0 for term in terms) else None
        blocks = joined([[touched(group, terms, row) for row in rows] for group, terms in self.parts], rows)
        self.blocks = []
        for own in blocks:
            x = arb_mat([[product(term, row) for term in fixed] + [arb(columns["y"][row])] for row in own])
            z = [[(columns[group][row], [product(term, row) for term in terms]) for row in own] for group, terms in self.parts]
            self.blocks.append((x, z))

    def factors(self, theta):
        values, found = iter(theta), []
        for q in self.widths:
            lower = [[arb(0)] * q for _ in range(q)]
            for column in range(q):
                for row in range(column, q):
                    lower[row][column] = next(values)
            found.append(lower)
        return found

    def relative(self, theta):
        """ΛΛ' of each part."""
        return [[[sum((a * b for a, b in zip(one, other)), arb(0)) for other in lower] for one in lower] for lower in self.factors(theta)]

    def covariances(self, covariance):
        """The rows' covariance matrix by block: I + ZDZ', D by part."""
        for x, z in self.blocks:
            n = x.nrows()
            v = [[arb(1 if i == j else 0) for j in range(n)] for i in range(n)]
            for part, rows in zip(covariance, z):
                pulled = [[sum((a * part[k][c] for k, a in enumerate(row)), arb(0)) for c in range(len(row))] for _, row in rows]
                for i in range(n):
                    for j in range(n):
                        if rows[i][0] == rows[j][0]:
                            v[i][j] += sum((a * b for a, b in zip(pulled[i], rows[j][1])), arb(0))
            yield x, z, arb_mat(v)

    def products(self, theta):
        """ln |V| and [X y]'V⁻¹[X y], V relative to σ²."""
        log_det, total = arb(0), arb_mat(self.p + 1, self.p + 1)
        for x, _, v in self.covariances(self.relative(theta)):
            log_det += v.det().log()
            total += x.transpose() * v.solve(x)
        return log_det, total

    def entries(self):
        """Free entries of D: part, row, column."""
        return [(part, a, b) for part, q in enumerate(self.widths) for b in range(q) for a in range(b, q)]

    def kenward_roger(self, theta, sigma2, inverse):
        """Adjusted variances and degrees of freedom, from derivatives of V by every variance and covariance."""
        entries, p = self.entries(), self.p
        k, phi = len(entries) + 1, inverse * sigma2
        first = [arb_mat(p, p) for _ in range(k)]
        second = [[arb_mat(p, p) for _ in range(k)] for _ in range(k)]
        traces = [[arb(0)] * k for _ in range(k)]
        for both, z, v in self.covariances(self.relative(theta)):
            n = v.nrows()
            x = arb_mat([[both[i, j] for j in range(p)] for i in range(n)])
            slopes = []
            for part, a, b in entries:
                rows = z[part]
                sides = [(a, b)] if a == b else [(a, b), (b, a)]
                same = lambda i, j: rows[i][0] == rows[j][0]
                value = lambda i, j: sum((rows[i][1][c] * rows[j][1][d] for c, d in sides), arb(0)) if same(i, j) else arb(0)
                slopes.append(arb_mat([[value(i, j) for j in range(n)] for i in range(n)]))
            slopes.append(arb_mat([[arb(1 if i == j else 0) for j in range(n)] for i in range(n)]))
            weight = (v * sigma2).inv()
            wx, leans = weight * x, [weight * slope for slope in slopes]
            pulled = [slope * wx for slope in slopes]
            for i in range(k):
                first[i] -= wx.transpose() * pulled[i]
                for j in range(k):
                    second[i][j] += pulled[i].transpose() * weight * pulled[j]
                    if j <= i:
                        other = leans[j].transpose()
                        traces[i][j] += sum((leans[i][a, b] * other[a, b] for a in range(n) for b in range(n)), arb(0))
                        traces[j][i] = traces[i][j]
        trace = lambda m: sum((m[i, i] for i in range(p)), arb(0))
        information = [[traces[i][j] - 2 * trace(phi * second[i][j]) + trace(phi * first[i] * phi * first[j]) for j in range(k)] for i in range(k)]
        w = 2 * arb_mat(information).inv()
        u = arb_mat(p, p)
        for i in range(k):
            for j in range(k):
                u += (second[i][j] - first[i] * phi * first[j]) * w[i, j]
        adjusted = phi + 2 * phi * u * phi
        moved = [phi * one * phi for one in first]
        df = []
        for c in range(p):
            shares = [one[c, c] / phi[c, c] for one in moved]
            df.append(2 / sum((w[i, j] * shares[i] * shares[j] for i in range(k) for j in range(k)), arb(0)))
        return [adjusted[c, c].sqrt() for c in range(p)], df

    def effects(self, theta, sigma2, beta):
        """Predicted effects and their conditional covariances, by part and group."""
        covariance = self.relative(theta)
        found = [{} for _ in self.parts]
        for both, z, v in self.covariances(covariance):
            n = v.nrows()
            residual = arb_mat([[both[i, self.p] - sum((both[i, j] * beta[j, 0] for j in range(self.p)), arb(0))] for i in range(n)])
            for part, rows in enumerate(z):
                d = arb_mat(covariance[part])
                q = self.widths[part]
                same = [other for other, one in zip(z, self.parts) if one[0] == self.parts[part][0]]
                for group in dict.fromkeys(code for other in same for code, row in other if any(value != 0 for value in row)):
                    own = arb_mat([[row[c] if code == group else arb(0) for c in range(q)] for code, row in rows])
                    pull = d * own.transpose()
                    mean = pull * v.solve(residual)
                    spread = (d - pull * v.solve(own * d)) * sigma2
                    found[part][int(group)] = mean, spread
        return found

    def solved(self, theta, reml):
        log_det, total = self.products(theta)
        p = self.p
        a = arb_mat([[total[i, j] for j in range(p)] for i in range(p)])
        right = arb_mat([[total[i, p]] for i in range(p)])
        inverse = a.inv()
        beta = inverse * right
        rss = total[p, p] - (right.transpose() * beta)[0, 0]
        freedom = self.n - (p if reml else 0)
        log_det += a.det().log() if reml else 0
        return log_det, rss, freedom, beta, inverse

    def profiled(self, theta, reml):
        log_det, rss, freedom, _, _ = self.solved(theta, reml)
        return log_det + freedom * (1 + (2 * arb.pi() * rss / freedom).log())

    def whole(self, theta, sigma2, reml):
        """The criterion with σ² free, and the covariance matrix of the fixed effects."""
        log_det, rss, freedom, _, inverse = self.solved(theta, reml)
        return log_det + freedom * (2 * arb.pi() * sigma2).log() + rss / sigma2, [inverse[i, i] * sigma2 for i in range(self.p)]


def middle(value):
    return arb(value.mid())


def second_derivatives(function, at, steps):
    """Gradient and Hessian of the first value of `function`, gradients of the others, by central differences."""
    k = len(at)
    def moved(*moves):
        there = list(at)
        for place, sign in moves:
            there[place] = there[place] + sign * steps[place]
        return function(there)
    here = function(at)
    up, down = [moved((i, 1)) for i in range(k)], [moved((i, -1)) for i in range(k)]
    gradients = [[(a - b) / (2 * step) for a, b in zip(u, d)] for u, d, step in zip(up, down, steps)]
    hessian = [[arb(0)] * k for _ in range(k)]
    for i in range(k):
        hessian[i][i] = (up[i][0] + down[i][0] - 2 * here[0]) / steps[i] ** 2
        for j in range(i):
            both = moved((i, 1), (j, 1))[0] + moved((i, -1), (j, -1))[0]
            value = (both - up[i][0] - up[j][0] + 2 * here[0] - down[i][0] - down[j][0]) / (2 * steps[i] * steps[j])
            hessian[i][j] = hessian[j][i] = value
    return gradients, arb_mat([[middle(value) for value in row] for row in hessian])


def solve(name):
    with open(f"hard_{name}.json") as file:
        spec = json.load(file)
    model, reml = Model(name), spec["method"] == "REML"
    theta = [arb(repr(value)) for value in spec["start_theta"]]
    free = [i for i, value in enumerate(spec["start_theta"]) if value != 0]
    spread = lambda values: [values[free.index(i)] if i in free else arb(0) for i in range(len(theta))]
    at = [theta[i] for i in free]
    for taken in range(12):
        steps = [SMALL * abs(float(value)) for value in at]
        gradients, hessian = second_derivatives(lambda t: [model.profiled(spread(t), reml)], at, steps)
        step = hessian.solve(arb_mat([[-middle(g[0])] for g in gradients]))
        at = [middle(value + step[i, 0]) for i, value in enumerate(at)]
        largest = max(abs(float(step[i, 0]) / float(value)) for i, value in enumerate(at))
        print(name, taken, f"{largest:.1e}", flush=True)
        if largest < 1e-28:
            break
    else:
        raise SystemExit(f"{name}: no convergence")
    theta = spread(at)
    here = model.profiled(theta, reml)
    for i in set(range(len(theta))) - set(free):
        # Where a parameter stays at zero, the criterion must rise from there.
        beside = [value if place != i else max(abs(float(value)) for value in at) * arb("1e-4") for place, value in enumerate(theta)]
        if not model.profiled(beside, reml) > here:
            raise SystemExit(f"{name}: parameter {i} does not belong at zero")
    _, rss, freedom, beta, inverse = model.solved(theta, reml)
    sigma2 = middle(rss / freedom)
    terms = ["(Intercept)" if term == "1" else term for term in CASES[name][1]]
    number = lambda value: middle(value).str(18, radius=False)
    rows = []
    for (group, columns), d in zip(model.parts, model.relative(theta)):
        labels = ["(Intercept)" if term == "1" else term for term in columns]
        for a in range(len(columns)):
            for b in range(a + 1):
                rows.append({"grp": group, "var1": labels[b], "var2": labels[a] if a != b else "", "vcov": number(d[a][b] * sigma2)})
    rows.append({"grp": "Residual", "var1": "", "var2": "", "vcov": number(sigma2)})
    steps = [SMALL * abs(float(value)) for value in [*at, sigma2]]
    def whole(values):
        criterion, variances = model.whole(spread(values[:-1]), values[-1], reml)
        return [criterion, *variances]
    gradients, hessian = second_derivatives(whole, [*at, sigma2], steps)
    spread_of = 2 * hessian.inv()
    def df(j):
        g = arb_mat([[middle(row[j + 1])] for row in gradients])
        return 2 * (inverse[j, j] * sigma2) ** 2 / (g.transpose() * spread_of * g)[0, 0]
    spec["mpmath_50digit"] = {
        "fixef": {term: number(beta[i, 0]) for i, term in enumerate(terms)},
        "se": {term: number((inverse[i, i] * sigma2).sqrt()) for i, term in enumerate(terms)},
        "varcorr": rows, "criterion": number(model.profiled(theta, reml)),
        "satterthwaite_df": {term: number(df(i)) for i, term in enumerate(terms)},
    }
    if reml:
        errors, df_of = model.kenward_roger(theta, sigma2, inverse)
        spec["kenward_roger_se"] = {term: number(errors[i]) for i, term in enumerate(terms)}
        spec["kenward_roger_df"] = {term: number(df_of[i]) for i, term in enumerate(terms)}
    means, spreads = {}, {}
    for (group, _), of in zip(model.parts, model.effects(theta, sigma2, beta)):
        first = sorted(of)[:5]
        rows = [[number(value) for value in of[code][0].entries()] for code in first]
        means[group] = [before + row for before, row in zip(means.get(group, [[]] * len(first)), rows)]
        spreads.setdefault(group, [[[number(value) for value in row] for row in of[code][1].tolist()] for code in first])
    spec["blup_first5"], spec["blup_condvar_first5"] = means, spreads
    with open(f"hard_{name}.json", "w") as file:
        json.dump(spec, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    if sys.argv[1:2] == ["data"]:
        data()
    else:
        for case in sys.argv[2:] or CASES:
            solve(case)
