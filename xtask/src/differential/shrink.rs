//! A smaller workflow with the same kind of difference: steps and fields are left out as long as there is one.

use serde_json::Value as Json;

use super::compare::Subject;

/// Worlds in which each candidate is tried.
const WORLDS: u64 = 24;
/// Candidates that are tried in all.
const TRIES: usize = 4000;

/// The smallest workflow found, with the seed of a world in which it differs.
#[must_use]
pub fn shrink(workflow: &Json, world: u64, what: &str) -> (Json, u64) {
    let (mut best, mut seed) = (workflow.clone(), world);
    let kind = kind_of(what);
    let mut tries = 0;
    loop {
        let mut places = Vec::new();
        collect(&best, &mut Vec::new(), &mut places);
        let mut better = None;
        for place in places {
            for candidate in candidates(&best, &place) {
                tries += 1;
                if let Some(world) = fails(&candidate, seed, kind) {
                    better = Some((candidate, world));
                    break;
                }
            }
            if better.is_some() || tries > TRIES {
                break;
            }
        }
        match better {
            Some((smaller, world)) if tries <= TRIES => (best, seed) = (smaller, world),
            _ => return (best, seed),
        }
    }
}

/// What is different: `trace`, `effects`, ...
fn kind_of(what: &str) -> &str {
    what.split([',', '\n', ' ']).next().unwrap_or_default()
}

fn fails(workflow: &Json, seed: u64, kind: &str) -> Option<u64> {
    let subject = Subject::new(&workflow.to_string()).ok()?;
    let mut worlds = std::iter::once(seed).chain((0..WORLDS).map(|n| seed.wrapping_add(n * 7919)));
    worlds
        .find(|world| matches!(subject.compare(*world, None), Err(what) if kind_of(&what) == kind))
}

/// A step on the way into a JSON value.
#[derive(Clone)]
enum At {
    Key(String),
    Place(usize),
}

/// All places, the outer before the inner.
fn collect(of: &Json, way: &mut Vec<At>, out: &mut Vec<Vec<At>>) {
    let mut go = |at: At, inner: &Json| {
        way.push(at);
        out.push(way.clone());
        collect(inner, way, out);
        way.pop();
    };
    match of {
        Json::Object(fields) => fields.iter().for_each(|(k, v)| go(At::Key(k.clone()), v)),
        Json::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(i, v)| go(At::Place(i), v)),
        _ => {}
    }
}

/// The workflow without what is there, and with simpler things in its place.
fn candidates(of: &Json, way: &[At]) -> Vec<Json> {
    let mut out = Vec::new();
    let Some((last, before)) = way.split_last() else {
        return out;
    };
    let mut without = of.clone();
    match (find(&mut without, before), last) {
        (Some(Json::Object(fields)), At::Key(key)) => drop(fields.remove(key)),
        (Some(Json::Array(items)), At::Place(at)) if items.len() > 1 => drop(items.remove(*at)),
        _ => return out,
    }
    out.push(without);
    let here = find_in(of, way);
    // A step gives way to those inside of it.
    for inner in here.into_iter().flat_map(blocks) {
        let mut flat = of.clone();
        if let (Some(Json::Array(items)), At::Place(at)) = (find(&mut flat, before), last) {
            items.splice(*at..=*at, inner);
            out.push(flat);
        }
    }
    if let Some(Json::String(text)) = here
        && text.len() > 3
        && !matches!(last, At::Key(key) if key == "type" || key == "id")
    {
        for simple in [
            "true",
            "1",
            "'a'",
            "[1]",
            "{{ 1 }}",
            "{{ 'a' }}",
            "{{ true }}",
            "{{ [1, 2] }}",
        ] {
            if simple.len() < text.len() {
                let mut simpler = of.clone();
                if let Some(place) = find(&mut simpler, way) {
                    *place = Json::from(simple);
                    out.push(simpler);
                }
            }
        }
    }
    out
}

fn blocks(step: &Json) -> Vec<Vec<Json>> {
    let mut out = Vec::new();
    for key in ["steps", "then", "else", "catch", "finally", "default"] {
        out.extend(step.get(key).and_then(Json::as_array).cloned());
    }
    if let Some(branches) = step.get("branches").and_then(Json::as_object) {
        out.extend(branches.values().filter_map(Json::as_array).cloned());
    }
    out
}

fn find<'j>(of: &'j mut Json, way: &[At]) -> Option<&'j mut Json> {
    way.iter().try_fold(of, |of, at| match at {
        At::Key(key) => of.get_mut(key),
        At::Place(at) => of.get_mut(*at),
    })
}

fn find_in<'j>(of: &'j Json, way: &[At]) -> Option<&'j Json> {
    way.iter().try_fold(of, |of, at| match at {
        At::Key(key) => of.get(key),
        At::Place(at) => of.get(*at),
    })
}
