# Fits of lme4, lmerTest and pbkrtest to the hard cases of hard.py, into hard_*.json: the optimum after Newton's method on lme4's
# own deviance, degrees of freedom, predicted random effects. R 4.2.2, lme4 1.1-31, lmerTest 3.1-3, pbkrtest 0.5.2, jsonlite.
suppressPackageStartupMessages({library(lme4); library(lmerTest); library(pbkrtest); library(jsonlite)})

# Newton's steps by differences of fourth order, halved where they lead up; entries of Λ at zero stay there.
polished <- function(criterion, theta) {
  inside <- which(theta != 0)
  unit <- function(i) replace(numeric(length(theta)), inside[i], max(5e-4 * abs(theta[inside[i]]), 1e-9))
  at <- function(moves) criterion(theta + moves)
  for (round in 1:12) {
    k <- seq_along(inside)
    h <- sapply(k, function(i) max(unit(i)))
    gradient <- sapply(k, function(i) (8 * (at(unit(i)) - at(-unit(i))) - (at(2 * unit(i)) - at(-2 * unit(i)))) / (12 * h[i]))
    hessian <- outer(k, k, Vectorize(function(i, j) {
      (at(unit(i) + unit(j)) - at(unit(i) - unit(j)) - at(unit(j) - unit(i)) + at(-unit(i) - unit(j))) / (4 * h[i] * h[j])
    }))
    step <- tryCatch(-solve(hessian, gradient), error = function(e) 0 * gradient)
    here <- criterion(theta)
    for (halving in 0:20) {
      there <- replace(theta, inside, theta[inside] + step / 2^halving)
      if (criterion(there) <= here + 1e-9) break
    }
    theta <- there
    if (max(abs(step)) < 1e-8 * max(abs(theta))) break
  }
  theta
}

# Diagonal entries of Λ that are next to nothing beside their row (alone: beside 1) become zero.
without_traces <- function(theta, sizes) {
  at <- 0
  for (q in sizes) {
    places <- which(lower.tri(diag(q), diag = TRUE), arr.ind = TRUE)
    own <- theta[at + seq_len(nrow(places))]
    size <- sapply(1:q, function(row) if (row == 1) 1 else sqrt(sum(own[places[, 1] == row]^2)))
    own[places[, 1] == places[, 2] & abs(own) < 1e-3 * size[places[, 1]]] <- 0
    theta[at + seq_len(nrow(places))] <- own
    at <- at + nrow(places)
  }
  theta
}

# Λ for an intercept `years` before the one of this Λ.
earlier <- function(theta, years) {
  lower <- matrix(c(theta[1:2], 0, theta[3]), 2)
  there <- matrix(c(1, 0, -years, 1), 2) %*% lower
  (t(chol(there %*% t(there))))[c(1, 2, 4)]
}

fitted_to <- function(spec, data) {
  quiet <- function(x) suppressMessages(suppressWarnings(x))
  reml <- spec$method == "REML"
  options <- function(...) lmerControl(calc.derivs = FALSE, check.scaleX = "ignore", check.conv.singular = "ignore", ...)
  start_at <- function(formula, data) {
    tries <- lapply(list(options(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10, maxfun = 1e5)), options(optimizer = "Nelder_Mead")),
      function(control) quiet(lme4::lmer(formula, data, REML = reml, control = control)))
    best <- tries[[which.min(sapply(tries, function(one) deviance(one, REML = reml)))]]
    criterion <- do.call(lme4::mkLmerDevfun, quiet(lme4::lFormula(formula, data, REML = reml, control = options())))
    theta <- unname(getME(best, "theta"))
    sizes <- lengths(getME(best, "cnms"))
    for (round in 1:2) {
      theta <- without_traces(theta, sizes)
      if (any(theta != 0)) theta <- polished(criterion, theta)
    }
    theta
  }
  formula <- as.formula(spec$formula)
  # Years are far from zero, and a predictor is tiny: lme4 ends somewhere else than where it ends in units that suit it.
  theta <- if (grepl("year", spec$formula)) earlier(start_at(as.formula(gsub("year", "time", spec$formula)), data), 2015)
    else if (grepl("small \\|", spec$formula)) start_at(formula, transform(data, small = 1e6 * small)) * c(1, 1e6, 1e6)
    else start_at(formula, data)
  criterion <- do.call(lme4::mkLmerDevfun, quiet(lme4::lFormula(formula, data, REML = reml, control = options())))
  fit <- quiet(lmerTest::lmer(formula, data, REML = reml, start = list(theta = theta), control = options(optimizer = NULL)))
  stopifnot(max(abs(getME(fit, "theta") - theta)) <= 1e-9 * max(abs(theta)))
  list(theta = theta, value = criterion(theta), fit = fit)
}

named <- function(x) as.list(x)
for (file in Sys.glob("hard_*.json")) {
  spec <- fromJSON(file)
  spec <- spec[c("formula", "method", "data")]
  data <- read.csv(paste0("hard_", spec$data, ".csv"))
  found <- fitted_to(spec, data)
  fit <- found$fit
  spec$n <- nrow(data)
  spec$start_theta <- I(found$theta)
  spec$polished <- list(fixef = named(fixef(fit)), se = named(sqrt(diag(as.matrix(vcov(fit))))), criterion = found$value,
    singular = any(found$theta[getME(fit, "lower") == 0] == 0))
  effects <- ranef(fit, condVar = TRUE)
  spec$blup_first5 <- lapply(effects, function(one) unname(as.matrix(one[1:min(5, nrow(one)), , drop = FALSE])))
  spec$blup_condvar_first5 <- lapply(effects, function(one) {
    v <- attr(one, "postVar")
    if (is.list(v)) v <- v[[1]]
    lapply(1:min(5, nrow(one)), function(i) matrix(v[, , i], nrow(v)))
  })
  summary <- tryCatch(coef(summary(fit, ddf = "Satterthwaite"))[, "df"], error = function(e) {cat(file, conditionMessage(e), "\n"); NULL})
  if (!is.null(summary)) spec$satterthwaite_df <- named(summary)
  if (spec$method == "REML") {
    kr <- tryCatch(vcovAdj(fit), error = function(e) {cat(file, conditionMessage(e), "\n"); NULL})
    if (!is.null(kr)) {
      k <- length(fixef(fit))
      spec$kenward_roger_df <- named(setNames(sapply(1:k, function(i) Lb_ddf(replace(numeric(k), i, 1), vcov(fit), kr)), names(fixef(fit))))
      spec$kenward_roger_se <- named(setNames(sqrt(diag(as.matrix(kr))), names(fixef(fit))))
    }
  }
  writeLines(toJSON(spec, auto_unbox = TRUE, digits = I(15), pretty = TRUE), file)
  cat(file, format(found$value, digits = 15), signif(found$theta, 6), "\n")
}
