//! What one replicate says about one arm: the numbers that a study would report, from forms only.

use super::couples;
use super::replicate::{ArmResult, CourseResult, Dyad};
use super::service;
use crate::dataset::column::{ColumnKind, ColumnSpec};
use crate::estimators::classes::{OutcomeClass, classify};
use crate::estimators::correlation::Products;
use crate::estimators::survival::median_time;
use crate::estimators::therapist_icc::anova_icc;
use crate::model::ending::EndReason;
use crate::model::rules::Rules;

/// Declares the measures of a summary, each with unit and meaning, in one list.
macro_rules! measures {
    ($($(#[$meta:meta])* $name:ident = $unit:literal, $long:literal;)+) => {
        /// Numbers that one replicate reports for one arm. NaN: not defined there.
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct Summary { $(#[doc = concat!($long, " (", $unit, ")")] pub $name: f64),+ }

        /// Descriptions of the measures, in order.
        pub const MEASURES: &[ColumnSpec] = &[$(ColumnSpec { name: stringify!($name), unit: $unit, long_name: $long, kind: ColumnKind::F64, labels: &[] }),+];

        /// Number of measures.
        pub const MEASURE_COUNT: usize = MEASURES.len();

        impl Summary {
            /// No measure defined.
            pub const NONE: Self = Self { $($name: f64::NAN),+ };
            /// All values, in the order of [`MEASURES`].
            pub fn values(&self) -> [f64; MEASURE_COUNT] {
                [$(self.$name),+]
            }
        }
    };
}

measures! {
    intake_score = "score", "mean symptom score at session 1";
    final_score = "score", "mean symptom score after treatment, dropouts included";
    change = "score", "mean change of the symptom score (negative is improvement, unless high scores are better)";
    final_sd = "score", "standard deviation of final symptom scores";
    pre_post_d = "d", "improvement divided by the standard deviation at session 1";
    recovered = "share", "share of clients recovered (reliable change across the cut-off)";
    improved = "share", "share reliably improved but not recovered";
    unchanged = "share", "share without reliable change";
    deteriorated = "share", "share reliably deteriorated";
    success = "share", "share recovered or improved";
    dropout = "share", "share of courses ended by dropout";
    planned = "share", "share of courses with a planned ending";
    administrative = "share", "share of courses ended for outside reasons";
    capped = "share", "share of courses ended by the session cap";
    sessions = "sessions", "mean number of sessions";
    median_sessions = "sessions", "median number of sessions";
    sessions_to_improvement = "sessions", "median sessions to reliable improvement (Kaplan-Meier)";
    alliance_r_early = "r", "early alliance with final score, positive is better outcome";
    alliance_r_adjusted = "r", "the same with score at session 1 held constant";
    alliance_r_last = "r", "last alliance rating with final score, positive is better outcome";
    alliance_dropout_d = "d", "early alliance of clients who stayed minus dropouts, in SDs";
    therapist_icc = "share", "share of adjusted outcome variance between therapists, clinics included (ANOVA, may be negative)";
    therapist_quartiles = "score", "adjusted final score of the worst minus the best quarter of therapists";
    ruptures = "ruptures", "mean number of ruptures per client";
    ruptures_observer = "share", "share of sessions with an observer-rated rupture";
    ruptures_therapist = "share", "share of sessions with a therapist-reported rupture";
    ruptures_client = "share", "share of sessions with a client-reported rupture";
    ruptures_noticed = "share", "share of sessions with a rupture in the room in which the therapist noticed it";
    ruptures_repaired = "share", "share of ruptures repaired";
    repair_r = "r", "share of ruptures repaired with improvement, clients with ruptures";
    not_on_track = "share", "share of clients ever not on track (red signal)";
    not_on_track_final = "score", "mean final score of clients not on track in the comparison arm";
    not_on_track_success = "share", "share recovered or improved of clients not on track in the comparison arm";
    not_on_track_deteriorated = "share", "share deteriorated of clients not on track in the comparison arm";
    on_track_final = "score", "mean final score of clients always on track in the comparison arm";
    between_d = "d", "comparison arm minus this arm in final score, over the pooled SD (positive favours this arm)";
    between_d_not_on_track = "d", "the same among clients not on track in the comparison arm";
    helped = "share", "share of clients whom this arm helped by the meaningful difference (same client, both arms)";
    harmed = "share", "share of clients whom this arm harmed by the meaningful difference";
    effect_sd = "score", "standard deviation of the individual effects";
    referrals = "clients/week", "clients referred to a clinic in a week";
    lost = "share", "share of referred clients who gave up waiting";
    weeks_waited = "weeks", "mean wait of the clients who were taken on";
    weeks_waited_p90 = "weeks", "90th percentile of that wait";
    waiting_list = "clients", "mean number of clients on the waiting list of a clinic";
    places_filled = "share", "share of therapists' places that are filled";
    session_load = "share", "sessions that clients in treatment want each week, over sessions that therapists can hold";
    sessions_per_week = "sessions", "sessions a therapist holds in a week";
    burnout = "1", "mean burnout of therapists over the weeks (latent)";
    throughput = "clients/year", "courses ended per therapist and year";
    helped_per_year = "clients/year", "clients recovered or improved per therapist and year";
    stepped_up = "share", "share of treated clients who went from the first service on to the second (stepped care)";
    weeks_waited_second = "weeks", "mean wait for the second service of those who were taken on there";
    success_of_referred = "share", "share recovered or improved of all referred clients, lost ones included";
    observed_clients = "clients", "clients whom the study sees in this arm";
    observed_therapists = "therapists", "therapists whose clients the study sees in this arm";
    observed_clients_per_therapist = "clients per therapist", "clients whom the study sees, per therapist";
    observed_final_score = "score", "mean final score of the clients whom the study sees";
    observed_icc = "share", "therapists' share of adjusted outcome variance among the clients whom the study sees (ANOVA)";
    observed_r = "r", "early alliance with final score among the clients whom the study sees (total)";
    observed_r_between = "r", "the same between therapists: of the means of their clients";
    observed_r_within = "r", "the same within therapists: of deviations from their means";
    observed_difference = "score", "mean final score of the clients allocated to this arm minus of those allocated to the comparison arm";
    observed_d = "d", "the same as an effect size: over the pooled SD (positive favours this arm)";
    pooled_r = "r", "early alliance with final score, mean over studies (DerSimonian-Laird)";
    pooled_tau = "1", "standard deviation of true Fisher's z between studies (DerSimonian-Laird)";
    final_observed = "share", "share of clients who filled in the form after treatment";
    alliance_r_therapist = "r", "early alliance rated by the therapist with final score, positive is better outcome";
    alliance_r_therapist_last = "r", "last alliance rating by the therapist with final score, positive is better outcome";
    alliance_r_observer = "r", "early alliance rated by an observer with final score, positive is better outcome";
    alliance_r_observer_last = "r", "last alliance rating by an observer with final score, positive is better outcome";
    raters_r = "r", "early alliance rated by the client with the same rated by the therapist";
    raters_d = "d", "early alliance rated by the client minus rated by the therapist, over their pooled SD";
    final_score_observed = "score", "mean symptom score after treatment of those who filled in the form";
    couple_r = "r", "mean early alliance of two partners with their mean final score, positive is better outcome (couples)";
    split_r = "r", "difference of two partners' early alliance with their mean final score, positive is better outcome (couples)";
}

/// Means and sums over a set of clients.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    n: f64,
    final_score: f64,
    success: f64,
    deteriorated: f64,
}

impl Tally {
    fn add(&mut self, course: &CourseResult, class: OutcomeClass) {
        self.n += 1.0;
        self.final_score += course.final_score;
        self.success += f64::from(u8::from(matches!(class, OutcomeClass::Recovered | OutcomeClass::Improved)));
        self.deteriorated += f64::from(u8::from(class == OutcomeClass::Deteriorated));
    }
}

/// `sum / n`, NaN when there is nobody.
fn share(sum: f64, n: f64) -> f64 {
    if n > 0.0 { sum / n } else { f64::NAN }
}

/// Mean and standard deviation.
pub(super) fn spread(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let n = values.clone().count() as f64;
    let mean = values.clone().sum::<f64>() / n;
    let squares = values.map(|x| (x - mean).powi(2)).sum::<f64>();
    (mean, (squares / (n - 1.0)).sqrt())
}

/// Summary of one arm of one replicate. It is about the clients who were treated; what an open clinic adds says
/// how many were not.
pub fn summarise(rules: &Rules, arm: &ArmResult) -> Summary {
    let mut summary = Summary::NONE;
    if arm.courses.iter().all(|course| course.sessions > 0) {
        summarise_treated(rules, arm, &arm.courses, &arm.dyads, &mut summary);
    } else {
        let treated = || (0..arm.courses.len()).filter(|&i| arm.courses[i].sessions > 0);
        let courses: Vec<CourseResult> = treated().map(|i| arm.courses[i]).collect();
        let dyads: Vec<Dyad> = treated().map(|i| arm.dyads[i]).collect();
        summarise_treated(rules, arm, &courses, &dyads, &mut summary);
    }
    service::summarise(rules, arm, &mut summary);
    couples::summarise(rules, arm, &mut summary);
    summary
}

fn summarise_treated(rules: &Rules, arm: &ArmResult, courses: &[CourseResult], dyads: &[Dyad], to: &mut Summary) {
    outcomes(rules, courses, to);
    endings(courses, to);
    alliance(rules, courses, to);
    therapists(rules, arm.therapists.len(), (courses, dyads), to);
    ruptures(rules, courses, to);
    to.not_on_track = courses.iter().filter(|c| c.first_red > 0).count() as f64 / courses.len() as f64;
    tracking(rules, courses.iter().map(|course| (course, course)), to);
}

/// A score or a difference of scores, turned so that more is worse.
pub(super) fn worse(rules: &Rules, score: f64) -> f64 {
    rules.symptom_scale.own(score)
}

/// Outcome class of a course.
pub fn class(rules: &Rules, course: &CourseResult) -> OutcomeClass {
    classify(worse(rules, course.intake_score), worse(rules, course.final_score), rules.cutoff, rules.reliable_change)
}

fn outcomes(rules: &Rules, courses: &[CourseResult], to: &mut Summary) {
    let n = courses.len() as f64;
    let (intake, intake_sd) = spread(courses.iter().map(|c| c.intake_score));
    let (last, last_sd) = spread(courses.iter().map(|c| c.final_score));
    let mut counts = [0.0; 4];
    for course in courses {
        counts[class(rules, course) as usize] += 1.0;
    }
    to.intake_score = intake;
    to.final_score = last;
    to.final_sd = last_sd;
    to.change = last - intake;
    to.pre_post_d = worse(rules, intake - last) / intake_sd;
    let observed = || courses.iter().filter(|c| c.final_observed).map(|c| c.final_score);
    to.final_observed = observed().count() as f64 / n;
    to.final_score_observed = share(observed().sum(), observed().count() as f64);
    [to.recovered, to.improved, to.unchanged, to.deteriorated] = counts.map(|count| count / n);
    to.success = to.recovered + to.improved;
    to.sessions_to_improvement =
        median_time(courses.iter().map(|c| if c.first_improved > 0 { (c.first_improved, true) } else { (c.sessions, false) }));
}

fn endings(courses: &[CourseResult], to: &mut Summary) {
    let n = courses.len() as f64;
    let mut counts = [0.0; EndReason::ALL.len()];
    let mut sessions: Vec<u16> = courses.iter().map(|c| c.sessions).collect();
    for course in courses {
        counts[course.reason as usize] += 1.0;
    }
    to.planned = counts[EndReason::Planned as usize] / n;
    to.administrative = counts[EndReason::Administrative as usize] / n;
    to.dropout = counts[EndReason::Dropout as usize] / n;
    to.capped = counts[EndReason::Cap as usize] / n;
    to.sessions = sessions.iter().map(|&s| f64::from(s)).sum::<f64>() / n;
    to.median_sessions = median(&mut sessions);
}

fn median(counts: &mut [u16]) -> f64 {
    if counts.is_empty() {
        return f64::NAN;
    }
    let (n, middle) = (counts.len(), counts.len() / 2);
    let (below, &mut upper, _) = counts.select_nth_unstable(middle);
    match below.iter().max() {
        Some(&lower) if n % 2 == 0 => (f64::from(lower) + f64::from(upper)) / 2.0,
        _ => f64::from(upper),
    }
}

fn alliance(rules: &Rules, courses: &[CourseResult], to: &mut Summary) {
    let early_session = rules.world.outcomes.early_session;
    let rated = |rating: f64| rules.alliance_scale.own(rating);
    let (mut early, mut last) = (Products::default(), Products::default());
    for c in courses {
        // Scores are turned round so that positive correlations mean better outcome.
        let better = -worse(rules, c.final_score);
        if c.sessions >= early_session && !c.early_rating.is_nan() {
            early.add([rated(c.early_rating), better, c.intake_score]);
        }
        last.add([rated(c.last_rating), better, c.intake_score]);
    }
    to.alliance_r_early = early.r(0, 1);
    to.alliance_r_adjusted = early.partial(0, 1, 2);
    to.alliance_r_last = last.r(0, 1);
    let of_those = |dropouts: bool| {
        courses
            .iter()
            .filter(move |c| (c.reason == EndReason::Dropout) == dropouts)
            .map(|c| c.early_rating)
            .filter(|rating| !rating.is_nan())
    };
    to.alliance_dropout_d = rated(standardised_difference(of_those(false), of_those(true)));
}

/// Mean of `a` minus mean of `b`, over the pooled standard deviation; NaN when a group has fewer than two members.
pub(super) fn standardised_difference(a: impl Iterator<Item = f64> + Clone, b: impl Iterator<Item = f64> + Clone) -> f64 {
    let (na, nb) = (a.clone().count() as f64, b.clone().count() as f64);
    if na < 2.0 || nb < 2.0 {
        return f64::NAN;
    }
    let ((ma, sa), (mb, sb)) = (spread(a), spread(b));
    (ma - mb) / (((na - 1.0) * sa * sa + (nb - 1.0) * sb * sb) / (na + nb - 2.0)).sqrt()
}

fn therapists(rules: &Rules, therapists: usize, (courses, dyads): (&[CourseResult], &[Dyad]), to: &mut Summary) {
    let mut products = Products::default();
    for c in courses {
        products.add([c.final_score, c.intake_score, 0.0]);
    }
    let slope = products.slope(0, 1);
    let adjusted: Vec<f64> = courses.iter().map(|c| c.final_score - slope * (c.intake_score - to.intake_score)).collect();
    let own = by_therapist(therapists, dyads, &adjusted);
    to.therapist_icc = anova_icc(&own.concat(), own.iter().map(Vec::len));
    let mut means: Vec<f64> = own.iter().filter(|own| !own.is_empty()).map(|own| own.iter().sum::<f64>() / own.len() as f64).collect();
    let quarter = means.len() / 4;
    if quarter > 0 {
        means.sort_by(f64::total_cmp);
        let mean = |group: &[f64]| group.iter().sum::<f64>() / group.len() as f64;
        to.therapist_quartiles = worse(rules, mean(&means[means.len() - quarter..]) - mean(&means[..quarter]));
    }
}

/// Values of clients, therapist by therapist.
fn by_therapist(therapists: usize, dyads: &[Dyad], values: &[f64]) -> Vec<Vec<f64>> {
    let mut own = vec![Vec::new(); therapists];
    for (therapist, value) in dyads.iter().filter_map(|dyad| dyad.therapist).zip(values) {
        own[therapist].push(*value);
    }
    own
}

fn ruptures(rules: &Rules, courses: &[CourseResult], to: &mut Summary) {
    let sum = |of: fn(&CourseResult) -> u16| courses.iter().map(|c| f64::from(of(c))).sum::<f64>();
    let sessions = sum(|c| c.sessions);
    let opened = sum(|c| c.ruptures);
    to.ruptures = opened / courses.len() as f64;
    to.ruptures_observer = sum(|c| c.reports[0]) / sessions;
    to.ruptures_therapist = sum(|c| c.reports[1]) / sessions;
    to.ruptures_client = sum(|c| c.reports[2]) / sessions;
    to.ruptures_noticed = share(sum(|c| c.noticed_sessions), sum(|c| c.ruptured_sessions));
    to.ruptures_repaired = share(sum(|c| c.repairs), opened);
    let mut products = Products::default();
    for c in courses.iter().filter(|c| c.ruptures > 0) {
        products.add([f64::from(c.repairs) / f64::from(c.ruptures), worse(rules, c.intake_score - c.final_score), 0.0]);
    }
    to.repair_r = products.r(0, 1);
}

/// Outcome of clients not on track and on track by what became of the same clients in the second of each pair: so
/// that arms are compared on the same people.
fn tracking<'a>(rules: &Rules, pairs: impl Iterator<Item = (&'a CourseResult, &'a CourseResult)>, to: &mut Summary) {
    let (mut off, mut on) = (Tally::default(), Tally::default());
    for (course, chart) in pairs {
        if chart.first_red > 0 { &mut off } else { &mut on }.add(course, class(rules, course));
    }
    to.not_on_track_final = share(off.final_score, off.n);
    to.not_on_track_success = share(off.success, off.n);
    to.not_on_track_deteriorated = share(off.deteriorated, off.n);
    to.on_track_final = share(on.final_score, on.n);
}

/// Adds what only a comparison can say: effect sizes between arms, and effects on the same client.
pub fn compare(rules: &Rules, arm: &ArmResult, base: &ArmResult, to: &mut Summary) {
    let treated = |arm: &'_ ArmResult| arm.courses.iter().filter(|c| c.sessions > 0).map(|c| c.final_score).collect::<Vec<_>>();
    let (ours, theirs) = (treated(arm), treated(base));
    let favours = |d: f64| worse(rules, d);
    to.between_d = favours(standardised_difference(theirs.iter().copied(), ours.iter().copied()));
    let both = |(arm, base): &(&CourseResult, &CourseResult)| arm.sessions > 0 && base.sessions > 0;
    let pairs = || arm.shared_with(base).map(|(i, b)| (&arm.courses[i], &base.courses[b])).filter(both);
    tracking(rules, pairs(), to);
    let off_track = || pairs().filter(|(_, b)| b.first_red > 0);
    to.between_d_not_on_track =
        favours(standardised_difference(off_track().map(|(_, b)| b.final_score), off_track().map(|(a, _)| a.final_score)));
    let least = rules.world.outcomes.meaningful_difference * rules.symptom_scale.slope;
    let effects = || pairs().map(|(a, b)| worse(rules, a.final_score - b.final_score));
    let n = effects().count() as f64;
    to.helped = effects().filter(|&effect| effect <= -least).count() as f64 / n;
    to.harmed = effects().filter(|&effect| effect >= least).count() as f64 / n;
    to.effect_sd = spread(effects()).1;
}
