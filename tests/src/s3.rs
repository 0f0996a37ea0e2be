//! An S3 server of the test's own: the protocol over HTTP, signatures checked, files in a folder.

use crate::Proxy;
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
};
use reqwest::StatusCode;
use s3s::{
    S3Error, S3ErrorCode, S3Result,
    access::{S3Access, S3AccessContext},
    auth::SimpleAuth,
    s3_error,
    service::S3ServiceBuilder,
};
use s3s_fs::FileSystem;
use std::{
    fs,
    net::SocketAddr,
    path::Path,
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
    door: watch::Sender<Door>,
}

/// What becomes of what is put.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Door {
    Open,
    Closed,
    /// The bucket is full: the error that this store answers with, and its status.
    Full(&'static str, u16),
}

/// Lets signed requests in, notes what is put, and does with it what the door says.
struct Porter {
    puts: Arc<Mutex<Vec<String>>>,
    door: watch::Receiver<Door>,
}

impl S3 {
    /// Starts one, on a port of its own. It ends with the test's runtime.
    pub async fn start() -> Self {
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join(BUCKET)).unwrap();
        let (door, porter_s) = watch::channel(Door::Open);
        let puts = Arc::<Mutex<Vec<String>>>::default();
        let mut builder = S3ServiceBuilder::new(FileSystem::new(folder.path()).unwrap());
        builder.set_auth(SimpleAuth::from_single(KEY, SECRET));
        builder.set_access(Porter { puts: puts.clone(), door: porter_s });
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
        Self { address, folder, puts, door }
    }

    /// The settings with which the product finds it.
    pub fn settings(&self) -> [(&'static str, String); 5] {
        self.settings_by_way_of(&self.address.to_string())
    }

    /// The same by way of another address, `host:port`.
    pub fn settings_by_way_of(&self, address: &str) -> [(&'static str, String); 5] {
        [
            ("STORE_URL", format!("s3://{BUCKET}/{PREFIX}")),
            ("AWS_ENDPOINT_URL", format!("http://{address}")),
            ("AWS_ACCESS_KEY_ID", KEY.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", SECRET.to_owned()),
            ("AWS_REGION", "eu-central-1".to_owned()),
        ]
    }

    /// A proxy to it, and the settings with which the product finds it by way of that.
    pub async fn proxy(&self) -> (Proxy, [(&'static str, String); 5]) {
        let proxy = Proxy::to(self.address.to_string()).await;
        let settings = self.settings_by_way_of(&proxy.address());
        (proxy, settings)
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The keys under which files were put so far, as often as they were; manifests are not counted.
    pub fn puts(&self) -> Vec<String> {
        let puts = self.puts.lock().unwrap();
        puts.iter().filter(|key| !key.ends_with(".manifest.json")).cloned().collect()
    }

    /// Whether it holds a file under a key.
    pub fn holds(&self, key: &str) -> bool {
        self.folder.path().join(BUCKET).join(key).is_file()
    }

    /// The names of all that it holds, without what their keys begin with; sorted.
    pub fn names(&self) -> Vec<String> {
        names(&self.folder.path().join(BUCKET).join(PREFIX))
    }

    /// What it holds under a name.
    pub fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.folder.path().join(BUCKET).join(PREFIX).join(name)).unwrap()
    }

    /// From now on whatever is put waits.
    pub fn close(&self) {
        self.door.send_replace(Door::Closed);
    }

    /// From now on whatever is put is sent away with an error of its own: there is no room.
    pub fn fill(&self, code: &'static str, status: u16) {
        self.door.send_replace(Door::Full(code, status));
    }

    /// Whatever is put need not wait any more.
    pub fn open(&self) {
        self.door.send_replace(Door::Open);
    }
}

/// The names of the files in a folder, sorted; none where there is no folder.
pub fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().map(Result::unwrap);
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

impl S3Access for Porter {
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
            let operation = cx.s3_op().name();
            if ["PutObject", "CreateMultipartUpload"].contains(&operation) {
                let (_, key) = cx.s3_path().as_object().unwrap();
                self.puts.lock().unwrap().push(key.to_owned());
            }
            if ["PutObject", "UploadPart"].contains(&operation) {
                // An error means that the test is over.
                let door = self.door.clone().wait_for(|door| *door != Door::Closed).await.map(|door| *door);
                if let Ok(Door::Full(code, status)) = door {
                    let mut error = S3Error::new(S3ErrorCode::Custom(code.into()));
                    error.set_status_code(StatusCode::from_u16(status).unwrap());
                    return Err(error);
                }
            }
            Ok(())
        })
    }
}
