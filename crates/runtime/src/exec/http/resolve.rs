//! From a host's name to the addresses that may be connected to.

use std::error::Error;
use std::fmt;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::address::Policy;

/// Looks names up, and gives those of their addresses alone that the policy reaches: what is given is what is
/// connected to, so a name that changes its mind between a look and a connection gains nothing.
pub(super) struct Guarded(pub(super) Policy);

/// A host none of whose addresses may be connected to.
#[derive(Debug)]
pub(super) struct Private {
    pub(super) host: String,
    pub(super) address: IpAddr,
}

impl fmt::Display for Private {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is at the private address {}",
            self.host, self.address
        )
    }
}

impl Error for Private {}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let policy = self.0.clone();
        let host = name.as_str().to_owned();
        Box::pin(async move {
            let asked = host.clone();
            let look = move || (asked.as_str(), 0).to_socket_addrs();
            let found: Vec<SocketAddr> = tokio::task::spawn_blocking(look).await??.collect();
            let trusted = policy.trusts(&host);
            let reached: Vec<SocketAddr> = found
                .iter()
                .copied()
                .filter(|address| trusted || policy.reaches(address.ip()))
                .collect();
            match (reached.is_empty(), found.first()) {
                (true, Some(first)) => {
                    let address = first.ip();
                    Err(Box::new(Private { host, address }) as Box<dyn Error + Send + Sync>)
                }
                _ => Ok(Box::new(reached.into_iter()) as Addrs),
            }
        })
    }
}
