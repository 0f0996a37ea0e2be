//! The namespaces whose elements are read.

/// A namespace, by what is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::payload::decode) enum Ns {
    /// SAML 2.0 assertions.
    Saml,
    /// SAML 2.0 protocol.
    Samlp,
    /// SAML 2.0 metadata.
    Metadata,
    /// SAML 1.0 and 1.1 assertions.
    Saml1,
    /// SAML 1.0 and 1.1 protocol.
    Saml1p,
    /// XML Signature.
    Signature,
    /// XML Encryption.
    Encryption,
    /// SOAP 1.1 and 1.2 envelopes.
    Soap,
    /// SOAP the other way round, as SAML's enhanced clients speak it.
    Paos,
    /// WS-Trust, of whatever year.
    Trust,
    /// NetSuite's `SuiteTalk`, whose namespaces end in a version.
    Netsuite,
    /// Any other, or none.
    Other,
}

impl Ns {
    pub(super) fn of(uri: &str) -> Self {
        match uri {
            "urn:oasis:names:tc:SAML:2.0:assertion" => Self::Saml,
            "urn:oasis:names:tc:SAML:2.0:protocol" => Self::Samlp,
            "urn:oasis:names:tc:SAML:2.0:metadata" => Self::Metadata,
            "urn:oasis:names:tc:SAML:1.0:assertion" => Self::Saml1,
            "urn:oasis:names:tc:SAML:1.0:protocol" => Self::Saml1p,
            "http://www.w3.org/2000/09/xmldsig#" => Self::Signature,
            "http://www.w3.org/2001/04/xmlenc#" | "http://www.w3.org/2009/xmlenc11#" => Self::Encryption,
            "http://schemas.xmlsoap.org/soap/envelope/" | "http://www.w3.org/2003/05/soap-envelope" => Self::Soap,
            "http://schemas.xmlsoap.org/ws/2005/02/trust" | "http://schemas.xmlsoap.org/ws/2004/04/trust" => {
                Self::Trust
            }
            "urn:liberty:paos:2003-08" | "urn:oasis:names:tc:SAML:2.0:profiles:SSO:ecp" => Self::Paos,
            uri if uri.starts_with("http://docs.oasis-open.org/ws-sx/ws-trust/") => Self::Trust,
            uri if uri.starts_with("urn:") && uri.ends_with(".webservices.netsuite.com") => Self::Netsuite,
            _ => Self::Other,
        }
    }
}
