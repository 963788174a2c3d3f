#!/usr/bin/env bash
# Makes the pictures of pages that the README shows (docs/pictures), in Chromium.
#
#     scripts/screenshots.sh
#
# DYADSIM=path/to/dyadsim takes that program, otherwise one is built.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/common.sh
. scripts/common.sh

need_browser
need_program
mkdir -p docs/pictures
for shots in tests/browser/*.shots.mjs; do
    node "$shots" docs/pictures
done
