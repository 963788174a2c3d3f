//! Elimination of the random effects of one group, with derivatives. Formulas and names: see `jet`.

use super::jet::{Jet, LogDet, add, pair};

/// Work space for the elimination of one level; `before` derivatives come from finer levels, `own` belong to this one.
pub struct Level {
    q: usize,
    rest: usize,
    before: usize,
    own: Vec<(usize, usize)>,
    m: Vec<f64>,
    t: Vec<f64>,
    u: Vec<f64>,
    /// By parameter: dT, dU (q × rest), M d(s11 D), M ds11 (q × q); ds1r − ds11 U, or D_i T of own entries (q × rest).
    dt: Vec<Vec<f64>>,
    du: Vec<Vec<f64>>,
    mn: Vec<Vec<f64>>,
    ms: Vec<Vec<f64>>,
    dr: Vec<Vec<f64>>,
    /// Cross-products of the group in hand.
    pub sum: Jet,
}

impl Level {
    pub fn new(q: usize, rest: usize, before: usize, own: Vec<(usize, usize)>) -> Self {
        let each = |size: usize| vec![vec![0.0; size]; before + own.len()];
        let (dt, du, dr) = (each(q * rest), each(q * rest), each(q * rest));
        let (mn, ms) = (each(q * q), each(q * q));
        let (m, t, u) = (vec![0.0; q * q], vec![0.0; q * rest], vec![0.0; q * rest]);
        Self { q, rest, before, own, m, t, u, dt, du, mn, ms, dr, sum: Jet::new(q + rest, before) }
    }

    /// Adds the cross-products of the group itself to what its subgroups left.
    pub fn load(&mut self, cross: &[f64]) {
        add(&mut self.sum.value[..cross.len()], cross, 1.0);
    }

    /// Adds what is left of the group to `target`; false when I + s11 D is not positive definite.
    pub fn eliminate(&mut self, d: &[f64], derivatives: bool, target: &mut Jet, log_det: &mut LogDet) -> bool {
        let (q, rest) = (self.q, self.rest);
        let (s11, s1r) = split(&self.sum.value, q, rest);
        let mut inner = identity(q);
        multiply_add(&mut inner, &s11, d, q, q);
        let determinant = invert(&mut inner, &mut self.m, q);
        if determinant.is_nan() || determinant <= 0.0 {
            return false;
        }
        log_det.value += libm::log(determinant);
        self.t.fill(0.0);
        multiply_add(&mut self.t, &self.m, &s1r, q, rest);
        self.u.fill(0.0);
        multiply_add(&mut self.u, d, &self.t, q, rest);
        add_corner(&mut target.value, &self.sum.value, q, rest);
        subtract_products(&mut target.value, &s1r, &self.u, rest, false);
        if derivatives {
            for i in 0..self.before {
                self.first_before(i, d, target, log_det);
            }
            self.first_own(&s11, d, target, log_det);
            for j in 0..self.before + self.own.len() {
                for i in 0..=j {
                    self.second(i, j, d, target, log_det);
                }
            }
        }
        true
    }

    /// First derivative by a parameter of a finer level, which changes the cross-products.
    fn first_before(&mut self, i: usize, d: &[f64], target: &mut Jet, log_det: &mut LogDet) {
        let (q, rest) = (self.q, self.rest);
        let (ds11, ds1r) = split(&self.sum.first[i], q, rest);
        let (dr, dt, du) = (&mut self.dr[i], &mut self.dt[i], &mut self.du[i]);
        dr.fill(0.0);
        multiply_add(dr, &ds11, &self.u, q, rest);
        for (dr, ds1r) in dr.iter_mut().zip(&ds1r) {
            *dr = ds1r - *dr;
        }
        dt.fill(0.0);
        multiply_add(dt, &self.m, dr, q, rest);
        du.fill(0.0);
        multiply_add(du, d, dt, q, rest);
        let (ms, mn) = (&mut self.ms[i], &mut self.mn[i]);
        ms.fill(0.0);
        multiply_add(ms, &self.m, &ds11, q, q);
        mn.fill(0.0);
        multiply_add(mn, ms, d, q, q);
        log_det.first[i] += (0..q).map(|a| mn[a * q + a]).sum::<f64>();
        add_corner(&mut target.first[i], &self.sum.first[i], q, rest);
        subtract_products(&mut target.first[i], &ds1r, &self.u, rest, false);
        subtract_products(&mut target.first[i], &self.u, dr, rest, false);
    }

    /// First derivatives by the entries of this level's own D. `dr` holds D_i T.
    fn first_own(&mut self, s11: &[f64], d: &[f64], target: &mut Jet, log_det: &mut LogDet) {
        let (q, rest) = (self.q, self.rest);
        let mut ms = vec![0.0; q * q];
        multiply_add(&mut ms, &self.m, s11, q, q);
        for (k, &(a, b)) in self.own.iter().enumerate() {
            let i = self.before + k;
            let (dit, dt, du, mn) = (&mut self.dr[i], &mut self.dt[i], &mut self.du[i], &mut self.mn[i]);
            unit_times(dit, (a, b), &self.t, rest);
            dt.fill(0.0);
            multiply_add(dt, &ms, dit, q, rest);
            dt.iter_mut().for_each(|value| *value = -*value);
            du.copy_from_slice(dit);
            multiply_add(du, d, dt, q, rest);
            mn.fill(0.0);
            for row in 0..q {
                mn[row * q + a] += ms[row * q + b];
                if a != b {
                    mn[row * q + b] += ms[row * q + a];
                }
            }
            log_det.first[i] += (0..q).map(|c| mn[c * q + c]).sum::<f64>();
            subtract_products(&mut target.first[i], &self.t, dit, rest, false);
        }
    }

    fn second(&mut self, i: usize, j: usize, d: &[f64], target: &mut Jet, log_det: &mut LogDet) {
        let (q, rest, at) = (self.q, self.rest, pair(i, j));
        let to = &mut target.second[at];
        log_det.second[at] -= trace_of_product(&self.mn[i], &self.mn[j], q);
        if i >= self.before {
            subtract_products(to, &self.dt[j], &self.dr[i], rest, true);
            return;
        }
        subtract_products(to, &self.du[j], &self.dr[i], rest, true);
        if j >= self.before {
            let ((a, b), ms) = (self.own[j - self.before], &self.ms[i]);
            log_det.second[at] += ms[a * q + b] + if a == b { 0.0 } else { ms[b * q + a] };
            return;
        }
        let (dds11, dds1r) = split(&self.sum.second[at], q, rest);
        let mut ddr = dds1r.clone();
        multiply_add(&mut ddr, &dds11.iter().map(|value| -value).collect::<Vec<_>>(), &self.u, q, rest);
        add_corner(to, &self.sum.second[at], q, rest);
        subtract_products(to, &dds1r, &self.u, rest, false);
        subtract_products(to, &self.u, &ddr, rest, false);
        let mut md = vec![0.0; q * q];
        multiply_add(&mut md, &self.m, &dds11, q, q);
        log_det.second[at] += trace_of_product(&md, d, q);
    }
}

fn identity(q: usize) -> Vec<f64> {
    let mut square = vec![0.0; q * q];
    (0..q).for_each(|a| square[a * q + a] = 1.0);
    square
}

/// s11 (made symmetric) and s1r of an upper triangle.
fn split(square: &[f64], q: usize, rest: usize) -> (Vec<f64>, Vec<f64>) {
    let side = q + rest;
    let s11 = (0..q * q).map(|at| square[(at / q).min(at % q) * side + (at / q).max(at % q)]).collect();
    let s1r = (0..q).flat_map(|a| square[a * side + q..(a + 1) * side].iter().copied()).collect();
    (s11, s1r)
}

/// Adds the rest × rest corner of an upper triangle.
fn add_corner(to: &mut [f64], from: &[f64], q: usize, rest: usize) {
    let side = q + rest;
    for row in 0..rest {
        add(&mut to[row * rest..(row + 1) * rest], &from[(q + row) * side + q..(q + row + 1) * side], 1.0);
    }
}

/// Gauss and Jordan's inverse with row exchanges; the determinant (0 when singular). `a` is used up.
pub fn invert(a: &mut [f64], inverse: &mut [f64], q: usize) -> f64 {
    inverse.fill(0.0);
    (0..q).for_each(|a| inverse[a * q + a] = 1.0);
    let mut determinant = 1.0;
    for column in 0..q {
        let Some(pivot) = (column..q).max_by(|&i, &j| a[i * q + column].abs().total_cmp(&a[j * q + column].abs())) else { return 0.0 };
        let value = a[pivot * q + column];
        if value == 0.0 {
            return 0.0;
        }
        if pivot != column {
            determinant = -determinant;
            for k in 0..q {
                a.swap(pivot * q + k, column * q + k);
                inverse.swap(pivot * q + k, column * q + k);
            }
        }
        determinant *= value;
        for k in 0..q {
            a[column * q + k] /= value;
            inverse[column * q + k] /= value;
        }
        for row in (0..q).filter(|&row| row != column) {
            let factor = a[row * q + column];
            for k in 0..q {
                a[row * q + k] -= factor * a[column * q + k];
                inverse[row * q + k] -= factor * inverse[column * q + k];
            }
        }
    }
    determinant
}

/// c += a b for row-major a (rows × inner) and b (inner × columns).
fn multiply_add(c: &mut [f64], a: &[f64], b: &[f64], inner: usize, columns: usize) {
    for (c_row, a_row) in c.chunks_exact_mut(columns).zip(a.chunks_exact(inner)) {
        for (factor, b_row) in a_row.iter().zip(b.chunks_exact(columns)) {
            add(c_row, b_row, *factor);
        }
    }
}

/// c = D_i b, where D_i is 1 at (a, b) and (b, a).
fn unit_times(c: &mut [f64], (a, b): (usize, usize), from: &[f64], columns: usize) {
    c.fill(0.0);
    add(&mut c[a * columns..(a + 1) * columns], &from[b * columns..(b + 1) * columns], 1.0);
    if a != b {
        add(&mut c[b * columns..(b + 1) * columns], &from[a * columns..(a + 1) * columns], 1.0);
    }
}

/// Upper triangle of to −= a'b + b'a (or a'b alone, when that is symmetric), for q × rest matrices a and b. `to` has
/// rows of `side`, of which the first `skip` are left out.
fn subtract_products(to: &mut [f64], a: &[f64], b: &[f64], rest: usize, both: bool) {
    for (a_row, b_row) in a.chunks_exact(rest).zip(b.chunks_exact(rest)) {
        for i in 0..rest {
            let (ai, bi) = (a_row[i], b_row[i]);
            let row = &mut to[i * rest + i..(i + 1) * rest];
            if both {
                for ((to, aj), bj) in row.iter_mut().zip(&a_row[i..]).zip(&b_row[i..]) {
                    *to -= ai * bj + bi * aj;
                }
            } else {
                for (to, bj) in row.iter_mut().zip(&b_row[i..]) {
                    *to -= ai * bj;
                }
            }
        }
    }
}

/// The trace of a product of two q × q matrices.
fn trace_of_product(a: &[f64], b: &[f64], q: usize) -> f64 {
    (0..q).map(|i| (0..q).map(|k| a[i * q + k] * b[k * q + i]).sum::<f64>()).sum()
}
