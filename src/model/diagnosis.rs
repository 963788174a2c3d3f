//! Diagnosis groups: how clients of one group differ from others at intake, and how much alliance does for them.

use super::params::params;
use std::collections::BTreeMap;

params! {
    /// A diagnosis group. A key that is left out has the shipped value of the group of that name (depression, anxiety,
    /// substance use, eating, personality, psychosis), and changes nothing in a group of one's own.
    pub struct Diagnosis {
        /// Share of clients in this group. Shares of all groups add up to 1.
        share: f64 = 0.0, "share", [0.0, 1.0], "design";
        /// Shift of mean intake severity.
        severity: Option<f64> = None, "points", [-100.0, 100.0], "assumed", weak;
        /// Shift of mean trait alliance. It acts like the client's part.
        alliance: Option<f64> = None, "SD", [-5.0, 5.0], "assumed", weak;
        /// How much alliance does for outcome, trait and state.
        alliance_effect: Option<f64> = None, "times usual", [-10.0, 10.0], "A16, A17, A19 Flückiger 2018: r .14 substance use, .15 eating, .32 personality; A18 (weaker): .24 anxiety, .26 depression";
        /// Shift of the log mean of rupture intensity (of the log-odds, where ruptures happen or not).
        rupture: Option<f64> = None, "log", [-3.0, 3.0], "assumed", weak;
        /// Shift of the log-odds of dropout.
        dropout: Option<f64> = None, "log-odds", [-10.0, 10.0], "F4 Swift and Greenberg 2012: higher with personality and eating disorders; sizes assumed", weak;
        /// Share with a personality disorder within the group; left out in a group of one's own: as `clients` says.
        personality_disorder: Option<f64> = None, "probability", [0.0, 1.0], "by definition 1 in the group called personality";
    }
}

/// A group as it is simulated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Group {
    /// Shift of intake severity, points.
    pub severity: f64,
    /// Shift of trait alliance, SD.
    pub alliance: f64,
    /// What alliance does, times usual.
    pub alliance_effect: f64,
    /// Shift of the log mean of rupture intensity.
    pub rupture: f64,
    /// Shift of the log-odds of dropout.
    pub dropout: f64,
    /// Chance of a personality disorder, if the group has its own.
    pub personality_disorder: Option<f64>,
}

impl Group {
    /// Clients without a group.
    pub const NONE: Self =
        Self { severity: 0.0, alliance: 0.0, alliance_effect: 1.0, rupture: 0.0, dropout: 0.0, personality_disorder: None };
}

/// A group that comes with the program.
#[derive(Clone, Debug, PartialEq)]
pub struct ShippedGroup {
    /// Its name.
    pub name: &'static str,
    /// What sets it apart.
    pub group: Group,
    /// What speaks for these numbers.
    pub basis: &'static str,
}

/// The groups that come with the program. `alliance_effect` is set so that a study of this group alone has the
/// alliance–outcome correlation of the meta-analysis at an early rating.
pub fn shipped_groups() -> Vec<ShippedGroup> {
    let group = |severity, alliance, alliance_effect, rupture, dropout| Group {
        severity,
        alliance,
        alliance_effect,
        rupture,
        dropout,
        ..Group::NONE
    };
    let ship = |name, group, basis| ShippedGroup { name, group, basis };
    vec![
        ship("anxiety", group(-3.0, 0.0, 1.05, 0.0, 0.0), "A18: r .24, not well sourced; the rest assumed; weak"),
        ship("depression", group(3.0, 0.0, 1.22, 0.0, 0.0), "A18: r .26, not well sourced; the rest assumed; weak"),
        ship("eating", group(0.0, -0.1, 0.12, 0.1, 0.3), "A17 Flückiger 2018: r .15; F4: more dropout; sizes assumed"),
        ship(
            "personality",
            Group { personality_disorder: Some(1.0), ..group(6.0, -0.2, 1.35, 0.0, 0.3) },
            "A19 Flückiger 2018: r .32; F4: more dropout; sizes assumed",
        ),
        ship("psychosis", group(4.0, -0.2, 1.18, 0.1, 0.0), "A23: r .26, suspect; all assumed; weak"),
        ship("substance use", group(0.0, -0.1, 0.05, 0.1, 0.0), "A16 Flückiger 2018: r .14; the rest assumed"),
    ]
}

impl Diagnosis {
    /// The group called `name`: what is written, then what is shipped under that name, then nothing special.
    pub fn group(&self, name: &str) -> Group {
        let usual = shipped_groups().into_iter().find(|one| one.name == name).map_or(Group::NONE, |one| one.group);
        Group {
            severity: self.severity.unwrap_or(usual.severity),
            alliance: self.alliance.unwrap_or(usual.alliance),
            alliance_effect: self.alliance_effect.unwrap_or(usual.alliance_effect),
            rupture: self.rupture.unwrap_or(usual.rupture),
            dropout: self.dropout.unwrap_or(usual.dropout),
            personality_disorder: self.personality_disorder.or(usual.personality_disorder),
        }
    }
}

/// The groups of a scenario: who belongs to which.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Groups {
    /// Upper end of each group's part of (0, 1), and the group.
    groups: Vec<(f64, Group)>,
}

impl Groups {
    /// Groups in the order of their names.
    pub fn of(diagnoses: &BTreeMap<String, Diagnosis>) -> Self {
        let mut end = 0.0;
        let groups = diagnoses.iter().map(|(name, diagnosis)| {
            end += diagnosis.share;
            (end, diagnosis.group(name))
        });
        Self { groups: groups.collect() }
    }

    /// Are there groups?
    #[inline(always)]
    pub fn any(&self) -> bool {
        !self.groups.is_empty()
    }

    /// Number (from 1) and group of a client; 0 without groups. `luck` is uniform.
    #[inline(always)]
    pub fn find(&self, luck: f64) -> (u16, &Group) {
        let Some(last) = self.groups.len().checked_sub(1) else {
            return (0, &Group::NONE);
        };
        // The last group takes what rounding leaves.
        let at = self.groups.iter().position(|(end, _)| luck < *end).unwrap_or(last);
        (at as u16 + 1, &self.groups[at].1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_take_their_shares_in_the_order_of_their_names() {
        let of = |share| Diagnosis { share, ..Diagnosis::default() };
        let all = BTreeMap::from([("b".to_owned(), of(0.5)), ("a".to_owned(), of(0.2)), ("c".to_owned(), of(0.3))]);
        let groups = Groups::of(&all);
        let number = |luck| groups.find(luck).0;
        assert_eq!([0.1, 0.19, 0.21, 0.69, 0.71, 0.999_999_9].map(number), [1, 1, 2, 2, 3, 3]);
        assert_eq!(Groups::default().find(0.4), (0, &Group::NONE));
    }

    #[test]
    fn what_is_written_comes_before_what_is_shipped() {
        let written = Diagnosis { share: 1.0, severity: Some(-9.0), ..Diagnosis::default() };
        let eating = written.group("eating");
        let shipped = Diagnosis { share: 1.0, ..Diagnosis::default() }.group("eating");
        assert_eq!(eating, Group { severity: -9.0, ..shipped });
        assert!(shipped.severity != -9.0 && shipped.dropout == 0.3);
        assert_eq!(written.group("insomnia"), Group { severity: -9.0, ..Group::NONE });
    }
}
