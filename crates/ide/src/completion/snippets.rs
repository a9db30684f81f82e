//! Texts with places to fill in: the value of a field by its shape, the fields that a kind needs, the heads of the text
//! form's steps.

use wfc_syntax::shape::{Field, Kind, Shape};
use wfc_syntax::tree::Spelling;

/// Counts the places to fill in.
#[derive(Default)]
pub(super) struct Stops(u32);

impl Stops {
    fn next(&mut self) -> u32 {
        self.0 += 1;
        self.0
    }
}

/// What a field's value looks like, to be filled in. `indent` is the white space before the field's key.
pub(super) fn value(
    shape: Shape,
    (spelling, indent, flow): (Spelling, &str, bool),
    stops: &mut Stops,
) -> String {
    let n = stops.next();
    let json = spelling == Spelling::Json;
    let quote = |text: String| if json { format!("\"{text}\"") } else { text };
    let block = spelling == Spelling::Yaml && !flow;
    match shape {
        Shape::Word(words) => quote(format!("${{{n}|{}|}}", words.join(","))),
        Shape::Bool => format!("${{{n}|true,false|}}"),
        Shape::Int | Shape::Number => format!("${{{n}:1}}"),
        Shape::Millis => format!("${{{n}:1000}}"),
        Shape::Duration => quote(format!("${{{n}:10m}}")),
        Shape::OnError => quote(format!("${{{n}|continue,fail|}}")),
        Shape::Text | Shape::Value if spelling == Spelling::Text => format!("\"${n}\""),
        Shape::Text
        | Shape::Value
        | Shape::Name
        | Shape::Id
        | Shape::Expr
        | Shape::Over
        | Shape::Collect
        | Shape::Condition
        | Shape::Type => quote(format!("${n}")),
        Shape::Texts | Shape::Names if json || spelling == Spelling::Text => format!("[\"${n}\"]"),
        Shape::Texts | Shape::Names => format!("[${n}]"),
        Shape::Block | Shape::Catch | Shape::Cases | Shape::Records(_) | Shape::Triggers
            if block =>
        {
            format!("\n{indent}  - ${n}")
        }
        Shape::Block | Shape::Catch if spelling == Spelling::Text => {
            format!("{{\n{indent}  ${n}\n{indent}}}")
        }
        Shape::Block | Shape::Catch | Shape::Cases | Shape::Records(_) | Shape::Triggers => {
            format!("[{{ ${n} }}]")
        }
        _ if block => format!("\n{indent}  ${n}"),
        _ => format!("{{ ${n} }}"),
    }
}

/// A field with its value to be filled in: `goal: $1`.
pub(super) fn field(
    field: &Field,
    (spelling, indent, flow): (Spelling, &str, bool),
    stops: &mut Stops,
) -> String {
    let value = value(field.shape, (spelling, indent, flow), stops);
    key(field.name, &value, spelling)
}

/// A key with a value that is spelled already.
pub(super) fn key(name: &str, value: &str, spelling: Spelling) -> String {
    let space = if value.starts_with('\n') { "" } else { " " };
    match spelling {
        Spelling::Json => format!("\"{name}\": {value}"),
        _ => format!("{name}:{space}{value}"),
    }
}

/// The fields of a kind that a step or trigger starts with: the main one (or the first), and those it cannot do without.
fn needed(kind: &'static Kind) -> impl Iterator<Item = &'static Field> {
    let main = kind.main.or_else(|| kind.fields.first().map(|f| f.name));
    kind.fields
        .iter()
        .filter(move |f| f.required || Some(f.name) == main)
}

/// A kind with what it needs: `type: agent`, `goal: $1`. Without `block` on one line.
pub(super) fn kind(
    kind: &'static Kind,
    (spelling, indent, flow): (Spelling, &str, bool),
) -> String {
    let mut stops = Stops::default();
    let word = match spelling {
        Spelling::Json => format!("\"{}\"", kind.name),
        _ => kind.name.to_owned(),
    };
    let mut parts = vec![key("type", &word, spelling)];
    parts.extend(needed(kind).map(|f| field(f, (spelling, indent, flow), &mut stops)));
    let block = spelling == Spelling::Yaml && !flow;
    if block {
        parts.join(&format!("\n{indent}"))
    } else {
        parts.join(", ")
    }
}

/// How a step of the text form begins, by its keyword. `indent` is that of its line.
pub(super) fn step(word: &str, indent: &str) -> Option<String> {
    let block = format!("{{\n{indent}  $0\n{indent}}}");
    Some(match word {
        "agent" | "agent_message" | "bash" | "approval" => format!("{word} \"$1\""),
        "tool" => "tool ${1:server.tool} { $2 }".to_owned(),
        "call" => "call ${1:workflow} { $2 }".to_owned(),
        "wait" => "wait for ${1:10m}".to_owned(),
        "set" => "set ${1:name} = ${2:value}".to_owned(),
        "let" => "let ${1:name} = $2".to_owned(),
        "if" => format!("if ${{1:condition}} {block}"),
        "switch" => format!(
            "switch ${{1:value}} {{\n{indent}  case \"$2\" {{\n{indent}    $3\n{indent}  }}\n{indent}  default {{\n{indent}    $0\n{indent}  }}\n{indent}}}"
        ),
        "for" => format!("for ${{1:item}} in ${{2:list}} {block}"),
        "while" => format!("while ${{1:condition}} max ${{2:10}} {block}"),
        "repeat" => format!("repeat max ${{2:10}} {block} until ${{1:condition}}"),
        "parallel" => format!(
            "parallel {{\n{indent}  branch ${{1:first}} {{\n{indent}    $2\n{indent}  }}\n{indent}  branch ${{3:second}} {{\n{indent}    $0\n{indent}  }}\n{indent}}}"
        ),
        "try" => format!("try {{\n{indent}  $1\n{indent}}} catch {block}"),
        "return" => "return $1".to_owned(),
        "fail" => "fail \"$1\"".to_owned(),
        "break" | "continue" => word.to_owned(),
        _ => return None,
    })
}

/// How a declaration of the text form begins, by its word.
pub(super) fn declaration(word: &str, indent: &str) -> Option<String> {
    Some(match word {
        "description" | "version" | "slug" => format!("{word} \"$1\""),
        "tools" => "tools \"${1:server.tools.json}\"".to_owned(),
        "type" => "type ${1:Name} = $2".to_owned(),
        "returns" => "returns $1".to_owned(),
        "input" => "input ${1:name}: ${2:string}".to_owned(),
        "secret" => "secret ${1:name}".to_owned(),
        "env" => "env ${1:NAME}: ${2:string}".to_owned(),
        "var" => "var ${1:name} = $2".to_owned(),
        "policy" | "constraints" => format!("{word} {{ $1 }}"),
        "on" => "on ${1|schedule,webhook,event,failure,finally|} $2".to_owned(),
        "allow" => format!("allow [\n{indent}  {{ code: \"$1\", reason: \"$2\" }}\n{indent}]"),
        _ => return None,
    })
}

/// Signs that a snippet would read as its own, made plain.
pub(super) fn plain(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('$', "\\$")
        .replace('}', "\\}")
}

#[cfg(test)]
mod tests {
    use wfc_syntax::source::Source;
    use wfc_syntax::text::{ROOT_WORDS, STEP_WORDS};

    use super::*;

    /// A snippet with what its places hold by themselves.
    fn filled(snippet: &str) -> String {
        let mut out = String::new();
        let mut rest = snippet;
        while let Some((before, behind)) = rest.split_once('$') {
            out.push_str(before);
            if let Some(place) = behind.strip_prefix('{') {
                let (place, after) = place.split_once('}').unwrap();
                out.push_str(place.split_once(':').map_or("", |(_, text)| text));
                rest = after;
            } else {
                rest = behind.trim_start_matches(|c: char| c.is_ascii_digit());
            }
        }
        out + rest
    }

    #[test]
    fn each_word_that_starts_a_step_has_a_snippet_of_that_step() {
        for (word, kind) in STEP_WORDS {
            let snippet = step(word, "  ").unwrap_or_else(|| panic!("{word}"));
            let text = format!("workflow w {{\n  {}\n}}\n", filled(&snippet));
            let parsed = wfc_syntax::parse(&Source::new("w.wf", text.as_str()), Spelling::Text);
            let first = parsed.ast.workflow.steps.steps.first();
            let first = first.unwrap_or_else(|| panic!("{text}: {:?}", parsed.diagnostics));
            assert_eq!(parsed.ast.step(*first).kind.word(), *kind, "{text}");
            // What is still to be written may be missing; nothing else is wrong.
            let family = |d: &wfc_syntax::diagnostic::Diagnostic| d.code.id.starts_with("WF00");
            let wrong: Vec<_> = parsed.diagnostics.iter().filter(|d| family(d)).collect();
            assert!(wrong.is_empty(), "{text}: {wrong:?}");
        }
        assert!(step("let", "").is_some());
    }

    #[test]
    fn each_word_that_starts_a_declaration_has_a_snippet() {
        for word in ROOT_WORDS {
            assert!(declaration(word, "").is_some(), "{word}");
        }
    }
}
