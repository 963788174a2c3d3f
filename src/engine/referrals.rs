//! Clients as they are referred to open clinics, week by week: the same ones under every arm.

use super::replicate::Cell;
use super::streams::{Bookmark, Entity, LaneStreams, Purpose, ReplicateStreams};
use crate::model::draws::{ClientLuck, IntakeLuck, Needs, W};
use crate::model::math::{normal, uniform};
use crate::model::rules::Rules;
use crate::model::workload::poisson;

/// A client on the day of referral: all her luck, and nothing decided.
#[derive(Clone, Copy, Debug)]
pub(super) struct Referral {
    /// Who she is.
    pub client: Entity,
    /// Week of referral, from the opening of the clinics.
    pub week: u32,
    /// Luck of intake.
    pub luck: ClientLuck,
    /// Patience in waiting, uniform.
    pub patience: f64,
    /// Change of symptoms while waiting, normal.
    pub change: f64,
    /// Whom she is assigned to where that is left to chance, uniform.
    pub assignment: f64,
    /// Luck of her sessions.
    pub sessions: Bookmark,
}

/// Clients that are drawn together, so that lanes are full.
const BATCH: usize = 4 * W;

/// Referrals of some weeks to all clinics.
#[derive(Default)]
pub(super) struct Referrals {
    clinics: usize,
    first_week: u32,
    /// Where the clients of each week and clinic begin; one more entry at the end.
    starts: Vec<usize>,
    clients: Vec<Referral>,
}

/// Clients referred to clinic `k` in a week under an arm.
pub(super) fn referred(rules: &Rules, streams: ReplicateStreams, clinic: usize, week: u32) -> u32 {
    let Some(workload) = rules.world.workload.as_ref().filter(|_| clinic < rules.world.clinics.count as usize) else {
        return 0;
    };
    let [bits] = streams.bits(Entity::Week(clinic as u32, week), Purpose::Waiting);
    poisson(workload.referred_in(week), uniform(bits))
}

impl Referrals {
    /// The first `n` clients referred to a clinic in a week that has been drawn.
    pub fn of(&self, clinic: usize, week: u32, n: usize) -> &[Referral] {
        let at = (week - self.first_week) as usize * self.clinics + clinic;
        &self.clients[self.starts[at]..][..n]
    }

    /// Makes sure that the clients of a week are drawn: those that any arm of the cell sees.
    #[inline(always)]
    pub fn draw(&mut self, cell: &Cell, streams: ReplicateStreams, week: u32) {
        let drawn = self.first_week + (self.starts.len().saturating_sub(1) / self.clinics.max(1)) as u32;
        if self.first_week > 0 && week < drawn {
            return;
        }
        self.clinics = cell.arms.iter().map(|rules| rules.world.clinics.count as usize).max().unwrap_or(0);
        self.first_week = week;
        self.starts.clear();
        self.clients.clear();
        let mut entities = Vec::new();
        for week in week.. {
            for clinic in 0..self.clinics {
                self.starts.push(entities.len());
                let n = cell.arms.iter().map(|rules| referred(rules, streams, clinic, week)).max().unwrap_or(0);
                entities.extend((0..n).map(|i| (Entity::Referral(clinic as u32, week, i), week)));
            }
            if entities.len() >= BATCH || week >= self.first_week + 52 {
                break;
            }
        }
        self.starts.push(entities.len());
        let mut luck = IntakeLuck::default();
        for batch in entities.chunks(W) {
            self.draw_lanes(streams, batch, &cell.needs, &mut luck);
        }
    }

    #[inline(always)]
    fn draw_lanes(&mut self, streams: ReplicateStreams, batch: &[(Entity, u32)], needs: &Needs, luck: &mut IntakeLuck) {
        let mut lanes = [Entity::Clinic(0); W];
        for (lane, (client, _)) in lanes.iter_mut().zip(batch) {
            *lane = *client;
        }
        luck.draw(&LaneStreams::open(streams, &lanes, Purpose::Intake).take(&needs.client), needs);
        let [patience, change, assignment] = LaneStreams::open(streams, &lanes, Purpose::Waiting).take(&[true; 3]);
        let sessions = LaneStreams::open(streams, &lanes, Purpose::Sessions);
        self.clients.extend(batch.iter().enumerate().map(|(l, &(client, week))| Referral {
            client,
            week,
            luck: luck.of(l),
            patience: uniform(patience[l]),
            change: f64::from(normal(change[l])),
            assignment: uniform(assignment[l]),
            sessions: sessions.bookmark(l),
        }));
    }
}
