//! Deployments: what a run is pinned to.

use wfc_program::DecodeError;
use wfc_program::bytes::{Reader, Writer};

use super::{end, read_hash, read_map, read_str, write_map};
use crate::deployment::{PinnedCall, Pins};

const VERSION: u8 = 1;

/// A deployment as a store keeps it; its hash is of these bytes.
pub(crate) fn write_deployment(pins: &Pins) -> Vec<u8> {
    let mut out = Writer::default();
    out.u8(VERSION);
    out.raw(&pins.program.0);
    out.text(&pins.workflow);
    out.text(&pins.reference);
    out.text(&pins.source_hash);
    out.len(pins.calls.len());
    for call in &pins.calls {
        out.text(&call.name);
        out.raw(&call.deployment.0);
        write_map(&mut out, &call.env);
    }
    out.len(pins.catalogues.len());
    for (name, hash) in &pins.catalogues {
        out.text(name);
        out.raw(&hash.0);
    }
    out.into_bytes()
}

/// Reads a deployment.
pub(crate) fn read_deployment(bytes: &[u8]) -> Result<Pins, DecodeError> {
    let mut input = Reader::new(bytes);
    let version = input.u8()?;
    if version != VERSION {
        return Err(input.error(format!("{version} is no version of deployments")));
    }
    let program = read_hash(&mut input)?;
    let workflow = read_str(&mut input)?;
    let reference = input.text()?.to_owned();
    let source_hash = input.text()?.to_owned();
    let calls = input.many(|input| {
        Ok(PinnedCall {
            name: input.text()?.to_owned(),
            deployment: read_hash(input)?,
            env: read_map(input)?,
        })
    })?;
    let catalogues = input.many(|input| {
        let name = input.text()?.to_owned();
        Ok((name, read_hash(input)?))
    })?;
    end(&input)?;
    Ok(Pins {
        program,
        workflow,
        reference,
        source_hash,
        calls,
        catalogues,
    })
}
