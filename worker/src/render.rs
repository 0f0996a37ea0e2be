//! Setting a PDF in a process of its own, so that one that panics, hangs or eats memory takes
//! nothing with it: the worker kills it at the time limit, the system refuses it memory beyond its
//! limit, and all that it held is gone when it ends.
//!
//! The child is this program again (`connector-log render`). It reads one `Task` as JSON from
//! standard input and writes the file to standard output; it opens no database, no store, no
//! socket.

use crate::{
    fault::Fault,
    report::{
        Fonts, Report,
        case::{self, Case},
        pdf,
    },
};
use anyhow::{Context as _, anyhow, bail};
use bytes::Bytes;
use entity::export::options::Paper;
use rustix::process::{Resource, Rlimit, nice, setrlimit};
#[cfg(target_os = "linux")]
use rustix::process::{Signal, set_parent_process_death_signal};
use serde::{Deserialize, Serialize};
use std::{
    io::{Write, stdin, stdout},
    path::PathBuf,
    process::Stdio,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::{Child, Command},
};

/// How to start the process that renders.
#[derive(Clone, Debug)]
pub struct Renderer {
    /// The program, which knows the command `render`.
    pub program: PathBuf,
    /// A folder with fonts.
    pub fonts: PathBuf,
    /// How much memory it may have, in MiB.
    pub memory: u32,
}

/// What is to be set.
#[derive(Debug, Serialize, Deserialize)]
pub enum Document {
    /// A summary and a table.
    Table(Report),
    /// A few records whole.
    Case(Case),
}

/// What the child is told.
#[derive(Debug, Serialize, Deserialize)]
struct Task {
    document: Document,
    paper: Paper,
    fonts: PathBuf,
    memory: u32,
}

/// How much of what the child says of its trouble is read.
const WORDS_MAX: u64 = 16 * 1024;

impl Renderer {
    /// The document as a PDF. Dropped, the child is killed.
    pub async fn pdf(&self, document: Document, paper: Paper) -> Result<Bytes, Fault> {
        let task = Task { document, paper, fonts: self.fonts.clone(), memory: self.memory };
        let input = serde_json::to_vec(&task).map_err(|error| Fault::Rendering(error.into()))?;
        let (output, words) = self.run(input).await.map_err(Fault::Rendering)?;
        match output {
            Some(file) => Ok(file),
            // What Rust says before it aborts for want of memory.
            None if words.contains("memory allocation of") => Err(Fault::Memory(self.memory)),
            None => Err(Fault::Rendering(anyhow!("the rendering process ended badly: {}", words.trim()))),
        }
    }

    /// What the child wrote, if it ended well, and what it said.
    async fn run(&self, input: Vec<u8>) -> anyhow::Result<(Option<Bytes>, String)> {
        let mut child = Command::new(&self.program)
            .arg("render")
            // One that has no memory left to print one with would wait for itself.
            .env("RUST_BACKTRACE", "0")
            .env_remove("RUST_LIB_BACKTRACE")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("starting the rendering process")?;
        let Child { stdin, stdout, stderr, .. } = &mut child;
        let (Some(mut tell), Some(mut file), Some(words)) = (stdin.take(), stdout.take(), stderr.take()) else {
            bail!("the rendering process has no pipes");
        };
        let (mut bytes, mut said) = (Vec::new(), String::new());
        let mut words = words.take(WORDS_MAX);
        let telling = async move {
            // One that ends before it has read everything says why.
            let _ = tell.write_all(&input).await;
        };
        let ((), read, _) = tokio::join!(telling, file.read_to_end(&mut bytes), words.read_to_string(&mut said));
        read.context("reading the rendered file")?;
        drop(words);
        let ended = child.wait().await.context("waiting for the rendering process")?;
        Ok((ended.success().then(|| bytes.into()), if said.is_empty() { ended.to_string() } else { said }))
    }
}

/// The child: what `connector-log render` does.
///
/// # Errors
/// What the parent reads as words: a task that cannot be read or rendered.
pub fn child() -> anyhow::Result<()> {
    let task: Task = serde_json::from_reader(stdin().lock()).context("reading what to render")?;
    let limit = u64::from(task.memory) << 20;
    // A worker that is killed takes its renderings with it.
    #[cfg(target_os = "linux")]
    set_parent_process_death_signal(Some(Signal::KILL)).context("following the worker")?;
    setrlimit(Resource::Data, Rlimit { current: Some(limit), maximum: Some(limit) }).context("bounding the memory")?;
    // Lists and recording go first. Where the system refuses, they go beside it.
    let _ = nice(5);
    let fonts = Fonts::load(Some(task.fonts.as_path()));
    let file = match task.document {
        Document::Table(report) => pdf::render(&report, task.paper, &fonts)?,
        Document::Case(case) => case::render(&case, task.paper, &fonts)?,
    };
    let mut out = stdout().lock();
    out.write_all(&file)?;
    out.flush()?;
    Ok(())
}
