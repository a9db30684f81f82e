//! What a shell command runs although it stands in a variable: `eval "$A"`, `sh -c "$A"`, `echo "$A" | sh`.
//!
//! The command is read as POSIX's shell splits it (XCU 2.2 and 2.10): quotes, substitutions, pipelines. Files that it starts are not looked into.

use std::iter::Peekable;
use std::str::Chars;

/// How deep substitutions are followed; deeper ones are passed over.
const MAX_DEPTH: usize = 16;

/// Programs that run a text: their names, and the letters of the options that it follows.
const RUNNERS: &[(&[&str], &[char])] = &[
    (&["sh", "bash", "dash", "ash", "zsh", "ksh"], &['c']),
    (&["python", "python2", "python3"], &['c']),
    (&["perl", "ruby"], &['e', 'E']),
    (&["node", "nodejs"], &['e', 'p']),
    (&["php"], &['r']),
];

/// Words that stand in front of a command's name.
const BEFORE_NAMES: &[&str] = &[
    "if", "then", "elif", "else", "while", "until", "do", "!", "{", "time", "exec", "command",
    "builtin",
];

/// What is run by a command besides its own text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct RunAgain {
    /// Variables, each with the word that runs its value: `eval`, `sh -c`.
    pub(super) variables: Vec<(String, String)>,
    /// The program that runs what stands on the command's own standard input.
    pub(super) input: Option<String>,
}

/// Looks for what a command runs again.
pub(super) fn run_again(command: &str) -> RunAgain {
    let mut scan = Scan {
        rest: command.chars().peekable(),
        depth: 0,
        found: RunAgain::default(),
    };
    scan.commands(None);
    scan.found
}

/// A word of a command, without its quotes, and the variables whose values are put into it.
#[derive(Debug, Default)]
struct Word {
    text: String,
    variables: Vec<String>,
    begun: bool,
}

/// A command of a pipeline.
#[derive(Debug, Default)]
struct Simple {
    words: Vec<Word>,
    /// Whether a redirection gives it its standard input.
    redirected: bool,
    /// Variables that a pipe or a `<<<` gives to its standard input as they are.
    given: Vec<String>,
    /// Whether it stands behind a pipe.
    piped: bool,
}

struct Scan<'t> {
    rest: Peekable<Chars<'t>>,
    depth: usize,
    found: RunAgain,
}

impl Scan<'_> {
    /// Reads commands to the sign that closes a substitution, or to the end.
    fn commands(&mut self, close: Option<char>) {
        let mut simple = Simple::default();
        let mut word = Word::default();
        let mut lines_until = None;
        while let Some(c) = self.rest.next() {
            if Some(c) == close {
                break;
            }
            match c {
                ' ' | '\t' | '\r' => end_word(&mut word, &mut simple),
                '#' if !word.begun => while self.rest.next_if(|c| *c != '\n').is_some() {},
                '<' => self.redirection(&mut word, &mut simple, &mut lines_until),
                '>' => {
                    end_word(&mut word, &mut simple);
                    self.rest.next_if(|c| matches!(c, '>' | '|' | '&'));
                }
                '|' if self.rest.peek() != Some(&'|') => {
                    self.rest.next_if_eq(&'&');
                    end_word(&mut word, &mut simple);
                    let given = self.end(&simple);
                    simple = Simple {
                        given,
                        piped: true,
                        ..Simple::default()
                    };
                }
                '\n' | ';' | '&' | '|' | '(' | ')' => {
                    end_word(&mut word, &mut simple);
                    self.end(&simple);
                    simple = Simple::default();
                    if c == '\n'
                        && let Some(end) = lines_until.take()
                    {
                        self.skip_lines(&end);
                    }
                }
                _ => self.piece(c, &mut word),
            }
        }
        end_word(&mut word, &mut simple);
        self.end(&simple);
    }

    /// Behind `<`: of a file, `<<END` of lines, `<<<` of a text.
    fn redirection(
        &mut self,
        word: &mut Word,
        simple: &mut Simple,
        lines_until: &mut Option<String>,
    ) {
        // What stands in front of it without a space is a file's number.
        *word = Word::default();
        simple.redirected = true;
        if self.rest.next_if_eq(&'<').is_none() {
            return;
        }
        let is_text = self.rest.next_if_eq(&'<').is_some();
        self.rest.next_if_eq(&'-');
        while self.rest.next_if(|c| matches!(c, ' ' | '\t')).is_some() {}
        let mut given = Word::default();
        while let Some(c) = self.rest.next_if(|c| !" \t\r\n;&|<>()".contains(*c)) {
            self.piece(c, &mut given);
        }
        if is_text {
            simple.given.append(&mut given.variables);
        } else {
            *lines_until = Some(given.text);
        }
    }

    /// Passes over the lines of a `<<END`.
    fn skip_lines(&mut self, end: &str) {
        let mut line = String::new();
        for c in self.rest.by_ref() {
            if c != '\n' {
                line.push(c);
            } else if line.trim_matches(['\t', '\r']) == end {
                return;
            } else {
                line.clear();
            }
        }
    }

    /// A sign of a word, and what belongs to it.
    fn piece(&mut self, c: char, word: &mut Word) {
        word.begun = true;
        match c {
            '\\' => word.text.extend(self.rest.next().filter(|c| *c != '\n')),
            '\'' => {
                while let Some(c) = self.rest.next().filter(|c| *c != '\'') {
                    word.text.push(c);
                }
            }
            '"' => {
                while let Some(c) = self.rest.next().filter(|c| *c != '"') {
                    match c {
                        '\\' => word.text.extend(self.rest.next()),
                        '$' => self.dollar(word),
                        '`' => self.inner('`'),
                        c => word.text.push(c),
                    }
                }
            }
            '$' => self.dollar(word),
            '`' => self.inner('`'),
            c => word.text.push(c),
        }
    }

    /// Behind `$`: a variable or a substitution.
    fn dollar(&mut self, word: &mut Word) {
        match self.rest.peek() {
            Some('(') => {
                self.rest.next();
                self.inner(')');
            }
            Some('{') => {
                self.rest.next();
                // `${#A}` is a number.
                let is_length = self.rest.next_if_eq(&'#').is_some();
                let name = self.name();
                let mut open = 1;
                while open > 0
                    && let Some(c) = self.rest.next()
                {
                    open += i32::from(c == '{') - i32::from(c == '}');
                }
                word.variables.extend(name.filter(|_| !is_length));
            }
            _ => word.variables.extend(self.name()),
        }
    }

    fn name(&mut self) -> Option<String> {
        let mut name = String::new();
        while let Some(c) = self
            .rest
            .next_if(|c| c.is_ascii_alphanumeric() || *c == '_')
        {
            name.push(c);
        }
        name.starts_with(|c: char| !c.is_ascii_digit())
            .then_some(name)
    }

    /// The commands of a substitution. What they print is not what their variables hold.
    fn inner(&mut self, close: char) {
        if self.depth < MAX_DEPTH {
            self.depth += 1;
            self.commands(Some(close));
            self.depth -= 1;
        }
    }

    /// Looks at a command that is whole; gives the variables that it prints as they are.
    fn end(&mut self, simple: &Simple) -> Vec<String> {
        let is_first = |word: &&Word| {
            let assigns = word
                .text
                .split_once('=')
                .is_some_and(|(name, _)| is_name(name));
            !assigns && !BEFORE_NAMES.contains(&word.text.as_str())
        };
        let Some(first) = simple.words.iter().position(|word| is_first(&word)) else {
            return Vec::new();
        };
        let words = simple.words.get(first..).unwrap_or_default();
        let variables = |words: &[Word]| -> Vec<String> {
            words
                .iter()
                .flat_map(|word| word.variables.iter().cloned())
                .collect()
        };
        match words {
            [name, rest @ ..] if name.text == "eval" => {
                self.note(variables(rest), "eval");
                Vec::new()
            }
            [name, rest @ ..] if matches!(name.text.as_str(), "echo" | "printf") => variables(rest),
            _ => {
                self.runner(words, simple);
                Vec::new()
            }
        }
    }

    /// The first program among the words that runs a text.
    fn runner(&mut self, words: &[Word], simple: &Simple) {
        let found = words.iter().enumerate().find_map(|(at, word)| {
            let name = word.text.rsplit('/').next().unwrap_or_default();
            let (_, letters) = RUNNERS.iter().find(|(names, _)| names.contains(&name))?;
            Some((at, name, *letters))
        });
        let Some((at, name, letters)) = found else {
            return;
        };
        let mut rest = words.get(at + 1..).unwrap_or_default().iter();
        while let Some(word) = rest.next() {
            let Some(options) = word.text.strip_prefix(['-', '+']).filter(|o| !o.is_empty()) else {
                // `-` is the standard input, anything else a file.
                if word.text == "-" {
                    break;
                }
                return;
            };
            if options.starts_with('-') {
                continue;
            }
            if let Some(letter) = options.chars().find(|c| letters.contains(c)) {
                let script = if word.variables.is_empty() {
                    rest.next()
                } else {
                    Some(word)
                };
                let variables = script
                    .map(|word| word.variables.clone())
                    .unwrap_or_default();
                return self.note(variables, &format!("{name} -{letter}"));
            }
            if options.ends_with('o') {
                rest.next();
            }
        }
        self.note(simple.given.clone(), name);
        if at == 0 && !simple.piped && !simple.redirected {
            self.found.input = Some(name.to_owned());
        }
    }

    fn note(&mut self, variables: Vec<String>, by: &str) {
        for variable in variables {
            if !self
                .found
                .variables
                .iter()
                .any(|(known, _)| *known == variable)
            {
                self.found.variables.push((variable, by.to_owned()));
            }
        }
    }
}

fn end_word(word: &mut Word, simple: &mut Simple) {
    if word.begun {
        simple.words.push(std::mem::take(word));
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn again(command: &str) -> Vec<String> {
        let found = run_again(command);
        let variables = found
            .variables
            .into_iter()
            .map(|(name, by)| format!("{by}: {name}"));
        variables
            .chain(found.input.map(|by| format!("{by}: <")))
            .collect()
    }

    #[test]
    fn what_a_shell_is_given_to_run() {
        for (command, found) in [
            ("eval \"$A\"", "eval: A"),
            ("cd x && eval echo ${A:-b} $B", "eval: A, eval: B"),
            ("if eval $A; then true; fi", "eval: A"),
            ("X=1 eval \"echo $A\"", "eval: A"),
            ("sh -c \"$A\"", "sh -c: A"),
            ("bash -euo pipefail -c \"run $A\"", "bash -c: A"),
            ("sudo -u x /bin/bash -lc \"$A\" -- \"$B\"", "bash -c: A"),
            ("python3 -c \"$A\" \"$B\"", "python3 -c: A"),
            ("node -e \"$A\"", "node -e: A"),
            ("echo \"$A\" | sh", "sh: A"),
            ("printf '%s' \"$A\" | sudo bash -s", "bash: A"),
            ("bash <<< \"$A\"", "bash: A"),
            ("x=$(eval \"$A\")", "eval: A"),
            ("echo \"at `sh -c \"$A\"`\"", "sh -c: A"),
            ("bash", "bash: <"),
            ("cat <<END\neval $A\nEND\neval $B\n", "eval: B"),
        ] {
            assert_eq!(again(command).join(", "), found, "{command}");
        }
    }

    #[test]
    fn what_stays_text() {
        for command in [
            "./publish.sh \"$A\"",
            "echo eval \"$A\"",
            "eval 'echo \"$A\"'",
            "eval \"echo \\$A\"",
            "eval \"${#A}\"",
            "eval \"$(ssh-agent)\"",
            "sh -c 'echo \"$1\"' _ \"$A\"",
            "bash script.sh \"$A\"",
            "bash -o errexit script.sh \"$A\"",
            "cat \"$A\" | sh",
            "echo \"$A\" | grep x",
            "echo \"$A\" > sh",
            "python3 build.py <<< \"$A\"",
            "# eval \"$A\"",
            "echo 'eval \"$A\"'",
            "evaluate \"$A\"",
            "bash < script",
            "",
            "\"",
            "$(((((((((((((((((((((((",
        ] {
            assert!(again(command).is_empty(), "{command}: {:?}", again(command));
        }
    }
}
