"""What algebra says about methods: numbers that the scenarios in scenarios/methods are held against.

Plain Python, independent of the program. Integrals are Simpson sums over a chi or normal variable.
"""

import math
from functools import lru_cache


def simpson(f, low, high, steps):
    width = (high - low) / steps
    inside = sum((4 if i % 2 else 2) * f(low + i * width) for i in range(1, steps))
    return width / 3 * (f(low) + f(high) + inside)


def over_normal(f, mean=0.0, sd=1.0, steps=2000):
    """Expectation of f over a normal variable."""
    return simpson(lambda z: f(mean + sd * z) * math.exp(-z * z / 2), -9, 9, steps) / math.sqrt(2 * math.pi)


@lru_cache(maxsize=None)
def chi_grid(df, steps=300):
    """Points of a chi-square variable with the weights of Simpson's rule (in the square root, where it is nearly normal)."""
    low, high = max(0.0, math.sqrt(df) - 7), math.sqrt(df) + 7
    width = (high - low) / steps
    points = []
    for i in range(steps + 1):
        y = low + i * width
        log_density = (
            (df - 1) * math.log(y) - y * y / 2 - (df / 2 - 1) * math.log(2) - math.lgamma(df / 2) if y > 0 else -1e9
        )
        density = math.exp(log_density) if y > 0 else (math.sqrt(2 / math.pi) if df == 1 else 0.0)
        points.append((y * y, density * width / 3 * (1 if i in (0, steps) else 4 if i % 2 else 2)))
    return points


def over_chi_squares(f, df_a, df_b):
    """Expectation of f over two independent chi-square variables."""
    return sum(wa * wb * f(a, b) for a, wa in chi_grid(df_a) for b, wb in chi_grid(df_b))


def beta_share(a, b, x):
    """Regularised incomplete beta function, by its continued fraction (Lentz's algorithm)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - beta_share(b, a, 1 - x)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)) / a
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1))
    result = d
    for m in range(1, 1000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d, c = 1 / (1 + term * d), 1 + term / c
            result *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return front * result


def f_share(x, df_a, df_b):
    """Probability that an F variable is at most x."""
    return beta_share(df_a / 2, df_b / 2, df_a * x / (df_a * x + df_b))


def t_beyond(x, df):
    """Probability that a t variable lies beyond ±x."""
    return beta_share(df / 2, 0.5, df / (df + x * x))


@lru_cache(maxsize=None)
def t_quantile(df):
    """Beyond ± this, .05 of a t variable."""
    low, high = 0.0, 100.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if t_beyond(middle, df) > 0.05 else (low, middle)
    return low


def normal_beyond(z):
    return math.erfc(abs(z) / math.sqrt(2))


class Balanced:
    """Clients of `groups` therapists, `size` of each; variance `between` therapists and `within`.

    `means`: coefficients that differ between therapists (1: a common mean; 2: two arms).
    """

    def __init__(self, groups, size, between, within=100.0, means=1):
        self.rows, self.size, self.within = groups * size, size, within
        self.of_mean = within + size * between
        self.df_between, self.df_within = groups - means, groups * (size - 1)
        self.df = self.df_between + self.df_within
        self.between = between

    def squares(self, f):
        """Expectation of f over the mean squares between and within therapists."""
        weights = (self.of_mean / self.df_between, self.within / self.df_within)
        return over_chi_squares(lambda b, w: f(weights[0] * b, weights[1] * w), self.df_between, self.df_within)

    def pooled(self, between, within):
        return (self.df_between * between + self.df_within * within) / self.df

    def rejection(self, stated):
        """Chance that a true null hypothesis about means is rejected.

        `stated`: critical squared distance, from the two mean squares, in units of the variance of a mean of one row.
        """
        return self.squares(lambda b, w: math.erfc(math.sqrt(stated(b, w) / (2 * self.of_mean))))

    def naive(self):
        """The t test that takes all clients as independent."""
        return self.rejection(lambda b, w: t_quantile(self.df) ** 2 * self.pooled(b, w))

    def mixed(self, df_inside=None, df_boundary=None):
        """The mixed model by REML: mean square between therapists, or all pooled where the variance is estimated as 0."""
        inside, boundary = t_quantile(df_inside or self.df_between) ** 2, t_quantile(df_boundary or self.df) ** 2
        return self.rejection(lambda b, w: inside * b if b > w else boundary * self.pooled(b, w))

    def singular(self):
        """Chance that the variance between therapists is estimated as 0."""
        return f_share(self.within / self.of_mean, self.df_between, self.df_within)

    def variance(self):
        """Mean and standard deviation of the REML estimate of the variance between therapists."""
        return self.moments(lambda b, w: max(0.0, (b - w) / self.size))

    def share(self):
        """The same of the estimated share of the variance (ICC)."""
        return self.moments(lambda b, w: (b - w) / (b + (self.size - 1) * w) if b > w else 0.0)

    def missed_variance(self):
        """Chance that estimate ± 1.96 standard errors misses the variance between therapists; an estimate of 0 misses it.

        The standard error is that of the expected information, at the estimates.
        """

        def missed(b, w):
            if b <= w:
                return 1.0
            error = math.sqrt(2 * (b * b / self.df_between + w * w / self.df_within)) / self.size
            return float(abs((b - w) / self.size - self.between) > 1.959963985 * error)

        return self.squares(missed)

    def found(self):
        """Chance that the likelihood ratio finds a variance between therapists at p ≤ .05, half of it a point mass at 0.

        The ratio rises with that of the mean squares, F; the chance is that of an F above the value at which it is critical.
        """
        critical = 2.7055434540954  # .90 quantile of chi-square with 1 degree of freedom

        def ratio(f):
            pooled = (self.df_between * f + self.df_within) / self.df
            return self.df * math.log(pooled) - self.df_between * math.log(f)

        low, high = 1.0, 1e6
        for _ in range(200):
            middle = math.sqrt(low * high)
            low, high = (middle, high) if ratio(middle) < critical else (low, middle)
        return 1 - f_share(low * self.within / self.of_mean, self.df_between, self.df_within)

    def moments(self, f):
        first, second = self.squares(f), self.squares(lambda b, w: f(b, w) ** 2)
        return first, math.sqrt(second - first * first)


def two_arms(groups, size, between, within):
    """Two arms of `groups` therapists each."""
    return Balanced(2 * groups, size, between, within, means=2)


def partially_nested(groups, size, between, within):
    """Type I error of a t test on clients of whom one arm has therapists and the other, equally large, has none."""
    own, rows = within + size * between, groups * size
    df = 2 * rows - 2
    critical = t_quantile(df) ** 2
    truth = (own + within) / rows
    stated = lambda b, w: critical * (own * b + within * w) / df * 2 / rows
    return over_chi_squares(
        lambda b, w: math.erfc(math.sqrt(stated(b, w) / (2 * truth))), groups - 1, groups * (size - 1) + rows - 1
    )


def partially_nested_model(groups, size, between, within):
    """Of the mixed model that gives therapists to the one arm that has them, with Satterthwaite's degrees of freedom."""
    own, rows, few = within + size * between, groups * size, groups - 1
    many = groups * (size - 1) + rows - 1
    truth = (own + within) / rows
    # Quantiles between those of `few` and all degrees of freedom, evenly spaced in 1/df.
    ends, steps = (1 / (few + many), 1 / few), 200
    table = [t_quantile(1 / (ends[0] + (ends[1] - ends[0]) * i / steps)) for i in range(steps + 1)]

    def critical(df):
        place = (1 / df - ends[0]) / (ends[1] - ends[0]) * steps
        i = min(int(place), steps - 1)
        return table[i] + (table[i + 1] - table[i]) * (place - i)

    def rejected(b, w):
        b, w = own * b / few, within * w / many
        if b > w:
            stated, df = (b + w) / rows, (b + w) ** 2 / (b * b / few + w * w / many)
        else:
            stated, df = 2 * (few * b + many * w) / (few + many) / rows, few + many
        return math.erfc(critical(df) * math.sqrt(stated / (2 * truth)))

    return over_chi_squares(rejected, few, many)


def uncorrected(clusters_per_arm):
    """Type I error of cluster-robust errors without correction in two arms of equal clusters: too small by √((m − 1)/m)."""
    df = 2 * clusters_per_arm - 2
    return t_beyond(t_quantile(df) * math.sqrt((clusters_per_arm - 1) / clusters_per_arm), df)


def reliability(icc, size):
    """Of a group's mean of `size` members."""
    return icc / (icc + (1 - icc) / size)


def outside_funnel(groups, size, icc):
    """Share of groups whose mean lies outside 95 % limits that take them as all alike."""
    spread = (1 + size * icc / (1 - icc)) * (1 - 1 / groups)
    return normal_beyond(1.959963985 / math.sqrt(spread))


def correlation_mean(rho, n):
    """Expectation of the correlation in a sample of n from a bivariate normal distribution (Hotelling 1953)."""
    log_ratio = 2 * (math.lgamma(n / 2) - math.lgamma((n - 1) / 2))
    series, term = 1.0, 1.0
    for k in range(2000):
        term *= (0.5 + k) ** 2 / (((n + 1) / 2 + k) * (k + 1)) * rho * rho
        series += term
    return 2 / (n - 1) * math.exp(log_ratio) * rho * series


def nickell(rho, t):
    """Bias of the within estimator of an autoregression from t usable time points, many clients (Nickell 1981, eq. 18)."""
    a = 1 - (1 - rho**t) / (t * (1 - rho))
    return -(1 + rho) / (t - 1) * a / (1 - 2 * rho * a / ((1 - rho) * (t - 1)))


class Pooled:
    """Meta-analysis of `k` studies of `n` clients, whose true correlations are (q b)/√(1 + (q b)²), q ~ N(1, sd²)."""

    def __init__(self, k, n, b, sd):
        self.k, self.v = k, 1 / (n - 3)
        z = lambda q: math.asinh(b * q)
        self.mean = over_normal(z, 1, sd)
        self.tau2 = over_normal(lambda q: (z(q) - self.mean) ** 2, 1, sd)
        # Fisher's z of a sample is off by r / (2 (n − 1)).
        self.expected = self.mean + over_normal(lambda q: math.tanh(z(q)), 1, sd) / (2 * (n - 1))

    def over_variance(self, f):
        """Expectation of f over the variance of the observed z among studies."""
        truth = self.v + self.tau2
        return sum(w * f(truth * x / (self.k - 1)) for x, w in chi_grid(self.k - 1, 4000))

    def coverage(self):
        """Of DerSimonian and Laird's interval: studies of equal size, so that the mean is a plain mean."""
        truth = self.v + self.tau2
        return 1 - self.over_variance(lambda s: math.erfc(1.959963985 * math.sqrt(max(self.v, s) / truth / 2)))

    def fixed_coverage(self):
        """Of the interval that takes one true effect for granted."""
        return 1 - normal_beyond(1.959963985 * math.sqrt(self.v / (self.v + self.tau2)))

    def tau(self):
        """Mean of the estimated standard deviation between studies."""
        return self.over_variance(lambda s: math.sqrt(max(0.0, s - self.v)))


def logistic(x):
    return 1 / (1 + math.exp(-x))


class Missing:
    """Two scores of a client: level N(first, sd²) plus an error of SD `error` each time, `change` later.

    The second is missing with log-odds logit(chance) + slope · (score − first)/sd, of the first score if `seen`, else
    of the second.
    """

    def __init__(self, chance, slope, seen, first=78.0, change=-6.0, sd=10.0, error=7.0):
        total = math.hypot(sd, error)
        lean = sd * sd / (total * total)
        means = (first, first + change)
        base = math.log(chance / (1 - chance))
        there = lambda y: 1 - logistic(base + slope * (y - first) / sd)
        own, other = means if seen else means[::-1]
        share = over_normal(there, own, total)
        with_own = over_normal(lambda y: y * there(y), own, total)
        with_other = over_normal(lambda y: (other + lean * (y - own)) * there(y), own, total)
        first_there, second_there = (with_own, with_other) if seen else (with_other, with_own)
        self.completers = second_there / share
        # The second where it is there, else the first.
        self.carried = second_there + means[0] - first_there
        # Of clients with both scores: regression of the second on the first, at its mean among all.
        spread = over_normal(lambda y: y * y * there(y), own, total) / share - (with_own / share) ** 2
        rest = total * total * (1 - lean * lean)
        slope = lean if seen else lean * spread / (lean * lean * spread + rest)
        self.adjusted = self.completers + slope * (means[0] - first_there / share)


def solve(matrix, right):
    """Linear equations by elimination."""
    rows = [list(row) + [value] for row, value in zip(matrix, right)]
    for i in range(len(rows)):
        pivot = max(range(i, len(rows)), key=lambda j: abs(rows[j][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for j in range(len(rows)):
            if j != i:
                factor = rows[j][i] / rows[i][i]
                rows[j] = [a - factor * b for a, b in zip(rows[j], rows[i])]
    return [row[-1] / row[i] for i, row in enumerate(rows)]


class EarlyGains:
    """Alliance A at session 3 that does nothing but follow the surprises of sessions 1 and 2; symptoms are a random walk."""

    def __init__(self, error, trait=0.7, state=0.3, inertia=0.3, effect=0.5, shock=6.0, severity=15.0):
        # y₁ counts with inertia · effect, y₂ with effect; both lower symptoms from the next session on.
        lifts = (inertia * effect, effect)
        self.alliance = trait + state + state * sum(lift * lift for lift in lifts)
        self.shared = -math.sqrt(state) * shock * sum(lifts)
        self.pre = severity**2 + error**2
        self.third = severity**2 + 2 * shock**2 + error**2
        self.level, self.walked = severity**2, severity**2 + 2 * shock**2

    def on_intake(self):
        """Coefficient of alliance beside the score at session 1, or beside nothing, of the score at the end."""
        return self.shared / self.alliance

    def on_third(self):
        """Beside the score at the session of the rating."""
        return solve([[self.alliance, self.shared], [self.shared, self.third]], [self.shared, self.walked])[0]

    def on_both(self):
        """Beside both scores."""
        matrix = [[self.alliance, self.shared, 0], [self.shared, self.third, self.level], [0, self.level, self.pre]]
        return solve(matrix, [self.shared, self.walked, self.level])[0]


class Lagged:
    """A client's series of `sessions`: alliance S and symptoms y around her levels, as sums of independent normal shocks.

    S_t = φ S_{t−1} − β √V e_{t−1}/s + N(0, V (1 − φ²))        y_{t+1} = (1 − k) y_t + e_t − b S_t,  e_t ~ N(0, s²)
    """

    def __init__(self, sessions, works, lifts, inertia=0.3, state=0.3, rate=0.3, noise=8.0, start=11.0):
        self.effect = -works * noise / math.sqrt(state)
        size = 2 * sessions + 2
        unit = lambda i, scale: [scale if j == i else 0.0 for j in range(size)]
        add = lambda *parts: [sum(values) for values in zip(*parts)]
        times = lambda scale, of: [scale * value for value in of]
        self.alliance, self.symptoms = [], [unit(0, start)]
        before, surprise = unit(1, math.sqrt(state)), None
        for t in range(sessions):
            own = add(times(inertia, before), unit(2 + 2 * t, math.sqrt(state * (1 - inertia**2))))
            if surprise:
                own = add(own, times(-lifts * math.sqrt(state), surprise))
            self.alliance.append(own)
            # What is unexpected is all that is not the way to her level, the effect of alliance included.
            change = add(unit(3 + 2 * t if 3 + 2 * t < size else 1, noise), times(self.effect, own))
            surprise = times(1 / noise, change)
            self.symptoms.append(add(times(1 - rate, self.symptoms[-1]), change))
            before = own
        self.used = sessions - 1

    def centred(self, series):
        mean = [sum(values) / len(series) for values in zip(*series)]
        return [[value - m for value, m in zip(one, mean)] for one in series]

    def coefficients(self):
        """Of centred alliance and centred symptoms, on the symptoms of the next session."""
        x, y, z = (
            self.centred(of)
            for of in (self.alliance[: self.used], self.symptoms[: self.used], self.symptoms[1 : self.used + 1])
        )
        product = lambda a, b: sum(p * q for one, other in zip(a, b) for p, q in zip(one, other))
        return solve([[product(x, x), product(x, y)], [product(x, y), product(y, y)]], [product(x, z), product(y, z)])
