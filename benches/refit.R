# lme4's side of `cargo bench --bench mixed`: fits once, then refits new responses each time a line comes in.
#
#     Rscript benches/refit.R data.csv responses.csv FORMULA
#
# Answers with the seconds of processor time per refit, with the usual settings and without the check of derivatives at the end,
# and the fixed effects of the last response.
suppressPackageStartupMessages(library(lme4))

arguments <- commandArgs(trailingOnly = TRUE)
data <- read.csv(arguments[1])
responses <- as.matrix(read.csv(arguments[2]))
formula <- as.formula(arguments[3])
data$y <- responses[, 1]
usual <- suppressWarnings(lmer(formula, data))
quick <- suppressWarnings(lmer(formula, data, control = lmerControl(calc.derivs = FALSE)))

timed <- function(fit) {
  before <- sum(proc.time()[c("user.self", "sys.self")])
  for (k in seq_len(ncol(responses))) last <- suppressMessages(suppressWarnings(refit(fit, responses[, k])))
  list(seconds = (sum(proc.time()[c("user.self", "sys.self")]) - before) / ncol(responses), last = last)
}

input <- file("stdin", "r")
while (length(readLines(input, 1)) == 1) {
  first <- timed(usual)
  second <- timed(quick)
  cat(format(c(first$seconds, second$seconds, fixef(first$last)), digits = 15), "\n")
  flush(stdout())
}
