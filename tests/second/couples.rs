//! Section 14 of `docs/model.md`, written again: two clients who come together.

use super::course::{Course, Outcome, Setting};
use super::people::{Bug, Clinic, Dyad, Luck, Therapist};
use dyadsim::model::couples::Couples;
use dyadsim::model::ending::EndReason;
use dyadsim::model::symptoms::Symptoms;

impl Setting<'_> {
    /// All clients of a therapist, couple by couple.
    pub fn couples_of(
        &self,
        couples: &Couples,
        clinic: Clinic,
        mut therapist: Therapist,
        luck: &mut Luck,
        listen: &mut impl FnMut(u16, f64),
    ) -> Vec<Outcome> {
        let clinics = &self.world.clinics;
        let mut outcomes = Vec::new();
        for first in (0..clinics.clients_per_therapist).step_by(2) {
            therapist.career.week = clinics.recruitment_weeks * f64::from(first) / f64::from(clinics.clients_per_therapist);
            let mut partners = self.meet(couples, clinic, therapist, luck);
            let mut heard = [Vec::new(), Vec::new()];
            let reason = loop {
                for (partner, heard) in partners.iter_mut().zip(&mut heard) {
                    partner.hold(luck, &mut |session, score| heard.push((session, score)));
                }
                if let Some(reason) = self.joint_ending(&partners, luck) {
                    break reason;
                }
            };
            // Whoever listens hears one course after the other.
            heard.into_iter().flatten().for_each(|(session, score)| listen(session, score));
            outcomes.extend(partners.map(|partner| partner.discharge(reason, luck)));
        }
        outcomes
    }

    fn meet(&self, couples: &Couples, clinic: Clinic, therapist: Therapist, luck: &mut Luck) -> [Course<'_>; 2] {
        let (world, people) = (self.world, (&clinic, &therapist));
        let first = Dyad::meet(world, self.bug, people, None, luck);
        let second = Dyad::meet(world, self.bug, people, Some(&first), luck);
        let share = if self.bug == Some(Bug::PartnerIdle) { 0.0 } else { couples.partner_share };
        let mut partners = [(&first, &second), (&second, &first)].map(|(own, other)| {
            let works = own.works + share * (other.works - own.works);
            own.settle(world, self.bug, people, works, luck)
        });
        let usual = if self.bug == Some(Bug::SplitFromZero) { 0.0 } else { couples.usual_split };
        let split = (partners[0].trait_alliance - partners[1].trait_alliance).abs() - usual;
        if let Symptoms::Relaxation(_) = world.symptoms {
            partners.iter_mut().for_each(|partner| partner.heading += couples.split_heading * split);
        }
        partners.map(|client| {
            let mut course = Course::begin(self, clinic, therapist, client, luck);
            course.be_split(couples.split_dropout * split);
            course
        })
    }

    fn joint_ending(&self, partners: &[Course; 2], luck: &mut Luck) -> Option<EndReason> {
        let endings = &self.world.endings;
        let [planned, administrative] = [endings.planned, endings.administrative].map(|chance| partners[0].chance_to_end(chance));
        let drops_out = partners.each_ref().map(|partner| luck.log_odds(partner.dropout_log_odds()));
        let well = partners.each_ref().map(Course::good_enough);
        let enough = if self.bug == Some(Bug::OneIsWell) { well[0] || well[1] } else { well[0] && well[1] };
        let mut leaves = luck.chance(administrative);
        if self.bug == Some(Bug::OutsideReasonsTwice) {
            leaves |= luck.chance(administrative);
        }
        if drops_out[0] || drops_out[1] {
            Some(EndReason::Dropout)
        } else if enough && luck.chance(planned) {
            Some(EndReason::Planned)
        } else if leaves {
            Some(EndReason::Administrative)
        } else {
            partners[0].is_over().then_some(EndReason::Cap)
        }
    }
}
