//! The object store: a folder of this machine, or anything that speaks S3. Everything about
//! `object_store` is here.

use anyhow::{Context, bail};
use bytes::Bytes;
use futures::{StreamExt, stream::BoxStream};
use object_store::{
    Attribute, Attributes, ObjectStore, ObjectStoreExt, RetryConfig,
    aws::{AmazonS3, AmazonS3Builder},
    buffered::BufWriter,
    local::LocalFileSystem,
    path::Path,
    signer::Signer,
};
use sha2::{Digest, Sha256};
use std::{path::PathBuf, str::FromStr, sync::Arc, time::Duration};
use tokio::io::AsyncWriteExt;
use url::Url;

/// Where the files are.
#[derive(Clone, Debug)]
pub enum Address {
    /// A folder, made at first use.
    Folder(PathBuf),
    /// A bucket, and what all keys in it begin with. Endpoint, region and credentials come from
    /// the usual `AWS_…` variables.
    S3(Url),
}

impl FromStr for Address {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        if let Some(path) = text.strip_prefix("file:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() {
                bail!("names no folder: write file:PATH");
            }
            return Ok(Self::Folder(path.into()));
        }
        match Url::parse(text) {
            Ok(url) if url.scheme() == "s3" && url.has_host() => Ok(Self::S3(url)),
            _ => bail!("must be file:PATH or s3://BUCKET/PREFIX"),
        }
    }
}

/// The store, opened.
#[derive(Clone, Debug)]
pub struct Store {
    kind: Kind,
    prefix: Path,
}

#[derive(Clone, Debug)]
enum Kind {
    Folder(Arc<LocalFileSystem>, PathBuf),
    S3(Arc<AmazonS3>),
}

/// How a stored file reaches the one who asks for it.
pub enum Fetched {
    /// From the store itself, by a link of its own that works for a minute.
    Link(Url),
    /// Through us: its bytes, and how many.
    Stream(u64, BoxStream<'static, Result<Bytes, std::io::Error>>),
}

/// How long a link of the store's own works: long enough to follow it.
const LINK_LIFE: Duration = Duration::from_mins(1);

/// A file up to this size goes in one request; a longer one in parts of it.
const PART: usize = 8 << 20;
const PARTS_AT_ONCE: usize = 2;

/// A store that does not answer is tried again with the whole export, so a request is given up soon.
const RETRIES: usize = 1;

impl Store {
    /// Opens the store; a folder is made where it is missing.
    pub fn open(address: &Address) -> anyhow::Result<Self> {
        match address {
            Address::Folder(path) => {
                std::fs::create_dir_all(path).with_context(|| format!("making the folder {}", path.display()))?;
                // An export that says it is completed is so after a power cut too.
                let folder = LocalFileSystem::new_with_prefix(path)?.with_fsync(true);
                Ok(Self { kind: Kind::Folder(Arc::new(folder), path.clone()), prefix: Path::default() })
            }
            Address::S3(url) => {
                let plain = std::env::var("AWS_ENDPOINT_URL").is_ok_and(|e| e.starts_with("http://"));
                let s3 = AmazonS3Builder::from_env()
                    .with_url(format!("s3://{}", url.host_str().unwrap_or_default()))
                    .with_allow_http(plain)
                    .with_retry(RetryConfig { max_retries: RETRIES, ..RetryConfig::default() })
                    .build()
                    .context("opening the S3 store")?;
                Ok(Self { kind: Kind::S3(Arc::new(s3)), prefix: Path::from_url_path(url.path())? })
            }
        }
    }

    fn path(&self, key: &str) -> Path {
        self.prefix.parts().chain(Path::from(key).parts()).collect()
    }

    /// Begins to keep a file under `key`, in the place of whatever lies there once it is finished. S3
    /// remembers the media type and the name for those who follow its own links.
    pub fn begin(&self, key: &str, content_type: &str, name: &str) -> Upload {
        let upload = match &self.kind {
            Kind::Folder(folder, _) => BufWriter::with_capacity(folder.clone(), self.path(key), PART),
            Kind::S3(s3) => {
                let attributes = Attributes::from_iter([
                    (Attribute::ContentType, content_type.to_owned()),
                    (Attribute::ContentDisposition, disposition(name)),
                    (Attribute::CacheControl, "private, no-store".to_owned()),
                ]);
                BufWriter::with_capacity(s3.clone(), self.path(key), PART).with_attributes(attributes)
            }
        };
        Upload { writer: upload.with_max_concurrency(PARTS_AT_ONCE), digest: Sha256::new(), size: 0 }
    }

    /// Keeps a whole file under `key`.
    pub async fn put(&self, key: &str, file: Bytes, content_type: &str, name: &str) -> anyhow::Result<Kept> {
        let mut upload = self.begin(key, content_type, name);
        upload.write(file).await?;
        upload.finish().await
    }

    /// Removes whatever lies under `key`; nothing is well too.
    pub async fn remove(&self, key: &str) -> anyhow::Result<()> {
        match self.any().delete(&self.path(key)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Removes what uploads have left in a folder that ended with their process, `older` ago or more.
    /// A bucket has rules of its own for that.
    pub async fn clear_unfinished(&self, older: Duration) -> anyhow::Result<()> {
        let Kind::Folder(_, folder) = &self.kind else { return Ok(()) };
        let mut entries = tokio::fs::read_dir(folder).await?;
        while let Some(entry) = entries.next_entry().await? {
            // object_store writes to NAME#N and renames.
            let unfinished = entry.file_name().to_string_lossy().rsplit_once('#').is_some_and(|(_, n)| is_number(n));
            if unfinished && entry.metadata().await?.modified()?.elapsed().is_ok_and(|age| age >= older) {
                tokio::fs::remove_file(entry.path()).await?;
            }
        }
        Ok(())
    }

    /// Nothing, if the store answers.
    pub async fn probe(&self) -> anyhow::Result<()> {
        match &self.kind {
            Kind::Folder(_, folder) => {
                if !tokio::fs::metadata(folder).await?.is_dir() {
                    bail!("{} is no folder", folder.display());
                }
                Ok(())
            }
            Kind::S3(s3) => match s3.head(&self.path("probe")).await {
                Ok(_) | Err(object_store::Error::NotFound { .. }) => Ok(()),
                Err(error) => Err(error.into()),
            },
        }
    }

    fn any(&self) -> Arc<dyn ObjectStore> {
        match &self.kind {
            Kind::Folder(folder, _) => folder.clone(),
            Kind::S3(s3) => s3.clone(),
        }
    }

    /// The way to a file; none where there is no such file.
    pub async fn fetch(&self, key: &str) -> anyhow::Result<Option<Fetched>> {
        let path = self.path(key);
        match &self.kind {
            Kind::Folder(folder, _) => match folder.get(&path).await {
                Ok(found) => {
                    let size = found.meta.size;
                    let bytes = found.into_stream().map(|chunk| chunk.map_err(std::io::Error::other));
                    Ok(Some(Fetched::Stream(size, bytes.boxed())))
                }
                Err(object_store::Error::NotFound { .. }) => Ok(None),
                Err(error) => Err(error.into()),
            },
            Kind::S3(s3) => match s3.head(&path).await {
                Ok(_) => Ok(Some(Fetched::Link(s3.signed_url(http::Method::GET, &path, LINK_LIFE).await?))),
                Err(object_store::Error::NotFound { .. }) => Ok(None),
                Err(error) => Err(error.into()),
            },
        }
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A file on its way into the store. Nothing of it is seen there before it is finished.
pub struct Upload {
    writer: BufWriter,
    digest: Sha256,
    size: u64,
}

/// A file that is in the store.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Its bytes.
    pub size: u64,
    /// SHA-256 of them, hexadecimal.
    pub sha256: String,
}

impl Upload {
    /// Adds to the file.
    pub async fn write(&mut self, bytes: Bytes) -> anyhow::Result<()> {
        self.digest.update(&bytes);
        self.size += u64::try_from(bytes.len()).unwrap_or(0);
        Ok(self.writer.put(bytes).await?)
    }

    /// Puts the file in its place.
    pub async fn finish(mut self) -> anyhow::Result<Kept> {
        self.writer.shutdown().await?;
        Ok(Kept { size: self.size, sha256: hex::encode(self.digest.finalize()) })
    }

    /// Gives the file up, and back what the store has of it already.
    pub async fn give_up(mut self) {
        if let Err(error) = self.writer.abort().await {
            tracing::warn!(%error, "could not give back the parts of a file");
        }
    }
}

/// The header that has a browser save a file under its name (RFC 6266). Names are ASCII, without
/// quotes: reports name their files so.
pub fn disposition(name: &str) -> String {
    format!("attachment; filename=\"{name}\"")
}
