# Makes structural_waves.csv, structural_waves_missing.csv, structural_groups.csv and structural_lavaan.json: fits of lavaan
# (RI-CLPM, dynamic panel model, two-level regression with latent group means) to simulated data.
# Rscript structural_lavaan.R, with R 4.2.2, lavaan 0.6-14 and jsonlite.
library(lavaan)
set.seed(20250102, kind = "Mersenne-Twister", normal.kind = "Inversion")
tight <- list(rel.tol = 1e-13)
n <- 300; waves <- 4
level <- matrix(rnorm(2 * n), n) %*% chol(matrix(c(1, -.4, -.4, .8), 2))
y <- x <- matrix(NA, n, waves)
dy <- rnorm(n); dx <- rnorm(n, 0, .8)
for (t in 1:waves) {
  if (t > 1) {
    py <- dy
    dy <- .4 * py - .2 * dx + rnorm(n, 0, .8)
    dx <- .3 * dx - .15 * py + rnorm(n, 0, .7)
  }
  y[, t] <- 50 - 2 * t + 5 * (level[, 1] + dy)
  x[, t] <- 4 + .2 * t + level[, 2] + dx
}
wide <- data.frame(y, x)
names(wide) <- c(paste0("y", 1:waves), paste0("x", 1:waves))
wide <- round(wide, 6)
write.csv(wide, "structural_waves.csv", row.names = FALSE)
gone <- wide
for (t in 2:waves) {
  leaves <- is.na(gone[, paste0("y", t - 1)]) | runif(n) < plogis(-2.5 + .05 * (gone[, paste0("y", t - 1)] - 45))
  leaves[is.na(leaves)] <- TRUE
  gone[leaves, paste0(c("y", "x"), t)] <- NA
}
gone[sample(n, 15), "x2"] <- NA
write.csv(gone, "structural_waves_missing.csv", row.names = FALSE, na = "NA")

w <- 2:waves
clpm <- function(equal) paste(c(
  paste("RY =~", paste0("1*y", 1:waves, collapse = " + ")), paste("RX =~", paste0("1*x", 1:waves, collapse = " + ")),
  "RY ~~ RY", "RX ~~ RX", "RY ~~ RX",
  paste0("wy", 1:waves, " =~ 1*y", 1:waves), paste0("wx", 1:waves, " =~ 1*x", 1:waves),
  paste0("y", 1:waves, " ~~ 0*y", 1:waves), paste0("x", 1:waves, " ~~ 0*x", 1:waves),
  "RY ~~ 0*wy1 + 0*wx1", "RX ~~ 0*wy1 + 0*wx1",
  if (equal) c(paste0("wy", w, " ~ a*wy", w - 1, " + b*wx", w - 1), paste0("wx", w, " ~ c*wx", w - 1, " + d*wy", w - 1))
  else c(paste0("wy", w, " ~ a", w, "*wy", w - 1, " + b", w, "*wx", w - 1), paste0("wx", w, " ~ c", w, "*wx", w - 1, " + d", w, "*wy", w - 1)),
  paste0("wy", 1:waves, " ~~ wy", 1:waves), paste0("wx", 1:waves, " ~~ wx", 1:waves), paste0("wy", 1:waves, " ~~ wx", 1:waves)),
  collapse = "\n")
before <- c("y1", paste0("x", 1:(waves - 1)))
pairs <- combn(before, 2)
dpm <- paste(c(
  paste0("y", w, " ~ a*y", w - 1, " + b*x", w - 1), paste("A =~", paste0("1*y", w, collapse = " + ")), "A ~~ A",
  paste0("A ~~ ", before), paste0(before, " ~~ ", before), paste0(pairs[1, ], " ~~ ", pairs[2, ]),
  unlist(lapply(seq(3, waves - 1, length.out = max(0, waves - 3)), function(t) paste0("x", t, " ~~ y", 2:(t - 1)))),
  paste0("y", w, " ~~ y", w)), collapse = "\n")

values <- function(fit) {
  p <- parTable(fit); p$se <- round(p$se, 12)
  keep <- p$label != "" & p$op == "~" & !duplicated(p$label)
  out <- list(est = setNames(as.list(p$est[keep]), p$label[keep]), se = setNames(as.list(p$se[keep]), p$label[keep]))
  v <- p$op == "~~" & p$lhs == p$rhs & p$lhs %in% c("RY", "RX", "A")
  out$variances <- setNames(as.list(p$est[v]), p$lhs[v]); out$variance_se <- setNames(as.list(p$se[v]), p$lhs[v])
  out$deviance <- -2 * as.numeric(logLik(fit)); out$n <- nobs(fit)
  out
}
# First as close to the optimum as the search gets (which it then calls no convergence), from there with lavaan's own tolerance.
twice <- function(...) lavaan(..., start = suppressWarnings(lavaan(..., se = "none", control = tight)))
clpm_fit <- function(equal, data, ...) values(twice(clpm(equal), data, meanstructure = TRUE, int.ov.free = TRUE, ...))
dpm_fit <- function(data, ...) values(twice(dpm, data, meanstructure = TRUE, int.ov.free = TRUE, fixed.x = FALSE, ...))

g <- rep(1:60, times = rep(c(3, 5, 8, 12), 15)); m <- length(g)
bx <- rnorm(60); bz <- rnorm(60, 0, .5)
two <- data.frame(g = g, x = bx[g] * .5 + rnorm(m), z = bz[g] + rnorm(m))
two$y <- 10 + .3 * (two$x - .5 * bx[g]) + .9 * .5 * bx[g] + .2 * two$z + rnorm(60, 0, .5)[g] + rnorm(m)
two <- round(two, 6)
write.csv(two, "structural_groups.csv", row.names = FALSE)
level2 <- twice("level: 1\n y ~ wx*x + wz*z\n x ~~ z\n level: 2\n y ~ bx*x + bz*z\n x ~~ z", two, cluster = "g", fixed.x = FALSE,
  int.ov.free = TRUE, int.lv.free = FALSE, auto.var = TRUE, meanstructure = TRUE)
p <- parTable(level2)
v <- p$op == "~~" & p$lhs == "y" & p$rhs == "y"
groups <- values(level2)
groups$variances <- setNames(as.list(p$est[v]), c("within", "between"))
groups$variance_se <- setNames(as.list(p$se[v]), c("within", "between"))

found <- list(
  riclpm_equal = clpm_fit(TRUE, wide), riclpm_free = clpm_fit(FALSE, wide),
  riclpm_equal_missing = clpm_fit(TRUE, gone, missing = "fiml"), dpm = dpm_fit(wide), dpm_missing = dpm_fit(gone, missing = "fiml"),
  two_level = groups)
writeLines(jsonlite::toJSON(found, auto_unbox = TRUE, digits = 12, pretty = TRUE), "structural_lavaan.json")
