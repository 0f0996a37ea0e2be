//! How much anybody may ask, and how long it may take.

use clap::Args;
use ipnet::IpNet;
use std::{net::IpAddr, num::NonZeroU32, time::Duration};

/// How much anybody may ask, and how long it may take.
#[derive(Clone, Debug, Args)]
pub struct Limits {
    /// How many requests one address may send in a minute; 0: as many as it likes
    #[arg(long, env = "RATE_PER_ADDRESS", default_value = "60000", value_parser = rate)]
    pub rate_per_address: Rate,
    /// How many requests one token or session may send in a minute; 0: as many as it likes
    #[arg(long, env = "RATE_PER_TOKEN", default_value = "60000", value_parser = rate)]
    pub rate_per_token: Rate,
    /// How often one address may come with a token that is not valid in a minute; 0: as often as it likes
    #[arg(long, env = "RATE_OF_REFUSALS", default_value = "60", value_parser = rate)]
    pub rate_of_refusals: Rate,
    /// How long a request may take until its answer begins, in seconds
    #[arg(long, env = "REQUEST_TIMEOUT", default_value = "60", value_parser = super::seconds)]
    pub request_timeout: Duration,
    /// How long a client may take for the head of a request, or rest within its body, in seconds
    #[arg(long, env = "CLIENT_TIMEOUT", default_value = "15", value_parser = super::seconds)]
    pub client_timeout: Duration,
    /// Proxies whose X-Forwarded-For is believed: addresses or networks, with commas between
    /// (10.0.0.0/8,::1). Everybody else's is ignored
    #[arg(long, env = "TRUSTED_PROXIES", default_value = "", value_parser = networks, hide_default_value = true)]
    pub trusted_proxies: Networks,
}

/// So many a minute; none is no limit.
#[derive(Clone, Copy, Debug)]
pub struct Rate(pub Option<NonZeroU32>);

fn rate(text: &str) -> Result<Rate, String> {
    text.parse().map(|n| Rate(NonZeroU32::new(n))).map_err(|_| "must be a whole number of requests a minute".to_owned())
}

/// Some networks.
#[derive(Clone, Debug)]
pub struct Networks(pub Vec<IpNet>);

fn networks(text: &str) -> Result<Networks, String> {
    let network = |text: &str| {
        let address = || text.parse::<IpAddr>().map(IpNet::from);
        text.parse::<IpNet>().or_else(|_| address())
    };
    let all = text.split(',').map(str::trim).filter(|text| !text.is_empty()).map(network).collect::<Result<_, _>>();
    all.map(Networks).map_err(|_| "has what is no address and no network: write 10.0.0.5 or 10.0.0.0/8".to_owned())
}
