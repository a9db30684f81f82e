//! The table of functions. Append only: a function's place is its number in compiled programs.

use super::signature::{Overload, Style, Ty};
use super::{
    Function, backoff, convert, formatting, lists, math, misc, optionals, regexes, sets, sort,
};
use super::{strings, times};

use Ty::{
    Any, Bool, Bytes, Double, Duration, Dyn, Int, List, Map, Number, Optional, String, Timestamp,
    TypeOf, Uint,
};

const A: Ty = Ty::Param("T");
const LIST: Ty = List(&A);
/// A list of any one type that has an order: see [`super::param_bound`].
const SORTABLE: Ty = List(&Ty::Param("O"));
const OPTIONAL: Ty = Optional(&A);
const STRINGS: Ty = List(&String);

/// How dear a call is before its arguments are looked at.
const CHEAP: u32 = 2;
const DEAR: u32 = 10;

const fn on(params: &'static [Ty], result: Ty) -> Overload {
    Overload {
        params,
        variadic: false,
        result,
    }
}

const fn many(params: &'static [Ty], result: Ty) -> Overload {
    Overload {
        params,
        variadic: true,
        result,
    }
}

macro_rules! function {
    ($style:ident $name:literal, $kernel:path, $cost:ident $(+ $scans:ident)?, $doc:literal,
        [$($overload:expr),* $(,)?] $(, $volatile:ident)?) => {
        Function {
            name: $name,
            style: Style::$style,
            overloads: &[$($overload),*],
            doc: $doc,
            cost: $cost,
            scans: function!(@flag $($scans)?),
            foldable: !function!(@flag $($volatile)?),
            kernel: $kernel,
        }
    };
    (@flag $set:ident) => { true };
    (@flag) => { false };
}

/// A part of a timestamp, with and without a zone.
macro_rules! part {
    ($name:literal, $kernel:path, $doc:literal $(, $also:expr)?) => {
        function!(Member $name, $kernel, DEAR, $doc, [
            on(&[Timestamp], Int),
            on(&[Timestamp, String], Int),
            $($also)?
        ])
    };
}

/// Every function; a function's place is its [`super::FnId`].
pub const FUNCTIONS: &[Function] = &[
    // The standard library.
    function!(Both "size", misc::size, CHEAP, "the number of characters, bytes, items or entries", [
        on(&[String], Int),
        on(&[Bytes], Int),
        on(&[LIST], Int),
        on(&[Map(&Ty::Param("K"), &Ty::Param("V"))], Int),
    ]),
    function!(Member "contains", strings::contains, CHEAP + scans,
        "whether the text is somewhere in the string", [on(&[String, String], Bool)]),
    function!(Member "startsWith", strings::starts_with, CHEAP,
        "whether the string begins with the text", [on(&[String, String], Bool)]),
    function!(Member "endsWith", strings::ends_with, CHEAP,
        "whether the string ends with the text", [on(&[String, String], Bool)]),
    function!(Both "matches", regexes::matches, DEAR,
        "whether the regular expression matches somewhere in the string",
        [on(&[String, String], Bool)]),
    function!(Global "bool", convert::to_bool, CHEAP,
        "converts to `bool`; reads `true`, `false`, `t`, `f`, `1` and `0`",
        [on(&[Bool], Bool), on(&[String], Bool)]),
    function!(Global "int", convert::to_int, CHEAP,
        "converts to `int`: doubles lose their decimals, timestamps become seconds from 1970", [
        on(&[Int], Int),
        on(&[Uint], Int),
        on(&[Double], Int),
        on(&[String], Int),
        on(&[Timestamp], Int),
    ]),
    function!(Global "uint", convert::to_uint, CHEAP, "converts to `uint`", [
        on(&[Uint], Uint),
        on(&[Int], Uint),
        on(&[Double], Uint),
        on(&[String], Uint),
    ]),
    function!(Global "double", convert::to_double, CHEAP, "converts to `double`", [
        on(&[Double], Double),
        on(&[Int], Double),
        on(&[Uint], Double),
        on(&[String], Double),
    ]),
    function!(Global "string", convert::to_string, CHEAP + scans,
        "converts to `string`: bytes must be UTF-8, timestamps are RFC 3339, durations seconds", [
        on(&[String], String),
        on(&[Bool], String),
        on(&[Int], String),
        on(&[Uint], String),
        on(&[Double], String),
        on(&[Bytes], String),
        on(&[Timestamp], String),
        on(&[Duration], String),
    ]),
    function!(Global "bytes", convert::to_bytes, CHEAP + scans,
        "converts to `bytes`; a string becomes UTF-8",
        [on(&[Bytes], Bytes), on(&[String], Bytes)]),
    function!(Global "timestamp", convert::to_timestamp, CHEAP,
        "a point in time, from RFC 3339 (`2009-02-13T23:31:30Z`) or seconds from 1970", [
        on(&[Timestamp], Timestamp),
        on(&[String], Timestamp),
        on(&[Int], Timestamp),
    ]),
    function!(Global "duration", convert::to_duration, CHEAP,
        "a length of time, such as `duration(\"1h30m\")`; the units are h, m, s, ms, us, ns",
        [on(&[Duration], Duration), on(&[String], Duration)]),
    function!(Global "dyn", convert::to_dyn, CHEAP,
        "the same value, taken on trust by the checker", [on(&[A], Dyn)]),
    function!(Global "type", convert::type_of, CHEAP, "the value's type, as a value",
        [on(&[A], TypeOf(&A))]),
    part!("getFullYear", times::full_year, "the year"),
    part!("getMonth", times::month, "the month, from 0 for January"),
    part!("getDate", times::date, "the day of the month, from 1"),
    part!(
        "getDayOfMonth",
        times::day_of_month,
        "the day of the month, from 0"
    ),
    part!(
        "getDayOfWeek",
        times::day_of_week,
        "the day of the week, from 0 for Sunday"
    ),
    part!(
        "getDayOfYear",
        times::day_of_year,
        "the day of the year, from 0"
    ),
    part!(
        "getHours",
        times::hours,
        "the hour; of a duration all of it in whole hours",
        on(&[Duration], Int)
    ),
    part!(
        "getMinutes",
        times::minutes,
        "the minute; of a duration all of it in whole minutes",
        on(&[Duration], Int)
    ),
    part!(
        "getSeconds",
        times::seconds,
        "the second; of a duration all of it in whole seconds",
        on(&[Duration], Int)
    ),
    part!(
        "getMilliseconds",
        times::milliseconds,
        "the milliseconds within the second",
        on(&[Duration], Int)
    ),
    // Strings.
    function!(Member "charAt", strings::char_at, CHEAP + scans,
        "the character at a place, from 0; empty at the end", [on(&[String, Int], String)]),
    function!(Member "indexOf", strings::index_of, CHEAP + scans,
        "where the text first is, from a place on; -1 when it is not there",
        [on(&[String, String], Int), on(&[String, String, Int], Int)]),
    function!(Member "lastIndexOf", strings::last_index_of, CHEAP + scans,
        "where the text last is, up to a place; -1 when it is not there",
        [on(&[String, String], Int), on(&[String, String, Int], Int)]),
    function!(Member "join", strings::join, CHEAP + scans,
        "the strings as one, with the text in between",
        [on(&[STRINGS], String), on(&[STRINGS, String], String)]),
    function!(Member "split", strings::split, CHEAP + scans,
        "the parts of the string between the separators, at most so many",
        [on(&[String, String], STRINGS), on(&[String, String, Int], STRINGS)]),
    function!(Member "replace", strings::replace, CHEAP + scans,
        "the string with one text in place of another, at most so many times",
        [on(&[String, String, String], String), on(&[String, String, String, Int], String)]),
    function!(Member "substring", strings::substring, CHEAP + scans,
        "the characters from a place on, up to but without the one at another",
        [on(&[String, Int], String), on(&[String, Int, Int], String)]),
    function!(Member "trim", strings::trim, CHEAP + scans,
        "the string without white space at both ends", [on(&[String], String)]),
    function!(Member "lowerAscii", strings::lower_ascii, CHEAP + scans,
        "the string with A to Z in lower case", [on(&[String], String)]),
    function!(Member "upperAscii", strings::upper_ascii, CHEAP + scans,
        "the string with a to z in upper case", [on(&[String], String)]),
    function!(Member "reverse", lists::reverse, CHEAP + scans,
        "the characters or items, back to front",
        [on(&[String], String), on(&[LIST], LIST)]),
    function!(Member "format", formatting::format, DEAR + scans,
        "fills in `%s`, `%d`, `%f`, `%e`, `%b`, `%o`, `%x` from the list", [
        on(&[String, List(&Dyn)], String),
    ]),
    function!(Global "strings.quote", strings::quote, CHEAP + scans,
        "the text in double quotes, as an expression would spell it", [on(&[String], String)]),
    // Mathematics.
    function!(Global "math.greatest", math::greatest, CHEAP + scans, "the greatest number", [
        many(&[Int], Int),
        many(&[Uint], Uint),
        many(&[Double], Double),
        many(&[Number], Number),
        on(&[List(&Int)], Int),
        on(&[List(&Uint)], Uint),
        on(&[List(&Double)], Double),
        on(&[List(&Number)], Number),
    ]),
    function!(Global "math.least", math::least, CHEAP + scans, "the least number", [
        many(&[Int], Int),
        many(&[Uint], Uint),
        many(&[Double], Double),
        many(&[Number], Number),
        on(&[List(&Int)], Int),
        on(&[List(&Uint)], Uint),
        on(&[List(&Double)], Double),
        on(&[List(&Number)], Number),
    ]),
    function!(Global "math.ceil", math::ceil, CHEAP, "the next whole number above",
        [on(&[Double], Double)]),
    function!(Global "math.floor", math::floor, CHEAP, "the next whole number below",
        [on(&[Double], Double)]),
    function!(Global "math.round", math::round, CHEAP,
        "the nearest whole number; halves go away from zero", [on(&[Double], Double)]),
    function!(Global "math.trunc", math::trunc, CHEAP, "the number without its decimals",
        [on(&[Double], Double)]),
    function!(Global "math.abs", math::abs, CHEAP, "the number without its sign",
        [on(&[Int], Int), on(&[Uint], Uint), on(&[Double], Double)]),
    function!(Global "math.sign", math::sign, CHEAP, "-1, 0 or 1, by the number's sign",
        [on(&[Int], Int), on(&[Uint], Uint), on(&[Double], Double)]),
    function!(Global "math.isNaN", math::is_nan, CHEAP, "whether it is not a number",
        [on(&[Double], Bool)]),
    function!(Global "math.isInf", math::is_inf, CHEAP, "whether it is infinite",
        [on(&[Double], Bool)]),
    function!(Global "math.isFinite", math::is_finite, CHEAP,
        "whether it is a number and not infinite", [on(&[Double], Bool)]),
    function!(Global "math.sqrt", math::sqrt, CHEAP, "the square root",
        [on(&[Double], Double), on(&[Int], Double), on(&[Uint], Double)]),
    function!(Global "math.bitAnd", math::bit_and, CHEAP, "the bits that both have",
        [on(&[Int, Int], Int), on(&[Uint, Uint], Uint)]),
    function!(Global "math.bitOr", math::bit_or, CHEAP, "the bits that either has",
        [on(&[Int, Int], Int), on(&[Uint, Uint], Uint)]),
    function!(Global "math.bitXor", math::bit_xor, CHEAP, "the bits that only one has",
        [on(&[Int, Int], Int), on(&[Uint, Uint], Uint)]),
    function!(Global "math.bitNot", math::bit_not, CHEAP, "the bits that it does not have",
        [on(&[Int], Int), on(&[Uint], Uint)]),
    function!(Global "math.bitShiftLeft", math::shift_left, CHEAP,
        "the bits moved to the left by so many places",
        [on(&[Int, Int], Int), on(&[Uint, Int], Uint)]),
    function!(Global "math.bitShiftRight", math::shift_right, CHEAP,
        "the bits moved to the right by so many places, the sign bit too",
        [on(&[Int, Int], Int), on(&[Uint, Int], Uint)]),
    // Encoders.
    function!(Global "base64.encode", misc::base64_encode, CHEAP + scans,
        "the bytes as base64", [on(&[Bytes], String)]),
    function!(Global "base64.decode", misc::base64_decode, CHEAP + scans,
        "the bytes of a base64 text", [on(&[String], Bytes)]),
    // Lists.
    function!(Global "lists.range", lists::range, CHEAP, "the ints from 0 up to but without n",
        [on(&[Int], List(&Int))]),
    function!(Member "distinct", sort::distinct, CHEAP + scans,
        "the items without those that equal an earlier one", [on(&[LIST], LIST)]),
    function!(Member "flatten", lists::flatten, CHEAP,
        "the items of the lists in the list, so many levels deep", [
        on(&[List(&LIST)], LIST),
        on(&[List(&Dyn)], List(&Dyn)),
        on(&[List(&Dyn), Int], List(&Dyn)),
    ]),
    function!(Member "sort", sort::sort, CHEAP + scans, "the items in ascending order",
        [on(&[SORTABLE], SORTABLE)]),
    function!(Member "slice", lists::slice, CHEAP,
        "the items from a place on, up to but without the one at another",
        [on(&[LIST, Int, Int], LIST)]),
    function!(Member "first", lists::first, CHEAP, "the first item, as an optional",
        [on(&[LIST], OPTIONAL)]),
    function!(Member "last", lists::last, CHEAP, "the last item, as an optional",
        [on(&[LIST], OPTIONAL)]),
    function!(Global "@sortByKeys", sort::sort_by_keys, CHEAP + scans,
        "the items in the order of their keys", [on(&[LIST, SORTABLE], LIST)]),
    // Optionals.
    function!(Global "optional.of", optionals::of, CHEAP, "an optional that holds the value",
        [on(&[A], OPTIONAL)]),
    function!(Global "optional.none", optionals::none, CHEAP, "an empty optional",
        [on(&[], OPTIONAL)]),
    function!(Global "optional.ofNonZeroValue", optionals::of_non_zero, CHEAP,
        "an optional that is empty for null, false, zero and what is empty",
        [on(&[A], OPTIONAL)]),
    function!(Member "hasValue", optionals::has_value, CHEAP, "whether the optional holds a value",
        [on(&[OPTIONAL], Bool)]),
    function!(Member "value", optionals::value, CHEAP,
        "the value of an optional; a fault when it is empty", [on(&[OPTIONAL], A)]),
    function!(Member "or", optionals::or, CHEAP, "the optional, or another when it is empty",
        [on(&[OPTIONAL, OPTIONAL], OPTIONAL)]),
    function!(Member "orValue", optionals::or_value, CHEAP,
        "the value of an optional, or another when it is empty", [on(&[OPTIONAL, A], A)]),
    function!(Global "optional.unwrap", optionals::unwrap, CHEAP,
        "the values of the optionals that are not empty", [on(&[List(&OPTIONAL)], LIST)]),
    function!(Member "unwrapOpt", optionals::unwrap, CHEAP,
        "the values of the optionals that are not empty", [on(&[List(&OPTIONAL)], LIST)]),
    // Sets.
    function!(Global "sets.contains", sets::contains, CHEAP,
        "whether every item of the second list is in the first", [on(&[LIST, LIST], Bool)]),
    function!(Global "sets.equivalent", sets::equivalent, CHEAP,
        "whether both lists have the same items", [on(&[LIST, LIST], Bool)]),
    function!(Global "sets.intersects", sets::intersects, CHEAP,
        "whether some item is in both lists", [on(&[LIST, LIST], Bool)]),
    // JSON, regular expressions, time.
    function!(Global "json.parse", misc::json_parse, DEAR + scans, "the value of a JSON text",
        [on(&[String], Any)]),
    function!(Global "json.format", misc::json_format, DEAR + scans,
        "the value as compact JSON", [on(&[Any], String)]),
    function!(Global "regex.extract", regexes::extract, DEAR,
        "what the regular expression (or its one group) first matches, as an optional",
        [on(&[String, String], Optional(&String))]),
    function!(Global "regex.extractAll", regexes::extract_all, DEAR,
        "everything that the regular expression (or its one group) matches",
        [on(&[String, String], STRINGS)]),
    function!(Global "regex.replace", regexes::replace, DEAR,
        "the string with matches replaced, at most so many; `\\\\1` is the first group", [
        on(&[String, String, String], String),
        on(&[String, String, String, Int], String),
    ]),
    function!(Global "now", times::now, CHEAP, "the time of the last journaled event",
        [on(&[], Timestamp)], volatile),
    // For the compiler alone.
    function!(Global "@backoff", backoff::backoff, CHEAP,
        "the pause after an attempt that failed: delay, factor, longest or null, attempt, scatter or null",
        [on(&[Duration, Double, Dyn, Int, Dyn], Duration)]),
    function!(Global "@fault", misc::fault, CHEAP, "an `expression_error` with this message",
        [on(&[String], Any)], volatile),
];
