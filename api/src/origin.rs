//! Whose page a request comes from. Browsers attach cookies to what any page makes them send; they
//! also say which site made them do it, and that is believed here (`Sec-Fetch-Site` of Fetch
//! Metadata, `Origin` of the Fetch standard).

use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri, header, uri::Authority};
use url::Url;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether a browser says that another site's page made it send this. What is no browser says
/// nothing, and has no cookies that somebody else could make it send.
///
/// Our own are the origin of `public_url` and the host that the request itself names (which is how
/// a browser reaches a server that nobody told its public address).
pub fn foreign(headers: &HeaderMap, uri: &Uri, public_url: &Url) -> bool {
    let site = headers.get(SEC_FETCH_SITE).map(HeaderValue::as_bytes);
    if site.is_some_and(|site| site != b"same-origin" && site != b"none") {
        return true;
    }
    headers
        .get_all(header::ORIGIN)
        .iter()
        .any(|origin| !origin.to_str().is_ok_and(|o| own(o, headers, uri, public_url)))
}

/// Whether all that vouches for a request is what a browser attaches by itself. A bearer token it
/// does not attach: another site would have to know it, and to be let send the header.
pub fn by_cookie(headers: &HeaderMap) -> bool {
    let scheme = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.split_once(' '));
    headers.contains_key(header::COOKIE) && !scheme.is_some_and(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
}

fn own(origin: &str, headers: &HeaderMap, uri: &Uri, public_url: &Url) -> bool {
    // `null` is the origin of pages that hide theirs.
    let Ok(origin) = Url::parse(origin) else {
        return false;
    };
    if origin.origin() == public_url.origin() {
        return true;
    }
    let named = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let Some(host) = named.or_else(|| uri.authority().map(Authority::as_str)) else {
        return false;
    };
    // Behind a proxy the scheme is not ours to see: the host is compared as that scheme writes it.
    matches!(origin.scheme(), "http" | "https")
        && Url::parse(&format!("{}://{host}", origin.scheme())).is_ok_and(|host| host.origin() == origin.origin())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_foreign(given: &[(HeaderName, &str)]) -> bool {
        let headers = given.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect();
        foreign(&headers, &Uri::from_static("/graphql"), &"https://log.example.com/base".parse().unwrap())
    }

    #[test]
    fn our_own_pages_are_those_of_the_public_address_and_of_the_host_asked() {
        let (host, origin) = (header::HOST, header::ORIGIN);
        assert!(!is_foreign(&[]));
        assert!(!is_foreign(&[(host.clone(), "127.0.0.1:8000")]));
        for own in ["https://log.example.com", "https://log.example.com:443", "http://127.0.0.1:8000"] {
            assert!(!is_foreign(&[(host.clone(), "127.0.0.1:8000"), (origin.clone(), own)]), "{own}");
        }
        for other in [
            "null",
            "",
            "http://log.example.com",
            "https://log.example.com.evil.example",
            "https://evil.example",
            "http://127.0.0.1:8001",
            "http://127.0.0.1",
            "file://127.0.0.1:8000",
        ] {
            assert!(is_foreign(&[(host.clone(), "127.0.0.1:8000"), (origin.clone(), other)]), "{other}");
        }
    }

    #[test]
    fn what_the_browser_says_of_the_site_is_believed() {
        let says = |site| is_foreign(&[(SEC_FETCH_SITE, site)]);
        assert!(!says("same-origin") && !says("none"));
        assert!(says("cross-site") && says("same-site") && says("nonsense"));
    }

    #[test]
    fn a_token_that_a_browser_does_not_attach_is_no_cookie() {
        let by = |given: &[(HeaderName, &str)]| {
            by_cookie(&given.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect())
        };
        let (cookie, authorization) = ((header::COOKIE, "a=b"), |value| (header::AUTHORIZATION, value));
        assert!(!by(&[]) && !by(&[authorization("Bearer x")]));
        assert!(by(std::slice::from_ref(&cookie)) && by(&[cookie.clone(), authorization("Basic eDp5")]));
        assert!(!by(&[cookie, authorization("bearer x")]));
    }
}
