//! Steps that came, went, moved and changed.

use super::flat::{Flat, FlatStep};
use super::matching::Pairs;
use super::{Area, Change, Kind};

pub(super) fn compare(old: &Flat<'_>, new: &Flat<'_>, pairs: &Pairs, out: &mut Vec<Change>) {
    for (i, a) in old.steps.iter().enumerate() {
        let here = old.ast.step(a.id).head;
        match pairs
            .new_of
            .get(i)
            .copied()
            .flatten()
            .and_then(|j| new.step(j))
        {
            None => out.push(
                Change::new(area(a), Kind::Removed, a.title())
                    .values(Some(summary(a)), None)
                    .at(Some(here), None),
            ),
            Some(b) => {
                let spans = (Some(here), Some(new.ast.step(b.id).head));
                if a.name != b.name {
                    out.push(
                        Change::new(Area::Steps, Kind::Renamed, b.title())
                            .values(
                                Some(a.name.clone().unwrap_or_else(|| a.path.clone())),
                                Some(b.name.clone().unwrap_or_else(|| b.path.clone())),
                            )
                            .at(spans.0, spans.1),
                    );
                }
                if pairs.is_moved(i) {
                    out.push(
                        Change::new(area(b), Kind::Moved, b.title())
                            .values(
                                Some(place(old, i)),
                                pairs
                                    .new_of
                                    .get(i)
                                    .copied()
                                    .flatten()
                                    .map(|j| place(new, j)),
                            )
                            .at(spans.0, spans.1),
                    );
                }
                fields(a, b, spans, out);
            }
        }
    }
    for (j, b) in new.steps.iter().enumerate() {
        if pairs.old_of.get(j).copied().flatten().is_none() {
            out.push(
                Change::new(area(b), Kind::Added, b.title())
                    .values(None, Some(summary(b)))
                    .at(None, Some(new.ast.step(b.id).head)),
            );
        }
    }
}

fn area(step: &FlatStep) -> Area {
    if step.asks() {
        Area::Effects
    } else {
        Area::Steps
    }
}

/// A step's main field, or the first of them.
fn summary(step: &FlatStep) -> String {
    let first = step.fields.first();
    first.map_or_else(|| step.kind.to_owned(), |f| f.text.clone())
}

/// Where a step stands: `then of check, 1st`, `steps, 3rd`.
fn place(flat: &Flat<'_>, at: usize) -> String {
    let Some(step) = flat.step(at) else {
        return String::new();
    };
    let parent = step.place.parent.and_then(|p| flat.step(p));
    let block = match parent {
        Some(parent) => format!("`{}` of `{}`", step.place.role, parent.path),
        None => format!("`{}`", step.place.role),
    };
    format!("step {} of {block}", step.index + 1)
}

fn fields(
    a: &FlatStep,
    b: &FlatStep,
    spans: (
        Option<wfc_syntax::span::Span>,
        Option<wfc_syntax::span::Span>,
    ),
    out: &mut Vec<Change>,
) {
    let mut names: Vec<&str> = a.fields.iter().map(|f| f.name.as_str()).collect();
    for field in &b.fields {
        if !names.contains(&field.name.as_str()) {
            names.push(&field.name);
        }
    }
    for name in names {
        // The step's own name is told as such.
        if name == "outputVariable" && a.name != b.name {
            continue;
        }
        let (was, is) = (a.field(name), b.field(name));
        if was == is {
            continue;
        }
        let kind = match (was, is) {
            (None, _) => Kind::Added,
            (_, None) => Kind::Removed,
            _ => Kind::Changed,
        };
        let area = if matches!(name, "name" | "description" | "allow") {
            Area::Steps
        } else {
            area(b)
        };
        out.push(
            Change::new(area, kind, b.title())
                .field(name)
                .values(was.map(str::to_owned), is.map(str::to_owned))
                .at(spans.0, spans.1),
        );
    }
}
