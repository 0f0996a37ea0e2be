//! Certificates: whose, by whom, from when to when. Read by x509-parser, verified by nobody.

use super::{encoding, instant::rfc3339, message::Message};
use sha2::{Digest, Sha256};
use x509_parser::prelude::{FromDer, X509Certificate};

/// The longest certificate that is read, in base64.
const CERTIFICATE_MAX: usize = 32 * 1024;
/// How many certificates of one message are read.
pub(super) const CERTIFICATES_MAX: usize = 16;

/// What of a certificate is shown.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Certificate {
    pub(super) subject: String,
    pub(super) issuer: String,
    /// In hexadecimal digits.
    pub(super) serial: String,
    pub(super) not_before: String,
    pub(super) not_after: String,
    /// SHA-256 of the whole, as administration pages show it.
    pub(super) fingerprint: String,
}

impl Certificate {
    /// Reads base64 of a certificate, with the lines of PEM around it or without.
    pub(super) fn read(text: &str) -> Option<Self> {
        if text.len() > CERTIFICATE_MAX {
            return None;
        }
        let inside = text.split_once("-----BEGIN CERTIFICATE-----").map_or(text, |(_, inside)| inside);
        let inside = inside.split_once("-----END").map_or(inside, |(inside, _)| inside);
        let compact: String = inside.split_whitespace().collect();
        let der = encoding::base64(&compact)?;
        let (_, certificate) = X509Certificate::from_der(&der).ok()?;
        let validity = certificate.validity();
        let date = |seconds: i64| rfc3339(seconds).unwrap_or_else(|| seconds.to_string());
        Some(Self {
            subject: certificate.subject().to_string(),
            issuer: certificate.issuer().to_string(),
            serial: serial(certificate.raw_serial()),
            not_before: date(validity.not_before.timestamp()),
            not_after: date(validity.not_after.timestamp()),
            fingerprint: spaced(&hex::encode_upper(Sha256::digest(&der))),
        })
    }

    /// Adds what it says to a summary, under keys that begin with `name`; of one that the summary has already, the
    /// fingerprint alone.
    pub(super) fn describe(&self, name: &str, message: &mut Message) {
        let again = message.summary.iter().any(|(_, value)| *value == self.fingerprint);
        message.add(format!("{name} SHA-256"), &self.fingerprint);
        if again {
            return;
        }
        message.add(format!("{name} subject"), &self.subject);
        message.add(format!("{name} issuer"), &self.issuer);
        message.add(format!("{name} serial"), &self.serial);
        message.add(format!("{name} not before"), &self.not_before);
        message.add(format!("{name} not after"), &self.not_after);
    }
}

/// As it is shown elsewhere: without the zero in front that says that the number is not negative.
fn serial(bytes: &[u8]) -> String {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    hex::encode_upper(&bytes[zeros.min(bytes.len().saturating_sub(1))..])
}

/// `AB:CD:EF`.
fn spaced(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() * 3 / 2);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && place % 2 == 0 {
            out.push(':');
        }
        out.push(digit);
    }
    out
}
