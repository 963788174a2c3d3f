# Random-intercept cross-lagged panel model (Hamaker, Kuiper and Grasman 2015, doi:10.1037/a0038889) with lavaan, for
# `dyadsim estimate`: alliance and symptoms over five sessions, effects and variances the same in all of them.
#
#     dyadsim estimate study.ron --with 'Rscript riclpm_lavaan.R' --on sessions --where 'session <= 5' \
#         --columns 'client; session; alliance; symptoms'
suppressPackageStartupMessages(library(lavaan))

waves <- 1:5
within <- function(name) paste0("w", name, waves)
lagged <- paste0(
  within("x")[-1], " ~ b_xx * ", within("x")[-5], " + b_xy * ", within("y")[-5], "\n",
  within("y")[-1], " ~ b_yy * ", within("y")[-5], " + b_yx * ", within("x")[-5], "\n",
  within("x")[-1], " ~~ v_x * ", within("x")[-1], "\n", within("y")[-1], " ~~ v_y * ", within("y")[-1], "\n",
  within("x")[-1], " ~~ c_xy * ", within("y")[-1], collapse = "\n"
)
model <- paste(c(
  paste("ix =~", paste0("1*x", waves, collapse = " + ")), paste("iy =~", paste0("1*y", waves, collapse = " + ")),
  paste0(within("x"), " =~ 1*x", waves), paste0(within("y"), " =~ 1*y", waves), lagged,
  "wx1 ~~ wx1", "wy1 ~~ wy1", "wx1 ~~ wy1", "ix ~~ ix", "iy ~~ iy", "ix ~~ iy",
  paste0("x", waves, " ~ 1"), paste0("y", waves, " ~ 1"), paste0("x", waves, " ~~ 0*x", waves), paste0("y", waves, " ~~ 0*y", waves)
), collapse = "\n")
terms <- c(b_xx = "alliance on alliance", b_xy = "alliance on symptoms", b_yy = "symptoms on symptoms", b_yx = "symptoms on alliance")

analyse <- function(data) {
  wide <- reshape(data, idvar = "client", timevar = "session", v.names = c("alliance", "symptoms"), direction = "wide", sep = "")
  names(wide) <- sub("^alliance", "x", sub("^symptoms", "y", names(wide)))
  fit <- lavaan(model, data = wide, missing = "ml", auto.cov.lv.x = FALSE, int.ov.free = FALSE)
  if (!lavInspect(fit, "converged")) stop("no optimum was found")
  found <- parameterEstimates(fit)
  found <- found[match(names(terms), found$label), ]
  proper <- lavInspect(fit, "post.check")
  data.frame(
    term = unname(terms), estimate = found$est, se = found$se, low = found$ci.lower, high = found$ci.upper, p = found$pvalue,
    status = if (isTRUE(proper)) "converged" else "boundary"
  )
}
