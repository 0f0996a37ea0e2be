//! `connector-log serve` and `connector-log worker`: from settings to running parts, and to a
//! clean end.

use super::{lacking, migrate, open, watching::Sight};
use crate::{
    access::Ledger,
    app::{App, Domains},
    download::{Key, Links},
    graphql, layers,
    listen::listen,
    oidc,
    peer::Gate,
    routes,
    say::say,
    settings::{Limits, Serve, Work, Worker},
};
use anyhow::{Context as _, anyhow, bail};
use axum::Router;
use entity::{
    access_event::Kind,
    db::{self, Role},
    domain,
    token::{self, Scope},
};
use std::{
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    time::Duration,
};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
};
use tokio_util::task::TaskTracker;
use url::Url;
use worker::{Context, pulse::Pulse, queue::Queue, render::Renderer, store::Store};

/// How long open sockets may take to say goodbye once the process is to end.
const GOODBYE: Duration = Duration::from_secs(5);

async fn context(work: &Work, stop: watch::Receiver<bool>) -> anyhow::Result<Context> {
    if !work.no_migrate {
        migrate(&work.database).await?;
    }
    let db = open(&work.database, Role::App).await?;
    let lacking = lacking(&db).await?;
    if lacking > 0 {
        bail!("the database lacks {lacking} migrations: run `connector-log migrate`, or leave --no-migrate out");
    }
    let queue = Queue::of(&db);
    let store = Store::open(&work.store_url).context("the store (STORE_URL, --store-url) could not be opened")?;
    let renderer =
        Renderer { program: this_program()?, fonts: work.font_dir.clone(), memory: work.exports.render_memory };
    Ok(Context {
        db,
        queue,
        store,
        renderer,
        rules: work.exports.into(),
        stop,
        in_work: TaskTracker::new(),
        pulse: Pulse::default(),
    })
}

/// Where this program is, which sets PDFs too. On Linux by a name that stays good when the file is
/// replaced by a newer one.
fn this_program() -> anyhow::Result<PathBuf> {
    let running = PathBuf::from("/proc/self/exe");
    if running.exists() {
        return Ok(running);
    }
    std::env::current_exe().context("finding this program, which is to set PDFs")
}

pub(super) async fn worker(args: Worker) -> anyhow::Result<()> {
    let stop = stop_signal()?;
    let context = context(&args.work, stop.clone()).await?;
    Sight::of_worker(&context, &args.work.telemetry).open(stop)?;
    tracing::info!("worker ready");
    worker::run(context, args.work.worker_exports.into()).await
}

pub(super) async fn serve(args: Serve) -> anyhow::Result<()> {
    let stop = stop_signal()?;
    let context = context(&args.work, stop.clone()).await?;
    if !args.no_worker
        && let worker::store::Address::Folder(folder) = &args.work.store_url
    {
        tracing::debug!(folder = %folder.display(), "exports are kept in a folder of this machine");
    }
    let listener = TcpListener::bind(args.listen)
        .with_context(|| format!("the address {} (LISTEN, --listen) cannot be listened on", args.listen))?;
    let address = listener.local_addr()?;
    let key = match args.link_key {
        Some(key) => key,
        None => Key::open(&args.link_key_file)?,
    };
    let public_url = public_url(args.public_url, address)?;
    // A connection of its own: callers wait for it while they hold one of the pool's.
    let ledger = db::open(&args.work.database.database_url, Role::App, 1).await?;
    let gate = Gate::open(&args.limits);
    let app = App {
        db: context.db.clone(),
        queue: context.queue.clone(),
        store: context.store.clone(),
        links: Links { key, public_url: public_url.clone(), ttl: args.download_link_ttl },
        schema: graphql::schema(),
        graphql: args.graphql,
        patience: args.limits.request_timeout,
        tails: graphql::Tails::default(),
        crowd: graphql::Crowd::default(),
        sockets: TaskTracker::new(),
        stop: stop.clone(),
        domains: Domains::default(),
        ledger: Ledger::open(ledger),
        gate: gate.clone(),
        oidc: oidc::open(&args.oidc, &public_url)?,
    };
    let sight = Sight::of_server(&context, !args.no_worker, &app.sockets, &args.work.telemetry);
    sight.open(stop.clone())?;
    let watching = sight.for_all(app.graphql.production());
    welcome(&app).await?;
    tracing::info!(%address, url = %public_url, worker = !args.no_worker, "ready");
    let worker = (!args.no_worker).then(|| tokio::spawn(worker::run(context, args.work.worker_exports.into())));
    let http = tokio::spawn(http(listener, app, watching, args.limits, stop.clone()));
    run_both(http, worker, stop).await
}

/// Serves HTTP, and lets open sockets say goodbye at the end.
async fn http(
    listener: TcpListener,
    app: App,
    watching: Router,
    limits: Limits,
    stop: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let (sockets, public_url) = (app.sockets.clone(), app.links.public_url.clone());
    let paths = layers::around(routes::paths(app.clone()).merge(watching), app.gate, &limits, &public_url);
    listen(listener, paths, limits.client_timeout, stop).await?;
    sockets.close();
    // Those that do not are cut with the process.
    let _ = tokio::time::timeout(GOODBYE, sockets.wait()).await;
    Ok(())
}

type Half = tokio::task::JoinHandle<anyhow::Result<()>>;

/// Ends when both halves have ended. A half that ends by itself takes the process down.
async fn run_both(mut http: Half, worker: Option<Half>, stop: watch::Receiver<bool>) -> anyhow::Result<()> {
    let Some(mut worker) = worker else {
        return http.await?;
    };
    let (ended, other) = tokio::select! {
        ended = &mut http => (ended, worker),
        ended = &mut worker => (ended, http),
    };
    ended.map_err(|e| anyhow!("a part of the server panicked: {e}"))??;
    if !*stop.borrow() {
        bail!("a part of the server ended by itself");
    }
    other.await?
}

/// Becomes true at SIGTERM or SIGINT.
fn stop_signal() -> anyhow::Result<watch::Receiver<bool>> {
    let (tell, stop) = watch::channel(false);
    let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::spawn(async move {
        tokio::select! {
            _ = term.recv() => {}
            _ = int.recv() => {}
        }
        tracing::info!("stopping");
        // No receiver left means that everything has ended already.
        let _ = tell.send(true);
        std::future::pending::<()>().await;
    });
    Ok(stop)
}

fn public_url(given: Option<Url>, address: SocketAddr) -> anyhow::Result<Url> {
    let url = match given {
        Some(url) => url,
        None => Url::parse(&format!("http://{address}"))?,
    };
    if !matches!(url.scheme(), "http" | "https") || url.query().is_some() || url.fragment().is_some() {
        bail!(
            "PUBLIC_URL (--public-url) must be an http or https address without query, such as https://log.example.com"
        );
    }
    Ok(url)
}

/// The name of the first domain, made at the first start.
const FIRST_DOMAIN: &str = "default";

/// Says where to go and, at the first start, how to get in. On standard output, for it is for
/// people and holds a secret: the log goes to standard error and never holds one.
async fn welcome(app: &App) -> anyhow::Result<()> {
    let base = app.links.public_url.as_str().trim_end_matches('/');
    let mut told = vec!["Connector Log is ready.".to_owned()];
    if app.graphql.graphiql() {
        told.push(format!("  GraphiQL  {base}/graphiql"));
    }
    told.push(format!("  API       {base}/graphql"));
    if app.oidc.is_some() {
        told.push(format!("  Sign in   {base}/auth/login"));
    }
    if domain::none_yet(&app.db).await? {
        let tx = db::begin_write(&app.db).await?;
        let domain = domain::open(&tx, FIRST_DOMAIN).await?;
        let (row, secret) = token::create(&tx, domain.id, "first token", &Scope::ALL, None).await?;
        super::token::note(&tx, &row, Kind::TokenCreated).await?;
        tx.commit().await?;
        told.push(format!(
            "  Token     {}\n\nThe token opens the domain \"{FIRST_DOMAIN}\". It is shown this once; make others with\n  \
             connector-log token create --domain {FIRST_DOMAIN}",
            secret.reveal()
        ));
    } else {
        told.push("  Token     as made before; another: connector-log token create --domain NAME".to_owned());
    }
    Ok(say(format_args!("{}\n", told.join("\n")))?)
}
