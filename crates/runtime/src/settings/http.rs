//! `[http]`: what the built-in tool `http.request` may do.

use std::net::IpAddr;
use std::time::Duration;

use ipnet::IpNet;
use reqwest::Url;

use super::SettingsError;
use super::read::Table;

/// `[http]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Http {
    /// `allow_private`: addresses and networks that may be connected to although they are not public.
    pub allow_private: Vec<IpNet>,
    /// `allow_hosts`: hosts that may be asked wherever their addresses are; `*.` stands for any name before the rest.
    pub allow_hosts: Vec<String>,
    /// `only_hosts`: the only hosts that may be asked; empty when all may.
    pub only_hosts: Vec<String>,
    /// `max_redirects`: how many redirects are followed.
    pub max_redirects: Option<u64>,
    /// `max_response_bytes`: the most bytes of an answer's body.
    pub max_response_bytes: Option<u64>,
    /// `timeout`: how long an answer may take.
    pub timeout: Option<Duration>,
    /// `ca_file`: certificates to trust beside the system's, as PEM.
    pub ca_file: Option<String>,
    /// `proxy`: through which all is sent.
    pub proxy: Option<String>,
}

pub(super) fn http(mut table: Table<'_>) -> Result<Http, SettingsError> {
    let read = Http {
        allow_private: networks(&mut table)?,
        allow_hosts: hosts(&mut table, "allow_hosts")?,
        only_hosts: hosts(&mut table, "only_hosts")?,
        max_redirects: table.count("max_redirects")?,
        max_response_bytes: table.count("max_response_bytes")?,
        timeout: table.duration("timeout")?,
        ca_file: table.text("ca_file")?,
        proxy: table.text("proxy")?,
    };
    if let Some(proxy) = &read.proxy
        && !Url::parse(proxy).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
    {
        let message = "`http.proxy` is no address".to_owned();
        let help = "write `http://HOST:PORT`".to_owned();
        return Err(table.error("proxy", message, Some(help)));
    }
    table.finish()?;
    Ok(read)
}

fn networks(table: &mut Table<'_>) -> Result<Vec<IpNet>, SettingsError> {
    let texts = table.texts("allow_private")?;
    let one = |text: &String| {
        let net = text.parse::<IpNet>().ok();
        net.or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
            .ok_or(text.clone())
    };
    let all: Result<Vec<IpNet>, String> = texts.iter().map(one).collect();
    all.map_err(|text| {
        let message = format!("`{text}` is no address and no network");
        let help = "write an address such as `127.0.0.1` or a network such as `10.0.0.0/8`; a host's \
                    name stands under `allow_hosts`";
        table.error("allow_private", message, Some(help.to_owned()))
    })
}

fn hosts(table: &mut Table<'_>, key: &'static str) -> Result<Vec<String>, SettingsError> {
    let hosts = table.texts(key)?;
    let wrong = |host: &&String| {
        let name = host.strip_prefix("*.").unwrap_or(host);
        // An address of version 6 has colons, anything else has none.
        let address = name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
        name.is_empty() || (!address && name.contains([':', '/', '*', ' ', '@']))
    };
    match hosts.iter().find(wrong) {
        None => Ok(hosts),
        Some(host) => {
            let message = format!("`{host}` is no name of a host");
            let help = "write a name such as `api.internal`, or `*.internal` for all below it, \
                        without `https://`, port and path";
            Err(table.error(key, message, Some(help.to_owned())))
        }
    }
}
