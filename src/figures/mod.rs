//! Tables as pictures: SVG that stands alone, prints, follows light and dark, and says what it shows.
//!
//! A chart is a plain struct with numbers and words in it; [`Figure`](sheet::Figure) draws it and gives the same numbers as a
//! table. [`Look`](sheet::Look) says where it will be seen: letters keep their size, so a phone gets another layout and not a
//! smaller picture. Report, explorer and the command `plot` draw the same charts.
//!
//! [`axis`] chooses ends and ticks of a scale, [`frame`] draws axes, guides, keys and marks, [`letters`] knows how wide words
//! are, [`style`] has what all pictures share: colours, shapes, letters, and the mark that nobody may take simulated numbers
//! for evidence.

pub mod axis;
pub mod bars;
pub mod caterpillar;
pub mod forest;
pub mod frame;
pub mod heat;
pub mod histogram;
pub mod letters;
pub mod lines;
pub mod nested;
pub mod paired;
pub mod scatter;
pub mod sheet;
pub mod storyboard;
pub mod style;
pub mod survival;
pub mod zip;
