//! Fresh data sets, analysed here and by lme4, plm, survival and metafor: `scripts/cross_check.R`.
//!
//! `DYADSIM_SKIP_READERS=1` leaves this test out.
#![cfg(feature = "cli")]

use std::path::Path;
use std::process::Command;

#[test]
fn our_estimates_are_those_of_the_packages_of_r() {
    if std::env::var_os("DYADSIM_SKIP_READERS").is_some_and(|value| value == "1") {
        return;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/cross_check.R");
    let output = Command::new("Rscript").arg(script).arg(env!("CARGO_BIN_EXE_dyadsim")).output();
    let output = output.unwrap_or_else(|error| panic!("cannot start Rscript: {error}; scripts/test.sh installs it"));
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && said.contains("All estimates agree"), "{said}");
    // Every method is there: a script that compares nothing agrees with everything.
    for name in [
        "two-level",
        "three-level",
        "slopes",
        "within",
        "differences",
        "Arellano-Bond, one step",
        "Arellano-Bond",
        "Blundell-Bond",
        "logistic",
        "glmer",
        "glmer, 5 points",
        "cox robust",
        "kaplan-meier",
        "aalen-johansen",
        "log-rank",
        "REML, Knapp-Hartung",
        "PM",
    ] {
        assert!(said.contains(name), "{name} is not compared:\n{said}");
    }
}
