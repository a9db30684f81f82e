//! `wfc lsp`: the language server.

use std::net::{SocketAddr, TcpListener, ToSocketAddrs as _};
use std::sync::Arc;

use clap::Args;
use wfc_lsp::{End, Options, serve};

use crate::args::Cli;
use crate::error::CliError;
use crate::exit::Exit;
use crate::lsp::DiskHouse;

/// `wfc lsp`
#[derive(Debug, Args)]
pub struct Lsp {
    /// Speak over standard input and output; that is what happens anyway
    #[arg(long, conflicts_with = "tcp")]
    pub stdio: bool,
    /// Listen on this address of this machine for one client, such as `127.0.0.1:9257`; with port 0, one is chosen and
    /// printed
    #[arg(long, value_name = "ADDR")]
    pub tcp: Option<String>,
    /// The process that started the server; the server ends with it
    #[arg(long = "clientProcessId", value_name = "PID", hide = true)]
    pub client: Option<i32>,
}

/// Serves one client until it leaves.
///
/// # Errors
/// When the address is none of this machine's own, or cannot be listened on.
pub fn run(cli: &Cli, args: &Lsp) -> Result<Exit, CliError> {
    let house = Arc::new(DiskHouse::new(cli.config.as_deref()));
    let options = Options {
        client: args.client,
        ..Options::default()
    };
    let end = match &args.tcp {
        None => serve(std::io::stdin(), std::io::stdout(), house, options),
        Some(address) => {
            let listener = listen(address)?;
            let (stream, _) = listener.accept().map_err(|e| cannot(address, &e))?;
            drop(listener);
            // Answers are small and waited for.
            let _ = stream.set_nodelay(true);
            let output = stream.try_clone().map_err(|e| cannot(address, &e))?;
            serve(stream, output, house, options)
        }
    };
    Ok(match end {
        End::Clean => Exit::Clean,
        End::Abrupt => Exit::Findings,
    })
}

fn listen(address: &str) -> Result<TcpListener, CliError> {
    let all: Vec<SocketAddr> = address
        .to_socket_addrs()
        .map_err(|e| cannot(address, &e))?
        .collect();
    // Whoever can connect can read files by their names and what workflows say.
    if let Some(outside) = all.iter().find(|a| !a.ip().is_loopback()) {
        return Err(CliError::usage(
            format!("`{outside}` can be reached from outside of this machine"),
            "listen on `127.0.0.1:PORT` or `[::1]:PORT`",
        ));
    }
    let listener = TcpListener::bind(all.as_slice()).map_err(|e| cannot(address, &e))?;
    let at = listener.local_addr().map_err(|e| cannot(address, &e))?;
    crate::term::eprint(&format!("listening on {at}\n"));
    Ok(listener)
}

fn cannot(address: &str, error: &std::io::Error) -> CliError {
    CliError::host(
        format!("cannot listen on `{address}`: {error}"),
        "name an address of this machine and a free port, such as `127.0.0.1:9257`",
    )
}
