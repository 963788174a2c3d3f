//! Agent-based simulation of psychotherapy: therapists and clients, alliance, rupture and repair, dropout and
//! symptom change, under several arms that share all luck.
//!
//! Data flows one way, and each step is a module:
//!
//! 1. [`scenario`] reads a scenario file and checks it: every arm of every cell becomes a world.
//! 2. [`engine`] gives each replicate its luck, runs all arms over it in parallel, and summarises.
//! 3. [`model`] is the science: what happens in one course of therapy, given luck.
//! 4. [`estimators`] are the methods a researcher applies to forms; they cannot see the model.
//! 5. [`performance`] turns replicates into values with Monte Carlo standard errors.
//! 6. [`dataset`] describes rows and columns with their units.
//! 7. [`evidence`] compares simulated studies with what was published about them.
//! 8. [`calibration`] finds the parameters that go with published numbers, and says what those leave open.
//! 9. [`figures`] draws tables as SVG.
//! 10. [`output`] writes and reads HDF5 result files, `report` makes pages and pictures of them, `explorer` has lessons for
//!     teaching, and [`cli`] is the command line.
//!
//! `docs/model.md` says what is simulated, `docs/architecture.md` why the house stands as it does.
pub mod calibration;
#[cfg(feature = "cli")]
pub mod cli;
pub mod dataset;
pub mod engine;
pub mod estimators;
pub mod evidence;
#[cfg(feature = "explorer")]
pub mod explorer;
pub mod figures;
pub mod model;
#[cfg(feature = "hdf5")]
pub mod output;
pub mod performance;
#[cfg(feature = "report")]
pub mod report;
pub mod scenario;
