#!/usr/bin/env bash
# Runs all tests, after installing what they need: Python with h5py, pandas, xarray and h5netcdf, and R with rhdf5, hdf5r and
# jsonlite, which open our result files; statsmodels, lme4, lavaan, plm, survival and metafor, which analyse our data sets;
# Chromium, which opens our pages. Options go to `cargo test`.
#
#     scripts/test.sh [options of `cargo test`]
#
# DYADSIM_PYTHON=/path/to/python uses that Python. DYADSIM_SKIP_READERS=1 leaves out the tests that
# need Python or R, DYADSIM_SKIP_BROWSER=1 those that need a browser; nothing is installed for them then.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/common.sh
. scripts/common.sh

need_r() {
    local missing=()
    command -v Rscript >/dev/null || missing+=(r-base-core)
    for pair in rhdf5:r-bioc-rhdf5 hdf5r:r-cran-hdf5r jsonlite:r-cran-jsonlite lme4:r-cran-lme4 lavaan:r-cran-lavaan \
        plm:r-cran-plm survival:r-cran-survival metafor:r-cran-metafor; do
        if ! { command -v Rscript >/dev/null && Rscript -e "quit(status = !requireNamespace('${pair%%:*}', quietly = TRUE))" >/dev/null 2>&1; }; then
            missing+=("${pair##*:}")
        fi
    done
    [ ${#missing[@]} -eq 0 ] || install_packages "${missing[@]}"
}

need_build_tools
if [ "${DYADSIM_SKIP_READERS:-}" != 1 ]; then
    need_python
    need_r
fi
cargo test --locked "$@"
if [ "${DYADSIM_SKIP_BROWSER:-}" != 1 ]; then
    scripts/browser_tests.sh
fi
