//! An S3 server of the test's own: the protocol over HTTP, signatures checked, files in a folder.

use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
};
use s3s::{
    S3Result,
    access::{S3Access, S3AccessContext},
    auth::SimpleAuth,
    s3_error,
    service::S3ServiceBuilder,
};
use s3s_fs::FileSystem;
use std::{
    fs,
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, Mutex},
};
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::watch};

const BUCKET: &str = "reports";
const PREFIX: &str = "some/where";
const KEY: &str = "AKIATESTTESTTESTTEST";
const SECRET: &str = "an-s3-secret-that-no-log-line-holds";

/// A running S3 server with one bucket.
pub struct S3 {
    address: SocketAddr,
    folder: TempDir,
    puts: Arc<Mutex<Vec<String>>>,
    open: watch::Sender<bool>,
}

/// Lets signed requests in, notes what is put, and holds it back while the door is closed.
struct Door {
    puts: Arc<Mutex<Vec<String>>>,
    open: watch::Receiver<bool>,
}

impl S3 {
    /// Starts one, on a port of its own. It ends with the test's runtime.
    pub async fn start() -> Self {
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join(BUCKET)).unwrap();
        let (open, opened) = watch::channel(true);
        let puts = Arc::<Mutex<Vec<String>>>::default();
        let mut builder = S3ServiceBuilder::new(FileSystem::new(folder.path()).unwrap());
        builder.set_auth(SimpleAuth::from_single(KEY, SECRET));
        builder.set_access(Door { puts: puts.clone(), open: opened });
        let service = builder.build();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let http = Builder::new(TokioExecutor::new());
            while let Ok((socket, _)) = listener.accept().await {
                let connection = http.serve_connection(TokioIo::new(socket), service.clone()).into_owned();
                tokio::spawn(connection);
            }
        });
        Self { address, folder, puts, open }
    }

    /// The settings with which the product finds it.
    pub fn settings(&self) -> [(&'static str, String); 5] {
        [
            ("STORE_URL", format!("s3://{BUCKET}/{PREFIX}")),
            ("AWS_ENDPOINT_URL", self.url()),
            ("AWS_ACCESS_KEY_ID", KEY.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", SECRET.to_owned()),
            ("AWS_REGION", "eu-central-1".to_owned()),
        ]
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The keys that were put so far, as often as they were.
    pub fn puts(&self) -> Vec<String> {
        self.puts.lock().unwrap().clone()
    }

    /// The files that it holds, by key.
    pub fn holds(&self, key: &str) -> bool {
        self.folder.path().join(BUCKET).join(key).is_file()
    }

    /// From now on whatever is put waits.
    pub fn close(&self) {
        self.open.send_replace(false);
    }

    /// Whatever is put need not wait any more.
    pub fn open(&self) {
        self.open.send_replace(true);
    }
}

impl S3Access for Door {
    // What #[async_trait] makes of `async fn check(&self, cx: &mut S3AccessContext<'_>)`.
    fn check<'a, 'b, 'c, 'all>(
        &'a self,
        cx: &'b mut S3AccessContext<'c>,
    ) -> Pin<Box<dyn Future<Output = S3Result<()>> + Send + 'all>>
    where
        'a: 'all,
        'b: 'all,
        'c: 'all,
        Self: 'all,
    {
        Box::pin(async move {
            if cx.credentials().is_none() {
                return Err(s3_error!(AccessDenied, "not signed"));
            }
            if cx.s3_op().name() == "PutObject" {
                let (_, key) = cx.s3_path().as_object().unwrap();
                self.puts.lock().unwrap().push(key.to_owned());
                // An error means that the test is over.
                let _ = self.open.clone().wait_for(|open| *open).await;
            }
            Ok(())
        })
    }
}
