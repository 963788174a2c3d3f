//! One correlation seen at three levels: in all clients, between therapists' means, and within therapists.

use super::correlation::Products;

/// Correlations at three levels; NaN where a level has too few or does not vary.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Levels {
    /// Over all members, whoever their group.
    pub total: f64,
    /// Of the group means, each counting once. It contains the chance in the means of small groups.
    pub between: f64,
    /// Of the deviations from the group means.
    pub within: f64,
}

/// Correlations of two variables in grouped data.
pub fn levels(groups: &[Vec<[f64; 2]>]) -> Levels {
    let (mut total, mut between) = (Products::default(), Products::default());
    let mut within = [0.0; 3];
    for group in groups.iter().filter(|group| !group.is_empty()) {
        let mean = [0, 1].map(|i| group.iter().map(|x| x[i]).sum::<f64>() / group.len() as f64);
        between.add([mean[0], mean[1], 0.0]);
        for &[x, y] in group {
            total.add([x, y, 0.0]);
            let (dx, dy) = (x - mean[0], y - mean[1]);
            within = [within[0] + dx * dx, within[1] + dy * dy, within[2] + dx * dy];
        }
    }
    let spread = (within[0] * within[1]).sqrt();
    Levels { total: total.r(0, 1), between: between.r(0, 1), within: if spread > 0.0 { within[2] / spread } else { f64::NAN } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_may_go_one_way_and_their_members_the_other() {
        // Means (0, 0), (3, 1), (6, 5); within each group y falls by 1 where x rises by 1.
        let groups: Vec<Vec<[f64; 2]>> =
            [[0.0, 0.0], [3.0, 1.0], [6.0, 5.0]].iter().map(|[x, y]| vec![[x - 1.0, y + 1.0], [x + 1.0, y - 1.0]]).collect();
        let found = levels(&groups);
        assert!((found.within + 1.0).abs() < 1e-12);
        // Between: sums of products 15, of squares 18 and 14. Total: 2 × those, −6 and + 6 from within.
        assert!((found.between - 15.0 / (18.0f64 * 14.0).sqrt()).abs() < 1e-12);
        assert!((found.total - 24.0 / (42.0f64 * 34.0).sqrt()).abs() < 1e-12);
    }

    #[test]
    fn one_member_each_leaves_nothing_within() {
        let found = levels(&[vec![[1.0, 2.0]], vec![[2.0, 1.0]], vec![[3.0, 5.0]]]);
        assert!(found.within.is_nan() && found.between == found.total);
    }
}
