#!/usr/bin/env bash
# Runs all tests, after installing what they need: Python with h5py, pandas, xarray and h5netcdf,
# and R with rhdf5, hdf5r and jsonlite, which open our result files; statsmodels, lme4, lavaan, plm, survival and
# metafor, which analyse our data sets. Options go to `cargo test`.
#
#     scripts/test.sh [options of `cargo test`]
#
# DYADSIM_PYTHON=/path/to/python uses that Python. DYADSIM_SKIP_READERS=1 leaves out the tests that
# need Python or R; nothing is installed for them then.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/common.sh
. scripts/common.sh

python_packages="h5py pandas xarray h5netcdf statsmodels"

has_packages() { "$1" -c "import ${python_packages// /, }" 2>/dev/null; }

# A Python with the packages: the one that is named, the system's, or an environment of our own (systems
# that manage their Python themselves do not want packages added to it).
need_python() {
    local own="$PWD/target/python"
    for python in "${DYADSIM_PYTHON:-}" python3 "$own/bin/python"; do
        if [ -n "$python" ] && command -v "$python" >/dev/null && has_packages "$python"; then
            export DYADSIM_PYTHON="$python"
            return
        fi
    done
    [ -z "${DYADSIM_PYTHON:-}" ] || say "$DYADSIM_PYTHON lacks one of: $python_packages"
    if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
        install_packages python3 python3-venv
    fi
    say "Making a Python environment in target/python"
    mkdir -p target
    python3 -m venv "$own" || fail "python3 cannot make an environment in target/python" "Set DYADSIM_PYTHON, or DYADSIM_SKIP_READERS=1."
    # shellcheck disable=SC2086
    "$own/bin/python" -m pip install --quiet --disable-pip-version-check $python_packages ||
        fail "pip could not install: $python_packages" "Set DYADSIM_PYTHON to a Python that has them, or DYADSIM_SKIP_READERS=1."
    has_packages "$own/bin/python" || fail "the packages in target/python do not load" "Remove that folder and try again."
    export DYADSIM_PYTHON="$own/bin/python"
}

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
