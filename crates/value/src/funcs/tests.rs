//! The table against the kernels, and what users rely on beyond the standard's own tests.

use super::*;
use crate::json::parse;
use crate::time::Timestamp;
use crate::ty::{Type, TypeTable, assignable, decode, union};

fn run(name: &str, args: impl AsRef<[Value]>) -> Result<Value, Fault> {
    call(find(name).unwrap().0, args.as_ref(), &CallCtx::default())
}

fn json(text: &str) -> Value {
    parse(text).unwrap()
}

fn message(result: Result<Value, Fault>) -> String {
    result.unwrap_err().message
}

/// A value of a type that most functions have an answer for.
fn sample(ty: &Type, function: &str) -> Value {
    match ty {
        Type::Bool => Value::Bool(true),
        Type::Uint => Value::Uint(1),
        Type::Double => Value::Double(1.5),
        Type::String => match function {
            "timestamp" => "2024-01-01T00:00:00Z",
            "duration" => "1h",
            "getFullYear" | "getMonth" | "getDate" | "getDayOfMonth" | "getDayOfWeek"
            | "getDayOfYear" | "getHours" | "getMinutes" | "getSeconds" | "getMilliseconds" => {
                "Europe/Berlin"
            }
            "base64.decode" => "MTIz",
            _ => "1",
        }
        .into(),
        Type::Bytes => Value::bytes(*b"1"),
        Type::Timestamp => Timestamp::EPOCH.into(),
        Type::Duration => crate::Duration::from_secs(1).into(),
        Type::List(item) if function == "format" && **item == Type::Dyn => json("[]"),
        Type::List(item) => Value::list(vec![sample(item, function)]).unwrap(),
        Type::Map(..) => json(r#"{"a":1}"#),
        Type::Dyn if function == "@backoff" => Value::Null,
        Type::Optional(inner) => Value::some(sample(inner, function)).unwrap(),
        _ => Value::Int(1),
    }
}

#[test]
fn every_overload_is_one_that_the_kernel_takes_and_answers_as_declared() {
    // `@fault` never answers.
    for function in FUNCTIONS.iter().filter(|f| f.name != "@fault") {
        for overload in function.overloads {
            let args: Vec<Value> = (0..overload.params.len())
                .map(|i| sample(&overload.param(i).unwrap(), function.name))
                .collect();
            let answer = run(function.name, &args);
            let answer = answer.unwrap_or_else(|f| panic!("{}: {f}", function.name));
            let declared = overload.result.to_type();
            let fits = match &declared {
                Type::Param(_) | Type::Any | Type::Dyn => true,
                Type::List(_) => matches!(answer, Value::List(_)),
                Type::Optional(_) => matches!(answer, Value::Optional(_)),
                Type::TypeOf(_) => matches!(answer, Value::Type(_)),
                ty => assignable(&Type::of_value(&answer), ty),
            };
            assert!(fits, "{}: {answer:?} is no {declared}", function.name);
            assert!(function.takes(args.len()));
        }
    }
}

#[test]
fn numbers_of_functions_stay_as_they_are() {
    // Compiled programs hold these numbers: new functions go to the end of the table.
    let names: Vec<&str> = FUNCTIONS.iter().map(|f| f.name).collect();
    let pinned = include_str!("numbers.txt");
    let pinned: Vec<&str> = pinned.lines().collect();
    assert_eq!(names, pinned);
    for (i, name) in names.iter().enumerate() {
        assert_eq!(
            find(name).unwrap().0,
            FnId(u16::try_from(i).unwrap()),
            "{name} is there twice"
        );
    }
    assert!(get(FnId(u16::MAX)).is_none());
}

#[test]
fn every_function_is_documented_in_the_houses_style() {
    for function in FUNCTIONS {
        let doc = function.doc;
        assert!(!doc.is_empty() && !doc.ends_with('.'), "{doc}");
        assert!(
            !doc.starts_with(|c: char| c.is_uppercase()) || doc.starts_with("JSON"),
            "{doc}"
        );
    }
    assert_eq!(
        find("charAt").unwrap().1.signatures(),
        ["string.charAt(int) -> string"]
    );
    assert_eq!(
        find("size").unwrap().1.signatures()[..2],
        ["size(string) -> int", "string.size() -> int"]
    );
    assert_eq!(
        namespaces(),
        [
            "strings", "math", "base64", "lists", "optional", "sets", "json", "regex"
        ]
    );
}

#[test]
fn wrong_arguments_are_named_by_their_types() {
    assert_eq!(
        message(run("charAt", [Value::Int(1), "a".into()])),
        "no such overload: `int.charAt(string)`"
    );
    assert_eq!(
        message(run("math.floor", [Value::Int(1)])),
        "no such overload: `math.floor(int)`"
    );
    assert_eq!(
        message(run("startsWith", [Value::secret("k"), "a".into()])),
        "`startsWith` cannot be used on a secret: its text is not known here"
    );
}

#[test]
fn lists() {
    let list = json("[3,1,2,1]");
    assert_eq!(run("sort", [list.clone()]), Ok(json("[1,1,2,3]")));
    assert_eq!(run("distinct", [list.clone()]), Ok(json("[3,1,2]")));
    assert_eq!(
        run("distinct", [json(r#"[1,1.0,"1",[1],[1.0],null,null]"#)]),
        Ok(json(r#"[1,"1",[1],null]"#))
    );
    assert_eq!(
        run("slice", [list.clone(), Value::Int(1), Value::Int(3)]),
        Ok(json("[1,2]"))
    );
    assert!(run("slice", [list.clone(), Value::Int(1), Value::Int(5)]).is_err());
    assert!(run("slice", [list.clone(), Value::Int(2), Value::Int(1)]).is_err());
    assert_eq!(run("flatten", [json("[1,[2,[3]]]")]), Ok(json("[1,2,[3]]")));
    assert_eq!(
        run("flatten", [json("[1,[2,[3]]]"), Value::Int(2)]),
        Ok(json("[1,2,3]"))
    );
    assert!(run("flatten", [list.clone(), Value::Int(-1)]).is_err());
    assert_eq!(run("lists.range", [Value::Int(3)]), Ok(json("[0,1,2]")));
    assert_eq!(run("lists.range", [Value::Int(-3)]), Ok(json("[]")));
    assert_eq!(run("reverse", [list.clone()]), Ok(json("[1,2,1,3]")));
    assert_eq!(run("first", [list]), Value::some(Value::Int(3)));
    assert_eq!(run("last", [json("[]")]), Ok(Value::none()));
}

#[test]
fn sorting_is_stable_total_and_of_one_type() {
    let sorted = run("@sortByKeys", [json(r#"["a","b","c"]"#), json("[2,1,1]")]);
    assert_eq!(sorted, Ok(json(r#"["b","c","a"]"#)));
    let nan = Value::list(vec![
        f64::NAN.into(),
        1.0.into(),
        f64::NAN.into(),
        (-1.0).into(),
    ]);
    let Ok(Value::List(sorted)) = run("sort", [nan.unwrap()]) else {
        panic!("not sorted")
    };
    assert_eq!(
        sorted.as_slice()[..2],
        [Value::Double(-1.0), Value::Double(1.0)]
    );
    assert_eq!(
        message(run("sort", [json(r#"[1,"a"]"#)])),
        "values of one type can be sorted, not an int and a string"
    );
    assert_eq!(
        message(run("sort", [json("[null]")])),
        "null has no order to sort by"
    );
    assert_eq!(run("sort", [json("[]")]), Ok(json("[]")));
}

#[test]
fn strings_are_counted_in_characters() {
    let s = |t: &str| Value::from(t);
    assert_eq!(run("size", [s("é😀")]), Ok(Value::Int(2)));
    assert_eq!(
        run("split", [s("a,b,c"), s(","), Value::Int(2)]),
        Ok(json(r#"["a","b,c"]"#))
    );
    assert_eq!(
        run("split", [s("é😀x"), s("")]),
        Ok(json(r#"["é","😀","x"]"#))
    );
    assert_eq!(
        run("split", [s("abc"), s(""), Value::Int(2)]),
        Ok(json(r#"["a","bc"]"#))
    );
    assert_eq!(run("split", [s(""), s(",")]), Ok(json(r#"[""]"#)));
    assert_eq!(run("replace", [s("ab"), s(""), s("-")]), Ok(s("-a-b-")));
    assert_eq!(
        run("lastIndexOf", [s("éaéa"), s("éa"), Value::Int(1)]),
        Ok(Value::Int(0))
    );
    assert_eq!(
        run("lastIndexOf", [s("aé"), s("é"), Value::Int(1)]),
        Ok(Value::Int(1))
    );
    assert!(run("charAt", [s("a"), Value::Int(-1)]).is_err());
    assert_eq!(run("join", [json(r#"["a","b"]"#), s(", ")]), Ok(s("a, b")));
    assert!(run("join", [json("[1]"), s(",")]).is_err());
}

#[test]
fn texts_that_would_be_too_large_are_never_made() {
    let long = Value::from("a".repeat(1 << 20));
    let fault = run("replace", [long.clone(), "a".into(), "b".repeat(64).into()]).unwrap_err();
    assert_eq!(fault.code, crate::FaultCode::LimitExceeded);
    let parts = Value::list(vec!["".into(); 100_000]).unwrap();
    assert!(run("join", [parts, long]).is_err());
    assert!(run("lists.range", [Value::Int(i64::MAX)]).is_err());
    assert!(run("split", ["a".repeat(1_000_001).into(), "".into()]).is_err());
    assert!(run("matches", [Value::string("a".repeat(2 << 20)), "b".into()]).is_err());
}

#[test]
fn dear_calls_meet_the_meter() {
    let ctx = CallCtx {
        meter: Meter::new(1_000),
        ..CallCtx::default()
    };
    let list = Value::list(
        (0..500)
            .map(|i| Value::list(vec![Value::Int(i)]).unwrap())
            .collect(),
    );
    let (id, _) = find("distinct").unwrap();
    let fault = call(id, &[list.unwrap()], &ctx).unwrap_err();
    assert_eq!(
        (fault.class, fault.message.contains("1000")),
        (crate::FaultClass::Limit, true)
    );
}

#[test]
fn json_goes_in_and_out() {
    assert_eq!(run("json.parse", ["[1,2.0]".into()]), Ok(json("[1,2.0]")));
    let fault = run("json.parse", ["{".into()]).unwrap_err();
    assert_eq!(fault.code, crate::FaultCode::ParseError);
    assert_eq!(
        run("json.format", [json("{\"a\": null}")]),
        Ok(r#"{"a":null}"#.into())
    );
    let Ok(Value::Secret(sealed)) = run("json.format", [Value::secret("k")]) else {
        panic!("not sealed")
    };
    assert_eq!(sealed.resolve(|_| Some("a\"".into())).unwrap(), r#""a\"""#);
}

#[test]
fn times_in_zones_and_now() {
    let t = Value::Timestamp(Timestamp::parse("2024-12-31T23:30:00Z").unwrap());
    assert_eq!(
        run("getFullYear", [t.clone(), "Europe/Berlin".into()]),
        Ok(Value::Int(2025))
    );
    assert_eq!(run("getDayOfYear", [t.clone()]), Ok(Value::Int(365)));
    assert_eq!(
        message(run("getHours", [t, "Mars".into()])),
        "unknown time zone `Mars`"
    );
    assert!(run("getFullYear", [crate::Duration::ZERO.into()]).is_err());
    let d = Value::Duration(crate::Duration::from_millis(5_400_250));
    assert_eq!(run("getHours", [d.clone()]), Ok(Value::Int(1)));
    assert_eq!(run("getMilliseconds", [d]), Ok(Value::Int(250)));
    let (id, function) = find("now").unwrap();
    let at = Timestamp::from_millis(5).unwrap();
    assert_eq!(call(id, &[], &CallCtx::new(at)), Ok(Value::Timestamp(at)));
    assert!(!function.foldable && find("size").unwrap().1.foldable);
}

#[test]
fn a_context_can_move_to_another_thread() {
    fn sendable<T: Send>() {}
    sendable::<CallCtx>();
}

#[test]
fn bounded_parameters_take_what_can_be_sorted() {
    let bound = param_bound("O").unwrap();
    assert!(assignable(&Type::String, &bound) && !assignable(&Type::Null, &bound));
    assert_eq!(param_bound("T"), None);
    assert!(
        decode(
            &Value::Null,
            &union([Type::Int, Type::String]),
            &TypeTable::new()
        )
        .is_err()
    );
}

/// Values at the ends of their ranges.
fn odd_values() -> Vec<Value> {
    let mut values: Vec<Value> = [0, 1, -1, 2, 63, 64, i64::MAX, i64::MIN]
        .map(Value::Int)
        .into();
    values.extend([0, 1, u64::MAX].map(Value::Uint));
    values.extend([0.0, -0.5, 1e300, f64::NAN, f64::INFINITY, -9.3e18].map(Value::Double));
    values.extend(
        [
            "", "a", "é😀", "%s%d%.3f", "(a|b)*", "\\1", "[", "1h", "+01:00",
        ]
        .map(Value::from),
    );
    values.extend([Timestamp::MIN, Timestamp::MAX].map(Value::Timestamp));
    values.extend([i64::MIN, i64::MAX].map(|n| crate::Duration::from_nanos(n).into()));
    values.extend(
        [
            "[]",
            "[1,2.5]",
            "[\"b\",\"a\"]",
            "[[1],[null]]",
            "{}",
            "{\"a\":1}",
        ]
        .map(json),
    );
    values.extend([
        Value::Null,
        Value::Bool(true),
        Value::bytes(*b"\xff"),
        Value::none(),
    ]);
    values.extend([Value::secret("k"), Value::some(Value::Null).unwrap()]);
    values.push(Value::list(vec![Value::secret("k"), "x".into()]).unwrap());
    values.push(Value::Type(crate::TypeValue::new("int")));
    values
}

#[test]
fn no_values_make_a_function_or_an_operator_panic() {
    use crate::ops::{BinaryOp, UnaryOp, binary, unary};
    let values = odd_values();
    let ctx = CallCtx::default();
    let mut answers = 0;
    for a in &values {
        for op in UnaryOp::ALL {
            answers += usize::from(unary(*op, a).is_ok());
        }
        for b in &values {
            for op in BinaryOp::ALL {
                answers += usize::from(binary(*op, a, b).is_ok());
            }
        }
    }
    for (id, function) in FUNCTIONS.iter().enumerate() {
        let id = FnId(u16::try_from(id).unwrap());
        let mut try_with = |args: &[Value]| {
            ctx.meter.reset();
            answers += usize::from(call(id, args, &ctx).is_ok());
        };
        try_with(&[]);
        for a in &values {
            try_with(std::slice::from_ref(a));
            for b in &values {
                try_with(&[a.clone(), b.clone()]);
                if function.takes(3) {
                    for c in &values {
                        try_with(&[a.clone(), b.clone(), c.clone()]);
                    }
                }
            }
        }
    }
    assert!(answers > 5_000);
}
