//! A course of treatment session by session: symptoms and alliance, ruptures and repairs, alarms, and how it ended.

use super::axis::Axis;
use super::frame::{Entry, Frame, Room, Scale, Sign, hue, key, shape};
use super::letters::{self, SIZE};
use super::sheet::{About, EDGE, Figure, Look, Numbers, Sheet};
use super::style::{line, places, text, with_tip};
use svg::node::Node;
use svg::node::element::{Group, Path};

/// What happened to the alliance in a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rupture {
    /// Nothing.
    #[default]
    None,
    /// A rupture that stayed.
    Open,
    /// A rupture that was repaired.
    Repaired,
}

/// A session.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Beat {
    /// Number, from 1.
    pub session: f64,
    /// Symptom score (NaN without a form).
    pub symptoms: f64,
    /// Alliance rating (NaN without a form).
    pub alliance: f64,
    /// Rupture in the room.
    pub rupture: Rupture,
    /// The progress chart raises an alarm.
    pub alarm: bool,
    /// The therapist acts on it.
    pub acted: bool,
}

/// A course.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Story {
    /// Name, such as the arm.
    pub name: String,
    /// Colour, from 0.
    pub hue: usize,
    /// Sessions in order.
    pub beats: Vec<Beat>,
    /// How it ended.
    pub ending: String,
}

/// The chart.
#[derive(Clone, Debug, Default)]
pub struct Storyboard {
    /// Texts.
    pub about: About,
    /// Symptom scores.
    pub symptoms: Scale,
    /// Alliance ratings.
    pub alliance: Scale,
    /// Line between the clinical and the general population, and its name.
    pub cut_off: Option<(f64, String)>,
    /// Last session on the axis; from the longest course without it.
    pub sessions: Option<f64>,
    /// Courses: beside each other where there is room.
    pub stories: Vec<Story>,
}

const BESIDE: f64 = 340.0;
/// Colours and shapes: open rupture, repaired rupture, alarm.
const OPEN: (usize, usize) = (1, 1);
const REPAIRED: (usize, usize) = (2, 3);
const ALARM: (usize, usize) = (3, 2);

impl Storyboard {
    fn beats(&self) -> impl Iterator<Item = &Beat> {
        self.stories.iter().flat_map(|story| &story.beats)
    }

    fn across(&self, width: f64) -> (Scale, Axis) {
        let last = self.sessions.unwrap_or_else(|| self.beats().map(|beat| beat.session).fold(1.0, f64::max)).max(2.0);
        let scale = Scale::count("Session", Some([0.5, last + 0.5]));
        let axis = scale.axis([], (width / 60.0).clamp(3.0, 12.0) as usize);
        (scale, axis)
    }

    fn key(&self, sheet: &mut Sheet) {
        let has = |of: &dyn Fn(&Beat) -> bool| self.beats().any(of);
        let entry = |(hue, kind): (usize, usize), hollow: bool, words: &str| Entry {
            hue,
            sign: if hollow { Sign::Hollow(kind) } else { Sign::Mark(kind) },
            words: words.into(),
        };
        let mut entries = Vec::new();
        if has(&|beat| beat.rupture == Rupture::Open) {
            entries.push(entry(OPEN, false, "rupture, left open"));
        }
        if has(&|beat| beat.rupture == Rupture::Repaired) {
            entries.push(entry(REPAIRED, false, "rupture, repaired"));
        }
        if has(&|beat| beat.alarm && !beat.acted) {
            entries.push(entry(ALARM, true, "alarm"));
        }
        if has(&|beat| beat.alarm && beat.acted) {
            entries.push(entry(ALARM, false, "alarm, therapist acted"));
        }
        key(sheet, &entries);
    }

    /// One of the two curves of a story with the marks that belong to it.
    fn curve(&self, story: &Story, frame: &Frame, (y, of): (&Scale, fn(&Beat) -> f64), symptoms: bool) -> Group {
        let mut out = Group::new();
        let mut d = String::new();
        let mut drawing = false;
        for beat in &story.beats {
            // A form that was not handed in is skipped; the line goes on.
            if of(beat).is_finite() {
                let (px, py) = frame.at(beat.session, of(beat));
                d += &format!("{}{} {}", if drawing { "L" } else { "M" }, places(px), places(py));
                drawing = true;
            }
        }
        if drawing {
            out.append(with_tip(&y.name).set("class", hue(story.hue)).add(Path::new().set("class", "line").set("d", d)));
        }
        for beat in &story.beats {
            let height = if of(beat).is_finite() { frame.y.place(of(beat)) } else { frame.room.bottom - 6.0 };
            let place = (frame.x.place(beat.session), height);
            let tip = format!("session {}: {} {}", beat.session, y.name, y.figures(of(beat)));
            let mark = match (symptoms, beat.rupture) {
                (true, _) if beat.alarm => Some((ALARM, !beat.acted, if beat.acted { "alarm, therapist acted" } else { "alarm" })),
                (false, Rupture::Open) => Some((OPEN, false, "rupture, left open")),
                (false, Rupture::Repaired) => Some((REPAIRED, false, "rupture, repaired")),
                _ => None,
            };
            match mark {
                Some(((colour, kind), hollow, words)) => {
                    let mark = shape(kind, place, 6.0).set("class", if hollow { "hollow" } else { "dot" });
                    out.append(with_tip(&format!("{tip}, {words}")).set("class", hue(colour)).add(mark));
                }
                None if of(beat).is_finite() => {
                    out.append(with_tip(&tip).set("class", hue(story.hue)).add(shape(0, place, 2.6).set("class", "dot")));
                }
                None => {}
            }
        }
        out
    }

    fn story(&self, story: &Story, outer: Room) -> Group {
        let mut out = Group::new();
        let width = outer.right - outer.left;
        let name = letters::fitted(&story.name, SIZE, width);
        out.append(text(&name, outer.left, outer.top + 16.0, "ink strong"));
        let (across, x) = self.across(width);
        let split = outer.top + 20.0 + 0.52 * (outer.bottom - outer.top - 20.0);
        let symptoms = self.symptoms.axis(self.beats().map(|beat| beat.symptoms), 4);
        let alliance = self.alliance.axis(self.beats().map(|beat| beat.alliance), 3);
        let mut upper = Frame::new(x.clone(), symptoms, Room { top: outer.top + 20.0, bottom: split + 24.0, ..outer });
        let mut lower = Frame::new(x, alliance, Room { top: split + 4.0, ..outer });
        let left = upper.room.left.max(lower.room.left);
        for frame in [&mut upper, &mut lower] {
            frame.room.left = left;
            frame.x = frame.x.clone().to((left, frame.room.right));
        }
        let ticks = core::mem::take(&mut upper.x.ticks);
        out.append(upper.draw(&Scale::default(), &self.symptoms));
        upper.x.ticks = ticks;
        if let Some((at, name)) = &self.cut_off {
            let marks: Vec<(f64, f64)> = story.beats.iter().map(|beat| upper.at(beat.session, beat.symptoms)).collect();
            out.append(upper.level_among(*at, name, &marks));
        }
        out.append(self.curve(story, &upper, (&self.symptoms, |beat| beat.symptoms), true));
        out.append(lower.draw(&across, &self.alliance));
        out.append(self.curve(story, &lower, (&self.alliance, |beat| beat.alliance), false));
        if let Some(last) = story.beats.last() {
            out.append(ending(story, last, &upper, &lower));
        }
        out
    }
}

/// An upright line after the last session, with how the course ended.
fn ending(story: &Story, last: &Beat, upper: &Frame, lower: &Frame) -> Group {
    let x = upper.x.place(last.session + 0.5);
    let wide = letters::width(&story.ending, letters::SMALL);
    let (at, class) = if x + wide + 6.0 <= upper.room.right { (x + 5.0, "ink small halo") } else { (x - 5.0, "ink small halo end") };
    Group::new().add(line((x, upper.room.top), (x, lower.room.bottom), "zero")).add(text(&story.ending, at, upper.room.top + 11.0, class))
}

impl Figure for Storyboard {
    fn about(&self) -> &About {
        &self.about
    }

    fn numbers(&self) -> Numbers {
        let head = ["Course", "Session", &self.symptoms.name, &self.alliance.name, "What happened"].map(str::to_owned).to_vec();
        let mut rows = Vec::new();
        for story in &self.stories {
            for (i, beat) in story.beats.iter().enumerate() {
                let mut events = Vec::new();
                match beat.rupture {
                    Rupture::Open => events.push("rupture, left open"),
                    Rupture::Repaired => events.push("rupture, repaired"),
                    Rupture::None => {}
                }
                if beat.alarm {
                    events.push(if beat.acted { "alarm, therapist acted" } else { "alarm" });
                }
                if i + 1 == story.beats.len() {
                    events.push(&story.ending);
                }
                let figures = [self.symptoms.figures(beat.symptoms), self.alliance.figures(beat.alliance), events.join("; ")];
                rows.push([story.name.clone(), format!("{}", beat.session)].into_iter().chain(figures).collect());
            }
        }
        Numbers { head, rows }
    }

    fn draw(&self, look: &Look) -> String {
        let mut sheet = Sheet::new(&self.about, look);
        self.key(&mut sheet);
        let columns = self.stories.len().min((sheet.width / BESIDE) as usize).max(1);
        let (width, tall) = (sheet.width / columns as f64, 350.0);
        for row in self.stories.chunks(columns) {
            for (column, story) in row.iter().enumerate() {
                let left = EDGE + column as f64 * width;
                sheet.add(self.story(story, Room { left, right: left + width - 4.0 * EDGE, top: sheet.y, bottom: sheet.y + tall }));
            }
            sheet.y += tall;
        }
        sheet.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn storyboard() -> Storyboard {
        let beat = |session: f64, symptoms: f64, rupture, alarm| Beat { session, symptoms, alliance: 5.0, rupture, alarm, acted: alarm };
        let beats = vec![
            beat(1.0, 80.0, Rupture::None, false),
            beat(2.0, f64::NAN, Rupture::Open, false),
            beat(3.0, 90.0, Rupture::Repaired, true),
        ];
        Storyboard {
            about: About::new("s", "T", "S", "D"),
            symptoms: Scale::fixed("OQ-45", 0.0, 180.0),
            alliance: Scale::fixed("WAI", 1.0, 7.0),
            cut_off: Some((63.0, "cut-off 63".into())),
            sessions: Some(10.0),
            stories: vec![Story { name: "usual care".into(), hue: 0, beats, ending: "dropped out".into() }],
        }
    }

    #[test]
    fn events_are_marked_and_told() {
        let figure = storyboard();
        let svg = figure.draw(&Look::WIDE);
        for part in ["rupture, left open", "rupture, repaired", "alarm, therapist acted", "dropped out", "cut-off 63"] {
            assert!(svg.contains(part), "{part} is missing in\n{svg}");
        }
        assert!(!svg.contains("NaN"), "{svg}");
        let rows = figure.numbers().rows;
        assert_eq!(rows[1], ["usual care", "2", "–", "5.00", "rupture, left open"]);
        assert_eq!(rows[2][4], "rupture, repaired; alarm, therapist acted; dropped out");
    }

    #[test]
    fn only_what_happened_is_in_the_key() {
        let mut figure = storyboard();
        figure.stories[0].beats.truncate(1);
        let svg = figure.draw(&Look::NARROW);
        assert!(!svg.contains("rupture") && !svg.contains("alarm"), "{svg}");
    }

    #[test]
    fn no_stories_no_picture_of_any() {
        let figure = Storyboard { stories: Vec::new(), ..storyboard() };
        assert!(figure.draw(&Look::WIDE).contains("Simulated") && figure.numbers().rows.is_empty());
    }
}
