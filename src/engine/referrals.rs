//! Clients as they are referred to open clinics, week by week: the same ones under every arm.

use super::replicate::Cell;
use super::streams::{Bookmark, Entity, LaneStreams, Purpose, ReplicateStreams};
use crate::model::draws::{ClientLuck, IntakeLuck, Needs, W};
use crate::model::math::{normal, uniform};
use crate::model::rules::Rules;
use crate::model::workload::poisson;
use core::ops::Index;
use std::collections::VecDeque;

/// A client on the day of referral: all her luck, and nothing decided.
#[derive(Clone, Copy, Debug)]
pub(super) struct Referral {
    /// Who she is.
    pub client: Entity,
    /// Week of referral, from the opening of the clinics.
    pub week: u32,
    /// Luck of intake.
    pub luck: ClientLuck,
    /// Luck of waiting: patience, change of symptoms, assignment. Most clients need none of it.
    waiting: [u32; 3],
    /// Luck of her sessions.
    pub sessions: Bookmark,
}

impl Referral {
    /// Patience in waiting, uniform.
    pub fn patience(&self) -> f64 {
        uniform(self.waiting[0])
    }

    /// Change of symptoms while waiting, standard normal.
    pub fn change(&self) -> f64 {
        f64::from(normal(self.waiting[1]))
    }

    /// To whom she is assigned where that is left to chance, uniform.
    pub fn assignment(&self) -> f64 {
        uniform(self.waiting[2])
    }
}

/// Clients that are drawn together, so that lanes are full.
const BATCH: usize = 4 * W;

/// Referrals of some weeks to all clinics, and earlier ones for whom somebody still waits. Clients are known by their
/// number, counted from the opening.
#[derive(Default)]
pub(super) struct Referrals {
    clinics: usize,
    first_week: u32,
    /// Number of the first client of each week and clinic since `first_week`.
    starts: Vec<usize>,
    /// Number of the first client who is still kept.
    first_kept: usize,
    clients: VecDeque<Referral>,
}

impl Index<usize> for Referrals {
    type Output = Referral;

    fn index(&self, client: usize) -> &Referral {
        &self.clients[client - self.first_kept]
    }
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
    /// Number of the first client referred to a clinic in a week that has been drawn.
    pub fn first(&self, clinic: usize, week: u32) -> usize {
        self.starts[(week - self.first_week) as usize * self.clinics + clinic]
    }

    /// Is a week still to be drawn?
    pub fn needs(&self, week: u32) -> bool {
        self.first_week == 0 || week >= self.first_week + (self.starts.len() / self.clinics) as u32
    }

    /// Draws the clients of a week and of some more: those that any arm of the cell sees. Nobody asks any more for
    /// clients before number `oldest`.
    #[inline(always)]
    pub fn draw(&mut self, cell: &Cell, streams: ReplicateStreams, week: u32, oldest: usize) {
        self.clinics = cell.arms.iter().map(|rules| rules.world.clinics.count as usize).max().unwrap_or(1);
        self.first_week = week;
        self.starts.clear();
        let gone = oldest.saturating_sub(self.first_kept).min(self.clients.len());
        self.clients.drain(..gone);
        self.first_kept += gone;
        let next = self.first_kept + self.clients.len();
        let mut entities = Vec::new();
        for week in week.. {
            for clinic in 0..self.clinics {
                self.starts.push(next + entities.len());
                let n = cell.arms.iter().map(|rules| referred(rules, streams, clinic, week)).max().unwrap_or(0);
                entities.extend((0..n).map(|i| (Entity::Referral(clinic as u32, week, i), week)));
            }
            if entities.len() >= BATCH || week >= self.first_week + 52 {
                break;
            }
        }
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
            waiting: [patience[l], change[l], assignment[l]],
            sessions: sessions.bookmark(l),
        }));
    }
}
