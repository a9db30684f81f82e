//! Workflows of a wanted length, made of the same few shapes of steps, valid in each spelling.

use std::fmt::Write as _;

/// A workflow of about `lines` lines in YAML.
#[must_use]
pub fn yaml(lines: usize) -> String {
    let mut out = String::from("name: Generated\ninputs:\n  who: string\nsteps:\n");
    let mut n = 0;
    while count(&out) < lines {
        n += 1;
        let _ = write!(
            out,
            "  - id: fetch{n}\n    type: bash\n    command: echo \"hello $WHO\"\n    env: {{ WHO: \"{{{{ who }}}}\" }}\n    parse: lines\n    timeout: 30s\n\
             \x20 - type: conditional\n    condition: fetch{n}.size() > {n} && fetch{n}[0] != \"none\"\n    then:\n      - {{ type: agent_message, content: \"got {{{{ fetch{n}.size() }}}} lines\" }}\n\
             \x20   else:\n      - type: loop\n        over: fetch{n}\n        as: line\n        steps:\n          - {{ type: bash, command: \"true\", env: {{ LINE: \"{{{{ line }}}}\" }} }}\n"
        );
    }
    out
}

/// The same in JSON, one step's field a line.
#[must_use]
pub fn json(lines: usize) -> String {
    let mut out = String::from(
        "{\n  \"name\": \"Generated\",\n  \"inputs\": { \"who\": \"string\" },\n  \"steps\": [\n",
    );
    let mut n = 0;
    while count(&out) < lines {
        if n > 0 {
            out.push_str(",\n");
        }
        n += 1;
        let _ = write!(
            out,
            "    {{\n      \"id\": \"fetch{n}\",\n      \"type\": \"bash\",\n      \"command\": \"echo \\\"hello $WHO\\\"\",\n      \"env\": {{ \"WHO\": \"{{{{ who }}}}\" }},\n      \"parse\": \"lines\",\n      \"timeout\": \"30s\"\n    }},\n\
             \x20   {{\n      \"type\": \"conditional\",\n      \"condition\": \"fetch{n}.size() > {n} && fetch{n}[0] != \\\"none\\\"\",\n      \"then\": [\n        {{ \"type\": \"agent_message\", \"content\": \"got {{{{ fetch{n}.size() }}}} lines\" }}\n      ],\n\
             \x20     \"else\": [\n        {{\n          \"type\": \"loop\",\n          \"over\": \"fetch{n}\",\n          \"as\": \"line\",\n          \"steps\": [{{ \"type\": \"bash\", \"command\": \"true\", \"env\": {{ \"LINE\": \"{{{{ line }}}}\" }} }}]\n        }}\n      ]\n    }}"
        );
    }
    out.push_str("\n  ]\n}\n");
    out
}

/// The same in the text form.
#[must_use]
pub fn text(lines: usize) -> String {
    let mut out = String::from("workflow generated \"Generated\" {\n  input who: string\n");
    let mut n = 0;
    while count(&out) < lines {
        n += 1;
        let _ = write!(
            out,
            "\n  let fetch{n} = bash \"echo \\\"hello $WHO\\\"\" {{\n    env: {{ WHO: who }}\n    parse: lines\n    timeout: 30s\n  }}\n\
             \x20 if fetch{n}.size() > {n} && fetch{n}[0] != \"none\" {{\n    agent_message \"got {{{{ fetch{n}.size() }}}} lines\"\n  }} else {{\n    for line in fetch{n} {{\n      bash \"true\" {{ env: {{ LINE: line }} }}\n    }}\n  }}\n"
        );
    }
    out.push_str("}\n");
    out
}

fn count(text: &str) -> usize {
    text.bytes().filter(|b| *b == b'\n').count()
}
