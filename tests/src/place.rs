//! Where a test takes place: a folder, a database and the program under test.

use crate::{Client, Held, Kind, Proxy, Server, database::Database};
use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};
use tempfile::TempDir;

/// A fresh folder and a fresh database, with the program set up for them.
pub struct Place {
    program: &'static str,
    kind: Kind,
    folder: TempDir,
    database: Database,
}

/// Settings beside those that every place has: names of variables and their values.
pub type Settings<'a> = &'a [(&'a str, &'a str)];

impl Place {
    pub(crate) async fn new(program: &'static str, kind: Kind) -> Self {
        let folder = TempDir::new().unwrap();
        let database = Database::new(kind, folder.path()).await;
        Self { program, kind, folder, database }
    }

    /// The kind of its database.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// A path within the place's folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file into the place's folder.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).unwrap();
        path
    }

    /// The program with its settings, to be run in the place's folder. Nothing of the tests' own
    /// environment reaches it, and its local time is one that nobody takes for UTC.
    pub fn command(&self, arguments: &[&str], settings: Settings) -> Command {
        let mut command = self.bare_command(arguments);
        command
            .env("DATABASE_URL", self.database.url())
            .env("STORE_URL", format!("file:{}", self.path("exports").display()))
            .env("LISTEN", "127.0.0.1:0")
            .env("LOG_FORMAT", "json")
            .envs(settings.iter().copied());
        command
    }

    /// The program without any setting.
    pub fn bare_command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.program);
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("TZ", "Pacific/Chatham")
            .stdin(Stdio::null());
        command
    }

    /// Runs the program to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments, &[]).output().unwrap()
    }

    /// Runs the program to its end with something on its standard input.
    pub fn run_with_input(&self, arguments: &[&str], input: &[u8]) -> Output {
        let mut command = self.command(arguments, &[]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // One that ends before it has read everything says why; its output tells.
        let _ = child.stdin.take().unwrap().write_all(input);
        child.wait_with_output().unwrap()
    }

    /// Runs the program to its end, which must be a good one, and answers with what it printed.
    pub fn succeed(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?} ended with {}: {stderr}", output.status);
        String::from_utf8(output.stdout).unwrap()
    }

    /// A new access token.
    pub fn token(&self, domain: &str, scopes: &[&str]) -> String {
        let mut arguments = vec!["token", "create", "--domain", domain, "--name", "tester"];
        for scope in scopes {
            arguments.extend(["--scope", scope]);
        }
        self.succeed(&arguments).trim().to_owned()
    }

    /// Starts the server, the worker inside, and waits until it is ready.
    pub async fn serve(&self) -> Server {
        self.serve_with(&[], &[]).await
    }

    /// The same with more arguments and settings.
    pub async fn serve_with(&self, arguments: &[&str], settings: Settings<'_>) -> Server {
        let arguments: Vec<&str> = ["serve"].into_iter().chain(arguments.iter().copied()).collect();
        let mut server = Server::start(self.command(&arguments, settings));
        server.ready().await;
        server
    }

    /// Starts a worker alone.
    pub fn work(&self, settings: Settings) -> Server {
        Server::start(self.command(&["worker"], settings))
    }

    /// Starts a server whose disk a test can fill ([`crate::process::bound_files`]).
    pub async fn serve_on_a_small_disk(&self, settings: Settings<'_>) -> Server {
        let mut server = Server::start(deaf(&self.command(&["serve"], settings)));
        server.ready().await;
        server
    }

    /// Starts a worker alone whose disk a test can fill.
    pub fn work_on_a_small_disk(&self, settings: Settings) -> Server {
        Server::start(deaf(&self.command(&["worker"], settings)))
    }

    /// Starts the server and opens a domain: what most tests begin with.
    pub async fn open(&self, domain: &str) -> (Server, Client) {
        let server = self.serve().await;
        let client = server.client(&self.token(domain, &[]));
        (server, client)
    }

    /// Runs a statement of the test's own in the database.
    pub async fn execute(&self, sql: &str) -> Result<u64, String> {
        self.database.execute(sql).await.map_err(|e| e.to_string())
    }

    /// The number that a statement of the test's own answers.
    pub async fn number(&self, sql: &str) -> i64 {
        self.database.number(sql).await
    }

    /// The texts that a statement of the test's own answers.
    pub async fn texts(&self, sql: &str) -> Vec<String> {
        self.database.texts(sql).await
    }

    /// Keeps everybody from changing an export's row, until it is released.
    pub async fn hold_exports(&self) -> Held {
        let sql = match self.kind {
            Kind::Sqlite => "BEGIN IMMEDIATE",
            Kind::Postgres => "BEGIN; LOCK TABLE export IN EXCLUSIVE MODE",
        };
        self.database.hold(sql).await
    }

    /// Keeps everybody from reading which records an export has, until it is released, on PostgreSQL.
    pub async fn hold_items(&self) -> Held {
        self.database.hold("BEGIN; LOCK TABLE export_item IN ACCESS EXCLUSIVE MODE").await
    }

    /// A proxy to the database, on PostgreSQL, and the address of the database by way of it.
    pub async fn proxy(&self) -> (Proxy, String) {
        let proxy = Proxy::to(self.database.server()).await;
        let url = self.database.url_by_way_of(&proxy.address());
        (proxy, url)
    }

    /// The number that a statement answers on a connection that has run `first`, on PostgreSQL.
    pub async fn number_after(&self, first: &str, sql: &str) -> Result<i64, String> {
        self.database.number_after(first, sql).await.map_err(|e| e.to_string())
    }

    /// All rows of all tables as text, bytes in hexadecimal.
    pub async fn dump(&self) -> String {
        self.database.dump().await
    }

    /// Hands the database to an ordinary role, on PostgreSQL: the address under which that opens it.
    pub async fn hand_over(&self) -> String {
        self.database.hand_over().await
    }

    /// A role of the servers' own, which owns nothing: the address under which it opens the database.
    pub async fn as_server(&self) -> String {
        self.database.as_server().await
    }

    /// Takes the database away under the program.
    pub async fn take_database_away(&self) {
        self.database.take_down().await;
    }

    /// Each test waits for the exports that it asks for.
    pub(crate) async fn assert_no_export_left_behind(&self) {
        // A place without tables has none.
        if self.database.execute("SELECT 1 FROM export").await.is_ok() {
            let open = self.number("SELECT COUNT(*) FROM export WHERE completed_at IS NULL").await;
            assert_eq!(open, 0, "exports left behind");
        }
    }

    pub(crate) async fn take_down(&self) {
        self.database.take_down().await;
    }

    /// The place's folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// The same command, deaf to the signal that a file is larger than it may be: what is left is the
/// error that a full disk leads to as well.
fn deaf(command: &Command) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""]).arg(command.get_program()).args(command.get_args());
    shell.env_clear().stdin(Stdio::null());
    shell.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.current_dir(command.get_current_dir().unwrap());
    shell
}

/// Asks a process to end, as a service manager does.
pub(crate) fn sigterm(child: &Child) {
    let done = Command::new("sh").arg("-c").arg(format!("kill -TERM {}", child.id())).status().unwrap();
    assert!(done.success());
}
