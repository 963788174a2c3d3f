# Mixed models with lme4, for `dyadsim estimate`: outcome after treatment, with and without therapists.
#
#     dyadsim estimate study.ron --with 'Rscript lme4.R' --columns 'post; pre; early; therapist'
#
# Write your own analysis into `analyse`. It is given a data frame, and gives back a data frame with the columns term and
# estimate, and as far as there are any: estimator, se, df, low, high, p, status (converged, boundary or failed), reason.
suppressPackageStartupMessages(library(lme4))

analyse <- function(data) {
  data <- data[complete.cases(data[c("post", "pre", "early", "therapist")]), ]
  data$early_mean <- ave(data$early, data$therapist)
  data$early_within <- data$early - data$early_mean
  mixed <- lmer(post ~ pre + early_mean + early_within + (1 | therapist), data = data)
  ordinary <- lm(post ~ pre + early_mean + early_within, data = data)
  variances <- as.data.frame(VarCorr(mixed))$vcov
  rbind(
    data.frame(
      estimator = "lmer", term = c(names(fixef(mixed)), "var therapist", "var residual"),
      estimate = c(fixef(mixed), variances), se = c(sqrt(diag(as.matrix(vcov(mixed)))), NA, NA), df = NA,
      status = if (isSingular(mixed)) "boundary" else "converged"
    ),
    data.frame(
      estimator = "lm", term = names(coef(ordinary)), estimate = coef(ordinary), se = sqrt(diag(vcov(ordinary))),
      df = df.residual(ordinary), status = "converged"
    )
  )
}
