//! What is wrong with a value that came from outside, in words its sender can act on.

use std::fmt;

/// A fault in somebody's input: which field, and a sentence that says what is wrong with the
/// value and what would be right. It never repeats the value itself, which may be a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The path to the field, outermost first, in the caller's spelling: `["request", "headers"]`;
    /// empty where the fault is the whole input's.
    pub field: Vec<String>,
    /// The fault and the remedy.
    pub message: String,
}

impl Fault {
    /// A fault of one field.
    pub fn new(field: &str, message: impl Into<String>) -> Self {
        Self { field: vec![field.to_owned()], message: message.into() }
    }

    /// The same fault, seen from one level further out.
    #[must_use]
    pub fn within(mut self, outer: impl Into<String>) -> Self {
        self.field.insert(0, outer.into());
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.field.is_empty() {
            return f.write_str(&self.message);
        }
        write!(f, "{}: {}", self.field.join("."), self.message)
    }
}

impl std::error::Error for Fault {}
