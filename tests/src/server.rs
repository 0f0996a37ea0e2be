//! The program as a server or a worker: a process that goes on, and what it says meanwhile.

use crate::{Client, eventually, sigterm};
use serde_json::Value;
use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex},
    thread,
};

/// A running server or worker. Dropped, it is killed.
pub struct Server {
    child: Child,
    address: String,
    lines: Lines,
    printed: Arc<Mutex<String>>,
}

type Lines = Arc<Mutex<Vec<Value>>>;

impl Server {
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (lines, printed) = (Lines::default(), Arc::<Mutex<String>>::default());
        let (log, stderr) = (lines.clone(), BufReader::new(child.stderr.take().unwrap()));
        thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                // What is no JSON (a panic's words) is kept as it is.
                let line = serde_json::from_str(&line).unwrap_or(Value::String(line));
                log.lock().unwrap().push(line);
            }
        });
        let (text, mut stdout) = (printed.clone(), BufReader::new(child.stdout.take().unwrap()));
        thread::spawn(move || {
            let mut chunk = [0; 1024];
            while let Ok(n @ 1..) = stdout.read(&mut chunk) {
                text.lock().unwrap().push_str(&String::from_utf8_lossy(&chunk[..n]));
            }
        });
        Self { child, address: String::new(), lines, printed }
    }

    pub(crate) async fn ready(&mut self) {
        let (lines, child) = (&self.lines, &mut self.child);
        self.address = eventually("the server says that it is ready", async || {
            let ready = lines.lock().unwrap().iter().find(|line| message(line) == "ready").cloned();
            if ready.is_none() {
                let ended = child.try_wait().unwrap();
                assert!(ended.is_none(), "the server ended with {ended:?} before it was ready");
            }
            ready.map(|line| line["fields"]["address"].as_str().expect("the address taken").to_owned())
        })
        .await;
    }

    /// The address of a path on this server.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Somebody who asks this server with a token.
    pub fn client(&self, token: &str) -> Client {
        Client::new(self.url("/graphql"), Some(token.to_owned()))
    }

    /// Somebody who asks this server without any token.
    pub fn stranger(&self) -> Client {
        Client::new(self.url("/graphql"), None)
    }

    /// The process' id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it has logged so far.
    pub fn log(&self) -> Vec<Value> {
        self.lines.lock().unwrap().clone()
    }

    /// What it has printed on standard output so far.
    pub fn printed(&self) -> String {
        self.printed.lock().unwrap().clone()
    }

    /// The SQL statements that one request led to, as the log has them. `fence` asks anything else.
    pub async fn statements(&self, request_id: &str, fence: &Client) -> Vec<String> {
        // The log keeps its order: once the fence's lines are there, so are all of the request's.
        let after = fence.answer("{ viewer { name } }", &Value::Null).await.request_id();
        eventually("the log has come so far", async || {
            self.log().iter().any(|line| request_of(line) == Some(&after)).then_some(())
        })
        .await;
        let log = self.log();
        let of_request = log.iter().filter(|line| request_of(line) == Some(request_id));
        // That the pool opened a connection meanwhile is none of the request's doing.
        let opening = |statement: &str| ["PRAGMA", "SET "].iter().any(|word| statement.trim_start().starts_with(word));
        of_request
            .filter(|line| line["target"] == "sqlx::query")
            .filter(|line| !line["fields"]["db.statement"].as_str().is_some_and(opening))
            .map(|line| line["fields"].to_string())
            .collect()
    }

    /// Ends it as a service manager does, and waits for its end.
    pub async fn stop(&mut self) -> ExitStatus {
        sigterm(&self.child);
        self.ended().await
    }

    /// Asks it to end, without waiting.
    pub fn ask_to_stop(&self) {
        sigterm(&self.child);
    }

    /// Waits for its end.
    pub async fn ended(&mut self) -> ExitStatus {
        eventually("the process ends", async || self.child.try_wait().unwrap()).await
    }

    /// Ends it as a power cut does.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let log = self.log();
        if thread::panicking() {
            let words: Vec<&Value> = log.iter().filter(|line| !is_routine(line)).collect();
            eprintln!("the server's last words:");
            words.iter().skip(words.len().saturating_sub(40)).for_each(|line| eprintln!("    {line}"));
        } else {
            let panic = log.iter().find(|line| line.to_string().contains("panicked at"));
            assert!(panic.is_none(), "the server panicked: {panic:?}");
        }
    }
}

fn message(line: &Value) -> &str {
    line["fields"]["message"].as_str().unwrap_or_default()
}

/// Whether a line only says that a request was answered: a test that waits asks often.
fn is_routine(line: &Value) -> bool {
    line["level"] == "INFO" && line["target"].as_str().is_some_and(|target| target.starts_with("tower_http"))
}

/// The id of the request within which a line was logged.
pub(crate) fn request_of(line: &Value) -> Option<&str> {
    let spans = line["spans"].as_array().into_iter().flatten();
    let id = spans.chain([&line["span"], &line["fields"]]).find_map(|span| span["request_id"].as_str());
    id.filter(|id| !id.is_empty())
}
