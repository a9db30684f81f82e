use super::*;

fn kinds(text: &str) -> Vec<TokenKind> {
    let (tokens, faults) = lex(text, true);
    assert_eq!(faults, [], "{text}");
    (0..tokens.len()).map(|i| tokens.kind(i)).collect()
}

fn shown(text: &str, layout: bool) -> (String, Vec<(String, std::ops::Range<usize>)>) {
    let (tokens, mut faults) = lex(text, layout);
    faults.extend(tokens.strays.iter().map(|s| s.finding.clone()));
    let words: Vec<String> = (0..tokens.len())
        .map(|i| {
            let token = tokens.get(i);
            match (&text[token.span.range()], token.kind) {
                ("", kind) => format!("+{}", kind.sign()),
                (_, TokenKind::Error) => "ERR".to_owned(),
                (text, kind) if kind.closes() => {
                    assert!(text == kind.sign() || ")]".contains(text));
                    kind.sign().to_owned()
                }
                (text, _) => text.to_owned(),
            }
        })
        .collect();
    let faults = faults
        .into_iter()
        .map(|f| (f.message, f.span.range()))
        .collect();
    (words.join(" "), faults)
}

#[test]
fn tokens_of_cel_and_of_the_text_form() {
    use TokenKind as T;
    assert_eq!(
        kinds("a.?b[?0] >= 1u && !c in {'k': -2.5} ? `x-y` : 10m"),
        [
            T::Ident,
            T::Dot,
            T::Question,
            T::Ident,
            T::LBracket,
            T::Question,
            T::Int,
            T::RBracket,
            T::Gt,
            T::Assign,
            T::Uint,
            T::And,
            T::Not,
            T::Ident,
            T::Ident,
            T::LBrace,
            T::Str,
            T::Colon,
            T::Minus,
            T::Float,
            T::RBrace,
            T::Question,
            T::Quoted,
            T::Colon,
            T::Duration,
        ]
    );
    assert_eq!(
        kinds("r\"a\\\" rb'x' '''a\n'b''' b\"\" r"),
        [T::Str, T::Bytes, T::Str, T::Bytes, T::Ident]
    );
}

#[test]
fn comments_are_kept_aside() {
    let (tokens, faults) = lex("a // one\n/* two\n */ b // three é", true);
    assert!(faults.is_empty());
    assert_eq!(tokens.len(), 2);
    let texts: Vec<_> = tokens
        .comments
        .iter()
        .map(|c| (&*c.text, c.block, c.own_line))
        .collect();
    assert_eq!(
        texts,
        [
            ("one", false, false),
            ("two", true, true),
            ("three é", false, false)
        ]
    );
}

#[test]
fn line_starts_and_indentation() {
    let (tokens, _) = lex("a b\n  c\n\td", true);
    let got: Vec<_> = (0..4)
        .map(|i| (tokens.get(i).first, tokens.get(i).indent))
        .collect();
    assert_eq!(got, [(true, 0), (false, 0), (true, 2), (true, 1)]);
}

#[test]
fn faults_of_single_tokens_have_exact_places() {
    for (text, words, message, span) in [
        ("é", "ERR", "`é` means nothing here", 0..2),
        ("a @@@ b", "a ERR b", "`@@@` means nothing here", 2..5),
        ("a\u{a0}b", "a b", "an invisible character (U+00A0)", 1..3),
        ("x # no", "x", "comments do not start with `#`", 2..3),
        ("/* x", "", "this comment has no end", 0..2),
        ("5min x", "ERR x", "`5min` is no number", 0..4),
        ("“é” x", "ERR x", "typographic quotes make no string", 0..8),
        ("'ls\nx", "ERR x", "this string has no closing quote", 0..3),
        ("'''ls\nx", "ERR", "this string has no end", 0..3),
        (
            "\"a\n b\" x",
            "ERR x",
            "this string goes on beyond its line",
            0..1,
        ),
    ] {
        let (got, faults) = shown(text, true);
        assert_eq!(got, words, "{text}");
        assert_eq!(faults, [(message.to_owned(), span)], "{text}");
    }
}

#[test]
fn a_missing_quote_leaves_the_bracket_outside() {
    let (words, faults) = shown("w {\n  bash \"ls }\n", true);
    assert_eq!(words, "w { bash ERR }");
    assert_eq!(
        faults,
        [("this string has no closing quote".to_owned(), 11..14)]
    );
}

#[test]
fn a_missing_brace_is_supplied_where_indentation_says() {
    let text = "w {\n  if a {\n    b\n  c\n}\n";
    let (words, faults) = shown(text, true);
    assert_eq!(words, "w { if a { b +} c }");
    let at = text.find("b\n").unwrap() + 1;
    assert_eq!(faults, [("a `}` is missing here".to_owned(), at..at)]);

    let text = "w {\n  if a {\n    b\n  else {\n    c\n  }\n}\n";
    assert_eq!(shown(text, true).0, "w { if a { b +} else { c } }");
    let text = "w {\n  b { t: 5\n  c\n}\n";
    assert_eq!(shown(text, true).0, "w { b { t : 5 +} c }");
}

#[test]
fn a_missing_parenthesis_ends_before_the_block() {
    let (words, faults) = shown("w {\n  if (a == b {\n    c\n  }\n}\n", true);
    assert_eq!(words, "w { if ( a == b +) { c } }");
    assert_eq!(faults.len(), 1);
    let (words, faults) = shown("w {\n  x f(a[1)\n  y\n}\n", true);
    assert_eq!(words, "w { x f ( a [ 1 +] ) y }");
    assert_eq!(faults, [("a `]` is missing here".to_owned(), 13..13)]);
}

#[test]
fn stray_and_wrong_brackets() {
    let (words, faults) = shown("f(a))", false);
    assert_eq!(words, "f ( a )");
    assert_eq!(faults, [("this `)` closes nothing".to_owned(), 4..5)]);
    let (words, faults) = shown("f(a]", false);
    assert_eq!(words, "f ( a )");
    assert_eq!(faults, [("`(` is closed by `]`".to_owned(), 3..4)]);
    let (words, faults) = shown("f(a])", false);
    assert_eq!(words, "f ( a )");
    assert_eq!(faults, [("this `]` closes nothing".to_owned(), 3..4)]);
}

#[test]
fn brackets_open_at_the_end_are_one_finding() {
    let (words, faults) = shown("w {\n  if a {\n    f([1, 2", true);
    assert_eq!(words, "w { if a { f ( [ 1 , 2 +] +) +} +}");
    assert_eq!(
        faults,
        [("the end comes while 4 brackets are open".to_owned(), 24..24)]
    );
}

#[test]
fn a_message_shows_the_first_of_many_characters_without_a_meaning() {
    let (_, faults) = shown(&"@".repeat(40), true);
    let all = format!("`{}` means nothing here", "@".repeat(40));
    assert_eq!(faults, [(all, 0..40)]);
    let (_, faults) = shown(&"é".repeat(1000), true);
    let first = format!("`{}...` means nothing here", "é".repeat(40));
    assert_eq!(faults, [(first, 0..2000)]);
}

#[test]
fn typographic_quotes_end_on_their_line() {
    let (words, faults) = shown("“a” «b» “c\nd” e", true);
    assert_eq!(words, "ERR ERR ERR d ERR");
    let places: Vec<_> = faults.into_iter().map(|(_, place)| place).collect();
    assert_eq!(places, [0..7, 8..13, 14..18, 20..25]);
}

#[test]
fn depth_is_capped() {
    let deep = "(".repeat(100_000);
    let (tokens, faults) = lex(&deep, false);
    assert_eq!(faults.len(), 1);
    assert!(tokens.len() < 300);
    let text = format!("{} x {} y", "[".repeat(200), "]".repeat(200));
    let (tokens, faults) = lex(&text, false);
    assert_eq!(faults.len(), 1);
    assert_eq!(tokens.kind(128), TokenKind::Error);
    assert_eq!(tokens.kind(tokens.len() - 1), TokenKind::Ident);
    let (tokens, _) = lex(&"(}".repeat(100_000), true);
    let deepest = (0..tokens.len()).scan(0_i32, |depth, i| {
        *depth += i32::from(tokens.kind(i).opens()) - i32::from(tokens.kind(i).closes());
        Some(*depth)
    });
    assert!(deepest.max() <= Some(128));
}

proptest::proptest! {
    #[test]
    fn any_text_gives_balanced_tokens(text in "[(){}\\[\\]\"'a \n\t/*#.\\\\é5m“`]{0,80}", layout in proptest::bool::ANY) {
        let (tokens, _) = lex(&text, layout);
        let mut stack = Vec::new();
        let mut last = 0;
        for i in 0..tokens.len() {
            let token = tokens.get(i);
            proptest::prop_assert!(token.span.start >= last && text.get(token.span.range()).is_some());
            last = token.span.end;
            if token.kind.opens() {
                stack.push(i);
            } else if token.kind.closes() {
                let open = stack.pop();
                proptest::prop_assert_eq!(open, Some(tokens.partner(i)));
            }
        }
        proptest::prop_assert!(stack.is_empty());
    }
}
