//! What happens in therapy: pure functions of state, parameters and luck. No files, no clock, no
//! threads, and no seeding: luck comes in as drawn numbers.
//!
//! The story of one course, in order:
//! 1. [`clinic`], [`therapist`], [`client`]: who meets whom, and with what traits; [`workload`]: after what wait.
//! 2. [`measurement`], [`instrument`]: the client fills in the symptom form; [`feedback`]: what the chart shows.
//! 3. [`alliance`]: how the alliance stands today; [`intervention`]: what do(…) changes about it.
//! 4. [`rupture`]: strain, notice, repair.
//! 5. [`symptoms`]: the week after, through the pathways of [`treatment`].
//! 6. [`ending`]: go on, or end, and why.
//!
//! [`burnout`] says what a therapist's burnout does, also in the middle of a course.
//! [`couples`] says what two clients are to each other who come together.
//! [`rating`] says what clients, therapists and observers see of the alliance.
//!
//! [`draws`] names all luck; [`rules`] turns parameters into the constants of the hot loop;
//! [`intake`] starts [`courses`] and [`session`] steps them, several clients at a time.

pub mod alliance;
pub mod burnout;
pub mod client;
pub mod clinic;
mod contradictions;
pub mod couples;
pub mod courses;
pub mod development;
pub mod diagnosis;
pub mod draws;
pub mod ending;
pub mod feedback;
pub mod instrument;
pub mod intake;
pub mod intervention;
pub mod math;
pub mod measurement;
pub mod outcome;
pub mod params;
pub mod quantile;
pub mod rating;
pub mod rules;
pub mod rupture;
pub mod session;
pub mod symptoms;
pub mod therapist;
pub mod treatment;
pub mod workload;
