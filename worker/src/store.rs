//! The object store: a folder of this machine, or anything that speaks S3. Everything about
//! `object_store` is here.

use anyhow::{Context, bail};
use bytes::Bytes;
use futures::{StreamExt, stream::BoxStream};
use object_store::{
    Attribute, Attributes, ObjectStore, ObjectStoreExt, PutOptions,
    aws::{AmazonS3, AmazonS3Builder},
    local::LocalFileSystem,
    path::Path,
    signer::Signer,
};
use sha2::{Digest, Sha256};
use std::{path::PathBuf, str::FromStr, sync::Arc, time::Duration};
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
    Folder(Arc<LocalFileSystem>),
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

impl Store {
    /// Opens the store; a folder is made where it is missing.
    pub fn open(address: &Address) -> anyhow::Result<Self> {
        match address {
            Address::Folder(path) => {
                std::fs::create_dir_all(path).with_context(|| format!("making the folder {}", path.display()))?;
                let folder = LocalFileSystem::new_with_prefix(path)?;
                Ok(Self { kind: Kind::Folder(Arc::new(folder)), prefix: Path::default() })
            }
            Address::S3(url) => {
                let plain = std::env::var("AWS_ENDPOINT_URL").is_ok_and(|e| e.starts_with("http://"));
                let s3 = AmazonS3Builder::from_env()
                    .with_url(format!("s3://{}", url.host_str().unwrap_or_default()))
                    .with_allow_http(plain)
                    .build()
                    .context("opening the S3 store")?;
                Ok(Self { kind: Kind::S3(Arc::new(s3)), prefix: Path::from_url_path(url.path())? })
            }
        }
    }

    fn path(&self, key: &str) -> Path {
        self.prefix.parts().chain(Path::from(key).parts()).collect()
    }

    /// Keeps a file under `key`, over whatever lies there; the answer is its SHA-256, hexadecimal.
    /// S3 remembers the media type and the name for those who follow its own links.
    pub async fn put(&self, key: &str, file: Bytes, content_type: &str, name: &str) -> anyhow::Result<String> {
        let sha256 = hex::encode(Sha256::digest(&file));
        match &self.kind {
            Kind::Folder(folder) => folder.put(&self.path(key), file.into()).await?,
            Kind::S3(s3) => {
                let attributes = Attributes::from_iter([
                    (Attribute::ContentType, content_type.to_owned()),
                    (Attribute::ContentDisposition, disposition(name)),
                    (Attribute::CacheControl, "private, no-store".to_owned()),
                ]);
                s3.put_opts(&self.path(key), file.into(), PutOptions { attributes, ..Default::default() }).await?
            }
        };
        Ok(sha256)
    }

    /// The way to a file; none where there is no such file.
    pub async fn fetch(&self, key: &str) -> anyhow::Result<Option<Fetched>> {
        let path = self.path(key);
        match &self.kind {
            Kind::Folder(folder) => match folder.get(&path).await {
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

/// The header that has a browser save a file under its name (RFC 6266). Names are ASCII, without
/// quotes: reports name their files so.
pub fn disposition(name: &str) -> String {
    format!("attachment; filename=\"{name}\"")
}
