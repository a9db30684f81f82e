//! One workflow in its three spellings, and a run of each: they must be one program and ask for the same.

use std::sync::Arc;

use wfc_compiler::settings::Settings;
use wfc_compiler::world::World;
use wfc_program::Program;
use wfc_syntax::source::Source;
use wfc_syntax::tree::Spelling;
use wfc_value::{Map, Value, json};

use crate::host::{Answer, Run, Script, run};

/// A workflow and what its world answers.
pub(crate) struct Case {
    sources: Vec<(Spelling, String)>,
    inputs: Map,
    script: Script,
}

impl Case {
    /// A workflow in JSON and in the text form; YAML is made from the JSON.
    pub(crate) fn new(source: &str, text: &str) -> Self {
        let value =
            json::parse(source).unwrap_or_else(|e| panic!("the test's JSON: {e}\n{source}"));
        let mut yaml = String::new();
        block_yaml(&value, 0, &mut yaml);
        let sources = vec![
            (Spelling::Json, source.to_owned()),
            (Spelling::Yaml, yaml),
            (Spelling::Text, text.to_owned()),
        ];
        Self {
            sources,
            inputs: Map::default(),
            script: Script::default(),
        }
    }

    /// A workflow that only YAML and JSON can spell, such as one of the older form.
    pub(crate) fn older(source: &str) -> Self {
        let mut case = Self::new(source, "");
        case.sources.pop();
        case
    }

    /// A workflow in its three spellings, as written.
    pub(crate) fn spelled(json: &str, yaml: &str, text: &str) -> Self {
        let sources = vec![
            (Spelling::Json, json.to_owned()),
            (Spelling::Yaml, yaml.to_owned()),
            (Spelling::Text, text.to_owned()),
        ];
        Self {
            sources,
            inputs: Map::default(),
            script: Script::default(),
        }
    }

    pub(crate) fn inputs(mut self, inputs: &serde_json::Value) -> Self {
        let Value::Map(map) = from_json(inputs) else {
            panic!("inputs are a mapping")
        };
        self.inputs = map;
        self
    }

    #[expect(clippy::needless_pass_by_value, reason = "callers write `json!(...)`")]
    pub(crate) fn answer(mut self, path: &str, value: serde_json::Value) -> Self {
        self.script.add(path, Answer::Ok(from_json(&value)));
        self
    }

    pub(crate) fn fails(mut self, path: &str, code: &'static str, message: &'static str) -> Self {
        self.script.add(path, Answer::Fail(code, message));
        self
    }

    pub(crate) fn then(mut self, path: &str, answer: Answer) -> Self {
        self.script.add(path, answer);
        self
    }

    pub(crate) fn env(mut self, env: &serde_json::Value) -> Self {
        let Value::Map(map) = from_json(env) else {
            panic!("env is a mapping")
        };
        self.script.env = map;
        self
    }

    /// The program, which is the same in all spellings.
    pub(crate) fn program(&self) -> Program {
        let mut programs = self
            .sources
            .iter()
            .map(|(spelling, text)| (spelling, compile(*spelling, text)));
        let (_, first) = programs.next().unwrap();
        for (spelling, other) in programs {
            let (a, b) = (listing(&first), listing(&other));
            assert_eq!(
                a, b,
                "{spelling:?} makes another program\n{}",
                self.sources[1].1
            );
            let hash = |p: &Program| wfc_program::program_hash(&p.stripped());
            assert_eq!(
                hash(&first),
                hash(&other),
                "{spelling:?} makes another program"
            );
        }
        first
    }

    /// Runs all spellings; they must do the same.
    pub(crate) fn run(self) -> Run {
        let first = run(self.program(), &self.inputs, self.script.clone());
        for (spelling, text) in &self.sources[1..] {
            let other = run(compile(*spelling, text), &self.inputs, self.script.clone());
            assert_eq!(
                first.effects, other.effects,
                "{spelling:?} asks for something else"
            );
            assert_eq!(first.outcome_text(), other.outcome_text(), "{spelling:?}");
        }
        first
    }
}

impl Run {
    /// The outcome without places in the source.
    fn outcome_text(&self) -> String {
        match &self.outcome {
            wfc_vm::Outcome::Failed(error) => format!("{error} {:?}", error.details),
            other => format!("{other:?}"),
        }
    }
}

pub(crate) fn from_json(value: &serde_json::Value) -> Value {
    json::parse(&value.to_string()).unwrap()
}

/// A world in which each slug is a workflow that takes `x` and `id` and gives `x` back, and each catalogue has the
/// tools of the triage example.
struct Callees;

impl World for Callees {
    fn source(&self, _: &str, _: &str) -> Option<Arc<Source>> {
        None
    }
    fn workflow(&self, _: &str, slug: &str) -> Option<Arc<Source>> {
        let inputs = "input x: any = null input id: any = null";
        let text = format!("workflow {slug} {{ {inputs} returns any return x }}");
        Some(Arc::new(Source::new(format!("{slug}.wf"), text)))
    }
    fn catalogue(&self, _: &str, path: &str) -> Option<Arc<Source>> {
        let tool = |name: &str, output: &str| {
            format!(r#"{{"name": "{name}", "inputSchema": {{"type": "object"}}{output}}}"#)
        };
        let ticket = r#", "outputSchema": {"type": "object", "properties": {"body": {"type": "string"}}, "required": ["body"]}"#;
        let tools = [
            tool("get_ticket", ticket),
            tool("create_issue", ""),
            tool("comment", ""),
            tool("search", ""),
        ];
        Some(Arc::new(Source::new(
            path,
            format!(r#"{{"tools": [{}]}}"#, tools.join(",")),
        )))
    }
}

/// Compiles a source that is expected to be without errors.
pub(crate) fn compile(spelling: Spelling, text: &str) -> Program {
    let source = Source::new("flow.wf", text);
    let compiled = wfc_compiler::compile(&source, spelling, &Callees, &Settings::default());
    let errors: Vec<_> = compiled
        .checked
        .diagnostics
        .iter()
        .filter(|d| d.severity == wfc_syntax::code::Severity::Error)
        .map(|d| {
            format!(
                "{} {} `{}` {:?}",
                d.code.id,
                d.message,
                source.slice(d.span),
                d.help
            )
        })
        .collect();
    let Some(program) = compiled.program else {
        panic!("{spelling:?}: {errors:#?}\n{text}")
    };
    if let Err(e) = program.verify() {
        panic!(
            "{spelling:?}: not a sound program: {e}\n{}",
            wfc_program::disasm::disassemble(&program, None)
        );
    }
    program
}

/// The program without places in the source.
pub(crate) fn listing(program: &Program) -> String {
    wfc_program::disasm::disassemble(&program.stripped(), None)
}

/// Block YAML of a JSON value, all strings quoted.
fn block_yaml(value: &Value, indent: usize, out: &mut String) {
    let pad = "  ".repeat(indent);
    match value {
        Value::Map(fields) if !fields.is_empty() => {
            for (key, value) in fields.iter() {
                out.push_str(&format!("{pad}{}:", json::quoted(&key.to_string())));
                nested_yaml(value, indent, out);
            }
        }
        Value::List(items) if !items.is_empty() => {
            for item in items {
                out.push_str(&format!("{pad}-"));
                nested_yaml(item, indent, out);
            }
        }
        other => out.push_str(&format!("{pad}{}\n", json::format(other))),
    }
}

fn nested_yaml(value: &Value, indent: usize, out: &mut String) {
    let nested = match value {
        Value::Map(fields) => !fields.is_empty(),
        Value::List(items) => !items.is_empty(),
        _ => false,
    };
    if nested {
        out.push('\n');
        block_yaml(value, indent + 1, out);
    } else {
        out.push_str(&format!(" {}\n", json::format(value)));
    }
}
