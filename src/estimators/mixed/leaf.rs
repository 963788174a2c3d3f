//! Elimination of the finest level, where nearly all groups are. No derivative comes from below, so that everything left
//! of a group is T'CT for some symmetric q × q matrix C (names as in `jet`):
//! s1r'DT = T'(D + D s11 D)T, its first derivative T'D_i T, its second −T'(D_i K D_j + D_j K D_i)T with K = s11 (I + D s11)⁻¹.
//! Outer products of the rows of T are formed once and then added up with different weights.

use super::eliminate::invert;
use super::jet::{Jet, LogDet, add, pair};

pub struct Leaf {
    q: usize,
    rest: usize,
    own: Vec<(usize, usize)>,
    derivatives: bool,
    inner: Vec<f64>,
    s11: Vec<f64>,
    m: Vec<f64>,
    k: Vec<f64>,
    c: Vec<f64>,
    t: Vec<f64>,
    /// By pair of rows of T: their product, an upper triangle row by row (both orders added up off the diagonal).
    outer: Vec<Vec<f64>>,
    /// Sums over groups of one parent, upper triangles row by row: value, first and second derivatives.
    value: Vec<f64>,
    first: Vec<Vec<f64>>,
    second: Vec<Vec<f64>>,
}

impl Leaf {
    pub fn new(q: usize, rest: usize, own: Vec<(usize, usize)>) -> Self {
        let size = rest * (rest + 1) / 2;
        let square = || vec![0.0; q * q];
        let count = own.len();
        Self {
            q,
            rest,
            own,
            derivatives: false,
            inner: square(),
            s11: square(),
            m: square(),
            k: square(),
            c: square(),
            t: vec![0.0; q * rest],
            outer: vec![vec![0.0; size]; q * (q + 1) / 2],
            value: vec![0.0; size],
            first: vec![vec![0.0; size]; count],
            second: vec![vec![0.0; size]; count * (count + 1) / 2],
        }
    }

    pub fn clear(&mut self, derivatives: bool) {
        self.derivatives = derivatives;
        self.value.fill(0.0);
        self.first.iter_mut().chain(&mut self.second).for_each(|sum| sum.fill(0.0));
    }

    /// Adds one group, whose cross-products Z'[Z | rest] are given; false when I + s11 D is not positive definite.
    pub fn group(&mut self, cross: &[f64], d: &[f64], log_det: &mut LogDet) -> bool {
        let (q, side) = (self.q, self.q + self.rest);
        for a in 0..q {
            for b in 0..q {
                self.s11[a * q + b] = cross[a.min(b) * side + a.max(b)];
            }
        }
        product(&mut self.inner, &self.s11, d, q);
        (0..q).for_each(|a| self.inner[a * q + a] += 1.0);
        let determinant = invert(&mut self.inner, &mut self.m, q);
        if determinant.is_nan() || determinant <= 0.0 {
            return false;
        }
        log_det.value += libm::log(determinant);
        for (a, t) in self.t.chunks_exact_mut(self.rest).enumerate() {
            t.fill(0.0);
            for b in 0..q {
                add(t, &cross[b * side + q..(b + 1) * side], self.m[a * q + b]);
            }
        }
        self.multiply_rows();
        // C = D + D s11 D; `inner` is free for D s11.
        product(&mut self.inner, d, &self.s11, q);
        product(&mut self.c, &self.inner, d, q);
        add(&mut self.c, d, 1.0);
        spread(&mut self.value, &self.outer, &self.c, q, -1.0);
        if self.derivatives {
            self.differentiate(log_det);
        }
        true
    }

    fn multiply_rows(&mut self) {
        for b in 0..self.q {
            for a in 0..=b {
                let (u, v) = (&self.t[a * self.rest..(a + 1) * self.rest], &self.t[b * self.rest..(b + 1) * self.rest]);
                let mut to = self.outer[pair(a, b)].as_mut_slice();
                for i in 0..self.rest {
                    let (row, others) = to.split_at_mut(self.rest - i);
                    let (ui, vi) = (u[i], v[i]);
                    if a == b {
                        row.iter_mut().zip(&u[i..]).for_each(|(to, uj)| *to = ui * uj);
                    } else {
                        row.iter_mut().zip(&u[i..]).zip(&v[i..]).for_each(|((to, uj), vj)| *to = ui * vj + vi * uj);
                    }
                    to = others;
                }
            }
        }
    }

    fn differentiate(&mut self, log_det: &mut LogDet) {
        let q = self.q;
        // K = s11 (I + D s11)⁻¹ = M s11, symmetric.
        product(&mut self.k, &self.m, &self.s11, q);
        for (i, &(a, b)) in self.own.iter().enumerate() {
            add(&mut self.first[i], &self.outer[pair(b, a)], -1.0);
            log_det.first[i] += self.k[a * q + b] * if a == b { 1.0 } else { 2.0 };
        }
        for (j, &right) in self.own.iter().enumerate() {
            for (i, &left) in self.own[..=j].iter().enumerate() {
                self.c.fill(0.0);
                let mut trace = 0.0;
                for (a, b) in orders(left) {
                    for (c, d) in orders(right) {
                        // D_i K D_j has k[b, c] at (a, d).
                        let value = self.k[b * q + c];
                        self.c[a * q + d] += value;
                        self.c[d * q + a] += value;
                        trace += value * self.k[d * q + a];
                    }
                }
                spread(&mut self.second[pair(i, j)], &self.outer, &self.c, q, 1.0);
                log_det.second[pair(i, j)] -= trace;
            }
        }
    }

    /// Hands the sums to the parent and starts again.
    pub fn flush(&mut self, target: &mut Jet) {
        let side = self.rest;
        let unpack = |to: &mut [f64], mut from: &[f64]| {
            for i in 0..side {
                let (row, others) = from.split_at(side - i);
                add(&mut to[i * side + i..(i + 1) * side], row, 1.0);
                from = others;
            }
        };
        unpack(&mut target.value, &self.value);
        if self.derivatives {
            target.first.iter_mut().zip(&self.first).for_each(|(to, from)| unpack(to, from));
            target.second.iter_mut().zip(&self.second).for_each(|(to, from)| unpack(to, from));
        }
        let derivatives = self.derivatives;
        self.clear(derivatives);
    }
}

/// (a, b) and (b, a), once if they are the same.
fn orders((a, b): (usize, usize)) -> impl Iterator<Item = (usize, usize)> {
    [(a, b), (b, a)].into_iter().take(if a == b { 1 } else { 2 })
}

/// to += factor × T'CT from the outer products of T's rows.
fn spread(to: &mut [f64], outer: &[Vec<f64>], c: &[f64], q: usize, factor: f64) {
    for b in 0..q {
        for a in 0..=b {
            let weight = factor * c[a * q + b];
            if weight != 0.0 {
                add(to, &outer[pair(a, b)], weight);
            }
        }
    }
}

/// c = ab for q × q matrices.
fn product(c: &mut [f64], a: &[f64], b: &[f64], q: usize) {
    for i in 0..q {
        for j in 0..q {
            c[i * q + j] = (0..q).map(|k| a[i * q + k] * b[k * q + j]).sum();
        }
    }
}
