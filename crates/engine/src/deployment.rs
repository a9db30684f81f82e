//! What a run is pinned to: its program, the programs that it calls, the catalogues it was
//! checked against. All of it is kept in the store by its hash, so that a run goes on as it began
//! whatever becomes of the files.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use foldhash::fast::FixedState;
use wfc_program::{Program, codec, program_hash};
use wfc_value::{Map, Str};

use crate::codec::{read_deployment, write_deployment};
use crate::id::Hash;
use crate::programs::Found;
use crate::store::{Contents, Store, StoreError};

/// What a deployment's hash is of.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Pins {
    pub(crate) program: Hash,
    pub(crate) workflow: Str,
    pub(crate) reference: String,
    pub(crate) source_hash: String,
    pub(crate) calls: Vec<PinnedCall>,
    pub(crate) catalogues: Vec<(String, Hash)>,
}

/// A workflow that the program calls.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PinnedCall {
    /// In the words of the step.
    pub(crate) name: String,
    pub(crate) deployment: Hash,
    /// The environment that it sees.
    pub(crate) env: Map,
}

/// Pins with the program itself.
#[derive(Debug)]
pub(crate) struct Deployment {
    pub(crate) hash: Hash,
    pub(crate) pins: Pins,
    pub(crate) program: Arc<Program>,
}

/// Programs and deployments that are at hand.
#[derive(Default)]
pub(crate) struct Shelf {
    deployments: HashMap<Hash, Arc<Deployment>, FixedState>,
    /// Those of a program, by its place in memory, which they hold.
    of_program: HashMap<usize, Vec<Arc<Deployment>>, FixedState>,
    /// What the store has for certain.
    stored: HashSet<Hash, FixedState>,
    /// What was made and is to be stored with the next commit.
    new: Vec<Contents>,
}

impl Shelf {
    /// The deployment of a program that was found.
    pub(crate) fn pin(&mut self, found: &Found) -> Arc<Deployment> {
        let calls: Vec<PinnedCall> = found
            .calls
            .iter()
            .map(|(name, callee)| PinnedCall {
                name: name.clone(),
                deployment: self.pin(callee).hash,
                env: callee.env.clone(),
            })
            .collect();
        let place = Arc::as_ptr(&found.program) as usize;
        let known = self.of_program.get(&place).into_iter().flatten();
        for deployment in known {
            let pins = &deployment.pins;
            if pins.reference == found.reference
                && pins.source_hash == found.source_hash
                && pins.calls == calls
                && pins.catalogues == found.catalogues
            {
                return deployment.clone();
            }
        }
        let program = Hash(program_hash(&found.program));
        let pins = Pins {
            program,
            workflow: found.program.identity.slug.clone(),
            reference: found.reference.clone(),
            source_hash: found.source_hash.clone(),
            calls,
            catalogues: found.catalogues.clone(),
        };
        let record = write_deployment(&pins);
        let hash = Hash::of(&record);
        self.store(program, || codec::encode(&found.program));
        self.store(hash, || record);
        let deployment = Arc::new(Deployment {
            hash,
            pins,
            program: found.program.clone(),
        });
        self.deployments.insert(hash, deployment.clone());
        let of_program = self.of_program.entry(place).or_default();
        of_program.push(deployment.clone());
        deployment
    }

    fn store(&mut self, hash: Hash, bytes: impl FnOnce() -> Vec<u8>) {
        if !self.stored.contains(&hash) && !self.new.iter().any(|c| c.hash == hash) {
            self.new.push(Contents {
                hash,
                bytes: bytes().into(),
            });
        }
    }

    /// What is to be stored with the next commit.
    pub(crate) fn new_contents(&self) -> &[Contents] {
        &self.new
    }

    /// The next commit went well.
    pub(crate) fn committed(&mut self) {
        self.stored.extend(self.new.drain(..).map(|c| c.hash));
    }

    /// The deployment of a hash; why there is none, when what is stored makes no sense.
    pub(crate) fn get(
        &mut self,
        hash: Hash,
        store: &mut dyn Store,
    ) -> Result<Result<Arc<Deployment>, String>, StoreError> {
        if let Some(known) = self.deployments.get(&hash) {
            return Ok(Ok(known.clone()));
        }
        let Some(record) = store.program(hash)? else {
            return Ok(Err("what it is pinned to is not in the store".to_owned()));
        };
        let pins = match read_deployment(&record) {
            Ok(pins) => pins,
            Err(error) => return Ok(Err(format!("what it is pinned to is damaged {error}"))),
        };
        let Some(bytes) = store.program(pins.program)? else {
            return Ok(Err("its program is not in the store".to_owned()));
        };
        let program = match decoded(&bytes, pins.program) {
            Ok(program) => Arc::new(program),
            Err(why) => return Ok(Err(why)),
        };
        self.stored.extend([hash, pins.program]);
        let place = Arc::as_ptr(&program) as usize;
        let deployment = Arc::new(Deployment {
            hash,
            pins,
            program,
        });
        self.deployments.insert(hash, deployment.clone());
        let of_program = self.of_program.entry(place).or_default();
        of_program.push(deployment.clone());
        Ok(Ok(deployment))
    }
}

fn decoded(bytes: &[u8], hash: Hash) -> Result<Program, String> {
    let program =
        codec::decode(bytes).map_err(|error| format!("its program is damaged {error}"))?;
    if Hash(program_hash(&program)) != hash {
        return Err("its program is not what its hash says".to_owned());
    }
    program
        .verify()
        .map_err(|error| format!("its program cannot be run: {error}"))?;
    Ok(program)
}
