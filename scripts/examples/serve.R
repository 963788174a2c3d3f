# The rest takes data sets from dyadsim and gives answers back; it can stay as it is.
input <- file("stdin", "r")
while (length(head <- readLines(input, 1)) == 1) {
  about <- strsplit(strsplit(head, " ")[[1]][-1], "=")
  about <- setNames(as.numeric(sapply(about, `[`, 2)), sapply(about, `[`, 1))
  data <- read.csv(text = readLines(input, about[["rows"]] + 1), check.names = FALSE)
  set.seed(about[["seed"]])
  answer <- tryCatch(suppressMessages(suppressWarnings(analyse(data))), error = function(e) conditionMessage(e))
  if (is.character(answer)) {
    cat("failed:", gsub("\\s+", " ", answer), "\n")
  } else {
    numbers <- sapply(answer, is.numeric)
    answer[numbers] <- lapply(answer[numbers], function(x) ifelse(is.na(x), NA, formatC(x, digits = 17, format = "g")))
    cat("answer\n")
    write.csv(answer, row.names = FALSE)
    cat("end\n")
  }
  flush(stdout())
}
