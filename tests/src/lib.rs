//! The harness: the product as its users meet it. The real program runs as a process of its own
//! over a fresh SQLite file or a fresh PostgreSQL database, and is asked over HTTP.
//!
//! A test is an `async fn` of a [`Place`]; [`on_both!`] runs it on both databases. Tests share
//! nothing, wait for conditions ([`eventually`]) and never for time, and leave nothing behind.
#![allow(clippy::missing_panics_doc, clippy::unwrap_used, reason = "a test ends with a panic, and says where")]

mod client;
pub mod collector;
mod database;
mod dice;
pub mod exports;
pub mod files;
pub mod live;
pub mod logs;
pub mod metrics;
pub mod node;
mod place;
pub mod process;
pub mod provider;
mod proxy;
mod s3;
pub mod saved;
mod server;
pub mod tables;
mod wait;
pub mod widest;

pub use client::{Answer, Client, Fault, get, get_only};
pub use database::{Held, Kind};
pub use dice::Dice;
use place::sigterm;
pub use place::{Place, Settings};
pub use proxy::{Proxy, Way};
pub use s3::{S3, names};
pub use server::Server;
pub use wait::{a_moment, eventually, within};

use futures::FutureExt;
use std::{panic::AssertUnwindSafe, panic::resume_unwind};

/// Runs a test in a place of its own, and takes the place down whether it passes or not.
pub fn run(program: &'static str, kind: Kind, test: impl AsyncFnOnce(&Place)) {
    // One thread beside the test's own: what the test serves (S3) goes on while the test blocks.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let place = Place::new(program, kind).await;
        let mut outcome = AssertUnwindSafe(test(&place)).catch_unwind().await;
        if outcome.is_ok() {
            outcome = AssertUnwindSafe(place.assert_no_export_left_behind()).catch_unwind().await;
        }
        place.take_down().await;
        if let Err(panic) = outcome {
            resume_unwind(panic);
        }
    });
}

/// Runs each of the named tests on SQLite and on PostgreSQL.
#[macro_export]
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        $crate::on_sqlite!($($name),+);
        $crate::on_postgres!($($name),+);
    };
}

/// Runs each of the named tests on SQLite: those in which the database plays no part.
#[macro_export]
macro_rules! on_sqlite {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[test]
            fn $name() {
                $crate::run(env!("CARGO_BIN_EXE_connector-log-under-test"), $crate::Kind::Sqlite, super::$name);
            })+
        }
    };
}

/// Runs each of the named tests on PostgreSQL.
#[macro_export]
macro_rules! on_postgres {
    ($($name:ident),+ $(,)?) => {
        mod postgres {
            $(#[test]
            fn $name() {
                $crate::run(env!("CARGO_BIN_EXE_connector-log-under-test"), $crate::Kind::Postgres, super::$name);
            })+
        }
    };
}
