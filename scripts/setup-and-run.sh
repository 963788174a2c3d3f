#!/usr/bin/env bash
# From a fresh clone to the first answer: installs what is missing, builds, and compares usual care
# with feedback. Run it again at any time; it does only what is still to be done.
#
#     scripts/setup-and-run.sh [SCENARIO.ron] [options of `dyadsim run`]
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/common.sh
. scripts/common.sh

need_build_tools
say "Building (a few minutes the first time)"
cargo build --release --locked --quiet

program="${CARGO_TARGET_DIR:-target}/release/dyadsim"
[ $# -gt 0 ] || set -- scenarios/feedback.ron --force
"$program" run "$@"

cat <<END

How to read this: every client was treated in every arm, with the same luck. Levels describe an
arm, differences compare it with the first one; the small number beside each is its Monte Carlo
standard error (how far chance in the simulation may have moved it). All of it is simulated: what
follows from the assumptions in the scenario, not evidence.

Next:
  $program show feedback.h5   the table again
  $program explain dropout    what a key means and where its default comes from
README.md has a tour and shows how to open the file in Python and R.
END
