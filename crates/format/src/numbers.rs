//! Numbers between spellings: YAML knows forms that JSON does not.

use crate::doc::Leaf;

/// A plain scalar that is no text, as a leaf that every spelling reads alike.
pub(crate) fn plain(text: &str) -> Leaf {
    match text {
        "~" | "" | "null" | "Null" | "NULL" => return Leaf::Plain("null".to_owned()),
        "true" | "True" | "TRUE" => return Leaf::Plain("true".to_owned()),
        "false" | "False" | "FALSE" => return Leaf::Plain("false".to_owned()),
        _ => {}
    }
    let radix = |digits: &str, radix| {
        u64::from_str_radix(digits, radix)
            .ok()
            .map(|n| n.to_string())
    };
    if let Some(n) = text.strip_prefix("0x").and_then(|d| radix(d, 16)) {
        return Leaf::Plain(n);
    }
    if let Some(n) = text.strip_prefix("0o").and_then(|d| radix(d, 8)) {
        return Leaf::Plain(n);
    }
    let (sign, body) = match text.strip_prefix('-') {
        Some(body) => ("-", body),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    match body.to_ascii_lowercase().as_str() {
        ".inf" => return Leaf::Text(format!("{{{{ double(\"{sign}Infinity\") }}}}")),
        ".nan" => return Leaf::Text("{{ double(\"NaN\") }}".to_owned()),
        _ => {}
    }
    Leaf::Plain(format!("{sign}{}", json_number(body)))
}

/// Adds the digits that JSON asks for around the point, and cuts leading zeros.
fn json_number(body: &str) -> String {
    let at = body.find(['e', 'E']).unwrap_or(body.len());
    let (mantissa, exponent) = body.split_at(at);
    let cut = |whole: &str| {
        let cut = whole.trim_start_matches('0');
        if cut.is_empty() {
            "0".to_owned()
        } else {
            cut.to_owned()
        }
    };
    match mantissa.split_once('.') {
        Some((whole, "")) => format!("{}.0{exponent}", cut(whole)),
        Some((whole, fraction)) => format!("{}.{fraction}{exponent}", cut(whole)),
        None => format!("{}{exponent}", cut(mantissa)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_that_json_lacks_become_ones_it_has() {
        let plain = |t| match plain(t) {
            Leaf::Plain(t) | Leaf::Text(t) => t,
            other => panic!("{other:?}"),
        };
        assert_eq!(plain("0x1F"), "31");
        assert_eq!(plain("0o17"), "15");
        assert_eq!(plain("+.5"), "0.5");
        assert_eq!(plain("-1."), "-1.0");
        assert_eq!(plain("007"), "7");
        assert_eq!(plain("1e3"), "1e3");
        assert_eq!(plain("~"), "null");
        assert_eq!(plain("-.inf"), "{{ double(\"-Infinity\") }}");
    }
}
