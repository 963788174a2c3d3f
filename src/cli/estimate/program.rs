//! A user's program: as many processes of it as there are threads, each started once.

use super::worker::{Trouble, Worker};
use crate::cli::rows::{self, Column, Row};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Which data set: cell, replicate, and arm (0: all together).
pub type Key = (u32, u32, u32);

/// What a program says about a data set: rows, or why there are none.
pub type Answer = Arc<Result<Vec<Row>, String>>;

/// A program and its processes.
#[derive(Debug)]
pub struct Program {
    /// What it is called in tables.
    pub name: String,
    /// The command as the user wrote it.
    pub command: String,
    words: Vec<String>,
    timeout: Duration,
    idle: Mutex<Vec<Worker>>,
    /// Answers that another estimator of the same program still needs, and how many do.
    kept: Mutex<HashMap<Key, (Answer, usize)>>,
}

fn locked<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    // Whoever panicked while holding it left it whole.
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Program {
    /// Starts a program. Relative names of files hold from the current folder.
    ///
    /// # Errors
    /// The command is not one, or cannot be started: in words.
    pub fn start(command: &str, name: Option<&str>, timeout: Duration) -> Result<Self, String> {
        let words = shlex::split(command).filter(|words| !words.is_empty());
        let words = words.ok_or_else(|| format!("`{command}` is not a command; is a quotation mark missing?"))?;
        let first = Worker::start(&words).map_err(|error| {
            let help = "the command is started without a shell: a program, then its arguments, such as 'Rscript my.R'";
            format!("cannot start `{}`: {error}; {help}", words[0])
        })?;
        let name = name.map_or_else(|| own_name(&words), str::to_owned);
        let (idle, kept) = (Mutex::new(vec![first]), Mutex::default());
        Ok(Self { name, command: command.to_owned(), words, timeout, idle, kept })
    }

    /// Files among the words of the command: scripts, whose text says what was done.
    pub fn scripts(&self) -> Vec<PathBuf> {
        self.words[1..].iter().map(PathBuf::from).filter(|path| path.is_file()).collect()
    }

    /// What the program says about a data set that `uses` estimators ask about; the last of them takes the answer away.
    pub fn answer(&self, key: Key, uses: usize, question: impl FnOnce() -> String) -> Answer {
        let mut kept = locked(&self.kept);
        if let Some((answer, left)) = kept.get_mut(&key) {
            let answer = Arc::clone(answer);
            *left -= 1;
            if *left == 0 {
                kept.remove(&key);
            }
            return answer;
        }
        drop(kept);
        let answer: Answer = Arc::new(self.ask(question().into_bytes().into()));
        if uses > 1 {
            locked(&self.kept).insert(key, (Arc::clone(&answer), uses - 1));
        }
        answer
    }

    /// Asks an idle process. One that had answered before and has ended is replaced, and the data set given once more: so a
    /// program may also answer once and end.
    fn ask(&self, question: Arc<[u8]>) -> Result<Vec<Row>, String> {
        let idle = locked(&self.idle).pop();
        let used = idle.as_ref().is_some_and(|worker| worker.answered > 0);
        let (found, ended) = self.ask_one(idle, &question);
        let (found, _) = if used && ended { self.ask_one(None, &question) } else { (found, ended) };
        found.and_then(|table| table_of(&table))
    }

    /// Asks a process, or a new one; says whether it ended.
    fn ask_one(&self, worker: Option<Worker>, question: &Arc<[u8]>) -> (Result<Vec<u8>, String>, bool) {
        let started = worker.map_or_else(|| Worker::start(&self.words), Ok);
        let mut worker = match started {
            Ok(worker) => worker,
            Err(error) => return (Err(format!("cannot start `{}`: {error}", self.words[0])), false),
        };
        match worker.ask(Arc::clone(question), self.timeout) {
            Ok(table) => {
                locked(&self.idle).push(worker);
                (Ok(table), false)
            }
            Err(Trouble::Said(reason)) => {
                locked(&self.idle).push(worker);
                (Err(reason), false)
            }
            Err(Trouble::Ended(how)) => (Err(how), true),
            Err(Trouble::Broken(why)) => (Err(why), false),
        }
    }
}

/// The rows of an answer; no term may come twice.
fn table_of(text: &[u8]) -> Result<Vec<Row>, String> {
    let wrong = |what: String| format!("the answer cannot be read: {what}");
    let found = rows::read(text, &[Column::Term, Column::Estimate]).map_err(wrong)?.rows;
    if found.is_empty() {
        return Err("the answer has no rows".into());
    }
    for (at, row) in found.iter().enumerate() {
        if found[..at].iter().any(|other| (&other.estimator, &other.term) == (&row.estimator, &row.term)) {
            return Err(wrong(format!("the term \"{}\" comes twice", rows::shortened(&row.term))));
        }
    }
    Ok(found)
}

/// The name of the script, otherwise of the program.
fn own_name(words: &[String]) -> String {
    let stem = |word: &String| PathBuf::from(word).file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let script = words[1..].iter().find(|word| PathBuf::from(word).is_file());
    script.or(words.first()).and_then(stem).unwrap_or_else(|| "program".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, seconds: f64) -> Program {
        let command = shlex::try_join(["sh", "-c", script]).unwrap_or_else(|e| panic!("{e}"));
        Program::start(&command, None, Duration::from_secs_f64(seconds)).unwrap_or_else(|e| panic!("{e}"))
    }

    fn estimates(program: &Program, replicate: u32) -> Result<Vec<f64>, String> {
        let answer = program.answer((1, replicate, 0), 1, || format!("data rows=1\nx\n{replicate}\n"));
        match &*answer {
            Ok(rows) => Ok(rows.iter().map(|row| row.value.estimate).collect()),
            Err(reason) => Err(reason.clone()),
        }
    }

    /// Answers every data set with its number.
    const ECHO: &str = "while read head; do read names; read x; printf 'answer\\nterm,estimate\\na,%s\\nend\\n' $x; done";

    #[test]
    fn a_process_answers_many_times() {
        let program = shell(ECHO, 20.0);
        assert_eq!(
            (1..=50).map(|i| estimates(&program, i)).collect::<Result<Vec<_>, _>>(),
            Ok((1..=50).map(|i| vec![f64::from(i)]).collect())
        );
        assert_eq!(locked(&program.idle).len(), 1);
    }

    #[test]
    fn a_program_that_answers_once_is_started_again() {
        let program = shell("read head; read names; read x; printf 'answer\\nterm,estimate\\na,%s\\nend\\n' $x", 20.0);
        assert_eq!(
            (1..=5).map(|i| estimates(&program, i)).collect::<Result<Vec<_>, _>>(),
            Ok((1..=5).map(|i| vec![f64::from(i)]).collect())
        );
    }

    #[test]
    fn crashes_silence_and_garbage_are_reasons_and_the_next_data_set_has_its_answer() {
        let script = "while read head; do read names; read x; case $x in \
            2) echo 'Error: no optimum' >&2; exit 3;; 3) sleep 60;; 4) printf 'answer\\nterm,value\\na,1\\nend\\n';; \
            5) echo 'failed: too few clients';; 6) printf 'answer\\nterm,estimate\\na,1\\na,2\\nend\\n';; \
            *) printf 'answer\\nterm,estimate\\na,%s\\nend\\n' $x;; esac; done";
        let program = shell(script, 2.0);
        let expected =
            ["", "exit status: 3): Error: no optimum", "no answer within 2 s", "no column estimate", "too few clients", "comes twice", ""];
        for (replicate, part) in (1..).zip(expected) {
            match estimates(&program, replicate) {
                Ok(found) => assert!(part.is_empty() && found == [f64::from(replicate)], "{replicate}: {found:?}"),
                Err(reason) => assert!(!part.is_empty() && reason.contains(part), "{replicate}: {reason}"),
            }
        }
    }

    #[test]
    fn an_answer_is_kept_until_every_estimator_has_it() {
        let program = shell(ECHO, 20.0);
        let ask = |text: &'static str| program.answer((1, 1, 0), 3, move || text.to_owned());
        let first = ask("data rows=1\nx\n7\n");
        let again: Vec<Answer> = (0..2).map(|_| ask("never asked")).collect();
        assert!(again.iter().all(|answer| Arc::ptr_eq(answer, &first)) && locked(&program.kept).is_empty());
    }

    #[test]
    fn a_command_that_cannot_be_started_is_told_at_once() {
        let start = |command: &str| Program::start(command, None, Duration::from_secs(1)).map(|_| ()).unwrap_err();
        assert!(start("no-such-program-here x").contains("cannot start `no-such-program-here`"));
        assert!(start("Rscript 'my.R").contains("quotation mark") && start(" ").contains("not a command"));
    }
}
