//! The promise again, held against expressions that nobody would write: made at random over names of all types.

use wfc_compiler::analysis::{Declared, Dialect, Env, check_expression};
use wfc_compiler::emit::compile_expression;
use wfc_program::Program;
use wfc_syntax::expr::Exprs;
use wfc_syntax::parse_expr::parse_embedded;
use wfc_syntax::tree::SpanMap;
use wfc_value::funcs::CallCtx;
use wfc_value::ty::{Field, Literal, decode, union};
use wfc_value::{Timestamp, Type, TypeTable, Value, json};
use wfc_vm::Evaluator;

/// Expressions made; about one in five is taken by the checker.
const TRIES: u64 = 10_000;

/// A small generator of numbers, the same on every run (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % n as u64).unwrap()
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

const ATOMS: &[&str] = &[
    "n", "d", "s", "b", "ns", "l", "ls", "m", "r", "u", "e", "p", "o", "1", "0", "2.5", "\"x\"",
    "\"low\"", "true", "null", "[]", "{}", "x", "y",
];
const FIELDS: &[&str] = &["a", "b", "kind", "value", "message", "k"];
const OPERATORS: &[&str] = &[
    "+", "-", "*", "/", "%", "==", "!=", "<", ">=", "in", "&&", "||", "&&", "||", "==",
];
const CALLS: &[&str] = &[
    "size(#)",
    "#.size()",
    "string(#)",
    "int(#)",
    "double(#)",
    "type(#) == string",
    "#.contains(#)",
    "#.startsWith(#)",
    "#.map(x, #)",
    "#.filter(x, #)",
    "#.all(x, #)",
    "#.exists(x, y, #)",
    "#.transformList(x, y, #)",
    "#.transformMap(x, y, #)",
    "has(#.?)",
    "#.??",
    "#.??.orValue(#)",
    "#.first().orValue(#)",
    "#[#]",
    "#[?#]",
    "#.sort()",
    "#.distinct()",
    "#.flatten()",
    "#.join(\",\")",
    "math.greatest(#, #)",
    "optional.of(#)",
    "optional.none()",
    "#.hasValue()",
    "#.value()",
    "#.or(#)",
    "cel.bind(x, #, #)",
    "#.optMap(x, #)",
    "#.split(#)",
    "#.reverse()",
    "#.slice(0, 1)",
    "json.format(#)",
    "#.sortBy(x, #)",
    "[#, #]",
    "{\"a\": #, \"k\": #}",
    "{#: #}",
    "# ? # : #",
    "!#",
    "-#",
    "#.?",
    "# == null ? # : #",
    "has(#.?) && #.? == #",
    "#.kind == \"ok\" ? # : #",
    "[?#, #]",
    "{?\"a\": #}",
    "#.map(x, #, #)",
    "sets.contains(#, #)",
    "lists.range(#)",
    "#.trim()",
    "#.lowerAscii()",
    "dyn(#) == #",
];

fn expression(random: &mut Random, depth: usize) -> String {
    if depth == 0 || random.below(4) == 0 {
        return random.pick(ATOMS).to_owned();
    }
    if random.below(3) == 0 {
        let (a, b) = (expression(random, depth - 1), expression(random, depth - 1));
        return format!("({a} {} {b})", random.pick(OPERATORS));
    }
    let mut out = String::new();
    let shape = random.pick(CALLS);
    let mut before = ' ';
    let mut fields = shape.chars().peekable();
    while let Some(c) = fields.next() {
        match c {
            '#' => {
                let inner = expression(random, depth - 1);
                let plain = inner.chars().all(|c| c.is_alphanumeric());
                let inner = if plain { inner } else { format!("({inner})") };
                out.push_str(&inner);
            }
            '?' if before == '.' && fields.peek() != Some(&'?') => {
                out.push_str(random.pick(FIELDS));
            }
            '?' if before == '.' => {
                out.push('?');
                continue;
            }
            c => out.push(c),
        }
        before = if c == '?' && before == '.' { ' ' } else { c };
    }
    out
}

fn names() -> Vec<(&'static str, Type, Vec<&'static str>)> {
    let record = Type::record;
    let required = |name: &str, ty| Field::required(name, ty);
    let optional = |name: &str, ty| Field::optional(name, ty);
    let event = union([
        record(vec![
            required("kind", Type::text("ok")),
            required("value", Type::Int),
        ]),
        record(vec![
            required("kind", Type::text("err")),
            required("message", Type::String),
        ]),
    ]);
    let flag = |b| Type::Literal(Literal::Bool(b));
    let outcome = union([
        record(vec![
            required("a", flag(true)),
            required("value", Type::Int),
        ]),
        record(vec![
            required("a", flag(false)),
            optional("k", Type::String),
        ]),
    ]);
    vec![
        ("n", Type::Int, vec!["3", "0"]),
        ("d", Type::Double, vec!["1.5"]),
        ("s", Type::String, vec!["\"ab,c\"", "\"\""]),
        ("b", Type::Bool, vec!["true", "false"]),
        ("ns", Type::String.or_null(), vec!["null", "\"q\""]),
        ("l", Type::list(Type::Int), vec!["[3,1]", "[]"]),
        ("ls", Type::list(Type::String), vec!["[\"b\",\"a\"]", "[]"]),
        (
            "m",
            Type::map(Type::String, Type::Int),
            vec!["{\"a\":1,\"k\":2}", "{}"],
        ),
        (
            "r",
            record(vec![required("a", Type::Int), optional("b", Type::String)]),
            vec!["{\"a\":1}", "{\"a\":2,\"b\":\"z\"}"],
        ),
        ("u", union([Type::String, Type::Int]), vec!["\"t\"", "7"]),
        (
            "e",
            event,
            vec![
                "{\"kind\":\"ok\",\"value\":1}",
                "{\"kind\":\"err\",\"message\":\"m\"}",
            ],
        ),
        (
            "p",
            union([Type::text("low"), Type::text("high"), Type::Null]),
            vec!["\"low\"", "null"],
        ),
        (
            "o",
            outcome,
            vec![
                "{\"a\":true,\"value\":1}",
                "{\"a\":false}",
                "{\"a\":false,\"k\":\"x\"}",
            ],
        ),
    ]
}

#[test]
fn no_expression_that_is_taken_meets_a_type_fault() {
    let names = names();
    let declared = names
        .iter()
        .map(|(name, ty, _)| Declared {
            name: (*name).to_owned(),
            ty: ty.clone(),
        })
        .collect();
    let env = Env {
        names: declared,
        ..Env::default()
    };
    let mut random = Random(7);
    let (mut taken, mut broken) = (0, Vec::new());
    for _ in 0..TRIES {
        let text = expression(&mut random, 4);
        let mut exprs = Exprs::default();
        let mut faults = Vec::new();
        let map = SpanMap::identity(0, u32::try_from(text.len()).unwrap());
        let root = parse_embedded(&text, &map, &mut exprs, &mut faults);
        let checked = check_expression(&exprs, root, &env, Dialect::Workflow);
        // What is unknown until it runs may be anything.
        let unknown = checked.analysis.types.contains(&Type::Any) || text.contains("dyn(");
        if !faults.is_empty() || !checked.diagnostics.is_empty() || unknown {
            continue;
        }
        taken += 1;
        let program =
            compile_expression(&exprs, root, &checked.analysis, Dialect::Workflow).unwrap();
        for round in 0..3 {
            let values: Vec<&str> = names
                .iter()
                .map(|(_, _, v)| v[(round + random.below(2)) % v.len()])
                .collect();
            let slots = values
                .iter()
                .map(|v| Some(json::parse(v).unwrap()))
                .collect();
            if let Err(why) = promise(&program, slots, &checked.ty) {
                broken.push(format!("{text}: {why}"));
                break;
            }
        }
    }
    println!("{taken} of {TRIES} expressions were taken");
    broken.sort_by_key(String::len);
    broken.truncate(12);
    assert!(broken.is_empty(), "{broken:#?}");
    assert!(taken > 500, "{taken}");
}

fn promise(program: &Program, slots: Vec<Option<Value>>, ty: &Type) -> Result<(), String> {
    let ctx = CallCtx::new(Timestamp::EPOCH);
    again(program, &slots, &ctx)?;
    match wfc_vm::eval_with(program, slots, &ctx, wfc_vm::DEFAULT_EVAL_FUEL) {
        Ok(found) => match decode(&found, ty, &TypeTable::new()) {
            Ok(_) => Ok(()),
            Err(e) => Err(format!("is `{ty}`, and {e}")),
        },
        Err(fault) => {
            let types = [
                "no such overload",
                "no such field",
                "cannot be read",
                "unsupported key",
            ];
            let is_type_fault = types.iter().any(|t| fault.message.contains(t));
            if is_type_fault {
                Err(fault.to_string())
            } else {
                Ok(())
            }
        }
    }
}

/// An evaluator, which makes a tree of the instructions, gives what they give, for the same fuel.
fn again(program: &Program, slots: &[Option<Value>], ctx: &CallCtx) -> Result<(), String> {
    let singly = |fuel| wfc_vm::eval_with(program, slots.to_vec(), ctx, fuel);
    let (mut little, mut enough) = (0, 1 << 24);
    let wanted = singly(enough);
    while enough - little > 1 {
        let middle = u64::midpoint(little, enough);
        if singly(middle) == wanted {
            enough = middle;
        } else {
            little = middle;
        }
    }
    for fuel in [little, enough, 1 << 24] {
        let mut evaluator = Evaluator::new(program).unwrap().with_fuel(fuel);
        for (slot, value) in slots.iter().enumerate() {
            if let Some(value) = value {
                evaluator.set(slot, value.clone());
            }
        }
        for _ in 0..2 {
            let came = evaluator.run(ctx);
            if came != singly(fuel) {
                return Err(format!("again, with {fuel} of fuel: {came:?}"));
            }
        }
    }
    Ok(())
}
