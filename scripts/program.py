"""Where the project and its program are: shared by the scripts that fill documents from real runs."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def program():
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    named = Path(os.environ.get("DYADSIM", target / "release" / "dyadsim"))
    if not named.is_file():
        sys.exit(f"there is no {named}; run `cargo build --release`, or name the program in DYADSIM")
    return named.resolve()
