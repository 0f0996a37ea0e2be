//! Reads a setting that may hold a secret. clap repeats a wrong value in its error; an address
//! with a password, or a key, must not end up on a screen or in a log.

use clap::{
    Arg, Command,
    builder::TypedValueParser,
    error::{Error, ErrorKind},
};
use std::{ffi::OsStr, fmt::Display, marker::PhantomData, str::FromStr};

/// A parser for `T` whose errors name the setting and the fault, never the value.
#[derive(Clone)]
pub(super) struct Quiet<T>(PhantomData<T>);

/// The parser.
pub(super) fn quiet<T>() -> Quiet<T> {
    Quiet(PhantomData)
}

impl<T> TypedValueParser for Quiet<T>
where
    T: FromStr<Err: Display> + Clone + Send + Sync + 'static,
{
    type Value = T;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<T, Error> {
        let flag = arg.and_then(Arg::get_long).unwrap_or_default();
        let variable = arg.and_then(Arg::get_env).and_then(OsStr::to_str).unwrap_or_default();
        let fault = |fault: String| {
            Error::raw(ErrorKind::ValueValidation, format!("{variable} (--{flag}) {fault}\n")).with_cmd(command)
        };
        let text = value.to_str().ok_or_else(|| fault("is not UTF-8".to_owned()))?;
        text.parse().map_err(|e: T::Err| fault(e.to_string()))
    }
}
