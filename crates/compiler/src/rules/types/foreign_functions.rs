//! What other languages call the functions of this one.

/// How a function of another language is written here.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Foreign {
    /// As other languages call it: without a receiver, on one, or with a namespace.
    pub(crate) name: &'static str,
    /// What to write instead; `a` is the receiver or first argument, `b` the next one. What begins with `~` is
    /// said in words.
    pub(crate) instead: &'static str,
    /// The name alone, when renaming is all there is to it.
    pub(crate) rename: Option<&'static str>,
}

const fn other(name: &'static str, instead: &'static str) -> Foreign {
    Foreign {
        name,
        instead,
        rename: None,
    }
}

const fn renamed(name: &'static str, instead: &'static str, rename: &'static str) -> Foreign {
    Foreign {
        name,
        instead,
        rename: Some(rename),
    }
}

/// Functions called as `f(x)`.
pub(crate) const GLOBAL: &[Foreign] = &[
    renamed("len", "size(a)", "size"),
    renamed("length", "size(a)", "size"),
    renamed("count", "size(a)", "size"),
    renamed("str", "string(a)", "string"),
    renamed("toString", "string(a)", "string"),
    renamed("String", "string(a)", "string"),
    renamed("parseInt", "int(a)", "int"),
    renamed("Number", "double(a)", "double"),
    renamed("float", "double(a)", "double"),
    renamed("parseFloat", "double(a)", "double"),
    renamed("integer", "int(a)", "int"),
    renamed("Boolean", "bool(a)", "bool"),
    renamed("abs", "math.abs(a)", "math.abs"),
    renamed("max", "math.greatest(a, b)", "math.greatest"),
    renamed("min", "math.least(a, b)", "math.least"),
    renamed("round", "math.round(a)", "math.round"),
    renamed("floor", "math.floor(a)", "math.floor"),
    renamed("ceil", "math.ceil(a)", "math.ceil"),
    renamed("range", "lists.range(a)", "lists.range"),
    renamed("fromJSON", "json.parse(a)", "json.parse"),
    renamed("toJSON", "json.format(a)", "json.format"),
    renamed("fromJson", "json.parse(a)", "json.parse"),
    renamed("toJson", "json.format(a)", "json.format"),
    renamed("typeof", "type(a)", "type"),
    other("contains", "~write `a.contains(b)`, in a list `b in a`"),
    other("startsWith", "a.startsWith(b)"),
    other("endsWith", "a.endsWith(b)"),
    other(
        "format",
        "~write `\"%s\".format([a])`, or a template: `\"{{ a }}\"`",
    ),
    other("lower", "a.lowerAscii()"),
    other("upper", "a.upperAscii()"),
    other("join", "list.join(\", \")"),
    other("split", "text.split(\",\")"),
    other("defined", "has(a.b)"),
    other("exists", "has(a.b)"),
    other("isset", "has(a.b)"),
    other("coalesce", "a.?b.orValue(c)"),
    other("default", "a.?b.orValue(c)"),
    other("sum", "~use a loop that adds to a variable"),
    other("any", "list.exists(x, x > 0)"),
    other("date", "timestamp(\"2026-01-31T12:00:00Z\")"),
];

/// Functions called as `x.f()`.
pub(crate) const MEMBER: &[Foreign] = &[
    renamed("length", "a.size()", "size"),
    renamed("len", "a.size()", "size"),
    renamed("count", "a.size()", "size"),
    renamed("lower", "a.lowerAscii()", "lowerAscii"),
    renamed("upper", "a.upperAscii()", "upperAscii"),
    renamed("toLowerCase", "a.lowerAscii()", "lowerAscii"),
    renamed("toUpperCase", "a.upperAscii()", "upperAscii"),
    renamed("toLower", "a.lowerAscii()", "lowerAscii"),
    renamed("toUpper", "a.upperAscii()", "upperAscii"),
    renamed("lowercase", "a.lowerAscii()", "lowerAscii"),
    renamed("uppercase", "a.upperAscii()", "upperAscii"),
    renamed("strip", "a.trim()", "trim"),
    renamed("startswith", "a.startsWith(b)", "startsWith"),
    renamed("endswith", "a.endsWith(b)", "endsWith"),
    renamed("replaceAll", "a.replace(b, c)", "replace"),
    renamed("match", "a.matches(\"regex\")", "matches"),
    renamed("test", "a.matches(\"regex\")", "matches"),
    renamed("find_all", "a.filter(x, x > 0)", "filter"),
    renamed("select", "a.filter(x, x > 0)", "filter"),
    renamed("where", "a.filter(x, x > 0)", "filter"),
    renamed("some", "a.exists(x, x > 0)", "exists"),
    renamed("any", "a.exists(x, x > 0)", "exists"),
    renamed("every", "a.all(x, x > 0)", "all"),
    renamed("unique", "a.distinct()", "distinct"),
    renamed("uniq", "a.distinct()", "distinct"),
    renamed("flat", "a.flatten()", "flatten"),
    renamed("sorted", "a.sort()", "sort"),
    renamed("sort_by", "a.sortBy(x, x.field)", "sortBy"),
    renamed("substr", "a.substring(0, 3)", "substring"),
    renamed("find_index", "a.indexOf(b)", "indexOf"),
    other("toString", "string(a)"),
    other("to_s", "string(a)"),
    other("to_i", "int(a)"),
    other("includes", "~write `b in a`, in a string `a.contains(b)`"),
    other("has", "b in a"),
    other("push", "a + [b]"),
    other("append", "a + [b]"),
    other("add", "a + [b]"),
    other("concat", "a + b"),
    other("keys", "a.map(k, k)"),
    other("values", "a.transformList(k, v, v)"),
    other(
        "entries",
        "a.transformList(k, v, {\"key\": k, \"value\": v})",
    ),
    other("isEmpty", "a.size() == 0"),
    other("empty", "a.size() == 0"),
    other("find", "a.filter(x, x > 0).first()"),
    other("reduce", "~use a loop that adds to a variable"),
    other("sum", "~use a loop that adds to a variable"),
    other("fold", "~use a loop that adds to a variable"),
    other("max", "~write `math.greatest(a)`"),
    other("min", "~write `math.least(a)`"),
    other("get", "a.?b.orValue(c)"),
    other("or_default", "a.?b.orValue(c)"),
    other("toFixed", "\"%.2f\".format([a])"),
    other("getTime", "int(a)"),
    other("pop", "a.slice(0, a.size() - 1)"),
    other("at", "a[0]"),
];

/// Namespaced functions, and namespaces.
pub(crate) const NAMESPACED: &[Foreign] = &[
    renamed("JSON.parse", "json.parse(a)", "json.parse"),
    renamed("JSON.stringify", "json.format(a)", "json.format"),
    renamed("json.loads", "json.parse(a)", "json.parse"),
    renamed("json.dumps", "json.format(a)", "json.format"),
    renamed("json.stringify", "json.format(a)", "json.format"),
    renamed("Math.max", "math.greatest(a, b)", "math.greatest"),
    renamed("Math.min", "math.least(a, b)", "math.least"),
    renamed("math.max", "math.greatest(a, b)", "math.greatest"),
    renamed("math.min", "math.least(a, b)", "math.least"),
    renamed("Math.round", "math.round(a)", "math.round"),
    renamed("Math.floor", "math.floor(a)", "math.floor"),
    renamed("Math.ceil", "math.ceil(a)", "math.ceil"),
    renamed("Math.abs", "math.abs(a)", "math.abs"),
    renamed("Date.now", "now()", "now"),
    renamed("datetime.now", "now()", "now"),
    renamed("time.now", "now()", "now"),
    other("Object.keys", "a.map(k, k)"),
    other("Object.values", "a.transformList(k, v, v)"),
    other("Array.isArray", "type(a) == list"),
];

/// The entry of that name.
pub(crate) fn find(table: &'static [Foreign], name: &str) -> Option<&'static Foreign> {
    table.iter().find(|f| f.name == name)
}

impl Foreign {
    /// What to write instead, with the spellings of the receiver and the arguments in place of `a` and `b`. A `b` behind a
    /// point is a field's name.
    pub(crate) fn help(&self, operands: &[String]) -> String {
        let text = self.instead.strip_prefix('~').unwrap_or(self.instead);
        let mut out = String::new();
        let mut word = String::new();
        for c in text.chars().chain(['\0']) {
            if c.is_alphanumeric() || c == '_' {
                word.push(c);
                continue;
            }
            // Words of prose are not names: `a` stands for the value in code only.
            let in_code = !self.instead.starts_with('~') || out.matches('`').count() % 2 == 1;
            let operand = match word.as_str() {
                "a" => operands.first(),
                "b" if !out.ends_with(['.', '?']) => operands.get(1),
                _ => None,
            };
            out.push_str(
                operand
                    .filter(|o| in_code && !o.is_empty())
                    .unwrap_or(&word),
            );
            word.clear();
            if c != '\0' {
                out.push(c);
            }
        }
        if self.instead.starts_with('~') {
            out
        } else {
            format!("write `{out}`")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn help(table: &'static [Foreign], name: &str, operands: &[&str]) -> String {
        let operands: Vec<String> = operands.iter().map(|o| (*o).to_owned()).collect();
        find(table, name).unwrap().help(&operands)
    }

    #[test]
    fn helps_name_the_values() {
        assert_eq!(help(MEMBER, "push", &["xs"]), "write `xs + [b]`");
        assert_eq!(help(MEMBER, "push", &["xs", "1"]), "write `xs + [1]`");
        assert_eq!(
            help(GLOBAL, "sum", &["xs"]),
            "use a loop that adds to a variable"
        );
        assert_eq!(
            help(MEMBER, "includes", &["xs", "\"k\""]),
            "write `\"k\" in xs`, in a string `xs.contains(\"k\")`"
        );
    }

    #[test]
    fn a_field_is_no_argument() {
        assert_eq!(
            help(GLOBAL, "default", &["xs", "1"]),
            "write `xs.?b.orValue(c)`"
        );
    }
}
