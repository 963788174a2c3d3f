//! Tables as pictures: SVG that stands alone, prints, follows light and dark, and says what it shows.
//!
//! [`forest`] compares published and simulated numbers. [`axis`] chooses ends and ticks of a scale, [`style`] has what all
//! pictures share: colours, shapes, letters, and the mark that nobody may take simulated numbers for evidence.

pub mod axis;
pub mod forest;
pub mod style;
