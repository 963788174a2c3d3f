//! Treatments: through which pathways a good alliance helps, and how much of each there is.

use super::params::params;

params! {
    /// The treatment, as far as alliance is concerned.
    pub struct Treatment {
        /// Weight of the bond in working alliance (cognitive-behavioural .2, relational .4).
        bond_weight: f64 = 0.3, "share", [0.0, 1.0], "assumed; weights of bond, task and goal add up to 1", weak;
        /// Weight of agreement on tasks (cognitive-behavioural .4, relational .3).
        task_weight: f64 = 0.35, "share", [0.0, 1.0], "assumed", weak;
        /// Weight of agreement on goals (cognitive-behavioural .4, relational .3).
        goal_weight: f64 = 0.35, "share", [0.0, 1.0], "assumed", weak;
        /// Share of the effect of trait alliance that is care received (through the bond).
        care_share: f64 = 0.4, "share", [0.0, 1.0], "B12 Kaptchuk trial shows that care alone helps; shares assumed, they add up to 1", weak;
        /// Share that is expectancy (through agreement on tasks and goals).
        expectancy_share: f64 = 0.3, "share", [0.0, 1.0], "assumed", weak;
        /// Share that is engagement in the treatment's specific ingredients.
        specific_share: f64 = 0.3, "share", [0.0, 1.0], "assumed", weak;
        /// How much care the treatment lets through (1 as usual; .5 limited, 1.5 augmented).
        care: f64 = 1.0, "times usual", [0.0, 5.0], "1 is the reference treatment";
        /// How much expectancy it raises.
        expectancy: f64 = 1.0, "times usual", [0.0, 5.0], "1 is the reference treatment";
        /// How much of its specific ingredients is there (0: placebo or support only).
        ingredients: f64 = 1.0, "times usual", [0.0, 5.0], "1 is the reference treatment";
        /// Competence in delivering the ingredients.
        competence: f64 = 1.0, "times usual", [0.0, 5.0], "1 is the reference treatment";
    }
}

impl Treatment {
    /// Effective trait alliance, SD: the pull of alliance through care, expectancy and specific
    /// work. `pull` is the trait alliance that counts, `own` the components' own parts (bond, task,
    /// goal) divided by their loading.
    #[inline(always)]
    pub fn effective_alliance(&self, pull: f64, own: [f64; 3]) -> f64 {
        self.care_share * self.care * (pull + own[0])
            + self.expectancy_share * self.expectancy * (pull + 0.5 * (own[1] + own[2]))
            + self.specific_share * self.ingredients * self.competence * pull
    }
}
