"""Mixed models with statsmodels, for `dyadsim estimate`: outcome after treatment, with and without therapists.

    dyadsim estimate study.ron --with 'python3 statsmodels_mixed.py' --columns 'post; pre; early; therapist'

Write your own analysis into `analyse`. It is given a pandas data frame, and gives back one with the columns term and estimate,
and as far as there are any: estimator, se, df, low, high, p, status (converged, boundary or failed), reason.
"""

import io
import sys
import warnings

import numpy as np
import pandas as pd
import statsmodels.formula.api as smf


def analyse(data: pd.DataFrame) -> pd.DataFrame:
    data = data.dropna(subset=["post", "pre", "early", "therapist"]).copy()
    data["early_mean"] = data.groupby("therapist")["early"].transform("mean")
    data["early_within"] = data["early"] - data["early_mean"]
    formula = "post ~ pre + early_mean + early_within"
    # The usual search (bfgs, then lbfgs and cg) often ends at the boundary although the optimum is elsewhere.
    mixed = smf.mixedlm(formula, data, groups=data["therapist"]).fit(reml=True, method="powell")
    variance = float(mixed.cov_re.iloc[0, 0])
    names = [name.replace("Intercept", "(Intercept)") for name in mixed.fe_params.index]
    mixed_rows = pd.DataFrame(
        {
            "estimator": "mixedlm",
            "term": [*names, "var therapist", "var residual"],
            "estimate": [*mixed.fe_params, variance, mixed.scale],
            "se": [*mixed.bse_fe, np.nan, np.nan],
            "status": "converged" if mixed.converged and variance > 1e-8 * mixed.scale else "boundary",
        }
    )
    ordinary = smf.ols(formula, data).fit()
    ordinary_rows = pd.DataFrame(
        {"estimator": "ols", "term": names, "estimate": ordinary.params, "se": ordinary.bse, "df": ordinary.df_resid}
    )
    return pd.concat([mixed_rows, ordinary_rows])


def main() -> None:
    """Takes data sets from dyadsim and gives answers back; it can stay as it is."""
    while head := sys.stdin.readline():
        about = dict(pair.split("=") for pair in head.split()[1:])
        data = pd.read_csv(io.StringIO("".join(sys.stdin.readline() for _ in range(int(about["rows"]) + 1))))
        np.random.seed(int(about["seed"]))
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                answer = analyse(data)
            print("answer", answer.to_csv(index=False, na_rep="NA"), "end", sep="\n")
        except Exception as error:
            print("failed:", " ".join(f"{type(error).__name__} {error}".split()))
        sys.stdout.flush()


if __name__ == "__main__":
    main()
