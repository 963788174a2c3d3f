# Makes hard_*.csv and hard_cases.json: data that are hard for regressions with clusters, survival, meta-analysis and panels (ties
# everywhere, few events, two studies, no or huge heterogeneity, gaps), and what R's packages find in them. Rscript hard_cases.R,
# with R 4.2.2, clubSandwich 0.5.8, survival 3.5-3, metafor 3.8-1, plm 2.6-2 and jsonlite.
suppressPackageStartupMessages({library(clubSandwich); library(survival); library(metafor); library(plm)})
set.seed(20250104, kind = "Mersenne-Twister", normal.kind = "Inversion")
kept <- function(data, name) {
  write.csv(data, paste0("hard_", name, ".csv"), row.names = FALSE, quote = FALSE)
  read.csv(paste0("hard_", name, ".csv"))
}
found <- list()

# ---- least squares with clusters: from 1 to 40 rows each, a treatment of whole clusters, predictors of very different size -----
sizes <- c(1, 1, 1, 2, 2, 3, 5, 8, 13, 40)
cluster <- rep(seq_along(sizes), sizes)
n <- length(cluster)
ols <- data.frame(cluster, tx = as.numeric(cluster %% 2 == 0), far = round(1e6 + 1e3 * rnorm(n), 3), small = signif(1e-6 * rnorm(n), 8))
ols$near <- signif(ols$small + 1e-10 * rnorm(n), 14)
ols$y <- round(3 + ols$tx + 1e-3 * ols$far + 2e5 * ols$small + rnorm(10)[cluster] + rnorm(n), 6)
ols <- kept(ols, "ols")
fit <- lm(y ~ tx + far + small, ols)
found$ols <- list(coef = unname(coef(fit)), se = unname(sqrt(diag(vcov(fit)))))
# The three slopes, from predictors of like size: in the units above CR2 of clubSandwich is off by up to a third.
alike <- lm(y ~ tx + far + small, transform(ols, far = (far - 1e6) / 1e3, small = 1e6 * small))
for (type in c("CR0", "CR1", "CR1S", "CR2", "CR3")) {
  test <- coef_test(alike, vcov = type, cluster = ols$cluster, test = "Satterthwaite")
  found$ols[[type]] <- list(se = (test$SE * c(1, 1, 1e-3, 1e6))[-1], df = test$df_Satt[-1])
}
near <- lm(y ~ tx + small + near, ols)
found$near <- list(coef = unname(coef(near)), se = unname(sqrt(diag(vcov(near)))))

# ---- survival: four distinct times, few events in one stratum, a predictor far from zero --------------------------------------
n <- 60
people <- data.frame(time = sample(1:4, n, TRUE, c(4, 3, 2, 1)), site = rep(1:6, each = 10), arm = rep(0:2, 20), x = round(1e4 + 50 * rnorm(n), 4))
people$cause <- ifelse(runif(n) < ifelse(people$site == 1, 0.1, plogis((people$x - 1e4) / 50 - 0.3)), 1 + (runif(n) < 0.3), 0)
people <- kept(people, "survival")
people$event <- people$cause > 0
tight <- coxph.control(eps = 1e-11, iter.max = 100)
one <- function(...) {
  fit <- eval(substitute(coxph(..., data = people, control = tight)))
  list(coef = I(unname(coef(fit))), se = I(unname(sqrt(diag(fit$var)))), loglik = fit$loglik, score = unname(fit$score))
}
surv <- Surv(people$time, people$event)
people$arm1 <- as.numeric(people$arm == 1); people$arm2 <- as.numeric(people$arm == 2)
found$cox <- list(
  efron = one(surv ~ arm1 + arm2 + x, ties = "efron"), breslow = one(surv ~ arm1 + arm2 + x, ties = "breslow"),
  strata = one(surv ~ arm1 + arm2 + x + strata(site), ties = "efron"), robust = one(surv ~ arm1 + arm2 + x, cluster = site, ties = "efron"),
  robust_strata = one(surv ~ x + strata(arm), cluster = site, ties = "breslow"))
curve <- summary(survfit(surv ~ 1, conf.type = "log-log"), times = 1:4)
found$curve <- list(surv = curve$surv, se = curve$std.err, lower = curve$lower, upper = curve$upper, hazard = curve$cumhaz)
few <- people[people$site == 1, ]
curve <- summary(survfit(Surv(time, event) ~ 1, few), times = 1:4)
found$few <- list(events = sum(few$event), surv = curve$surv, se = curve$std.err)
test <- survdiff(surv ~ arm, people)
found$log_rank <- list(chi_square = test$chisq, observed = test$obs, expected = test$exp)
competing <- summary(survfit(Surv(time, factor(cause, 0:2)) ~ 1, people), times = 1:4)
found$competing <- list(first = competing$pstate[, 2], second = competing$pstate[, 3], first_se = competing$std.err[, 2], second_se = competing$std.err[, 3])

# ---- meta-analysis: two studies; no heterogeneity; huge heterogeneity; three very unequal studies ------------------------------
studies <- rbind(
  data.frame(case = "two", yi = c(0.1, 0.5), vi = c(0.02, 0.05)),
  data.frame(case = "none", yi = c(0.30, 0.31, 0.29, 0.32, 0.305, 0.295), vi = c(0.04, 0.1, 0.05, 0.02, 0.08, 0.03)),
  data.frame(case = "huge", yi = c(-40, 3, 25, 90, -7, 12, 61), vi = c(1e-4, 3e-4, 2e-3, 1e-4, 5e-4, 1e-3, 4e-4)),
  data.frame(case = "unequal", yi = c(0.2, 0.9, 0.4), vi = c(1e-4, 0.3, 0.01)),
  data.frame(case = "same", yi = c(0.1, 0.3, 0.2, 0.6, 0.5), vi = rep(0.01, 5)))
studies <- kept(studies, "meta")
metas <- list()
for (case in unique(studies$case)) {
  own <- studies[studies$case == case, ]
  for (method in c("DL", "REML", "ML", "HE", "SJ", "HS", "EB")) for (test in c("z", "knha")) {
    control <- if (method %in% c("REML", "ML", "EB")) list(threshold = 1e-14, maxiter = 10000, stepadj = 0.5) else list()
    fit <- tryCatch(suppressWarnings(rma(yi, vi, data = own, method = method, test = test, control = control)), error = function(e) NULL)
    if (is.null(fit)) {cat("no", case, method, "\n"); next}
    metas[[case]][[paste0(method, "_", test)]] <- list(b = fit$beta[1], se = fit$se, ci = c(fit$ci.lb, fit$ci.ub), tau2 = fit$tau2,
      se_tau2 = if (fit$tau2 > 0) fit$se.tau2 else NA, Q = fit$QE, I2 = fit$I2)
  }
  profile <- confint(rma(yi, vi, data = own, method = "DL"), control = list(tol = 1e-13, maxiter = 10000, tau2.max = 1e5))
  metas[[case]]$profile <- profile$random[1, 2:3]
}
found$meta <- metas

# ---- panels: people join late, leave early, and miss sessions in between -------------------------------------------------------
n <- 90; sessions <- 7
rows <- do.call(rbind, lapply(1:n, function(i) {
  own <- rnorm(1); y <- 2 * own + rnorm(1); x <- rnorm(1)
  for (t in 2:sessions) {
    x[t] <- 0.4 * x[t - 1] + 0.2 * y[t - 1] + rnorm(1)
    y[t] <- own + 0.5 * y[t - 1] - 0.3 * x[t - 1] + rnorm(1)
  }
  data.frame(id = i, t = 1:sessions, y = round(y, 6), x = round(x, 6))
}))
early <- rows[!(rows$id %% 4 == 1 & rows$t > 4 + rows$id %% 3) & !(rows$id %% 5 == 2 & rows$t < 3), ]
early <- kept(early, "panel")
gaps <- early[runif(nrow(early)) > 0.08, ]
gaps <- kept(gaps, "panel_gaps")
methods <- function(data) {
  panel <- pdata.frame(data, index = c("id", "t"))
  values <- function(fit) list(coef = unname(coef(fit)), se = unname(sqrt(diag(vcov(fit)))))
  least <- function(model) {
    # plm's own "fd" takes differences between rows, whatever the time between them; these are between sessions in a row.
    fit <- if (model == "fd") plm(diff(y, shift = "time") ~ diff(lag(y, 1), shift = "time") + diff(lag(x, 1), shift = "time") - 1, panel, model = "pooling")
      else plm(y ~ lag(y, 1) + lag(x, 1), panel, model = model)
    keep <- names(coef(fit)) != "(Intercept)"
    list(coef = unname(coef(fit)[keep]), se = unname(sqrt(diag(vcov(fit)))[keep]), n = nobs(fit))
  }
  static <- plm(y ~ x, panel, model = "within")
  moments <- function(effect_model, transformation) {
    fit <- tryCatch(pgmm(y ~ lag(y, 1) + lag(x, 1) | lag(y, 2:99) + lag(x, 2:99), data = panel, effect = "individual", model = effect_model,
      transformation = transformation), error = function(e) {cat("pgmm", conditionMessage(e), "\n"); NULL})
    if (is.null(fit)) return(NULL)
    test <- sargan(fit)
    serial <- function(order) tryCatch(unname(mtest(fit, order, vcov = vcovHC(fit))$statistic), error = function(e) NA)
    list(coef = unname(coef(fit))[1:2], se = unname(sqrt(diag(vcovHC(fit))))[1:2], sargan = unname(test$statistic), df = unname(test$parameter),
      m1 = serial(1), m2 = serial(2))
  }
  list(within = least("within"), differences = least("fd"), pooled = least("pooling"), static = values(static),
    one = moments("onestep", "d"), two = moments("twosteps", "d"), system = moments("onestep", "ld"), system_two = moments("twosteps", "ld"))
}
found$panel <- methods(early)
found$panel_gaps <- methods(gaps)
writeLines(jsonlite::toJSON(found, auto_unbox = TRUE, digits = I(15), pretty = TRUE, na = "null", null = "null"), "hard_cases.json")
