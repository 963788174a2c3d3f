//! What is done about outcomes that were not handed in.

use crate::model::params::{choice, params};

params! {
    /// Another value takes the place of a missing one.
    pub struct ReplacedOf {
        /// The variable with missing values, a column of clients such as post.
        of: String = String::from("post") => skip;
        /// What takes their place: a column or an expression.
        by: String = String::from("symptoms@last") => skip;
    }
}

params! {
    /// Inverse-probability weights from a logistic regression.
    pub struct WeightedOf {
        /// Formula: the variable with missing values, and what predicts that it is there: "post ~ arm + pre".
        formula: String = String::new() => skip;
    }
}

params! {
    /// Multiple imputation from a normal linear regression, with Rubin's rules and Barnard and Rubin's degrees of freedom.
    pub struct ImputedOf {
        /// Formula: the variable with missing values, and what predicts it: "post ~ arm + pre + symptoms@last".
        formula: String = String::new() => skip;
        /// Data sets that are made.
        count: u16 = 20, "data sets", [2, 1000], "White 2011: at least the share missing in %";
        /// What is added to every value that is made: those without it differ from those like them by so much (pattern mixture).
        delta: f64 = 0.0, "units of the variable", [-1e6, 1e6], "0: missing at random";
    }
}

choice! {
    /// What is done about missing outcomes.
    pub enum Missing {
        /// Another value takes their place, the last observation for instance (LOCF).
        Replaced(ReplacedOf),
        /// Those who have the value stand for those like them. For Linear and Mean.
        Weighted(WeightedOf),
        /// Values are made several times from those of others like them.
        Imputed(ImputedOf),
    }
}
