//! Values held to a declared type: every place that differs is reported where it stands.

use std::sync::Arc;

use wfc_syntax::code::Code;
use wfc_syntax::expr::{Entry, ExprId, ExprKind, Item};
use wfc_syntax::near::evident;
use wfc_value::ty::{Field, RecordType, Type, assignable, decode};

use crate::analysis::checker::Checker;
use crate::analysis::constant::{self, constant};
use crate::rules::types::{dropped_field, maybe_null, mismatch};

/// What a value is for: words of the finding, and the codes that report it.
#[derive(Clone, Debug)]
pub(crate) struct Purpose {
    /// The whole: "the arguments of `linear.create_issue`".
    whole: String,
    /// What stands before the path of a part: "argument ".
    noun: &'static str,
    /// The path of the part: "title".
    path: String,
    /// What stands behind it: " of `linear.create_issue`".
    owner: String,
    /// Reports a value of another type.
    pub(crate) mismatch: &'static Code,
    /// Reports a field that has to be there.
    pub(crate) missing: &'static Code,
    /// Reports a field that nothing takes.
    pub(crate) unknown: &'static Code,
}

impl Purpose {
    /// A purpose whose findings all have one code, but for fields that are dropped.
    pub(crate) fn new(whole: impl Into<String>, code: &'static Code) -> Self {
        let whole = whole.into();
        Self {
            noun: "",
            path: String::new(),
            owner: format!(" of {whole}"),
            whole,
            mismatch: code,
            missing: code,
            unknown: &dropped_field::CODE,
        }
    }

    /// That of a field of a step.
    pub(crate) fn step_field(name: &str) -> Self {
        Self {
            whole: String::new(),
            noun: "",
            path: name.to_owned(),
            owner: String::new(),
            mismatch: &mismatch::CODE,
            missing: &mismatch::CODE,
            unknown: &dropped_field::CODE,
        }
    }

    /// That of a variable.
    pub(crate) fn variable(name: &str) -> Self {
        Self {
            noun: "variable ",
            ..Self::step_field(name)
        }
    }

    /// That of a mapping whose parts are called `noun` and belong to `owner`.
    pub(crate) fn parts(
        whole: impl Into<String>,
        noun: &'static str,
        owner: impl Into<String>,
        [mismatch, missing, unknown]: [&'static Code; 3],
    ) -> Self {
        Self {
            whole: whole.into(),
            noun,
            path: String::new(),
            owner: owner.into(),
            mismatch,
            missing,
            unknown,
        }
    }

    /// What a message calls it.
    pub(crate) fn subject(&self) -> String {
        if self.path.is_empty() {
            self.whole.clone()
        } else {
            format!("{}`{}`{}", self.noun, self.path, self.owner)
        }
    }

    /// The same for a field inside.
    fn field(&self, name: &str) -> Self {
        let path = match (self.path.as_str(), crate::analysis::names::is_name(name)) {
            ("", _) => name.to_owned(),
            (path, true) => format!("{path}.{name}"),
            (path, false) => format!("{path}[{}]", wfc_value::json::quoted(name)),
        };
        Self {
            path,
            ..self.clone()
        }
    }

    fn item(&self, place: usize) -> Self {
        Self {
            path: format!("{}[{place}]", self.path),
            ..self.clone()
        }
    }
}

impl Checker<'_> {
    /// Checks a value that a declared type is expected of; gives its own type.
    pub(crate) fn expect(&mut self, id: ExprId, expected: &Type, purpose: &Purpose) -> Type {
        let ty = self.expr(id);
        self.tables.expected.insert(id, expected.clone());
        self.hold(id, &ty, expected, purpose);
        ty
    }

    /// Holds a checked value to a type.
    pub(crate) fn hold(&mut self, id: ExprId, ty: &Type, expected: &Type, purpose: &Purpose) {
        if *ty == Type::Error || *expected == Type::Error {
            return;
        }
        let exprs = self.exprs;
        let wanted = self.resolve(expected);
        match (exprs.kind(id), &wanted) {
            (ExprKind::Ternary { then, other, .. }, _) => {
                let (a, b) = (self.type_of(*then).clone(), self.type_of(*other).clone());
                self.hold(*then, &a, expected, purpose);
                self.hold(*other, &b, expected, purpose);
                return;
            }
            (ExprKind::List(items), _) => {
                if let Some(item) = self.only_list(&wanted) {
                    return self.hold_items(items, &item, purpose);
                }
            }
            (ExprKind::Map(entries), _) if self.has_text_keys(entries) => {
                if let Some(record) = self.record_for(entries, &wanted) {
                    return self.hold_fields(id, entries, &record, purpose);
                }
                if let Some(value) = self.only_map(&wanted) {
                    for entry in entries {
                        self.hold_entry(entry, &value, purpose);
                    }
                    return;
                }
            }
            _ => {}
        }
        self.hold_whole(id, ty, &wanted, expected, purpose);
    }

    fn hold_whole(
        &mut self,
        id: ExprId,
        ty: &Type,
        wanted: &Type,
        expected: &Type,
        purpose: &Purpose,
    ) {
        if self.fits(ty, wanted) {
            return;
        }
        if let Some(value) = constant(self.exprs, id)
            && decode(&value, wanted, &self.tables.type_table).is_ok()
        {
            return;
        }
        let without = ty.without_null();
        let report = if without != *ty && without != Type::Never && self.fits(&without, wanted) {
            maybe_null::value(
                self.exprs,
                id,
                ty,
                expected,
                purpose.mismatch,
                &purpose.subject(),
            )
        } else {
            let path = self.path_in_text(id);
            mismatch::report(
                purpose.mismatch,
                &purpose.subject(),
                self.exprs,
                id,
                (expected, wanted),
                ty,
                path,
            )
        };
        self.report(report);
    }

    /// Whether a constant string spells the path of something in scope: its braces were forgotten.
    fn path_in_text(&self, id: ExprId) -> bool {
        let Some(text) = constant::text(self.exprs, id) else {
            return false;
        };
        let mut parts = text.split('.');
        let first = parts.next().unwrap_or_default();
        let known =
            self.lookup(first).is_some() || crate::analysis::names::NAMESPACES.contains(&first);
        known && parts.all(crate::analysis::names::is_name)
    }

    fn has_text_keys(&self, entries: &[Entry]) -> bool {
        entries
            .iter()
            .all(|e| matches!(self.exprs.kind(e.key), ExprKind::String(_)))
    }

    /// The item type, when lists of one kind alone fit.
    fn only_list(&self, wanted: &Type) -> Option<Type> {
        let members = self.members(wanted);
        let mut lists = members.iter().filter_map(|m| match m {
            Type::List(item) => Some((**item).clone()),
            _ => None,
        });
        let only = lists.next()?;
        lists.next().is_none().then_some(only)
    }

    fn only_map(&self, wanted: &Type) -> Option<Type> {
        let members = self.members(wanted);
        let mut maps = members.iter().filter_map(|m| match m {
            Type::Map(_, value) => Some((**value).clone()),
            _ => None,
        });
        let only = maps.next()?;
        maps.next().is_none().then_some(only)
    }

    /// The record that a mapping is meant to be: the only one, or the one whose literal fields it has.
    fn record_for(&self, entries: &[Entry], wanted: &Type) -> Option<Arc<RecordType>> {
        let members = self.members(wanted);
        let records: Vec<_> = members
            .iter()
            .filter_map(|m| match m {
                Type::Record(record) => Some(record),
                _ => None,
            })
            .collect();
        if let [only] = &*records {
            return Some(Arc::clone(only));
        }
        let agrees = |record: &RecordType| {
            let mut literal = false;
            for field in &record.fields {
                if let Type::Literal(wanted) = &field.ty {
                    let entry = self.entry_of(entries, &field.name)?;
                    if *self.type_of(entry.value) != Type::Literal(wanted.clone()) {
                        return None;
                    }
                    literal = true;
                }
            }
            literal.then_some(())
        };
        let mut found = records.iter().filter(|r| agrees(r).is_some());
        let first = found.next()?;
        found.next().is_none().then(|| Arc::clone(first))
    }

    fn entry_of<'e>(&self, entries: &'e [Entry], name: &str) -> Option<&'e Entry> {
        entries
            .iter()
            .find(|e| constant::text(self.exprs, e.key) == Some(name))
    }

    fn hold_items(&mut self, items: &[Item], wanted: &Type, purpose: &Purpose) {
        for (place, item) in items.iter().enumerate() {
            if item.optional {
                continue;
            }
            let ty = self.type_of(item.value).clone();
            self.hold(item.value, &ty, wanted, &purpose.item(place));
        }
    }

    fn hold_entry(&mut self, entry: &Entry, wanted: &Type, purpose: &Purpose) {
        if entry.optional {
            return;
        }
        if self.fits_plainly(entry.value, wanted) {
            return;
        }
        let ty = self.type_of(entry.value).clone();
        let name = constant::text(self.exprs, entry.key)
            .unwrap_or_default()
            .to_owned();
        self.hold(entry.value, &ty, wanted, &purpose.field(&name));
    }

    /// Whether a value that is not held to the type part by part fits it as a whole: what is said of most, and no words are
    /// needed for it.
    fn fits_plainly(&self, id: ExprId, wanted: &Type) -> bool {
        let parts = matches!(
            self.exprs.kind(id),
            ExprKind::Ternary { .. } | ExprKind::List(_) | ExprKind::Map(_)
        );
        !parts && self.fits(self.type_of(id), self.tables.type_table.look_up(wanted))
    }

    fn hold_fields(
        &mut self,
        id: ExprId,
        entries: &[Entry],
        record: &RecordType,
        purpose: &Purpose,
    ) {
        let swapped = self.swapped(entries, record, purpose);
        // Fields that a misspelled one was to be are not missing.
        let mut meant: Vec<String> = Vec::new();
        for entry in entries {
            let name = constant::text(self.exprs, entry.key)
                .unwrap_or_default()
                .to_owned();
            let Some(field) = record.field(&name) else {
                if record.closed {
                    meant.extend(self.free_field(&name, entries, record));
                    self.unknown_field(entry, &name, entries, record, purpose);
                }
                continue;
            };
            if swapped.contains(&entry.value) {
                continue;
            }
            if field.optional {
                self.hold_entry(entry, &field.ty.clone().or_null(), purpose);
            } else {
                self.hold_entry(entry, &field.ty, purpose);
            }
        }
        let missing: Vec<&Field> = record
            .fields
            .iter()
            .filter(|f| !f.optional && self.entry_of(entries, &f.name).is_none())
            .filter(|f| !meant.iter().any(|m| **m == *f.name))
            .collect();
        if !missing.is_empty() {
            let report = mismatch::missing(purpose, self.span(id), &missing, entries.is_empty());
            self.report(report);
        }
    }

    /// The field without an entry that a misspelled name is meant for.
    fn free_field(&self, name: &str, entries: &[Entry], record: &RecordType) -> Option<String> {
        let free = record.fields.iter().map(|f| &*f.name);
        let free = free.filter(|f| self.entry_of(entries, f).is_none());
        evident(name, free).map(str::to_owned)
    }

    /// Two values that fit each other's field and not their own: one fault, told once.
    fn swapped(
        &mut self,
        entries: &[Entry],
        record: &RecordType,
        purpose: &Purpose,
    ) -> Vec<ExprId> {
        let typed: Vec<(&Entry, Type, &Field)> = entries
            .iter()
            .filter(|e| !e.optional)
            .filter_map(|e| {
                let field = record.field(constant::text(self.exprs, e.key)?)?;
                Some((e, self.type_of(e.value).clone(), field))
            })
            .collect();
        let fits = |ty: &Type, field: &Field| assignable(ty, &field.ty);
        for (i, (a, ta, fa)) in typed.iter().enumerate() {
            for (b, tb, fb) in typed.iter().skip(i + 1) {
                let own = fits(ta, fa) || fits(tb, fb);
                if own || !fits(ta, fb) || !fits(tb, fa) {
                    continue;
                }
                let report = mismatch::swapped(
                    purpose,
                    (fa, self.span(a.value), ta),
                    (fb, self.span(b.value), tb),
                );
                self.report(report);
                return vec![a.value, b.value];
            }
        }
        Vec::new()
    }

    fn unknown_field(
        &mut self,
        entry: &Entry,
        name: &str,
        entries: &[Entry],
        record: &RecordType,
        purpose: &Purpose,
    ) {
        let free = record.fields.iter().map(|f| &*f.name);
        let free: Vec<&str> = free
            .filter(|f| self.entry_of(entries, f).is_none())
            .collect();
        let all: Vec<&str> = record.fields.iter().map(|f| &*f.name).collect();
        let report = mismatch::unknown(purpose, self.span(entry.key), name, &free, &all);
        self.report(report);
    }
}
