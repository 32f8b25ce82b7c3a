//! The line to a driver: requests out, answers in, in any order, and what it complains about.
//!
//! Three threads serve the pipes, since those block. They hold the process by a weak hand: when the
//! link is dropped the process is killed, its pipes end, and so do they.

use std::collections::BTreeMap;
use std::io::{BufReader, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{ChildStderr, ChildStdin, ChildStdout};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use rolecall_reach::Child;
use serde_json::{Map, Value};
use tokio::sync::oneshot;

use super::ending::{Over, how};
use super::limits::Limits;
use super::lines::{Line, Tail, each_line, next_line};
use super::message::{Op, Reply};
use super::secrets::{Leak, Secrets};

/// How often it is looked whether a process that closed its output has ended.
const LOOK: Duration = Duration::from_millis(5);

/// How many of the last lines on standard error are told.
const LAST_WORDS: usize = 5;

/// How much of a line is shown that is no answer.
const SHOWN: usize = 200;

/// How many texts of errors are kept, to look for secrets in them.
const TEXTS_MAX: usize = 10_000;

/// Where an answer will be.
pub(super) type Awaited = oneshot::Receiver<Result<Reply, Over>>;

/// The line to a running driver. It is killed when this is dropped.
pub(super) struct Link {
    shared: Arc<Shared>,
    child: Arc<Child>,
    pub(super) limits: Limits,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    tail: Mutex<Tail>,
    secrets: Mutex<Secrets>,
    texts: Mutex<Vec<String>>,
}

#[derive(Default)]
struct State {
    /// Where requests are written; nowhere once nothing more is asked.
    requests: Option<mpsc::Sender<Vec<u8>>>,
    /// The last id that was given.
    last: u64,
    /// What has no answer yet, also where nobody waits for it any more.
    waiting: BTreeMap<u64, oneshot::Sender<Result<Reply, Over>>>,
    empty_lines: usize,
    /// What a program that may not speak the contract has written.
    foreign: Option<Vec<u8>>,
    over: Option<Over>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Link {
    /// To a process whose standard streams are pipes. One that may turn out not to speak the contract
    /// may write what it likes until [`Link::greeted`].
    pub(super) fn new(mut child: Child, limits: Limits, may_be_foreign: bool) -> Self {
        let (stdin, stdout, stderr) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let shared = Arc::new(Shared::default());
        lock(&shared.state).foreign = may_be_foreign.then(Vec::new);
        let child = Arc::new(child);
        let (requests, lines) = mpsc::channel();
        lock(&shared.state).requests = Some(requests);
        if let Some(stderr) = stderr {
            let shared = Arc::clone(&shared);
            thread::spawn(move || complaints(stderr, &shared, limits));
        }
        if let Some(stdout) = stdout {
            let of_reader = (Arc::clone(&shared), Arc::downgrade(&child));
            thread::spawn(move || answers(stdout, &of_reader.0, &of_reader.1, limits));
        }
        if let Some(stdin) = stdin {
            let of_writer = (Arc::clone(&shared), Arc::downgrade(&child));
            thread::spawn(move || write(stdin, &lines, &of_writer.0, &of_writer.1, limits));
        }
        Self {
            shared,
            child,
            limits,
        }
    }

    /// The number of the process.
    pub(super) fn process(&self) -> u32 {
        self.child.id()
    }

    /// From here on every line must be an answer.
    pub(super) fn greeted(&self) {
        lock(&self.shared.state).foreign = None;
    }

    /// What the process wrote that is no answer, before it was greeted.
    pub(super) fn foreign(&self) -> Vec<u8> {
        lock(&self.shared.state).foreign.clone().unwrap_or_default()
    }

    /// Sends a request: its id, and where its answer will be.
    pub(super) fn send(&self, op: &Op) -> Result<(u64, Awaited), Over> {
        let fields = serde_json::to_value(op);
        self.send_fields(match fields {
            Ok(Value::Object(fields)) => fields,
            // All of them are objects of strings, numbers and maps.
            Ok(_) | Err(_) => Map::new(),
        })
    }

    /// The same, of any fields. The id is added.
    pub(super) fn send_fields(
        &self,
        mut fields: Map<String, Value>,
    ) -> Result<(u64, Awaited), Over> {
        let (sender, answer) = oneshot::channel();
        let mut state = lock(&self.shared.state);
        if let Some(over) = &state.over {
            return Err(over.clone());
        }
        state.last += 1;
        let id = state.last;
        state.waiting.insert(id, sender);
        fields.insert("id".to_owned(), id.into());
        let line = format!("{}\n", Value::Object(fields));
        // Under the lock, so that requests leave in the order of their ids. The writer is gone only
        // after it said why.
        if let Some(requests) = &state.requests {
            let _ = requests.send(line.into_bytes());
        }
        Ok((id, answer))
    }

    /// Nothing more is asked: the driver's standard input ends.
    pub(super) fn close_input(&self) {
        lock(&self.shared.state).requests = None;
    }

    /// Why nothing more comes; `None` as long as something may.
    pub(super) fn over(&self) -> Option<Over> {
        lock(&self.shared.state).over.clone()
    }

    /// Tells the driver that nobody waits for the answer to `request`, which may come all the same.
    pub(super) fn cancel(&self, request: u64) {
        let _ = self.send(&Op::Cancel { request });
    }

    /// Kills the driver; whoever waits, or asks later, is told why.
    pub(super) fn end(&self, over: Over) {
        self.shared.end(over);
        self.child.kill();
    }

    /// What it wrote last to standard error, as it may be shown.
    pub(super) fn last_words(&self) -> Vec<String> {
        self.shared.last_words()
    }

    /// These are secrets, and belong in no message.
    pub(super) fn know_secret(&self, secret: &str) {
        lock(&self.shared.secrets).know(secret);
    }

    /// The driver said this in an error.
    pub(super) fn note_text(&self, text: &str) {
        let mut texts = lock(&self.shared.texts);
        if texts.len() < TEXTS_MAX && !texts.iter().any(|known| known == text) {
            texts.push(text.to_owned());
        }
    }

    /// `text` without secrets.
    pub(super) fn hide(&self, text: &str) -> String {
        lock(&self.shared.secrets).hide(text)
    }

    /// Secrets that were said where none belong: those that the driver answered, and `others`.
    pub(super) fn leaks(&self, others: &[&str]) -> Vec<Leak> {
        let secrets = lock(&self.shared.secrets);
        let tail = lock(&self.shared.tail);
        let complaints = tail.lines().filter_map(|(number, line)| {
            secrets.leak(format!("standard error, line {number}"), line, others)
        });
        let texts = lock(&self.shared.texts);
        let of_errors = texts
            .iter()
            .filter_map(|text| secrets.leak("the text of an error".to_owned(), text, others));
        complaints.chain(of_errors).collect()
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        // Now, whichever thread holds it for a moment longer.
        self.child.kill();
    }
}

impl Shared {
    /// A line of standard output.
    fn take(&self, line: &[u8], limits: Limits) -> Result<(), Over> {
        let mut state = lock(&self.state);
        if line.iter().all(u8::is_ascii_whitespace) {
            state.empty_lines += 1;
            return if state.empty_lines > limits.empty_lines {
                Err(Over::Flood(limits.empty_lines))
            } else {
                Ok(())
            };
        }
        let reply: Reply = match serde_json::from_slice(line) {
            Ok(reply) => reply,
            Err(error) => return self.not_an_answer(&mut state, line, &error, limits),
        };
        let id = reply.id;
        if let Some(waiting) = state.waiting.remove(&id) {
            // Whoever waited may have given up.
            let _ = waiting.send(Ok(reply));
            return Ok(());
        }
        Err(if id == 0 || id > state.last {
            Over::NeverAsked(id)
        } else {
            Over::AnsweredTwice(id)
        })
    }

    fn not_an_answer(
        &self,
        state: &mut State,
        line: &[u8],
        error: &serde_json::Error,
        limits: Limits,
    ) -> Result<(), Over> {
        if let Some(foreign) = &mut state.foreign {
            if foreign.len() + line.len() > limits.line_bytes {
                return Err(Over::LineTooLong(limits.line_bytes));
            }
            foreign.extend_from_slice(line);
            foreign.push(b'\n');
            return Ok(());
        }
        let text = String::from_utf8_lossy(line);
        let secrets = lock(&self.secrets);
        // Whole, before it is cut: half a secret looks like none.
        let text = secrets.hide(&text);
        let cut = text.floor_char_boundary(SHOWN);
        let dots = if cut < text.len() { "…" } else { "" };
        Err(Over::Garbage {
            line: format!("{}{dots}", text[..cut].escape_debug()),
            why: secrets.hide(&error.to_string()),
        })
    }

    /// Nothing more comes: everybody who waits is told why.
    fn end(&self, over: Over) {
        let mut state = lock(&self.state);
        let over = state.over.get_or_insert(over).clone();
        for (_, waiting) in std::mem::take(&mut state.waiting) {
            let _ = waiting.send(Err(over.clone()));
        }
    }

    fn last_words(&self) -> Vec<String> {
        let tail = lock(&self.tail);
        let secrets = lock(&self.secrets);
        let last = tail.last(LAST_WORDS).into_iter();
        last.map(|line| secrets.hide(line)).collect()
    }

    /// What it means that a pipe has ended: the process has, or it closed that on purpose.
    fn ended(&self, child: &Weak<Child>, limits: Limits, otherwise: Over) -> Over {
        let deadline = Instant::now() + limits.end;
        while Instant::now() < deadline {
            let Some(child) = child.upgrade() else { break };
            if let Ok(Some(status)) = child.try_wait() {
                while !lock(&self.tail).ended && Instant::now() < deadline {
                    thread::sleep(LOOK);
                }
                return Over::Ended {
                    how: how(status),
                    signal: status.signal(),
                    last: self.last_words(),
                };
            }
            drop(child);
            thread::sleep(LOOK);
        }
        otherwise
    }

    /// Ends with `over`, and the process with it.
    fn end_with(&self, over: Over, child: &Weak<Child>) {
        self.end(over);
        if let Some(child) = child.upgrade() {
            child.kill();
        }
    }
}

fn answers(stdout: ChildStdout, shared: &Shared, child: &Weak<Child>, limits: Limits) {
    let mut reader = BufReader::new(stdout);
    let over = loop {
        let taken = match next_line(&mut reader, limits.line_bytes) {
            Line::Whole(line) => shared.take(&line, limits),
            Line::TooLong => Err(Over::LineTooLong(limits.line_bytes)),
            Line::End => Err(shared.ended(child, limits, Over::ClosedOutput)),
        };
        if let Err(over) = taken {
            break over;
        }
    };
    shared.end_with(over, child);
}

fn complaints(stderr: ChildStderr, shared: &Shared, limits: Limits) {
    each_line(&mut BufReader::new(stderr), |line| {
        lock(&shared.tail).push(line, limits.stderr_bytes);
    });
    lock(&shared.tail).ended = true;
}

fn write(
    mut stdin: ChildStdin,
    lines: &mpsc::Receiver<Vec<u8>>,
    shared: &Shared,
    child: &Weak<Child>,
    limits: Limits,
) {
    for line in lines {
        if stdin.write_all(&line).is_err() {
            // A one-shot program reads nothing, and is judged by what it prints.
            if lock(&shared.state).foreign.is_none() {
                let over = shared.ended(child, limits, Over::ClosedInput);
                shared.end_with(over, child);
            }
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::child::message::{Answers, Hello, Now, Outcome};
    use crate::child::{one_shot, read};

    /// Takes a line where the requests 1 to 3 were made, and the first two wait for an answer.
    fn taken(line: &[u8], may_be_foreign: bool) -> Result<(), Over> {
        let shared = Shared::default();
        let mut answers = Vec::new();
        {
            let mut state = lock(&shared.state);
            state.last = 3;
            state.foreign = may_be_foreign.then(Vec::new);
            for id in 1..3 {
                let (sender, answer) = oneshot::channel();
                state.waiting.insert(id, sender);
                answers.push(answer);
            }
        }
        let taken = shared.take(line, Limits::default());
        for mut answer in answers {
            if let Ok(Ok(reply)) = answer.try_recv() {
                understood(reply);
            }
        }
        taken
    }

    /// Reads an answer as everything that it may be meant to be.
    fn understood(reply: Reply) {
        reply.error.map(read::failure);
        let ok = reply.ok.unwrap_or_default();
        let _ = read::fields::<Hello>(ok.clone());
        let _ = read::fields::<Now>(ok.clone()).and_then(|now| read::clocks(&now));
        let each = |outcome: Outcome| match read::one_of(outcome.credentials, outcome.error, "")? {
            Ok(keys) => read::credentials(keys).map(Some),
            Err(_) => Ok(None),
        };
        let answers = read::fields::<Answers>(ok);
        let _ = answers.and_then(|answers| read::unfolded(answers, 3, Duration::ZERO, each));
    }

    #[test]
    fn each_line_is_an_answer_to_what_was_asked() {
        assert_eq!(taken(br#"{"id":1,"ok":{}}"#, false), Ok(()));
        assert_eq!(taken(b"  ", false), Ok(()));
        assert_eq!(
            taken(br#"{"id":3,"ok":{}}"#, false),
            Err(Over::AnsweredTwice(3))
        );
        assert_eq!(
            taken(br#"{"id":4,"ok":{}}"#, false),
            Err(Over::NeverAsked(4))
        );
        assert_eq!(
            taken(br#"{"id":0,"ok":{}}"#, false),
            Err(Over::NeverAsked(0))
        );
        assert!(matches!(taken(b"hello", false), Err(Over::Garbage { .. })));
        assert_eq!(taken(b"hello", true), Ok(()));
    }

    /// JSON such as a driver might write, and near it.
    fn json() -> impl Strategy<Value = String> {
        let field = prop::sample::select(vec![
            "id",
            "ok",
            "error",
            "unsupported",
            "ms",
            "answers",
            "n",
            "credentials",
            "class",
            "access_key_id",
            "secret_access_key",
            "expiration",
            "wall",
            "monotonic_ms",
            "name",
            "version",
            "status",
            "Version",
            "AccessKeyId",
            "SecretAccessKey",
        ]);
        let leaf = prop_oneof![
            prop::sample::select(vec![
                "1",
                "2",
                "-1",
                "1e400",
                "4294967296",
                "null",
                "true",
                "\"timeout\"",
                "\"2031-05-01T00:00:00Z\"",
                "\"9999-99-99\"",
                "0.5",
                "[]",
                "{}",
            ])
            .prop_map(str::to_owned),
            any::<f64>().prop_map(|number| number.to_string()),
            any::<u64>().prop_map(|number| number.to_string()),
        ];
        leaf.prop_recursive(4, 40, 5, move |inner| {
            prop_oneof![
                prop::collection::vec((field.clone(), inner.clone()), 0..5).prop_map(|fields| {
                    let fields = fields
                        .iter()
                        .map(|(name, value)| format!("\"{name}\":{value}"));
                    format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
                }),
                prop::collection::vec(inner, 0..4).prop_map(|all| format!("[{}]", all.join(","))),
            ]
        })
    }

    proptest! {
        #[test]
        fn no_bytes_end_the_host(line in prop::collection::vec(any::<u8>(), 0..200), foreign: bool) {
            let _ = taken(&line, foreign);
            let _ = one_shot::document(&line);
        }

        #[test]
        fn no_answer_ends_the_host(line in json(), answer in json()) {
            let _ = taken(line.as_bytes(), false);
            let _ = taken(format!(r#"{{"id":1,"ok":{answer}}}"#).as_bytes(), false);
            let answers = format!(r#"{{"id":1,"ok":{{"answers":[{answer},{line}]}}}}"#);
            let _ = taken(answers.as_bytes(), false);
            let _ = one_shot::document(answer.as_bytes());
        }
    }
}
