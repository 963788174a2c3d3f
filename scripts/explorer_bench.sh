#!/usr/bin/env bash
# How long a moved slider of the explorer takes until the new picture is on the screen, in Chromium: median and 95th
# percentile by lesson. Give the machine nothing else to do meanwhile.
#
#     scripts/explorer_bench.sh [moves per lesson, 40 without it]
#
# DYADSIM=path/to/dyadsim takes that program, otherwise one is built.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/common.sh
. scripts/common.sh

need_browser
need_program
node tests/browser/explorer_bench.mjs "$@"
