#!/usr/bin/env bash
# Opens report and explorer in Chromium, after installing what that needs: chromium with a font, Node 18 or newer, two packages
# from npm (tests/browser/package-lock.json), and a Python with h5py and pandas, which works out the numbers once more. Options
# go to `node --test`.
#
#     scripts/browser_tests.sh [options of `node --test`]
#
# DYADSIM=path/to/dyadsim tests that program, otherwise one is built. CHROMIUM names another browser.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/common.sh
. scripts/common.sh

need_browser
need_python
need_program
node --test "$@" tests/browser/*.test.mjs
