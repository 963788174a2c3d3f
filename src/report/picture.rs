//! Charts as files for papers. PNG and PDF are drawn with a font that comes with the program (DejaVu Sans), so that they are the
//! same on every machine, with fonts or without.

use resvg::tiny_skia::{Pixmap, Transform};
use std::sync::Arc;
use svg2pdf::{ConversionOptions, PageOptions, usvg};

/// Kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Lines and letters as text: can be edited, shows in browsers.
    Svg,
    /// Pixels.
    Png,
    /// Lines and letters, for LaTeX and journals.
    Pdf,
}

/// Pixels of a PNG for each pixel of a chart: about 300 per inch at the width of a column.
const DENSITY: f32 = 3.0;

impl Kind {
    /// The kind that the ending of a file name means.
    pub fn of_ending(ending: &str) -> Option<Self> {
        match ending.to_lowercase().as_str() {
            "svg" => Some(Self::Svg),
            "png" => Some(Self::Png),
            "pdf" => Some(Self::Pdf),
            _ => None,
        }
    }

    /// The bytes of the file.
    ///
    /// # Errors
    /// What the drawing library says, when it cannot draw.
    pub fn render(self, svg: &str) -> Result<Vec<u8>, String> {
        match self {
            Self::Svg => Ok(format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{svg}\n").into_bytes()),
            Self::Png => png(&tree(svg)?),
            Self::Pdf => {
                svg2pdf::to_pdf(&tree(svg)?, ConversionOptions::default(), PageOptions::default()).map_err(|error| error.to_string())
            }
        }
    }
}

fn tree(svg: &str) -> Result<usvg::Tree, String> {
    let mut options = usvg::Options { font_family: "DejaVu Sans".into(), ..usvg::Options::default() };
    let fonts = options.fontdb_mut();
    for font in [dejavu::sans::regular(), dejavu::sans::bold()] {
        fonts.load_font_source(usvg::fontdb::Source::Binary(Arc::new(font)));
    }
    usvg::Tree::from_str(svg, &options).map_err(|error| error.to_string())
}

fn png(tree: &usvg::Tree) -> Result<Vec<u8>, String> {
    let size = tree.size().to_int_size().scale_by(DENSITY).ok_or("the chart has no size")?;
    let mut pixels = Pixmap::new(size.width(), size.height()).ok_or("the chart is too large")?;
    resvg::render(tree, Transform::from_scale(DENSITY, DENSITY), &mut pixels.as_mut());
    pixels.encode_png().map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::frame::Scale;
    use crate::figures::lines::{Lines, Panel, Point, Series};
    use crate::figures::sheet::{About, Figure, Look};

    fn chart(name: &str) -> String {
        let points = vec![Point::within(1.0, 1.0, 0.5), Point::within(2.0, 3.0, 0.5)];
        let figure = Lines {
            about: About::new("t", "A title", "A sentence.", "What is drawn."),
            x: Scale::count("Session", Some([1.0, 2.0])),
            y: Scale::fixed("Score", 0.0, 4.0),
            panels: vec![Panel { heading: String::new(), series: vec![Series { name: name.into(), points, ..Series::default() }] }],
            ..Lines::default()
        };
        figure.draw(&Look::PAPER)
    }

    fn pixels(svg: &str) -> Pixmap {
        Pixmap::decode_png(&Kind::Png.render(svg).expect("a picture")).expect("a PNG")
    }

    #[test]
    fn a_png_has_the_size_of_the_chart_the_colours_of_its_classes_and_letters() {
        let with = pixels(&chart("usual care"));
        assert_eq!(with.width(), 3 * 720);
        let blue = |pixels: &Pixmap| pixels.pixels().iter().filter(|p| (p.red(), p.green(), p.blue()) == (0, 0x72, 0xb2)).count();
        assert!(blue(&with) > 500, "{}", blue(&with));
        assert_eq!(with.pixels()[0].demultiply().red(), 255);
        // Letters are drawn: another name of the same width gives other pixels.
        assert_ne!(with.data(), pixels(&chart("usual cafe")).data());
    }

    #[test]
    fn a_pdf_holds_its_letters() {
        let pdf = Kind::Pdf.render(&chart("usual care")).expect("a picture");
        assert!(pdf.starts_with(b"%PDF-") && pdf.windows(10).any(|bytes| bytes == b"DejaVuSans"));
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        assert!(Kind::Png.render("<p>").is_err());
        assert_eq!((Kind::of_ending("PDF"), Kind::of_ending("jpg")), (Some(Kind::Pdf), None));
    }
}
