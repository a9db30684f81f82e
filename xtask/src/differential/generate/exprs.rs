//! Expressions of a type, which may fault: division by zero, places that are not there, overflow, conversions.

use serde_json::{Value as Json, json};

use super::{Maker, Ty};

impl Maker {
    /// An expression of this type, as CEL.
    pub(super) fn expr(&mut self, ty: Ty, depth: usize) -> String {
        if let Some(name) = self.known(ty)
            && (depth == 0 || self.random.chance(40))
        {
            return name;
        }
        if depth == 0 || self.random.chance(15) {
            return self.literal(ty);
        }
        let d = depth - 1;
        match ty {
            Ty::Int => self.int(d),
            Ty::Bool => self.bool(d),
            Ty::Str => self.text(d),
            Ty::Ints => self.ints(d),
            Ty::Rec => format!(
                "{{'n': {}, 's': {}}}",
                self.expr(Ty::Int, d),
                self.expr(Ty::Str, d)
            ),
            Ty::Any => {
                let ty = self.some_type();
                self.expr(ty, d)
            }
        }
    }

    /// A name of this type that is in scope.
    pub(super) fn known(&mut self, ty: Ty) -> Option<String> {
        let fitting: Vec<&str> = self
            .names
            .iter()
            .filter(|n| n.ty == ty)
            .map(|n| n.text.as_str())
            .collect();
        self.random.pick(&fitting).map(|text| (*text).to_owned())
    }

    pub(super) fn some_type(&mut self) -> Ty {
        match self.random.weighted(&[30, 15, 25, 20, 10]) {
            0 => Ty::Int,
            1 => Ty::Bool,
            2 => Ty::Str,
            3 => Ty::Ints,
            _ => Ty::Rec,
        }
    }

    fn literal(&mut self, ty: Ty) -> String {
        match ty {
            Ty::Int if !self.careful && self.random.chance(4) => "9223372036854775807".to_owned(),
            Ty::Int => self.random.below(6).to_string(),
            Ty::Bool => if self.random.chance(50) {
                "true"
            } else {
                "false"
            }
            .to_owned(),
            Ty::Str => format!("'{}'", self.random.word(&["", "a", "ok", "7", "x-y", "é"])),
            Ty::Ints => self
                .random
                .word(&["[]", "[0]", "[1, 2]", "[5, 0, 3]"])
                .to_owned(),
            Ty::Rec => "{'n': 1, 's': 'r'}".to_owned(),
            Ty::Any => "null".to_owned(),
        }
    }

    fn int(&mut self, d: usize) -> String {
        let (a, b) = (self.expr(Ty::Int, d), self.expr(Ty::Int, d));
        let kind = self.random.below(13);
        let kind = if self.careful && matches!(kind, 4 | 5 | 8 | 11) {
            0
        } else {
            kind
        };
        match kind {
            0 | 1 => format!("({a} + {b})"),
            2 => format!("({a} - {b})"),
            3 => format!("({a} * {b})"),
            4 => format!("({a} / {b})"),
            5 => format!("({a} % {b})"),
            6 => format!("size({})", self.expr(Ty::Str, d)),
            7 => format!("{}.size()", self.expr(Ty::Ints, d)),
            8 => format!("{}[{a}]", self.expr(Ty::Ints, d)),
            9 => format!("({} ? {a} : {b})", self.expr(Ty::Bool, d)),
            10 => format!("{}.n", self.expr(Ty::Rec, d)),
            11 => format!(
                "int({})",
                self.known(Ty::Str).unwrap_or_else(|| "'7'".to_owned())
            ),
            _ => format!("cel.bind(k, {a}, k + {b})"),
        }
    }

    fn bool(&mut self, d: usize) -> String {
        let l = self.expr(Ty::Ints, d);
        let kind = self.random.below(13);
        let kind = if self.careful && matches!(kind, 7 | 8) {
            10
        } else {
            kind
        };
        match kind {
            0 | 1 => {
                let (a, b) = (self.expr(Ty::Int, d), self.expr(Ty::Int, d));
                format!(
                    "({a} {} {b})",
                    self.random.word(&["<", "<=", ">", ">=", "==", "!="])
                )
            }
            2 => format!("(!{})", self.expr(Ty::Bool, d)),
            3 | 4 => format!("({} && {})", self.expr(Ty::Bool, d), self.expr(Ty::Bool, d)),
            5 | 6 => format!("({} || {})", self.expr(Ty::Bool, d), self.expr(Ty::Bool, d)),
            7 => format!("{l}.exists(k, {} / k > 0)", self.expr(Ty::Int, d)),
            8 => format!("{l}.all(k, {} % k < 3)", self.expr(Ty::Int, d)),
            9 => format!("{l}.exists_one(k, k == {})", self.expr(Ty::Int, d)),
            10 => format!("({} in {l})", self.expr(Ty::Int, d)),
            11 => format!(
                "{}.contains({})",
                self.expr(Ty::Str, d),
                self.expr(Ty::Str, d)
            ),
            _ => self.status().unwrap_or_else(|| "b".to_owned()),
        }
    }

    /// A question about a step that was written before.
    fn status(&mut self) -> Option<String> {
        let id = self.random.pick(&self.ids)?.clone();
        Some(match self.random.below(4) {
            0 => format!("(steps.{id}.status == 'succeeded')"),
            1 => format!("(steps.{id}.status in ['failed', 'unknown', 'cancelled'])"),
            2 => format!("(steps.{id}.error == null)"),
            _ => format!("has(steps.{id}.output)"),
        })
    }

    fn text(&mut self, d: usize) -> String {
        let a = self.expr(Ty::Str, d);
        let kind = self.random.below(9);
        match if self.careful && kind == 4 { 5 } else { kind } {
            0 | 1 => format!("({a} + {})", self.expr(Ty::Str, d)),
            2 | 3 => format!("string({})", self.expr(Ty::Int, d)),
            4 => format!("{a}.substring({})", self.expr(Ty::Int, d)),
            5 => format!("{a}.upperAscii()"),
            6 => format!("({} ? {a} : 'no')", self.expr(Ty::Bool, d)),
            7 => format!("{}.s", self.expr(Ty::Rec, d)),
            _ => format!("json.format({})", self.expr(Ty::Ints, d)),
        }
    }

    fn ints(&mut self, d: usize) -> String {
        let l = self.expr(Ty::Ints, d);
        let kind = self.random.below(10);
        match if self.careful && kind == 3 { 4 } else { kind } {
            0 => format!("({l} + {})", self.expr(Ty::Ints, d)),
            1 | 2 => format!("{l}.map(k, k + {})", self.expr(Ty::Int, d)),
            3 => format!("{l}.filter(k, {} / k > 0)", self.expr(Ty::Int, d)),
            4 => format!("{l}.map(k, k > 1, k * {})", self.expr(Ty::Int, d)),
            5 => format!("{l}.sort()"),
            6 => format!("{l}.sortBy(k, -k)"),
            7 => format!("{l}.transformList(i, k, i + k)"),
            8 => format!("{l}.distinct()"),
            _ => format!("[{}, {}]", self.expr(Ty::Int, d), self.expr(Ty::Int, d)),
        }
    }

    /// A value of a field: a constant, an expression, a template, a list or mapping of such.
    pub(super) fn any_value(&mut self, depth: usize) -> Json {
        match self
            .random
            .weighted(&[10, 40, 25, 10, 10, if depth > 0 { 10 } else { 0 }])
        {
            0 => json!(self.random.below(9)),
            1 => {
                let ty = self.some_type();
                json!(format!("{{{{ {} }}}}", self.expr(ty, depth)))
            }
            2 => self.template(depth),
            3 => match self.known(Ty::Any) {
                Some(name) => json!(format!("{{{{ {name} }}}}")),
                None => Json::Null,
            },
            4 => match self.random.pick(&self.ids).cloned() {
                Some(id) => json!(format!(
                    "{{{{ steps.{id}.{} }}}}",
                    self.random.word(&["status", "error"])
                )),
                None => json!(true),
            },
            _ => json!({ "x": self.any_value(depth - 1), "y": [self.any_value(depth - 1)] }),
        }
    }

    /// Text with expressions in it.
    pub(super) fn template(&mut self, depth: usize) -> Json {
        let ty = self.some_type();
        let (a, b) = (self.expr(ty, depth), self.expr(Ty::Int, depth));
        json!(format!("t {{{{ {a} }}}} / {{{{ {b} }}}}"))
    }

    /// A value of this type, as an expression in a template of its own.
    pub(super) fn typed(&mut self, ty: Ty, depth: usize) -> Json {
        json!(format!("{{{{ {} }}}}", self.expr(ty, depth)))
    }
}
