//! Text that others may have a hand in, in a shell command.

use wfc_syntax::code::{Code, Example, Severity};

/// Text that others may have a hand in, in a shell command.
pub static CODE: Code = Code {
    id: "WF0602",
    name: "unchecked-text-in-command",
    severity: Severity::Warning,
    summary: "text that others may have a hand in becomes part of a shell command",
    why: "What a command printed, what a failed step says, what somebody answered and what a tool found may hold anything, quotes and `;` included, and the shell \
          runs it. Passed through `env` and written as `\"$NAME\"`, it stays text whatever it holds. Of a tool whose catalogue does not \
          say whether it reaches an open world this is a note.",
    bad: Example::wf(
        "workflow w {\n  let branch = bash \"git branch --show-current\" { parse: text }\n  bash \"./deploy.sh {{ branch }}\"\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  let branch = bash \"git branch --show-current\" { parse: text }\n  bash \"./deploy.sh \\\"$BRANCH\\\"\" { env: { BRANCH: branch } }\n}\n",
    ),
};
