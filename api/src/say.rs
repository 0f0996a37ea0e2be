//! What commands print, on standard output.

use std::{
    fmt::Display,
    io::{ErrorKind, Write, stdout},
};

/// Prints a text as it is. A reader who has read enough (`| head`) is no fault.
///
/// # Errors
/// Where it cannot be printed for any other reason: a disk that is full.
pub(crate) fn say(text: impl Display) -> std::io::Result<()> {
    let mut out = stdout().lock();
    match write!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}
