//! Where a browser goes after signing in: a path of this server, and nothing that could be read as
//! another's address. An open redirect would lend our name to anybody's page.

use url::Url;

/// The longest path.
const LENGTH_MAX: usize = 2000;

/// A path that begins with one slash and stays on this server, whoever reads it: browsers drop
/// tabs and line ends and take `\` for `/`, and a proxy may decode `%2f`.
pub(super) fn checked<'a>(path: &'a str, public_url: &Url) -> Option<&'a str> {
    let rest = path.strip_prefix('/')?;
    let plain = path.len() <= LENGTH_MAX && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let start = rest.get(..3).unwrap_or_default().to_ascii_lowercase();
    let foreign = rest.starts_with('/') || start == "%2f" || start == "%5c";
    let ours = public_url.join(path).is_ok_and(|url| url.origin() == public_url.origin());
    (plain && !foreign && ours).then_some(path)
}

/// The address that a checked path has.
pub(super) fn address(path: &str, public_url: &Url) -> String {
    public_url.join(path).map_or_else(|_| public_url.to_string(), |url| url.to_string())
}

/// Where one goes who did not say: the start page.
pub(super) fn start(public_url: &Url) -> &str {
    public_url.path()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test ends with a panic, and says where")]

    use super::*;

    #[test]
    fn a_path_stays_on_this_server() {
        let url = Url::parse("https://log.example.com/").unwrap();
        for good in ["/", "/graphiql", "/logs?user=ann%40acme.com#top", "/a//b", "/a%2Fb", "/@evil.example"] {
            assert_eq!(checked(good, &url), Some(good));
            assert!(address(good, &url).starts_with("https://log.example.com/"), "{good}");
        }
        let long = format!("/{}", "a".repeat(LENGTH_MAX));
        for bad in [
            "",
            "graphiql",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil",
            "https://evil.example",
            "https:evil.example",
            "javascript:alert(1)",
            "/%2fevil.example",
            "/%2Fevil",
            "/%5Cevil.example",
            " /",
            "/ /evil",
            "/é",
            "///evil.example",
            &long,
        ] {
            assert_eq!(checked(bad, &url), None, "{bad:?}");
        }
    }
}
