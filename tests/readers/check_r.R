# Checks that R's readers find in a result file what is expected.
#
#     Rscript check_r.R FILE.h5 EXPECTED.json
#
# EXPECTED.json is described in check_python.py. Reads with rhdf5 and hdf5r.

suppressPackageStartupMessages(library(hdf5r))

options(warn = 1)
arguments <- commandArgs(trailingOnly = TRUE)
path <- arguments[1]
tables <- jsonlite::fromJSON(arguments[2], simplifyVector = FALSE)$tables
problems <- character()

check <- function(condition, where, ...) {
  if (!isTRUE(condition)) problems <<- c(problems, paste0(where, ": ", ...))
}

numbers <- function(list) vapply(list, \(x) if (is.null(x)) NaN else as.numeric(x), 0)

check_column <- function(where, values, rows, expected) {
  labels <- unlist(expected$labels)
  if (length(labels) > 0) {
    check(is.factor(values), where, "is not a factor")
    check(identical(levels(values), labels), where, "levels ", toString(levels(values)))
  }
  values <- as.numeric(values)
  check(length(values) == rows, where, length(values), " rows")
  first <- numbers(expected$first)
  check(isTRUE(all.equal(head(values, length(first)), first, tolerance = 0)), where, "first values")
  missing <- sum(is.na(values))
  check(missing == expected$missing, where, missing, " missing, not ", expected$missing)
  values <- values[!is.na(values)]
  scale <- max(1, sum(abs(values)))
  check(abs(sum(values) - expected$sum) <= 1e-9 * scale, where, "sum ", sum(values))
}

check_meaning <- function(where, attribute, expected) {
  check(identical(attribute("units"), expected$unit), where, "unit ", attribute("units"))
  check(identical(attribute("long_name"), expected$long_name), where, attribute("long_name"))
}

as_utf8 <- function(text) {
  text <- as.character(text)
  Encoding(text) <- "UTF-8"
  text
}

check_rhdf5 <- function(name, table) {
  frame <- as.data.frame(rhdf5::h5read(path, name))
  check(setequal(names(frame), names(table$columns)), name, "rhdf5 columns ", toString(names(frame)))
  check(nrow(frame) == table$rows, name, "rhdf5 ", nrow(frame), " rows")
  for (column in names(table$columns)) {
    where <- paste0("rhdf5 ", name, "/", column)
    expected <- table$columns[[column]]
    check_column(where, frame[[column]], table$rows, expected)
    # rhdf5 cannot show the list of dimensions, which belongs to HDF5 itself, and warns.
    attributes <- suppressWarnings(rhdf5::h5readAttributes(path, paste0(name, "/", column)))
    check_meaning(where, \(key) as_utf8(attributes[[key]]), expected)
  }
}

check_hdf5r <- function(file, name, table) {
  group <- file[[name]]
  frame <- as.data.frame(sapply(names(group), \(k) group[[k]][], simplify = FALSE))
  check(setequal(names(frame), names(table$columns)), name, "hdf5r columns ", toString(names(frame)))
  for (column in names(table$columns)) {
    where <- paste0("hdf5r ", name, "/", column)
    expected <- table$columns[[column]]
    check_column(where, frame[[column]], table$rows, expected)
    dataset <- group[[column]]
    check_meaning(where, \(key) as_utf8(h5attr(dataset, key)), expected)
  }
}

for (name in names(tables)) check_rhdf5(name, tables[[name]])
file <- H5File$new(path, "r")
for (name in names(tables)) check_hdf5r(file, name, tables[[name]])
file$close()

writeLines(problems, stderr())
cat(length(tables), "tables checked with rhdf5, hdf5r:", length(problems), "problems\n")
quit(status = if (length(problems) > 0) 1 else 0)
