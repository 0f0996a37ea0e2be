//! Where a request comes from, and whether it may come so often.
//!
//! The first thing that a request passes. The address that it came from goes on with it as a
//! header of ours, which whatever a caller sent under that name gives way to: headers are what a
//! socket keeps of the request that opened it.

use crate::settings::limits::{Limits, Rate};
use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock, clock::DefaultClock};
use ipnet::{IpNet, Ipv6Net};
use std::{
    hash::Hash,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

/// The header that carries the address within the process.
const ADDRESS: HeaderName = HeaderName::from_static("x-connector-log-peer");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Where the request comes from that has these headers.
pub fn address(headers: &HeaderMap) -> Option<IpAddr> {
    headers.get(ADDRESS)?.to_str().ok()?.parse().ok()
}

/// Counts requests, by whom they come from.
#[derive(Clone, Debug)]
pub struct Gate {
    addresses: Meter<IpAddr>,
    refusals: Meter<IpAddr>,
    bearers: Meter<String>,
    proxies: Arc<[IpNet]>,
}

/// How long somebody must wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait(Duration);

impl Wait {
    /// `Retry-After`: whole seconds, RFC 9110.
    pub fn retry_after(self) -> HeaderValue {
        HeaderValue::from(self.0.as_secs().saturating_add(1))
    }
}

#[derive(Debug)]
struct Meter<K: Hash + Eq + Clone>(Option<Arc<DefaultKeyedRateLimiter<K>>>);

impl<K: Hash + Eq + Clone> Clone for Meter<K> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K: Hash + Eq + Clone + Send + Sync + 'static> Meter<K> {
    fn of(Rate(rate): Rate) -> Self {
        Self(rate.map(|rate| Arc::new(RateLimiter::keyed(Quota::per_minute(rate)))))
    }

    fn pass(&self, key: &K) -> Result<(), Wait> {
        let Some(meter) = &self.0 else { return Ok(()) };
        meter.check_key(key).map_err(|until| Wait(until.wait_time_from(DefaultClock::default().now())))
    }

    /// Forgets those who have not come lately.
    fn forget(&self) {
        if let Some(meter) = &self.0 {
            meter.retain_recent();
            meter.shrink_to_fit();
        }
    }
}

/// How often those are forgotten who come no more.
const FORGET: Duration = Duration::from_mins(1);

impl Gate {
    /// Opens it.
    pub fn open(limits: &Limits) -> Self {
        let gate = Self {
            addresses: Meter::of(limits.rate_per_address),
            refusals: Meter::of(limits.rate_of_refusals),
            bearers: Meter::of(limits.rate_per_token),
            proxies: limits.trusted_proxies.0.as_slice().into(),
        };
        let forgetful = gate.clone();
        tokio::spawn(async move {
            let mut tick = tokio::time::interval(FORGET);
            loop {
                tick.tick().await;
                forgetful.addresses.forget();
                forgetful.refusals.forget();
                forgetful.bearers.forget();
            }
        });
        gate
    }

    /// Whether a token or session, by its public id, may ask once more.
    pub fn bearer(&self, id: &str) -> Result<(), Wait> {
        self.bearers.pass(&id.to_owned())
    }

    /// Whether an address may try once more after it was refused.
    pub fn refused(&self, from: Option<IpAddr>) -> Result<(), Wait> {
        from.map_or(Ok(()), |from| self.refusals.pass(&subscriber(from)))
    }

    /// The client's address: the connection's own or, where that is a proxy's of ours, the last one
    /// in `X-Forwarded-For` that is not.
    fn client(&self, connection: IpAddr, headers: &HeaderMap) -> IpAddr {
        let ours = |ip: &IpAddr| self.proxies.iter().any(|net| net.contains(ip));
        let mut client = connection.to_canonical();
        let hops = headers.get_all(FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok());
        let hops: Vec<&str> = hops.flat_map(|value| value.split(',')).collect();
        for hop in hops.into_iter().rev() {
            if !ours(&client) {
                break;
            }
            // What is no address was written by whoever stands before: the last known one counts.
            let Ok(hop) = hop.trim().parse::<IpAddr>() else { break };
            client = hop.to_canonical();
        }
        client
    }
}

/// Who counts as one: an IPv6 subscriber has a whole /64.
fn subscriber(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(_) => ip,
        IpAddr::V6(v6) => Ipv6Net::new(v6, 64).map_or(ip, |net| net.network().into()),
    }
}

/// Notes where a request comes from, and turns away whoever comes too often.
pub(crate) async fn pass(
    State(gate): State<Gate>,
    ConnectInfo(connection): ConnectInfo<SocketAddr>,
    mut request: Request,
    next: Next,
) -> Response {
    let client = gate.client(connection.ip(), request.headers());
    let shown = HeaderValue::try_from(client.to_string()).expect("an address is visible ASCII");
    request.headers_mut().insert(ADDRESS, shown);
    match gate.addresses.pass(&subscriber(client)) {
        Ok(()) => next.run(request).await,
        Err(wait) => {
            let words = "This address sends too many requests: wait as long as Retry-After says.\n";
            (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, wait.retry_after())], words).into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderMap;

    fn gate(proxies: &[&str]) -> Gate {
        let none = || Meter(None);
        Gate {
            addresses: none(),
            refusals: none(),
            bearers: Meter(None),
            proxies: proxies.iter().map(|p| p.parse().unwrap()).collect(),
        }
    }

    #[test]
    fn only_a_proxy_of_ours_is_believed() {
        let mut headers = HeaderMap::new();
        headers.append(FORWARDED_FOR, "6.6.6.6, 203.0.113.9".parse().unwrap());
        headers.append(FORWARDED_FOR, "10.0.0.7".parse().unwrap());
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        for (proxies, connection, client) in [
            (&[][..], "10.0.0.5", "10.0.0.5"),
            (&["10.0.0.0/8"], "192.0.2.1", "192.0.2.1"),
            (&["10.0.0.5/32"], "10.0.0.5", "10.0.0.7"),
            (&["10.0.0.0/8"], "10.0.0.5", "203.0.113.9"),
            (&["10.0.0.0/8"], "::ffff:10.0.0.5", "203.0.113.9"),
            (&["0.0.0.0/0"], "10.0.0.5", "6.6.6.6"),
        ] {
            assert_eq!(gate(proxies).client(ip(connection), &headers), ip(client), "{proxies:?} {connection}");
        }
        headers.append(FORWARDED_FOR, "unknown".parse().unwrap());
        assert_eq!(gate(&["10.0.0.0/8"]).client(ip("10.0.0.5"), &headers), ip("10.0.0.5"));
    }

    #[test]
    fn a_subscriber_of_ipv6_is_one_whatever_the_host() {
        let ip = |text: &str| subscriber(text.parse().unwrap());
        assert_eq!(ip("2001:db8::1"), ip("2001:db8::ffff:1"));
        assert_ne!(ip("2001:db8::1"), ip("2001:db8:0:1::1"));
        assert_ne!(ip("192.0.2.1"), ip("192.0.2.2"));
    }
}
