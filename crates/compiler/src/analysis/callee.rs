//! Signatures of the workflows that a file calls.

use crate::hash::{HashMap, HashSet};
use std::cell::RefCell;
use std::sync::Arc;

use wfc_syntax::source::Source;
use wfc_syntax::tree::Spelling;
use wfc_value::ty::{Type, TypeTable};

use super::tables::{Analysis, Signature, SignatureInput};
use crate::world::World;

/// Workflows called by workflows called by ...: deeper ones return `any`.
const MAX_CALLS: usize = 32;

/// What a check has found out about other files, shared by the analyses that it starts.
pub(crate) struct Host<'a> {
    pub(crate) world: &'a dyn World,
    known: RefCell<HashMap<String, Arc<Known>>>,
    /// Files whose analysis is under way, outermost first.
    open: RefCell<Vec<String>>,
}

/// A signature with the named types that it mentions.
pub(crate) struct Known {
    signature: Signature,
    types: TypeTable,
}

impl<'a> Host<'a> {
    pub(crate) fn new(world: &'a dyn World, file: &str) -> Self {
        Self {
            world,
            known: RefCell::default(),
            open: RefCell::new(vec![file.to_owned()]),
        }
    }

    /// The file that a `subworkflow` step names: by slug, or by path when it looks like one.
    pub(crate) fn source(&self, from: &str, workflow: &str) -> Option<Arc<Source>> {
        if is_path(workflow) {
            self.world.source(from, workflow)
        } else {
            self.world.workflow(from, workflow)
        }
    }

    /// What callers see of a file. Its named types are added to `table`, under the file's name.
    pub(crate) fn signature(&self, source: &Source, table: &mut TypeTable) -> Signature {
        let known = self.known.borrow().get(&source.name).cloned();
        let known = match known {
            Some(known) => known,
            None => {
                let cyclic = self.open.borrow().contains(&source.name);
                let deep = self.open.borrow().len() > MAX_CALLS;
                let found = Arc::new(self.find_out(source, cyclic || deep));
                if !cyclic && !deep {
                    self.known
                        .borrow_mut()
                        .insert(source.name.clone(), found.clone());
                }
                found
            }
        };
        adopt(&known, table)
    }

    fn find_out(&self, source: &Source, shallow: bool) -> Known {
        let spelling = Spelling::of(&source.name, &source.text);
        let parsed = wfc_syntax::parse(source, spelling);
        let analysis = if shallow {
            super::outline(&parsed.ast)
        } else {
            self.open.borrow_mut().push(source.name.clone());
            let (analysis, _) =
                super::analyse_in(&parsed.ast, self, &source.name, &HashSet::default());
            self.open.borrow_mut().pop();
            analysis
        };
        Known {
            signature: of(&parsed.ast, &analysis, &source.name),
            types: analysis.type_table,
        }
    }
}

/// The signature of an analysed file.
#[must_use]
pub(crate) fn of(ast: &wfc_syntax::ast::Ast, analysis: &Analysis, file: &str) -> Signature {
    let inputs = ast.workflow.inputs.iter().zip(&analysis.inputs);
    Signature {
        file: file.to_owned(),
        inputs: inputs
            .map(|(decl, ty)| {
                let nullable = *ty != Type::Any && analysis.type_table.resolve(ty).allows_null();
                let required = match decl.required {
                    Some(said) => said.value,
                    None => decl.default.is_none() && !nullable,
                };
                SignatureInput {
                    name: decl.name.text.to_string(),
                    ty: ty.clone(),
                    required,
                }
            })
            .collect(),
        output: analysis.output.clone(),
    }
}

/// The signature with the callee's named types renamed, so that they cannot be taken for the caller's.
fn adopt(known: &Known, table: &mut TypeTable) -> Signature {
    if known.types.is_empty() {
        return known.signature.clone();
    }
    let file = &known.signature.file;
    let prefix = prefix(known, file, table);
    for (name, ty) in known.types.iter() {
        table.insert(format!("{prefix}.{name}"), renamed(prefix, ty));
    }
    let mut signature = known.signature.clone();
    for input in &mut signature.inputs {
        input.ty = renamed(prefix, &input.ty);
    }
    signature.output = signature.output.map(|ty| renamed(prefix, &ty));
    signature
}

/// What a callee's types are called by: its file's stem, or its whole path where another file of that stem has other
/// types of the same names.
fn prefix<'f>(known: &Known, file: &'f str, table: &TypeTable) -> &'f str {
    let stem = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let stem = stem.split('.').next().unwrap_or(stem);
    let taken = known.types.iter().any(|(name, ty)| {
        let other = table.get(&format!("{stem}.{name}"));
        other.is_some_and(|other| *other != renamed(stem, ty))
    });
    if taken { file } else { stem }
}

fn renamed(prefix: &str, ty: &Type) -> Type {
    let again = |t: &Type| renamed(prefix, t);
    match ty {
        Type::Named(name) => Type::named(format!("{prefix}.{name}")),
        other => other.with_parts(again),
    }
}

/// Whether a workflow is named by its file's path, and not by its slug.
pub(crate) fn is_path(workflow: &str) -> bool {
    let ends = [".wf", ".yaml", ".yml", ".json"];
    workflow.contains('/') || ends.iter().any(|end| workflow.ends_with(end))
}
