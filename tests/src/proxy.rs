//! A proxy that a test puts between two parts of the product, to let the way between them go bad:
//! plain TCP, of which it understands nothing.

use std::{io, net::SocketAddr, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, tcp},
    sync::watch,
    time::sleep,
    try_join,
};

/// How the way is. It can change at any moment, for the connections that there are too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Everything passes.
    Open,
    /// Who connects is sent away at once. What is connected already stays so.
    Refused,
    /// Everything that is said takes so long.
    Slow(Duration),
    /// Nothing passes, and nobody is told: a cable that was pulled.
    Hung,
    /// The same, once so many bytes of a connection have reached the far side.
    HungAfter(u64),
    /// A connection is cut, once so many of its bytes have reached the far side.
    CutAfter(u64),
}

/// A running proxy. It ends with the test's runtime.
pub struct Proxy {
    address: SocketAddr,
    way: watch::Sender<Way>,
    cuts: watch::Sender<()>,
}

impl Proxy {
    /// Starts one that leads to `far`, `host:port`, on a port of its own; the way is open.
    pub async fn to(far: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (way, way_now) = watch::channel(Way::Open);
        let (cuts, cut) = watch::channel(());
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(connection(near, far.clone(), way_now.clone(), cut.clone()));
            }
        });
        Self { address, way, cuts }
    }

    /// Where it listens, `host:port`.
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// From now on the way is so.
    pub fn set(&self, way: Way) {
        self.way.send_replace(way);
    }

    /// Cuts what is connected; both sides are told by a reset.
    pub fn cut(&self) {
        self.cuts.send_replace(());
    }
}

async fn connection(mut near: TcpStream, far: String, way: watch::Receiver<Way>, mut cut: watch::Receiver<()>) {
    cut.mark_unchanged();
    let refused = *way.borrow() == Way::Refused;
    let far = if refused { None } else { TcpStream::connect(far).await.ok() };
    let Some(mut far) = far else {
        let _ = near.set_zero_linger();
        return;
    };
    let (near_in, near_out) = near.split();
    let (far_in, far_out) = far.split();
    let both =
        async { try_join!(pump(near_in, far_out, way.clone(), true), pump(far_in, near_out, way.clone(), false)) };
    let well = tokio::select! {
        done = both => done.is_ok(),
        _ = cut.changed() => false,
    };
    if !well {
        // Closed so, a connection is reset.
        let _ = (near.set_zero_linger(), far.set_zero_linger());
    }
}

/// Passes on what comes, as the way allows. `outward` is what bytes are counted of.
async fn pump(
    mut from: tcp::ReadHalf<'_>,
    mut to: tcp::WriteHalf<'_>,
    mut way: watch::Receiver<Way>,
    outward: bool,
) -> io::Result<()> {
    let (mut piece, mut passed) = ([0; 8192], 0);
    loop {
        let read = from.read(&mut piece).await?;
        let mut rest = &piece[..read];
        loop {
            let now = *way.borrow_and_update();
            let room = match now {
                Way::HungAfter(limit) | Way::CutAfter(limit) if outward => limit.saturating_sub(passed),
                Way::Hung => 0,
                _ => u64::MAX,
            };
            if let Way::Slow(pause) = now {
                sleep(pause).await;
            }
            if room == 0 {
                if matches!(now, Way::CutAfter(_)) {
                    return Err(io::ErrorKind::ConnectionReset.into());
                }
                // An error means that the test is over.
                way.changed().await.map_err(io::Error::other)?;
                continue;
            }
            if read == 0 {
                return to.shutdown().await;
            }
            let go = rest.len().min(usize::try_from(room).unwrap_or(usize::MAX));
            to.write_all(&rest[..go]).await?;
            passed += go as u64;
            rest = &rest[go..];
            if rest.is_empty() {
                break;
            }
        }
    }
}
