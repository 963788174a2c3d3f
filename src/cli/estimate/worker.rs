//! One process of a user's program: data sets go in, tables come back.
//!
//! Everything is text. A data set is a line `data rows=… cell=… replicate=… arm=… seed=…`, a line of headings, and the rows as
//! comma-separated values. The program answers with a line `answer`, a line of headings, rows, and a line `end`; or with one line
//! `failed: ` and a reason. What it prints between answers is not looked at.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Longest answer, bytes.
const LONGEST_ANSWER: u64 = 16 << 20;
/// Lines of messages that are kept.
const KEPT_MESSAGES: usize = 20;
/// How long a process may take to end when its input has ended.
const GRACE: Duration = Duration::from_millis(500);

/// What a process says.
enum Heard {
    /// A table.
    Answer(Vec<u8>),
    /// It has none, for a reason.
    Failed(String),
    /// More than an answer can be.
    TooMuch,
    /// Nothing any more.
    End,
}

/// Why there is no answer.
#[derive(Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The program says why; it goes on.
    Said(String),
    /// It has ended.
    Ended(String),
    /// It is of no use any more.
    Broken(String),
}

/// A process.
#[derive(Debug)]
pub struct Worker {
    child: Child,
    to: Option<Sender<Arc<[u8]>>>,
    from: Receiver<Heard>,
    messages: Arc<Mutex<VecDeque<String>>>,
    /// Questions that it has answered.
    pub answered: u64,
}

impl Worker {
    /// Starts a process.
    ///
    /// # Errors
    /// The system cannot start it.
    pub fn start(words: &[String]) -> std::io::Result<Self> {
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // Ctrl-C is for us: the data sets under way are finished.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn()?;
        let (to, questions) = channel::<Arc<[u8]>>();
        let (says, from) = channel();
        let messages = Arc::new(Mutex::new(VecDeque::new()));
        if let Some(mut input) = child.stdin.take() {
            std::thread::spawn(move || {
                // A process that does not listen any more is noticed where its answer is waited for.
                while let Ok(question) = questions.recv() {
                    if input.write_all(&question).and_then(|()| input.flush()).is_err() {
                        break;
                    }
                }
            });
        }
        if let Some(output) = child.stdout.take() {
            std::thread::spawn(move || listen(BufReader::new(output), &says));
        }
        if let Some(errors) = child.stderr.take() {
            let kept = Arc::clone(&messages);
            std::thread::spawn(move || keep_last(BufReader::new(errors), &kept));
        }
        Ok(Self { child, to: Some(to), from, messages, answered: 0 })
    }

    /// Gives it a data set and waits for the table.
    ///
    /// # Errors
    /// There is none: why, and whether the process can go on.
    pub fn ask(&mut self, question: Arc<[u8]>, timeout: Duration) -> Result<Vec<u8>, Trouble> {
        while self.from.try_recv().is_ok_and(|heard| !matches!(heard, Heard::End)) {}
        let asked = self.to.as_ref().is_some_and(|to| to.send(question).is_ok());
        let heard = if asked { self.from.recv_timeout(timeout) } else { Ok(Heard::End) };
        match heard {
            Ok(Heard::Answer(table)) => {
                self.answered += 1;
                Ok(table)
            }
            Ok(Heard::Failed(reason)) => {
                self.answered += 1;
                Err(Trouble::Said(reason))
            }
            Ok(Heard::TooMuch) => Err(self.broken(format!("the answer is longer than {} MB", LONGEST_ANSWER >> 20))),
            Err(RecvTimeoutError::Timeout) => Err(self.broken(format!("no answer within {} s", timeout.as_secs_f64()))),
            Ok(Heard::End) | Err(RecvTimeoutError::Disconnected) => Err(Trouble::Ended(self.last_words())),
        }
    }

    /// Ends a process that cannot be talked to.
    fn broken(&mut self, why: String) -> Trouble {
        self.to = None;
        end(&mut self.child);
        Trouble::Broken(why)
    }

    /// How the process ended, and what it complained of.
    fn last_words(&mut self) -> String {
        self.to = None;
        let status = self.wait();
        let how = status.map_or_else(|| "it closed its output".to_owned(), |status| status.to_string());
        // What it wrote at the very end may still be on its way.
        let messages = Arc::clone(&self.messages);
        let deadline = Instant::now() + GRACE;
        while Arc::strong_count(&messages) > 2 && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(5));
        }
        let lines = messages.lock().unwrap_or_else(PoisonError::into_inner);
        match complaint(lines.iter().map(String::as_str)) {
            Some(said) => format!("the program ended ({how}): {said}"),
            None => format!("the program ended ({how}) without an answer"),
        }
    }

    /// Waits a little for the end of the process.
    fn wait(&mut self) -> Option<std::process::ExitStatus> {
        let deadline = Instant::now() + GRACE;
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => return Some(status),
                Ok(None) if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(5)),
                _ => return None,
            }
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.to = None;
        if self.answered == 0 || self.wait().is_none() {
            end(&mut self.child);
        }
    }
}

/// Ends a process, and what it has started.
fn end(child: &mut Child) {
    if !matches!(child.try_wait(), Ok(None)) {
        return;
    }
    // It leads a process group of its own. A group that is gone already is as it should be.
    #[cfg(unix)]
    let _ = Command::new("kill").args(["-KILL", "--", &format!("-{}", child.id())]).stderr(Stdio::null()).status();
    let _ = child.kill();
    let _ = child.wait();
}

/// Reads answers until there are no more.
fn listen(mut output: impl BufRead, says: &Sender<Heard>) {
    let mut table: Option<Vec<u8>> = None;
    loop {
        let used = table.as_ref().map_or(0, Vec::len) as u64;
        let mut line = Vec::new();
        let read = output.by_ref().take(LONGEST_ANSWER.saturating_sub(used)).read_until(b'\n', &mut line);
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_end();
        let heard = match (read, &mut table) {
            (Ok(0) | Err(_), _) if used < LONGEST_ANSWER => Heard::End,
            _ if !line.ends_with(b"\n") && used + line.len() as u64 >= LONGEST_ANSWER => Heard::TooMuch,
            (_, None) if text == "answer" => {
                table = Some(Vec::new());
                continue;
            }
            (_, Some(rows)) if text == "end" => Heard::Answer(std::mem::take(rows)),
            (_, _) if text.starts_with("failed:") => Heard::Failed(super::super::rows::shortened(&text["failed:".len()..])),
            (_, None) => continue,
            (_, Some(rows)) => {
                rows.extend_from_slice(&line);
                continue;
            }
        };
        table = None;
        let over = matches!(heard, Heard::End | Heard::TooMuch);
        if says.send(heard).is_err() || over {
            return;
        }
    }
}

/// Keeps the last lines of what a process complains of.
fn keep_last(errors: impl BufRead, kept: &Arc<Mutex<VecDeque<String>>>) {
    for line in errors.split(b'\n').map_while(Result::ok) {
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() == KEPT_MESSAGES {
            kept.pop_front();
        }
        kept.push_back(String::from_utf8_lossy(&line).trim_end().to_owned());
    }
}

/// The line that says what went wrong: the last one that speaks of an error (with the next one, where R breaks the line), or the
/// last one.
fn complaint<'a>(lines: impl Iterator<Item = &'a str>) -> Option<String> {
    let lines: Vec<&str> = lines.map(str::trim).filter(|line| !line.is_empty() && *line != "Execution halted").collect();
    let error = lines.iter().rposition(|line| line.to_lowercase().contains("error"));
    let at = error.or(lines.len().checked_sub(1))?;
    let more = lines.get(at + 1).filter(|_| lines[at].ends_with(':')).copied().unwrap_or_default();
    Some(super::super::rows::shortened(&format!("{} {more}", lines[at])))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(text: &str) -> Vec<String> {
        let (says, from) = channel();
        listen(text.as_bytes(), &says);
        let shown = |heard| match heard {
            Heard::Answer(table) => format!("answer {}", String::from_utf8_lossy(&table)),
            Heard::Failed(reason) => format!("failed {reason}"),
            Heard::TooMuch => "too much".into(),
            Heard::End => "end".into(),
        };
        from.try_iter().map(shown).collect()
    }

    #[test]
    fn chatter_between_answers_is_not_looked_at() {
        let text = "Loading…\nanswer\nterm,estimate\na,1\nend\nhello\nfailed: no optimum\nanswer\r\nterm\r\nend\r\n";
        assert_eq!(heard(text), ["answer term,estimate\na,1\n", "failed no optimum", "answer term\r\n", "end"]);
    }

    #[test]
    fn an_answer_without_end_is_none() {
        assert_eq!(heard("answer\nterm,estimate\na,1\n"), ["end"]);
        let endless = format!("answer\n{}", "x".repeat(LONGEST_ANSWER as usize + 5));
        assert_eq!(heard(&endless), ["too much"]);
        let endless = format!("answer\n{}", "x\n".repeat(LONGEST_ANSWER as usize / 2 + 5));
        assert_eq!(heard(&endless), ["too much"]);
    }

    #[test]
    fn the_complaint_is_the_line_with_the_error() {
        let r =
            ["Loading required package: Matrix", "Error in fit(data) : ", "  object 'psot' not found", "Calls: fit", "Execution halted"];
        assert_eq!(complaint(r.into_iter()).as_deref(), Some("Error in fit(data) : object 'psot' not found"));
        let python = ["Traceback (most recent call last):", "  File \"my.py\", line 1", "KeyError: 'psot'"];
        assert_eq!(complaint(python.into_iter()).as_deref(), Some("KeyError: 'psot'"));
        assert_eq!(complaint([""].into_iter()), None);
    }
}
