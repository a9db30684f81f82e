//! Starting a run.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use wfc_program::{InputSpec, Program};
use wfc_value::schema::violations;
use wfc_value::{CallCtx, Key, Map, Value, ty};

use super::Machine;
use crate::fiber::{Context, Fiber, FiberId, Role};
use crate::frame::Frame;
use crate::meta::Meta;
use crate::outcome::StartError;

impl Machine {
    /// Starts a run: nothing of it happens before the first `run`.
    ///
    /// # Errors
    /// When the program cannot be run, or an input is missing, unknown or not of its type.
    pub fn start(program: Arc<Program>, inputs: &Map, meta: Meta) -> Result<Self, StartError> {
        program
            .verify()
            .map_err(|error| StartError::Invalid(error.clone()))?;
        let mut frame = Frame::new(0, program.slots as usize);
        let inputs = decode_inputs(&program, inputs, &mut frame)?;
        let id = FiberId(0);
        let context = Context {
            attempt: 1,
            ..Context::default()
        };
        let main = Fiber::new(id, Role::Main, frame, context);
        let mut machine = Self::blank(program, inputs, meta);
        machine.ready.push_back(id);
        machine.in_turn = true;
        machine.put(main);
        Ok(machine)
    }

    /// A run without any fiber, at its start's time.
    pub(crate) fn blank(program: Arc<Program>, inputs: Value, meta: Meta) -> Self {
        let mut machine = Self {
            ctx: CallCtx::new(meta.started_at),
            fuel_left: meta.limits.fuel,
            steps_left: 0,
            program,
            meta,
            inputs,
            fibers: BTreeMap::new(),
            ready: VecDeque::new(),
            next_fiber: 0,
            effects: BTreeMap::new(),
            next_effect: 0,
            withdrawn: VecDeque::new(),
            timers: BTreeMap::new(),
            next_timer: 0,
            compensations: BTreeMap::new(),
            next_mark: 0,
            budgets: BTreeMap::new(),
            next_budget: 0,
            mailbox: VecDeque::new(),
            message_ids: VecDeque::new(),
            trace: VecDeque::new(),
            randoms: 0,
            live: 0,
            in_turn: false,
            cancelled: None,
            outcome: None,
        };
        machine.steps_left = machine.step_limit();
        machine
    }

    /// The most steps that the run may enter.
    pub(crate) fn step_limit(&self) -> u64 {
        let own = self.program.policy.max_steps.unwrap_or(u64::MAX);
        own.min(self.meta.limits.max_steps)
    }
}

/// Puts the inputs into their slots; gives them as a map.
pub(crate) fn decode_inputs(
    program: &Program,
    inputs: &Map,
    frame: &mut Frame,
) -> Result<Value, StartError> {
    for key in inputs.keys() {
        if !program
            .inputs
            .iter()
            .any(|spec| key.as_str() == Some(&*spec.name))
        {
            return Err(StartError::UnknownInput {
                name: key.to_string().into(),
                known: program
                    .inputs
                    .iter()
                    .map(|spec| spec.name.clone())
                    .collect(),
            });
        }
    }
    let mut decoded = Vec::new();
    for spec in &program.inputs {
        let declared = program
            .types
            .get(spec.ty.index())
            .cloned()
            .unwrap_or(wfc_value::Type::Any);
        match inputs.get_str(&spec.name) {
            Some(given) => {
                let value = ty::decode(given, &declared, &program.type_table).map_err(|error| {
                    StartError::WrongInput {
                        name: spec.name.clone(),
                        message: error.to_string(),
                    }
                })?;
                if let Some(message) = beyond(program, spec, given) {
                    let name = spec.name.clone();
                    return Err(StartError::WrongInput { name, message });
                }
                decoded.push((Key::from(spec.name.clone()), value.clone()));
                frame.set(spec.slot.index(), value);
            }
            None if spec.required => {
                return Err(StartError::MissingInput {
                    name: spec.name.clone(),
                    ty: declared.to_string(),
                });
            }
            None => {}
        }
    }
    // The inputs are of one map already: together they are within the limits, about.
    Ok(Value::map(decoded).unwrap_or_default())
}

/// The first bound of the input's own JSON Schema that the value does not keep.
fn beyond(program: &Program, spec: &InputSpec, value: &Value) -> Option<String> {
    let schema = program.consts.get(spec.schema?.index())?;
    let found = violations(value, schema, schema);
    // Null stands for what is left out.
    let first = found.iter().find(|v| !v.is_about_null(value))?;
    let path = first.path_text();
    Some(if path.is_empty() {
        format!("it {}", first.rule)
    } else {
        format!("`{path}` {}", first.rule)
    })
}
