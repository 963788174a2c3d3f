//! Estimators against fits of R packages (tests/data/README.md says which and how).

mod reference;
