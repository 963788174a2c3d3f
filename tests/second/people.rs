//! Sections 1 and 2 of `docs/model.md`, written again: clinics, therapists, clients, and the
//! effective alliance of each dyad. One person at a time, a random number only when it is needed.

use dyadsim::model::couples::Couples;
use dyadsim::model::diagnosis::Diagnosis;
use dyadsim::model::intervention::Intervention;
use dyadsim::model::rules::World;
use dyadsim::model::symptoms::{LinearGrowth, Relaxation, Symptoms};
use dyadsim::model::treatment::TreatmentProfile;
use rand::{RngExt, SeedableRng};
use rand_distr::{Beta, Distribution, StandardNormal};
use rand_pcg::Pcg64;
use std::f64::consts::PI;

/// Mistakes that can be planted into this simulator, to see whether the comparison finds them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// Better-than-expected symptoms lower the next alliance instead of lifting it.
    SymptomEffectSign,
    /// A rupture costs state alliance even when it is repaired.
    CostWhenRepaired,
    /// The early sessions end one session too soon.
    EarlyDropoutOffByOne,
    /// Forms show the latent level without error.
    NoMeasurementError,
    /// Inertia is .05 too high.
    Inertia,
    /// The good-enough level is compared with the latent level, not the score.
    GoodEnoughOnLatent,
    /// Scores are rounded down.
    RoundedDown,
    /// The whole cost of a recognised rupture reaches symptoms.
    RecognitionIgnored,
    /// An open rupture does not fade.
    NoFading,
    /// A rupture that has faded slows down change for ever.
    FadedStaysOpen,
    /// The observer looks at new strain only.
    ObserverSeesNewStrainOnly,
    /// An unnoticed rupture does not slow down the week.
    OpenRuptureHarmless,
    /// Trait gained in therapy does not change where the client is heading.
    TraitGainIdle,
    /// Trait that drifts with surprises changes where the client is heading.
    DriftWorks,
    /// The heading follows the level at session 1, not at intake.
    HeadingFromSessionOne,
    /// Planned endings come before dropout.
    PlannedBeforeDropout,
    /// Recent gain counts by the point, not by 5 points.
    GainPerPoint,
    /// Reading and acting use two draws.
    TwoUptakeDraws,
    /// Support tools do not help repairs.
    ToolsDoNotRepair,
    /// Every client has a therapist of her own.
    TherapistEach,
    /// The shared background is not centred.
    BackgroundNotCentred,
    /// The gain of a session ignores the interval.
    IntervalIgnored,
    /// Alliance grows from session 1 on, not from 0.
    GrowthStartsLate,
    /// Skill and effectiveness are independent.
    SkillIndependent,
    /// Training has its full effect at once.
    TrainedAtOnce,
    /// Years change nobody.
    TimeStandsStill,
    /// Alliance does as much in every diagnosis group.
    GroupsAlike,
    /// A group that allies less comes with more distress.
    GroupAllianceMakesIll,
    /// All of what sets therapists apart comes through in every treatment.
    WholeTherapist,
    /// The treatment's part of alliance does nothing for outcome.
    TreatmentAllianceIdle,
    /// The phase that costs alliance begins a session late.
    CostBeginsLate,
    /// Mastery raises the alliance and not the outlook.
    MasteryFades,
    /// The burnt-out build the alliance of others.
    BurntOutAlly,
    /// The burnt-out notice as much as others.
    BurnoutNoticesAll,
    /// do(alliance) misses its last session.
    DoStopsEarly,
    /// What feedback gains does not change where the client is heading.
    EngagementFades,
    /// A fallen rating alarms until the next one is handed in.
    AlertStays,
    /// Red begins above the yellow limit.
    RedAtYellow,
    /// Symptom forms are never missing.
    NothingMissing,
    /// The last score and the missing one are taken for each other.
    GapsSwapped,
    /// Relief lowers ratings.
    HaloTurned,
    /// Clients are ready to wait a week longer.
    PatienceLonger,
    /// Nobody is taken on in the week of referral.
    TakenOnLate,
    /// Load does not stretch intervals.
    StretchIgnored,
    /// Load counts clients, however often they come.
    LoadIgnoresInterval,
    /// Burnout does not reach courses under way.
    BurnoutNotFelt,
    /// The rate of a course under way follows burnout, too.
    RateFollowsBurnout,
    /// Burnout never goes away.
    NoRecovery,
    /// Every load wears out, not just overload.
    EveryLoadWearsOut,
    /// Ruptures are counted by the client, not by the session.
    RupturesByClient,
    /// Therapists hold as many sessions as clients want.
    CapacityIgnored,
    /// Courses under way when the sample ends are not followed.
    RunOutLeftOut,
    /// The SD of the change while waiting grows with the weeks, not with their root.
    WaitingSpreadsLinearly,
    /// Change while waiting moves the level the client is heading for.
    WaitMovesHeading,
    /// Track records are plain means.
    RawRecord,
    /// Of equals, the first of the list takes on the next client.
    TiesToTheFirst,
    /// Anybody means whoever took on a client longest ago.
    NothingRandom,
    /// New clients are the last of the rota.
    NewClientsLast,
    /// Therapists with a free place take turns on referral, others are left out.
    AllottedToTheFree,
    /// Most referrals come half a year late.
    SeasonTurned,
    /// The calendar starts when the clinics open.
    CalendarFromOpening,
    /// Clients meet the therapist as she was when they were referred.
    CalendarOfReferral,
    /// The calendar goes backwards from the first week looked at.
    CalendarBelowZero,
    /// The calendar counts the first week looked at as week 1.
    CalendarFromOne,
    /// The second partner's own draw is not scaled down.
    PartnersSpreadWider,
    /// Only her own alliance works for a partner.
    PartnerIdle,
    /// A split costs from 0 on.
    SplitFromZero,
    /// All services and therapists treat equally long.
    AllTreatAlike,
    /// The same clients come to all clinics.
    SameCaseMix,
    /// Personality disorders leave the effect of state alliance alone.
    DisorderIdle,
    /// The good-enough level has nothing to do with distress.
    OneGoodEnough,
    /// Years do not teach to keep clients.
    YearsDoNotKeep,
    /// One partner who is well is enough for a planned ending.
    OneIsWell,
    /// Outside reasons come to each partner.
    OutsideReasonsTwice,
    /// Shares of places count everybody in treatment at the end of the week.
    PlacesAtTheEnd,
}

/// Pseudo-random numbers.
pub struct Luck(Pcg64);

impl Luck {
    /// Luck from a seed.
    pub fn new(seed: u64) -> Self {
        Self(Pcg64::seed_from_u64(seed))
    }

    /// Uniform on (0, 1).
    pub fn uniform(&mut self) -> f64 {
        self.0.random()
    }

    /// Standard normal.
    pub fn normal(&mut self) -> f64 {
        StandardNormal.sample(&mut self.0)
    }

    /// Happens with this probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }

    /// Happens with these log-odds.
    pub fn log_odds(&mut self, log_odds: f64) -> bool {
        self.chance(logistic(log_odds))
    }

    /// A draw from a distribution of `rand_distr`.
    pub fn draw(&mut self, distribution: &impl Distribution<f64>) -> f64 {
        distribution.sample(&mut self.0)
    }
}

/// 1 / (1 + e^−x).
pub fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// Log-odds of a probability.
pub fn logit(p: f64) -> f64 {
    (p / (1.0 - p)).ln()
}

/// A clinic.
#[derive(Clone, Copy)]
pub struct Clinic {
    /// h_k.
    pub heading_shift: f64,
    /// O_k.
    pub alliance: f64,
    /// v_k.
    pub dropout_shift: f64,
    /// c_k.
    severity_shift: f64,
    /// e_k.
    ending_shift: f64,
}

impl Clinic {
    /// A new clinic.
    pub fn open(world: &World, luck: &mut Luck) -> Self {
        let clinics = &world.clinics;
        Self {
            heading_shift: clinics.outcome_sd * luck.normal(),
            alliance: clinics.alliance_variance.sqrt() * luck.normal(),
            dropout_shift: clinics.dropout_sd * luck.normal(),
            severity_shift: clinics.severity_sd * luck.normal(),
            ending_shift: clinics.ending_sd * luck.normal(),
        }
    }
}

/// A therapist.
#[derive(Clone, Copy)]
pub struct Therapist {
    /// Facilitative interpersonal skill, standard normal.
    pub skill: f64,
    /// T_j, rested.
    pub alliance: f64,
    /// θ_j, rested.
    pub effectiveness: f64,
    /// u_j.
    pub dropout_shift: f64,
    /// e_j.
    ending_shift: f64,
    /// b_j.
    pub burnout: f64,
    /// Attachment anxiety.
    pub anxiety: f64,
    /// Attachment avoidance.
    pub avoidance: f64,
    /// Chance of using feedback.
    pub uptake: f64,
    /// g₀.
    pub growth_intercept: f64,
    /// g₁.
    pub growth_slope: f64,
    /// How she changes with time.
    pub career: Career,
}

/// Section 11: a therapist in time. Shares are 0 or 1, but for the typical therapist.
#[derive(Clone, Copy)]
pub struct Career {
    years: f64,
    practises: f64,
    supervised: f64,
    attends: f64,
    /// Weeks since the study began.
    pub week: f64,
}

impl Career {
    fn begin(world: &World, luck: &mut Luck) -> Self {
        let d = &world.therapists.development;
        let one = |yes| if yes { 1.0 } else { 0.0 };
        Self {
            years: (d.years_mean + d.years_sd * luck.normal()).max(0.0),
            practises: one(luck.chance(d.practice_share)),
            supervised: one(luck.chance(d.supervision_share)),
            attends: one(luck.chance(d.training.share)),
            week: 0.0,
        }
    }

    fn typical(world: &World) -> Self {
        let d = &world.therapists.development;
        Self { years: d.years_mean, practises: d.practice_share, supervised: d.supervision_share, attends: d.training.share, week: 0.0 }
    }

    /// f, for those who attend.
    pub fn trained(&self, world: &World, bug: Option<Bug>) -> f64 {
        let training = &world.therapists.development.training;
        let weeks = training.months * 52.0 / 12.0;
        if self.week < training.week {
            0.0
        } else if weeks == 0.0 || bug == Some(Bug::TrainedAtOnce) {
            self.attends
        } else {
            self.attends * ((self.week - training.week) / weeks).min(1.0)
        }
    }

    /// What the years do to the log-odds of dropout.
    pub fn keeps_clients(&self, world: &World, bug: Option<Bug>) -> f64 {
        let years = if bug == Some(Bug::YearsDoNotKeep) { 0.0 } else { self.week / 52.0 };
        world.therapists.development.dropout_change * years
    }

    /// p.
    fn progress(&self, world: &World, bug: Option<Bug>, uptake: f64) -> f64 {
        let d = &world.therapists.development;
        let learning = if world.feedback.is_some() { d.feedback_learning * uptake } else { 0.0 };
        let yearly = d.yearly_change + d.practice_effect * self.practises + d.supervision_effect * self.supervised + learning;
        let years = if bug == Some(Bug::TimeStandsStill) { 0.0 } else { self.week / 52.0 };
        d.experience_effect * (self.years - d.years_mean) + d.training.effect * self.trained(world, bug) + yearly * years
    }
}

impl Therapist {
    /// A therapist as they come, or the typical one under that intervention.
    pub fn hire(world: &World, bug: Option<Bug>, luck: &mut Luck) -> Self {
        let everybody_typical = world.interventions.iter().any(|what| matches!(what, Intervention::TypicalTherapist(_)));
        if everybody_typical {
            return Self::typical(world);
        }
        let therapists = &world.therapists;
        let [skill, z_alliance, z_effectiveness, z_retention] = correlated(world, bug, luck);
        let burnout = (therapists.burnout_mean + therapists.burnout_sd * luck.normal()).max(0.0);
        Self {
            skill,
            alliance: therapists.alliance_variance.sqrt() * z_alliance,
            effectiveness: z_effectiveness,
            dropout_shift: therapists.dropout_sd * z_retention,
            ending_shift: therapists.ending_sd * luck.normal(),
            burnout,
            anxiety: luck.normal(),
            avoidance: luck.normal(),
            uptake: luck.draw(&Beta::new(therapists.uptake_alpha, therapists.uptake_beta).unwrap()),
            growth_intercept: luck.normal(),
            growth_slope: luck.normal(),
            career: Career::begin(world, luck),
        }
    }

    /// A chance of ending, as therapist and clinic treat longer or shorter.
    pub fn ends(&self, clinic: &Clinic, bug: Option<Bug>, chance: f64) -> f64 {
        let shift = if bug == Some(Bug::AllTreatAlike) { 0.0 } else { self.ending_shift + clinic.ending_shift };
        logistic(logit(chance) + shift)
    }

    /// What is left of the alliance she brings after burnout and training, as far as it comes through.
    fn alliance_now(&self, world: &World, bug: Option<Bug>) -> f64 {
        let trained = world.therapists.development.training.alliance * self.career.trained(world, bug);
        therapist_share(world, bug) * (self.alliance + trained)
    }

    /// Skill in this week.
    pub fn skill_now(&self, world: &World, bug: Option<Bug>) -> f64 {
        self.skill + world.therapists.development.training.skill * self.career.trained(world, bug)
    }

    /// Alliance that burnout takes away.
    pub fn alliance_worn_off(&self, world: &World, bug: Option<Bug>) -> f64 {
        let per_unit = if bug == Some(Bug::BurntOutAlly) { 0.0 } else { world.therapists.burnout_alliance };
        per_unit * world.therapists.alliance_variance.sqrt() * self.burnout * therapist_share(world, bug)
    }

    /// The therapist in the middle of every trait.
    fn typical(world: &World) -> Self {
        let therapists = &world.therapists;
        let burnout = therapists.burnout_mean;
        Self {
            skill: 0.0,
            alliance: 0.0,
            effectiveness: 0.0,
            dropout_shift: 0.0,
            ending_shift: 0.0,
            burnout,
            anxiety: 0.0,
            avoidance: 0.0,
            uptake: therapists.uptake_alpha / (therapists.uptake_alpha + therapists.uptake_beta),
            growth_intercept: 0.0,
            growth_slope: 0.0,
            career: Career::typical(world),
        }
    }
}

/// Skill, alliance, effectiveness and retention: standard normal and correlated.
fn correlated(world: &World, bug: Option<Bug>, luck: &mut Luck) -> [f64; 4] {
    let c = &world.therapists.correlations;
    let skill_effectiveness = if bug == Some(Bug::SkillIndependent) { 0.0 } else { c.skill_effectiveness };
    let factor = cholesky([
        [1.0, c.skill_alliance, skill_effectiveness, c.skill_retention],
        [c.skill_alliance, 1.0, c.alliance_effectiveness, c.alliance_retention],
        [skill_effectiveness, c.alliance_effectiveness, 1.0, c.effectiveness_retention],
        [c.skill_retention, c.alliance_retention, c.effectiveness_retention, 1.0],
    ]);
    let independent: [f64; 4] = std::array::from_fn(|_| luck.normal());
    std::array::from_fn(|row| (0..=row).map(|column| factor[row][column] * independent[column]).sum())
}

/// The lower triangle L with L Lᵀ = the given matrix.
fn cholesky(matrix: [[f64; 4]; 4]) -> [[f64; 4]; 4] {
    let mut lower = [[0.0; 4]; 4];
    for row in 0..4 {
        for column in 0..=row {
            let known: f64 = (0..column).map(|k| lower[row][k] * lower[column][k]).sum();
            let rest = matrix[row][column] - known;
            lower[row][column] = if row == column { rest.sqrt() } else { rest / lower[column][column] };
        }
    }
    lower
}

/// A client in her dyad: everything that is settled before session 1.
#[derive(Clone, Copy)]
pub struct Client {
    /// Attachment anxiety.
    pub anxiety: f64,
    /// Attachment avoidance.
    pub avoidance: f64,
    /// Motivation.
    pub motivation: f64,
    /// Has a personality disorder.
    pub personality_disorder: bool,
    /// Attachment mismatch with her therapist.
    pub mismatch: f64,
    /// T + C + M + O.
    pub trait_alliance: f64,
    /// Level at which she begins to think of ending, points.
    pub good_enough: f64,
    /// Y₁.
    pub symptoms_at_session_1: f64,
    /// L, under relaxation.
    pub heading: f64,
    /// k, under relaxation.
    pub rate: f64,
    /// Change per session, under linear growth.
    pub slope: f64,
    /// Effect of felt state alliance on the next change, points per SD.
    pub state_effect: f64,
    /// m.
    pub alliance_effect: f64,
    /// Her diagnosis group.
    pub group: Group,
}

impl Client {
    /// A new client of this therapist in this clinic.
    pub fn admit(world: &World, bug: Option<Bug>, clinic: &Clinic, therapist: &Therapist, luck: &mut Luck) -> Self {
        let dyad = Dyad::meet(world, bug, (clinic, therapist), None, luck);
        dyad.settle(world, bug, (clinic, therapist), dyad.works, luck)
    }
}

/// What a client brings and has with her therapist, before it is clear which alliance works for her.
pub struct Dyad {
    anxiety: f64,
    avoidance: f64,
    motivation: f64,
    group: Group,
    personality_disorder: bool,
    mismatch: f64,
    client_part: f64,
    match_part: f64,
    severity: Severity,
    /// Draws that a partner may lean on: rest of the client part, rest of the match part. The third is z_Y.
    rests: [f64; 2],
    /// E, without what her diagnosis group does to it.
    pub works: f64,
}

/// A normal draw, leaning on a partner's.
fn leaning(bug: Option<Bug>, on: Option<(f64, f64)>, luck: &mut Luck) -> f64 {
    let own = luck.normal();
    match on {
        None => own,
        Some((rho, partner)) if bug == Some(Bug::PartnersSpreadWider) => rho * partner + own,
        Some((rho, partner)) => rho * partner + (1.0 - rho * rho).sqrt() * own,
    }
}

impl Dyad {
    /// Client and therapist meet; a second partner leans on the first.
    pub fn meet(
        world: &World,
        bug: Option<Bug>,
        (clinic, therapist): (&Clinic, &Therapist),
        first: Option<&Self>,
        luck: &mut Luck,
    ) -> Self {
        let clients = &world.clients;
        let tie = |of: fn(&Couples) -> f64, draw: fn(&Self) -> f64| Some((of(world.couples.as_ref()?), draw(first?)));
        let (anxiety, avoidance, support, motivation) = (luck.normal(), luck.normal(), luck.normal(), luck.normal());
        let group = Group::of(world, luck);
        let personality_disorder = luck.chance(group.personality_disorder);
        let client_rest = leaning(bug, tie(|c| c.alliance_correlation, |d| d.rests[0]), luck);
        let client_part = client_part(world, anxiety, avoidance, client_rest);

        let distance = ((anxiety - therapist.anxiety).abs() + (avoidance - therapist.avoidance).abs()) / 2.0;
        let mismatch = (distance - 2.0 / PI.sqrt()) / (1.0 - 2.0 / PI).sqrt();
        let shared_background = luck.chance(world.r#match.shared_background_share);
        let match_rest = leaning(bug, tie(|c| c.alliance_correlation, |d| d.rests[1]), luck);
        let match_part = match_part(world, bug, mismatch, shared_background, match_rest);

        let z_severity = leaning(bug, tie(|c| c.severity_correlation, |d| d.severity.z), luck);
        let makes_ill = if bug == Some(Bug::GroupAllianceMakesIll) { group.alliance } else { 0.0 };
        let intake_severity = clients.severity_mean
            + clients.severity_alliance * (therapist.alliance + client_part + match_part + makes_ill)
            + group.severity
            + if bug == Some(Bug::SameCaseMix) { 0.0 } else { clinic.severity_shift }
            + clients.severity_sd * z_severity;
        let symptoms_at_session_1 =
            intake_severity + clients.change_before_first_session + clients.change_before_first_session_sd * luck.normal();

        let weights = &world.alliance_effects;
        let treatment = treatment_of(world);
        let felt = if bug == Some(Bug::TreatmentAllianceIdle) { 0.0 } else { treatment.alliance };
        let weighted = weights.therapist * therapist.alliance_now(world, bug)
            + weights.client * (client_part + group.alliance)
            + weights.r#match * (match_part + felt)
            + weights.clinic * clinic.alliance;
        let pull = (weighted + weights.quadratic * weighted * weighted) * (1.0 + weights.support * support);
        let worn_off = therapist.alliance_worn_off(world, bug);
        let works = through_pathways(world, pull, luck) - weights.therapist * worn_off * pathway_sum(world);

        let severity = Severity { z: z_severity, at_intake: intake_severity, at_session_1: symptoms_at_session_1 };
        let rests = [client_rest, match_rest];
        Self { anxiety, avoidance, motivation, group, personality_disorder, mismatch, client_part, match_part, severity, rests, works }
    }

    /// The client before session 1, if that is the alliance that works for her.
    pub fn settle(
        &self,
        world: &World,
        bug: Option<Bug>,
        (clinic, therapist): (&Clinic, &Therapist),
        works: f64,
        luck: &mut Luck,
    ) -> Client {
        let &Self { anxiety, avoidance, motivation, group, ref severity, .. } = self;
        let clients = &world.clients;
        let (weights, treatment) = (&world.alliance_effects, treatment_of(world));
        let comes_through = therapist_share(world, bug);
        let alliance_effect = if bug == Some(Bug::GroupsAlike) { 1.0 } else { group.alliance_effect };
        let effective_alliance = alliance_effect * works;
        let disorder = if self.personality_disorder && bug != Some(Bug::DisorderIdle) { 1.0 } else { 0.0 };
        let mut symptoms_at_session_1 = severity.at_session_1;
        let development = &world.therapists.development;
        let progress = comes_through * therapist.career.progress(world, bug, therapist.uptake);
        let course = match &world.symptoms {
            Symptoms::Relaxation(r) => {
                let people = (clinic, therapist);
                let mut course = Prognosis::relaxation(world, r, bug, people, severity, effective_alliance, luck);
                course.heading += r.heading_anxiety * anxiety + r.heading_avoidance * avoidance - development.heading_per_d * progress;
                course.rate *= (r.rate_motivation * motivation).exp();
                course
            }
            Symptoms::LinearGrowth(g) => {
                symptoms_at_session_1 += g.therapist_intercept_sd * therapist.growth_intercept;
                let mut course = Prognosis::line(g, therapist.growth_slope * comes_through, severity, effective_alliance, luck);
                course.slope += g.slope_anxiety * anxiety + g.slope_avoidance * avoidance - g.slope_motivation * motivation;
                course.slope -= development.slope_per_d * progress;
                course
            }
        };
        let intercept = symptoms_at_session_1 - severity.at_session_1;
        let content = if bug == Some(Bug::OneGoodEnough) { 0.0 } else { severity.at_intake + intercept - clients.severity_mean };
        Client {
            anxiety,
            avoidance,
            alliance_effect,
            group,
            motivation,
            personality_disorder: self.personality_disorder,
            mismatch: self.mismatch,
            trait_alliance: therapist.alliance_now(world, bug) - therapist.alliance_worn_off(world, bug)
                + self.client_part
                + group.alliance
                + self.match_part
                + clinic.alliance
                + treatment.alliance,
            good_enough: clients.good_enough_mean + content * clients.good_enough_severity + clients.good_enough_sd * luck.normal(),
            symptoms_at_session_1,
            heading: course.heading,
            rate: course.rate,
            slope: course.slope,
            state_effect: alliance_effect
                * course.points_per_state
                * weights.state
                * (1.0 + weights.state_sd * luck.normal() + disorder * weights.state_personality_disorder),
        }
    }
}

/// What sets a diagnosis group apart.
#[derive(Clone, Copy)]
pub struct Group {
    severity: f64,
    alliance: f64,
    alliance_effect: f64,
    /// Added to the log mean intensity.
    pub rupture: f64,
    /// Added to the log-odds of dropout.
    pub dropout: f64,
    personality_disorder: f64,
}

impl Group {
    /// The group a client belongs to. Groups of worlds that are simulated twice have names of their own.
    fn of(world: &World, luck: &mut Luck) -> Self {
        let everywhere = world.clients.personality_disorder;
        let mut u = luck.uniform();
        let found = world.diagnoses.values().find(|group| {
            u -= group.share;
            u < 0.0
        });
        let of = |key: fn(&Diagnosis) -> Option<f64>, otherwise| found.and_then(key).unwrap_or(otherwise);
        Self {
            severity: of(|g| g.severity, 0.0),
            alliance: of(|g| g.alliance, 0.0),
            alliance_effect: of(|g| g.alliance_effect, 1.0),
            rupture: of(|g| g.rupture, 0.0),
            dropout: of(|g| g.dropout, 0.0),
            personality_disorder: of(|g| g.personality_disorder, everywhere),
        }
    }
}

/// How bad it is when the client comes.
struct Severity {
    /// z_Y.
    z: f64,
    /// Y₀.
    at_intake: f64,
    /// Y₁, without what her therapist adds to it.
    at_session_1: f64,
}

/// Section 4: what her symptoms are going to do.
#[derive(Default)]
struct Prognosis {
    heading: f64,
    rate: f64,
    slope: f64,
    /// Effect of one SD of state alliance, for a client like others.
    points_per_state: f64,
}

impl Prognosis {
    /// Towards a level.
    fn relaxation(
        world: &World,
        r: &Relaxation,
        bug: Option<Bug>,
        (clinic, therapist): (&Clinic, &Therapist),
        severity: &Severity,
        effective_alliance: f64,
        luck: &mut Luck,
    ) -> Self {
        let from = if bug == Some(Bug::HeadingFromSessionOne) { severity.at_session_1 } else { severity.at_intake };
        let heading = r.heading + r.heading_severity * (from - world.clients.severity_mean) - r.heading_alliance * effective_alliance
            + clinic.heading_shift
            - world.therapists.effectiveness
                * therapist_share(world, bug)
                * (therapist.effectiveness - world.therapists.burnout_cost * therapist.burnout)
            - treatment_of(world).effect
            + r.heading_sd * luck.normal();
        let log_factor = r.rate_alliance * effective_alliance + r.rate_sd * luck.normal();
        let state_sd = world.alliance.state_variance.sqrt();
        // The specification divides by the SD; without any, nothing is what state can do.
        let points_per_state = if state_sd > 0.0 { r.state_effect * world.clients.within_sd / state_sd } else { 0.0 };
        Self { heading, rate: r.rate * log_factor.exp(), points_per_state, ..Self::default() }
    }

    /// Along a line.
    fn line(g: &LinearGrowth, therapist_slope: f64, severity: &Severity, effective_alliance: f64, luck: &mut Luck) -> Self {
        let rho = g.slope_severity;
        let own = rho * severity.z + (1.0 - rho * rho).sqrt() * luck.normal();
        let slope = g.slope + g.therapist_slope_sd * therapist_slope + g.slope_sd * own - g.trait_effect * effective_alliance;
        Self { slope, points_per_state: g.state_effect, ..Self::default() }
    }
}

/// C: the client's capacity for alliance.
fn client_part(world: &World, anxiety: f64, avoidance: f64, rest: f64) -> f64 {
    let clients = &world.clients;
    let rest_variance = clients.alliance_variance - clients.alliance_anxiety.powi(2) - clients.alliance_avoidance.powi(2);
    clients.alliance_anxiety * anxiety + clients.alliance_avoidance * avoidance + rest_variance.sqrt() * rest
}

/// M: the fit of the two.
fn match_part(world: &World, bug: Option<Bug>, mismatch: f64, shared_background: bool, rest: f64) -> f64 {
    let m = &world.r#match;
    let share = m.shared_background_share;
    let shared = if shared_background { 1.0 } else { 0.0 };
    let centre = if bug == Some(Bug::BackgroundNotCentred) { 0.0 } else { share };
    let rest_variance = m.alliance_variance - m.attachment_mismatch.powi(2) - m.shared_background.powi(2) * share * (1.0 - share);
    m.attachment_mismatch * mismatch + m.shared_background * (shared - centre) + rest_variance.sqrt() * rest
}

/// E: the pull of alliance through care, expectancy and the specific ingredients.
fn through_pathways(world: &World, pull: f64, luck: &mut Luck) -> f64 {
    let [care, expectancy, specific] = pathways(world);
    let loading = world.alliance.loading;
    let trait_variance = world.therapists.alliance_variance + world.clients.alliance_variance + world.r#match.alliance_variance;
    let own_sd = (trait_variance * (1.0 - loading * loading)).sqrt() / loading;
    let (bond, task, goal) = (own_sd * luck.normal(), own_sd * luck.normal(), own_sd * luck.normal());
    care * (pull + bond) + expectancy * (pull + (task + goal) / 2.0) + specific * pull
}

/// E₁: the effective alliance of a pull of 1 without own parts.
pub fn pathway_sum(world: &World) -> f64 {
    pathways(world).into_iter().sum()
}

/// The treatment that clients get.
pub fn treatment_of(world: &World) -> TreatmentProfile {
    let name = &world.treatment.kind;
    if let Some(own) = world.treatments.get(name) {
        return own.clone();
    }
    assert_eq!(name, "reference", "a world with a shipped treatment");
    TreatmentProfile::default()
}

/// λ.
fn therapist_share(world: &World, bug: Option<Bug>) -> f64 {
    if bug == Some(Bug::WholeTherapist) { 1.0 } else { treatment_of(world).therapist_share }
}

/// Care, expectancy and specific ingredients: their shares times their strengths.
fn pathways(world: &World) -> [f64; 3] {
    let (profile, strength) = (treatment_of(world), &world.treatment);
    [
        profile.care_share * profile.care * strength.care,
        profile.expectancy_share * profile.expectancy * strength.expectancy,
        profile.specific_share * profile.ingredients * strength.ingredients * strength.competence,
    ]
}
