# Simulates fresh data sets and compares the program's own estimates with those of lme4, plm, survival and metafor.
#
#     Rscript scripts/cross_check.R [path of dyadsim]
#
# The packages come from Debian: r-cran-lme4 r-cran-plm r-cran-survival r-cran-metafor (scripts/test.sh installs them). Ends with
# code 1 if anything differs by more than its tolerance.

arguments <- commandArgs(trailingOnly = TRUE)
me <- sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE))

# ---- as a program of `dyadsim estimate`: the same analyses, made by R -------------------------------------------------------

row_of <- function(estimator, term, estimate, se = NA, low = NA, high = NA) {
  data.frame(estimator = paste("R:", estimator), term = term, estimate = unname(estimate), se = unname(se), low = low, high = high)
}

# Newton's steps to where the gradient of the criterion is zero, by differences of fourth order: lme4 itself stops earlier, which
# leaves variances open in the sixth digit. Parameters at the boundary stay there.
polished <- function(criterion, theta) {
  inside <- which(abs(theta) > 1e-5)
  at <- function(moves) criterion(replace(theta, inside, theta[inside] + moves))
  for (round in seq_len(if (length(inside) > 0) 4 else 0)) {
    h <- 5e-4
    unit <- function(i) replace(numeric(length(inside)), i, h)
    gradient <- sapply(seq_along(inside), function(i) (8 * (at(unit(i)) - at(-unit(i))) - (at(2 * unit(i)) - at(-2 * unit(i)))) / (12 * h))
    hessian <- outer(seq_along(inside), seq_along(inside), Vectorize(function(i, j) {
      (at(unit(i) + unit(j)) - at(unit(i) - unit(j)) - at(unit(j) - unit(i)) + at(-unit(i) - unit(j))) / (4 * h^2)
    }))
    theta[inside] <- theta[inside] - solve(hessian, gradient)
  }
  theta
}

mixed <- function(name, formula, data, REML = TRUE) {
  parsed <- lme4::lFormula(formula, data = data, REML = REML)
  criterion <- do.call(lme4::mkLmerDevfun, parsed)
  found <- lme4::optimizeLmer(criterion, optimizer = "bobyqa", control = list(rhoend = 1e-9))
  found$par <- polished(criterion, found$par)
  found$fval <- criterion(found$par)
  fit <- lme4::mkMerMod(environment(criterion), found, parsed$reTrms, fr = parsed$fr)
  parts <- as.data.frame(lme4::VarCorr(fit))
  parts <- parts[is.na(parts$var2), ]
  labels <- ifelse(parts$grp == "Residual", "var residual", paste("var", parts$grp))
  labels <- ifelse(!is.na(parts$var1) & parts$var1 != "(Intercept)", paste(labels, parts$var1), labels)
  rbind(
    row_of(name, names(lme4::fixef(fit)), lme4::fixef(fit), sqrt(diag(as.matrix(vcov(fit))))),
    row_of(name, labels, parts$vcov)
  )
}

# The variance between therapists, and coefficients, of a yes-or-no outcome, by so many points of quadrature.
mixed_logistic <- function(name, formula, data, points) {
  control <- lme4::glmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-9, maxfun = 1e5), tolPwrss = 1e-13, check.conv.grad = "ignore")
  fit <- lme4::glmer(formula, data = data, family = binomial, nAGQ = points, control = control)
  rbind(
    row_of(name, names(lme4::fixef(fit)), lme4::fixef(fit), sqrt(diag(as.matrix(vcov(fit))))),
    row_of(name, "var therapist", as.data.frame(lme4::VarCorr(fit))$vcov)
  )
}

of_clients <- function(data) {
  done <- data[!is.na(data$post), ]
  surv <- survival::Surv(data$sessions, data$dropout)
  cox <- survival::coxph(surv ~ early + pre, data = data, ties = "efron", control = survival::coxph.control(eps = 1e-14, iter.max = 50))
  robust <- survival::coxph(surv ~ early + pre, data = data, cluster = therapist, ties = "efron",
    control = survival::coxph.control(eps = 1e-14, iter.max = 50))
  linear <- lm(post ~ pre + early, data = done)
  logistic <- glm(dropout ~ early + pre, data = data, family = binomial, control = glm.control(epsilon = 1e-15, maxit = 100))
  curve <- summary(survival::survfit(surv ~ 1), times = c(2, 4))
  ending <- factor(ifelse(data$dropout == 1, 1, ifelse(data$planned == 1, 2, 0)), 0:2)
  # Shares alone: the variance of survfit is another one (that of cmprsk is ours, see tests/reference).
  competing <- summary(survival::survfit(survival::Surv(data$sessions, ending) ~ 1), times = c(2, 4))$pstate[, 2]
  groups <- survival::survdiff(surv ~ improved, data = data)
  rbind(
    mixed("two-level", post ~ pre + early + (1 | therapist), done),
    mixed("two-level ML", post ~ pre + early + (1 | therapist), done, REML = FALSE),
    row_of("linear", names(coef(linear)), coef(linear), sqrt(diag(vcov(linear)))),
    row_of("linear", "R2", summary(linear)$r.squared),
    row_of("logistic", names(coef(logistic)), coef(logistic), sqrt(diag(vcov(logistic)))),
    row_of("cox", names(coef(cox)), coef(cox), sqrt(diag(vcov(cox)))),
    row_of("cox robust", names(coef(robust)), coef(robust), sqrt(diag(vcov(robust)))),
    row_of("kaplan-meier", paste("by", c(2, 4)), 1 - curve$surv, curve$std.err),
    row_of("aalen-johansen", paste("by", c(2, 4)), competing),
    row_of("log-rank", "chi square", groups$chisq),
    mixed_logistic("glmer", improved ~ early + (1 | therapist), done, 1),
    mixed_logistic("glmer, 5 points", improved ~ early + (1 | therapist), done, 5)
  )
}

# Dynamic models by the method of moments: three earlier sessions as instruments, the session itself exogenous.
moments <- function(name, panel, system, steps) {
  fit <- plm::pgmm(
    symptoms ~ lag(symptoms, 1) + lag(alliance, 1) | lag(symptoms, 2:4) + lag(alliance, 2:4), data = panel, effect = "individual",
    model = if (steps == 2) "twosteps" else "onestep", transformation = if (system) "ld" else "d", collapse = TRUE
  )
  rbind(
    row_of(name, c("lag(symptoms)", "lag(alliance)"), coef(fit)[1:2], sqrt(diag(plm::vcovHC(fit)))[1:2]),
    row_of(name, "hansen", plm::sargan(fit)$statistic)
  )
}

of_sessions <- function(data) {
  both <- data[complete.cases(data[c("symptoms", "alliance")]), ]
  panel <- plm::plm(symptoms ~ alliance + session, data = both[c("client", "session", "symptoms", "alliance")],
    index = "client", model = "within")
  # The same residuals over rows less three instead of rows less persons less two.
  scale <- sqrt(df.residual(panel) / (nrow(both) - 3))
  moving <- plm::pdata.frame(both[c("client", "session", "symptoms", "alliance")], index = c("client", "session"))
  differences <- plm::plm(symptoms ~ lag(symptoms, 1) + lag(alliance, 1) - 1, data = moving, model = "fd")
  past <- c("lag(symptoms)", "lag(alliance)")
  rated <- data[!is.na(data$symptoms), ]
  rated$client <- factor(rated$client)
  rbind(
    row_of("within", paste0("within(", names(coef(panel)), " | client)"), coef(panel), sqrt(diag(vcov(panel))) * scale),
    row_of("differences", past, coef(differences), sqrt(diag(vcov(differences)))),
    moments("Arellano-Bond, one step", moving, FALSE, 1), moments("Arellano-Bond", moving, FALSE, 2), moments("Blundell-Bond", moving, TRUE, 2),
    mixed("three-level", symptoms ~ session + (1 | client) + (1 | therapist), rated),
    mixed("slopes", symptoms ~ session + (1 + session | client), rated)
  )
}

of_studies <- function(data) {
  data <- data[complete.cases(data[c("early", "gain")]), ]
  studies <- lapply(split(data, data$study), function(one) {
    data.frame(r = cor(one$early, one$gain), n = nrow(one), size = mean(one$clients_per_therapist))
  })
  studies <- do.call(rbind, studies)
  effects <- metafor::escalc(measure = "ZCOR", ri = r, ni = n, data = studies)
  effects$size <- effects$size - mean(effects$size)
  tight <- list(threshold = 1e-14, maxiter = 1000, tol = 1e-14)
  one <- function(name, method, test, mods = ~ 1) {
    fit <- metafor::rma(yi, vi, mods = mods, data = effects, method = method, test = test,
      control = if (method == "REML") tight[c("threshold", "maxiter")] else list(tol = 1e-14, maxiter = 1000))
    more <- if (length(coef(fit)) > 1) row_of(name, "clients_per_therapist", fit$beta[2], fit$se[2], fit$ci.lb[2], fit$ci.ub[2])
    rbind(row_of(name, "z", fit$beta[1], fit$se[1], fit$ci.lb[1], fit$ci.ub[1]), row_of(name, "tau", sqrt(fit$tau2)), more)
  }
  rbind(
    one("REML", "REML", "z"), one("REML, Knapp-Hartung", "REML", "knha"), one("DL", "DL", "z"), one("PM", "PM", "knha"),
    one("moderator", "REML", "knha", ~ size)
  )
}

parts <- list(
  list(file = "cross_check.ron", analyse = of_clients, options = c("--columns", "post; pre; early; therapist; sessions; dropout; planned; improved")),
  list(file = "cross_check_sessions.ron", analyse = of_sessions,
    options = c("--on", "sessions", "--where", "session <= 8", "--columns", "client; therapist; session; symptoms; alliance")),
  list(file = "cross_check_studies.ron", analyse = of_studies, options = c("--columns", "study; early; gain; clients_per_therapist"))
)

if (length(arguments) == 2 && arguments[1] == "--serve") {
  suppressPackageStartupMessages(library(plm)) # pgmm looks for plm by its name
  analyse <- parts[[as.integer(arguments[2])]]$analyse
  source(file.path(dirname(me), "examples", "serve.R"))
  quit()
}

# ---- as a program of its own: run dyadsim, compare -------------------------------------------------------------------------

missing <- Filter(function(name) !requireNamespace(name, quietly = TRUE), c("lme4", "plm", "survival", "metafor"))
if (length(missing) > 0) {
  cat("missing R packages:", missing, "\nInstall them, for instance: apt-get install", paste0("r-cran-", missing), "\n", file = stderr())
  quit(status = 1)
}
dyadsim <- if (length(arguments) > 0) arguments[1] else Sys.getenv("DYADSIM", "dyadsim")
folder <- file.path(dirname(me), "..", "tests", "scenarios")

# Largest relative difference that is allowed: variances that a search finds are less sharp than what a formula gives, and glmer
# ends before the fifth digit (our fits of the same likelihoods are held to eight digits by tests/reference).
tolerance <- function(estimator) if (grepl("glmer", estimator)) 1e-4 else if (grepl("level|slopes|REML|moderator|PM", estimator)) 1e-6 else 1e-8

compared <- do.call(rbind, lapply(seq_along(parts), function(number) {
  part <- parts[[number]]
  out <- tempfile(fileext = ".csv")
  with <- sprintf("Rscript '%s' --serve %d", me, number)
  status <- system2(dyadsim, shQuote(c("estimate", file.path(folder, part$file), "--with", with, part$options, "--out", out, "--quiet")), stdout = FALSE)
  if (status != 0) stop("dyadsim ended with code ", status)
  all <- read.csv(out)
  theirs <- all[startsWith(all$estimator, "R: "), ]
  theirs$estimator <- sub("^R: ", "", theirs$estimator)
  both <- merge(theirs, all, by = c("cell", "replicate", "estimator", "arm", "term"), suffixes = c(".r", ".own"))
  stopifnot(nrow(both) == nrow(theirs), all(theirs$status != "failed"))
  both
}))

relative <- function(a, b) ifelse(is.na(a), 0, abs(a - b) / pmax(abs(a), 1e-300))
compared$estimate_differs <- relative(compared$estimate.r, compared$estimate.own)
compared$se_differs <- ifelse(is.na(compared$se.r), 0, relative(compared$se.r, compared$se.own))
# Limits are compared only where R's program gives them; otherwise they are made from the standard error.
given <- compared$estimator %in% c("REML", "REML, Knapp-Hartung", "DL", "PM", "moderator") & compared$term != "tau"
compared$limit_differs <- ifelse(given, pmax(relative(compared$low.r, compared$low.own), relative(compared$high.r, compared$high.own)), 0)
# At the boundary (a variance of zero) there is no relative difference to speak of.
zero <- grepl("^(var|tau)", compared$term) & abs(compared$estimate.r) < 1e-6 & abs(compared$estimate.own) < 1e-6
compared$estimate_differs[zero] <- 0

worst <- aggregate(cbind(estimate_differs, se_differs, limit_differs) ~ estimator, data = compared, FUN = max)
worst$replicates <- as.vector(table(unique(compared[c("estimator", "replicate")])$estimator)[worst$estimator])
worst$allowed <- sapply(worst$estimator, tolerance)
worst$agrees <- with(worst, pmax(estimate_differs, se_differs, limit_differs) <= allowed)
options(width = 160)
print(worst, digits = 2, row.names = FALSE)
if (!all(worst$agrees)) {
  cat("\nDifferences beyond what is allowed:\n")
  far <- with(compared, pmax(estimate_differs, se_differs, limit_differs) > sapply(estimator, tolerance))
  print(head(compared[far, c("estimator", "term", "replicate", "estimate.r", "estimate.own", "se.r", "se.own")], 20), digits = 10)
  quit(status = 1)
}
cat("\nAll estimates agree.\n")
