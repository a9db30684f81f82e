//! The promise, on random workflows: built from the table of shapes, written as YAML or JSON in random style.

use proptest::prelude::*;
use wfc_format::convert;
use wfc_syntax::shape::{self, Field, Kind, Shape};
use wfc_syntax::tree::Spelling;
use xtask::printing::faults;

use crate::files::{is_valid, read};
use crate::write::{self, Data};

/// Choices, taken from bytes, so that fewer and smaller bytes make a smaller workflow.
pub(crate) struct Choices<'a> {
    bytes: std::slice::Iter<'a, u8>,
    /// For names that must be unique.
    count: usize,
}

impl<'a> Choices<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes: bytes.iter(),
            count: 0,
        }
    }

    /// A number below `n`; 0 when the bytes are used up.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        let byte = self.bytes.next().copied().unwrap_or_default();
        usize::from(byte) % n.max(1)
    }

    pub(crate) fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == n - 1
    }

    pub(crate) fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    pub(crate) fn next(&mut self) -> usize {
        self.count += 1;
        self.count
    }
}

const PIECES: &[&str] = &[
    "a",
    "word",
    " ",
    "  ",
    "#",
    " #",
    ": ",
    ":",
    "\"",
    "'",
    "\\",
    "{{ x }}",
    "\\{{",
    "}}",
    "\n",
    "\n\n",
    "\n  ",
    "\t",
    "é",
    "日本",
    "\u{2028}",
    "\u{feff}",
    "\u{85}",
    "\u{7f}",
    "-",
    "- ",
    "|",
    ">",
    "%",
    "@",
    "`",
    "null",
    "1",
    "1.0",
    "0x1f",
    "true",
    "[",
    "]",
    ",",
    "&a",
    "*b",
    "!",
    "?",
    "<<",
    "---",
    "...",
    "\"\"\"",
    "//",
    "/*",
    "*/",
    "$",
    "~",
    "=",
    "{{ \"}}\" + 'a' }}",
    "{{ {\"a\": {\"b\": [1]}} }}",
    "\\n",
    "\r\n",
    ".",
    "+1",
    "yes",
    "1e3",
    ".inf",
    "\u{1}",
    "\u{1f600}",
    "{{ a\n + b }}",
    "10m",
];

const EXPRS: &[&str] = &[
    "x",
    "a == \"x\" ? 1 : 2",
    "x.size() > 0u && !y",
    "steps[\"deploy-step\"].output",
    "-x",
    "-(1)",
    "a - -1",
    "--x",
    "[1, 2].map(i, i * 2)",
    "{\"a\": 1}",
    "{'a': {'b': 1}}.a.b",
    "a[?0]",
    "a.?b.orValue(1)",
    "b\"\\xff\\n\"",
    ".x",
    "r'\\d+'",
    "\"it's\"",
    "1e300",
    "1.0",
    "-0.0",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551615u",
    "{1: 2}",
    "{}",
    "[]",
    "[?a]",
    "\"text\\nline\"",
    "true",
    "x in [1]",
    "duration('10m')",
    "'a' + \"b\"",
    "(a || b) && c",
    "a || b && c",
    "!(a == b)",
    "{?\"a\": b}",
    "a.b.c(1, [2])",
    "has(steps.x.output)",
    "x == '{{ y }}'",
    "x ? (y ? 1 : 2) : 3",
    "(x ? y : z) ? 1 : 2",
    "42",
    "-7",
    "'#' + \" # \"",
    "a > 1 // 2\n",
    "\"\\u00e9\\t\"",
    "1 - (2 - 3)",
    "(1 - 2) - 3",
    "x.`a-b`",
    "inputs.namespace",
    "'''a\"b'''",
    "{\"a b\": [1, {}], \"c\": {\"d\": null}}",
    "[1.5, \"a\", b\"c\", 2u]",
    "\"\"",
    "\"\\\\{{ x\"",
    "0x1F",
];

const TYPES: &[&str] = &[
    "string",
    "int?",
    "list<string>",
    "map<string, int>",
    "\"a\" | \"b\"",
    "{ a: int, b?: list<{ c: string }> }",
    "any",
    "(int | string)?",
    "list<int?>",
    "1 | -2 | 2.5 | true | null",
    "string | null",
    "{}",
    "\"a b\"",
    "T1",
    "schema { \"type\": \"text\" }",
    "list<schema { type: 'array', items: { enum: [1, 'a', null] } }>",
    "{ \"odd-name\": int }",
    "{ type: string }",
    "\"it's\" | \"q\\\"uote\"",
    "null",
    "list",
    "map",
    "{ title: string, description: string?, items: list<any>, required: bool }",
    "schema { \"$ref\": \"#/x\", \"pattern\": \"{{ a\" }",
];

const DURATIONS: &[&str] = &[
    "10m", "1h30m", "7d", "500ms", "0s", "36h", "90s", "1500ms", "{{ d }}", "x", "2us", "1d2h",
];

fn text(c: &mut Choices<'_>) -> String {
    let mut out = String::new();
    for _ in 0..c.below(6) {
        out.push_str(c.pick(PIECES));
    }
    out
}

fn string(of: &str) -> Data {
    Data::Text(of.to_owned())
}

fn value(c: &mut Choices<'_>, depth: usize) -> Data {
    match c.below(if depth > 3 { 8 } else { 11 }) {
        0 | 1 => Data::Text(text(c)),
        2 => Data::Text(format!("{{{{ {} }}}}", c.pick(EXPRS))),
        3 => Data::Plain(
            c.pick(&[
                "1",
                "-2",
                "0",
                "9223372036854775807",
                "18446744073709551615",
                "-9223372036854775808",
            ])
            .into(),
        ),
        4 => Data::Plain(
            c.pick(&[
                "1.5",
                "1e3",
                "-0.0",
                "1.0",
                "1E-7",
                "123456789012345678901.0",
                "5e-324",
            ])
            .into(),
        ),
        5 => Data::Plain(c.pick(&["true", "false", "null"]).into()),
        6 => Data::Text(
            c.pick(&[
                "1",
                "true",
                "null",
                "1.0",
                "~",
                "0x1f",
                "",
                "10m",
                "a b",
                "{{ x }} and {{ y }}",
            ])
            .into(),
        ),
        7 => Data::Text(
            c.pick(&[
                "one\ntwo\n",
                "one\n  two\n\nthree",
                "\nfirst",
                "last\n\n",
                "#x\n#y\n",
                "a\tb\nc",
                "'''",
                "say \"hi\"\nthere\"",
                "  led\nby",
                "tail  \nx",
                "{{ x }}\n{{ y }}\n",
            ])
            .into(),
        ),
        8 | 9 => values(c, depth),
        _ => Data::List((0..c.below(4)).map(|_| value(c, depth + 1)).collect()),
    }
}

fn values(c: &mut Choices<'_>, depth: usize) -> Data {
    let mut entries: Vec<(String, Data)> = Vec::new();
    for _ in 0..c.below(4) {
        let key = c.pick(&[
            "a",
            "b",
            "odd-key",
            "two words",
            "x-data",
            "",
            "1",
            "true",
            "type",
            "null",
            "a: b",
            "#",
            "é",
            "if",
            "\"",
            "in",
            "{{ x }}",
            "let",
            "-",
        ]);
        if entries.iter().all(|(k, _)| k != key) {
            entries.push((key.to_owned(), value(c, depth + 1)));
        }
    }
    Data::Map(entries)
}

fn schema(c: &mut Choices<'_>) -> Data {
    let mut map = vec![(
        "type".to_owned(),
        string(c.pick(&["object", "array", "integer"])),
    )];
    if c.one_in(2) {
        map.push((
            "description".to_owned(),
            Data::Text(text(c).replace("{{", "{")),
        ));
    }
    if c.one_in(2) {
        map.push(("required".to_owned(), Data::List(vec![string("a")])));
    }
    if c.one_in(2) {
        map.push(("minimum".to_owned(), Data::Plain("-1.5".into())));
    }
    if c.one_in(2) {
        map.push((
            "pattern".to_owned(),
            string(c.pick(&["^{{", "\\d+", "a|b"])),
        ));
    }
    if c.one_in(2) {
        map.push((
            "properties".to_owned(),
            Data::Map(vec![(
                "odd-name".to_owned(),
                Data::Map(vec![(
                    "enum".to_owned(),
                    Data::List(vec![Data::Plain("null".into()), string("x")]),
                )]),
            )]),
        ));
    }
    Data::Map(map)
}

fn ty(c: &mut Choices<'_>, depth: usize) -> Data {
    match c.below(6) {
        0..=2 => string(c.pick(TYPES)),
        3 if depth < 3 => Data::List(vec![ty(c, depth + 1)]),
        4 if depth < 3 => Data::Map(
            ["a", "b?", "odd-name", "type", "title"]
                .into_iter()
                .take(c.below(6))
                .map(|k| (k.to_owned(), ty(c, depth + 1)))
                .collect(),
        ),
        _ => schema(c),
    }
}

fn steps(c: &mut Choices<'_>, depth: usize) -> Data {
    let n = 1 + c.below(if depth > 3 { 1 } else { 3 });
    Data::List((0..n).map(|_| step(c, depth)).collect())
}

fn held(c: &mut Choices<'_>, field: &Field, depth: usize) -> Data {
    match field.shape {
        Shape::Text => match field.name {
            "code" => string(c.pick(&["mine", "a.b", "exit_nonzero", "odd-code", "two words"])),
            "tool" => string(c.pick(&["server.tool", "odd-server.tool", "a.b.c", "bash2", "a b"])),
            "cron" => string(c.pick(&["0 9 * * MON-FRI", "*/5 * * * *"])),
            "name" | "description" | "version" => {
                if c.one_in(3) {
                    string(c.pick(&["1.10", "Title", "null", "1"]))
                } else {
                    Data::Text(text(c))
                }
            }
            _ => Data::Text(format!("t{}", text(c))),
        },
        Shape::Name => string(c.pick(&["x", "item2", "_y", "when", "max"])),
        Shape::Id => {
            let n = c.next();
            match c.below(6) {
                0 => Data::Text(format!("deploy-step-{n}")),
                1 => Data::Text(format!("two words {n}")),
                2 => Data::Text(format!("é{n}")),
                3 => Data::Plain(format!("{n}")),
                _ => Data::Text(format!("id{n}")),
            }
        }
        Shape::Word(words) => string(c.pick(words)),
        Shape::Int => Data::Plain(c.pick(&["1", "3", "100"]).into()),
        Shape::Number => Data::Plain(c.pick(&["1", "2.5", "0.1", "1e-9", "1e3", "2.0"]).into()),
        Shape::Bool => Data::Plain(c.pick(&["true", "false"]).into()),
        Shape::Value => value(c, depth),
        Shape::Values => values(c, depth),
        Shape::Expr => string(c.pick(EXPRS)),
        Shape::Over => {
            if c.one_in(2) {
                Data::List((0..c.below(4)).map(|_| value(c, depth)).collect())
            } else {
                string(c.pick(EXPRS))
            }
        }
        Shape::Collect => match c.below(4) {
            0 => values(c, depth),
            1 => Data::List((0..c.below(4)).map(|_| value(c, depth)).collect()),
            _ => string(c.pick(EXPRS)),
        },
        Shape::Condition => match c.below(4) {
            0 => Data::Plain("true".into()),
            1 => Data::Map(vec![
                ("variable".into(), string("x")),
                (
                    "equals".into(),
                    c.pick(
                        &[
                            Data::Plain("1".into()),
                            Data::Plain("true".into()),
                            string("a b"),
                        ]
                        .each_ref(),
                    )
                    .clone(),
                ),
            ]),
            _ => string(c.pick(EXPRS)),
        },
        Shape::Duration => {
            if c.one_in(9) {
                Data::Plain("0".into())
            } else {
                string(c.pick(DURATIONS))
            }
        }
        Shape::Millis => Data::Plain("1500".into()),
        Shape::Type => ty(c, 0),
        Shape::Block => steps(c, depth + 1),
        Shape::Texts | Shape::Names => {
            if c.one_in(4) {
                return string("single");
            }
            Data::List(
                (0..c.below(3))
                    .map(|i| {
                        Data::Text(if field.shape == Shape::Names {
                            format!("name{i}")
                        } else {
                            format!("t{i}{}", text(c))
                        })
                    })
                    .collect(),
            )
        }
        Shape::Record(fields) => record(c, fields, depth),
        Shape::Records(fields) => {
            Data::List((0..=c.below(2)).map(|_| record(c, fields, depth)).collect())
        }
        Shape::Retry => {
            if c.one_in(3) {
                Data::Plain("3".into())
            } else {
                record(c, shape::RETRY, depth)
            }
        }
        Shape::OnError => match c.below(3) {
            0 => string("fail"),
            1 => string("continue"),
            _ => steps(c, depth + 1),
        },
        Shape::Cases => {
            if c.one_in(3) {
                return Data::Map(
                    ["low", "odd-case", "1", "true"]
                        .into_iter()
                        .take(1 + c.below(4))
                        .map(|k| (k.to_owned(), steps(c, depth + 1)))
                        .collect(),
                );
            }
            let cases = [
                string("low"),
                Data::Plain("1".into()),
                Data::Plain("-2.5".into()),
                Data::Plain("true".into()),
                Data::List(vec![string("1"), Data::Plain("null".into()), string("q\"")]),
                string(""),
            ];
            Data::List(
                cases
                    .into_iter()
                    .take(1 + c.below(6))
                    .map(|v| {
                        Data::Map(vec![
                            ("case".into(), v),
                            ("steps".into(), steps(c, depth + 1)),
                        ])
                    })
                    .collect(),
            )
        }
        Shape::Branches => Data::Map(
            ["one", "odd-branch", "two words", "x-kept"]
                .into_iter()
                .take(2 + c.below(2))
                .map(|k| (k.to_owned(), steps(c, depth + 1)))
                .collect(),
        ),
        Shape::Catch => {
            if c.one_in(2) {
                Data::Map(vec![
                    ("as".into(), string("e")),
                    ("steps".into(), steps(c, depth + 1)),
                ])
            } else {
                steps(c, depth + 1)
            }
        }
        Shape::Inputs | Shape::EnvDecls => Data::Map(
            (0..c.below(4))
                .map(|i| {
                    let decl = if c.one_in(2) {
                        ty(c, 0)
                    } else {
                        let fields = if field.shape == Shape::Inputs {
                            shape::INPUT
                        } else {
                            shape::ENV
                        };
                        let Data::Map(mut map) = record(c, fields, depth) else {
                            panic!("a mapping is asked for")
                        };
                        if map.iter().all(|(k, _)| k != "type") {
                            map.push(("type".into(), string("any")));
                        }
                        Data::Map(map)
                    };
                    (format!("in{i}"), decl)
                })
                .collect(),
        ),
        Shape::Variables => Data::Map(
            (0..c.below(4))
                .map(|i| {
                    (
                        if c.one_in(3) {
                            format!("v{i}: {}", c.pick(TYPES))
                        } else {
                            format!("v{i}")
                        },
                        value(c, depth),
                    )
                })
                .collect(),
        ),
        Shape::Types => Data::Map(
            (0..c.below(3))
                .map(|i| (format!("T{i}"), ty(c, 0)))
                .collect(),
        ),
        Shape::Triggers => Data::List(
            (0..c.below(3))
                .map(|_| {
                    let at = c.below(shape::TRIGGER_KINDS.len());
                    of_kind(c, &shape::TRIGGER_KINDS[at], shape::TRIGGER_COMMON, depth)
                })
                .collect(),
        ),
    }
}

fn extension(c: &mut Choices<'_>, map: &mut Vec<(String, Data)>) {
    if c.one_in(8) {
        map.push(("x-note".into(), value(c, 2)));
    }
}

fn record(c: &mut Choices<'_>, fields: &'static [Field], depth: usize) -> Data {
    let mut map = Vec::new();
    for f in fields {
        if f.required || c.one_in(3) {
            let held = held(c, f, depth);
            map.push((f.name.to_owned(), held));
        }
    }
    extension(c, &mut map);
    Data::Map(map)
}

/// Fields of a kind that do not go together with those that were chosen.
fn excluded(kind: &str, choice: usize) -> &'static [&'static str] {
    match (kind, choice) {
        ("loop", 0) => &["while", "until", "on_limit", "max_iterations"],
        ("loop", 1) => &["over", "until", "as", "index", "max_concurrency", "join"],
        ("loop", _) => &["over", "while", "as", "index", "max_concurrency", "join"],
        ("wait", 0) => &["until", "event", "key", "returns", "on_timeout"],
        ("wait", 1) => &["for", "event", "key", "returns", "on_timeout"],
        ("wait", _) => &["for", "until"],
        ("parallel", 0) => &["steps"],
        ("parallel", _) => &["branches"],
        _ => &[],
    }
}

fn of_kind(c: &mut Choices<'_>, kind: &Kind, common: &'static [Field], depth: usize) -> Data {
    let mut map = vec![("type".to_owned(), string(kind.name))];
    let choice = c.below(3);
    let out = excluded(kind.name, choice);
    let needed: &[&str] = match (kind.name, choice) {
        ("loop", 0) => &["over"],
        ("loop", 1) => &["while", "max_iterations"],
        ("loop", _) => &["until", "max_iterations"],
        ("wait", 0) => &["for"],
        ("wait", 1) => &["until"],
        ("wait", _) => &["event"],
        ("parallel", 0) => &["branches"],
        ("parallel", _) => &["steps"],
        _ => &[],
    };
    for f in kind.fields {
        if out.contains(&f.name) {
            continue;
        }
        if f.required || needed.contains(&f.name) || c.one_in(3) {
            let held = held(c, f, depth);
            map.push((f.name.to_owned(), held));
        }
    }
    for f in common {
        let block = matches!(f.shape, Shape::Block | Shape::OnError);
        if c.one_in(if block { 12 } else { 6 }) && map.iter().all(|(k, _)| k != f.name) {
            let held = held(c, f, depth);
            map.push((f.name.to_owned(), held));
        }
    }
    extension(c, &mut map);
    Data::Map(map)
}

fn step(c: &mut Choices<'_>, depth: usize) -> Data {
    let plain = [
        "bash",
        "agent",
        "tool",
        "set",
        "wait",
        "approval",
        "fail",
        "return",
        "agent_message",
        "subworkflow",
    ];
    let name = if depth > 3 || c.one_in(2) {
        c.pick(&plain)
    } else {
        shape::STEP_KINDS[c.below(shape::STEP_KINDS.len())].name
    };
    let kind = shape::step_kind(name).unwrap();
    if name == "set" {
        let mut map = vec![("type".to_owned(), string("set"))];
        let mut values: Vec<(String, Data)> = Vec::new();
        for i in 0..=c.below(3) {
            let key = if c.one_in(3) {
                format!("v{i}: {}", c.pick(TYPES))
            } else {
                format!("v{i}")
            };
            values.push((key, value(c, depth)));
        }
        map.push(("values".to_owned(), Data::Map(values)));
        return Data::Map(map);
    }
    of_kind(c, kind, shape::COMMON, depth)
}

/// A workflow that is valid as a rule.
fn workflow(c: &mut Choices<'_>) -> Data {
    let Data::Map(mut map) = record(c, shape::ROOT, 0) else {
        panic!("a mapping is asked for")
    };
    if map.iter().all(|(k, _)| k != "steps") {
        map.push(("steps".into(), steps(c, 0)));
    }
    for (key, value) in &mut map {
        match key.as_str() {
            "wfc" => *value = Data::Plain("1".into()),
            "slug" => *value = string(c.pick(&["my_flow", "odd-slug", "two words"])),
            _ => {}
        }
    }
    Data::Map(map)
}

fn written(bytes: &[u8]) -> (&'static str, String) {
    let mut c = Choices::new(bytes);
    let json = c.one_in(3);
    let data = workflow(&mut c);
    if json {
        ("x.wf.json", write::json(&data))
    } else {
        ("x.wf.yaml", write::yaml(&data, &mut c))
    }
}

/// The text form of a workflow with comments put at the ends of random lines, outside of `"""` strings.
fn commented(text: &str, bytes: &[u8]) -> String {
    let mut c = Choices::new(bytes);
    let mut out = String::new();
    let mut within = false;
    for line in text.lines() {
        within ^= line.matches("\"\"\"").count() % 2 == 1;
        out.push_str(line);
        if !within {
            match c.below(6) {
                1 => out.push_str(&format!(" // c{}", c.next())),
                2 => out.push_str(&format!("\n// c{}", c.next())),
                3 => out.push_str(&format!(" /* c{} */", c.next())),
                4 => out.push('\n'),
                _ => {}
            }
        }
        out.push('\n');
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), max_shrink_iters: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_workflows_are_printed_and_read_back(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let (name, text) = written(&bytes);
        let wrong = faults(name, &text);
        prop_assert!(wrong.is_empty(), "{}", wrong);
    }

    #[test]
    fn random_comments_of_the_text_form_are_kept(
        bytes in proptest::collection::vec(any::<u8>(), 0..400),
        places in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let (name, text) = written(&bytes);
        let (source, parsed) = read(name, &text);
        if let Ok(text) = convert(&parsed, &source, Spelling::Text) {
            let text = commented(&text, &places);
            let wrong = faults("x.wf", &text);
            prop_assert!(wrong.is_empty(), "{}", wrong);
        }
    }
}

fn cases() -> u32 {
    std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(200)
}

#[test]
fn most_random_workflows_are_valid() {
    let mut seed = 1u64;
    let mut next = || {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        u8::try_from(seed >> 56).unwrap()
    };
    let mut valid = 0;
    let mut first = std::collections::BTreeMap::new();
    for n in 0..300 {
        let bytes: Vec<u8> = (0..20 + n).map(|_| next()).collect();
        let (name, text) = written(&bytes);
        let (_, parsed) = read(name, &text);
        if is_valid(&parsed) {
            valid += 1;
        } else {
            for d in parsed
                .diagnostics
                .iter()
                .filter(|d| d.severity == wfc_syntax::code::Severity::Error)
            {
                let place = text.get(d.span.range()).unwrap_or_default().to_owned();
                first
                    .entry((d.code.id, d.message.clone()))
                    .or_insert((0, place))
                    .0 += 1;
            }
        }
    }
    assert!(valid > 150, "{valid} of 300: {first:#?}");
}
