#!/usr/bin/env bash
# Opens report and explorer in Chromium, after installing what that needs: chromium with a font, Node 18 or newer, and two
# packages from npm (tests/browser/package-lock.json). Options go to `node --test`.
#
#     scripts/browser_tests.sh [options of `node --test`]
#
# DYADSIM=path/to/dyadsim tests that program, otherwise one is built. CHROMIUM names another browser.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/common.sh
. scripts/common.sh

need_browser
if [ -z "${DYADSIM:-}" ]; then
    need_build_tools
    cargo build --locked --quiet
    DYADSIM="$(realpath "${CARGO_TARGET_DIR:-target}")/debug/dyadsim"
    export DYADSIM
fi
node --test "$@" tests/browser/*.test.mjs
