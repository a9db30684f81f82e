//! GitHub workflows of a wanted length, for GitHub's own server, and what is typed into them: as much prose and expressions as into ours.

use std::fmt::Write as _;

use crate::loads::Typing;

const PROSE: &str = "Say first what the ticket is about, then who is waiting for it and since when. Leave out greetings and signatures. ";

const EXPRESSION: &str = " && needs.fetch@.outputs.count != '0' && !contains(github.ref, 'low') && startsWith(inputs.ticket, 'T-')";

/// The loads on a workflow of about so many lines.
pub(crate) fn of(lines: usize) -> Vec<Typing> {
    let text = yaml(lines);
    let jobs = text.matches("  fetch").count().max(1);
    let mut out = Vec::new();
    for (place, job) in [("start", 1), ("middle", jobs.div_ceil(2)), ("end", jobs)] {
        let number = job.to_string();
        let after = |start: &str, needle: &str| {
            let from = text.find(&start.replace('@', &number)).unwrap_or(0);
            let rest = text.get(from..).unwrap_or_default();
            from + rest.find(needle).map_or(0, |n| n + needle.len())
        };
        let mut add = |what, at, letters: String| {
            out.push(Typing {
                what,
                place,
                text: text.clone(),
                at,
                letters: letters.chars().take(1_000).collect(),
            });
        };
        let prose = after("  fetch@:\n", "echo \"hello $WHO");
        add("a prompt", prose, format!(" {}", PROSE.repeat(12)));
        let condition = after("  review@:\n", "if: success()");
        add(
            "an expression",
            condition,
            EXPRESSION.replace('@', &number).repeat(12),
        );
    }
    out
}

fn yaml(lines: usize) -> String {
    let mut out = String::from(
        "name: Generated\non:\n  workflow_dispatch:\n    inputs:\n      ticket: { type: string, required: true }\njobs:\n",
    );
    let mut n = 0;
    let mut count = 6;
    while count < lines {
        n += 1;
        let job = format!(
            "  fetch{n}:\n    runs-on: ubuntu-latest\n    timeout-minutes: 5\n    outputs:\n      count: ${{{{ steps.count.outputs.count }}}}\n    steps:\n\
             \x20     - uses: actions/checkout@v4\n      - id: count\n        env:\n          WHO: ${{{{ inputs.ticket }}}}\n        run: |\n          echo \"hello $WHO\"\n          echo \"count={n}\" >> \"$GITHUB_OUTPUT\"\n\
             \x20 review{n}:\n    needs: fetch{n}\n    if: success()\n    runs-on: ubuntu-latest\n    steps:\n      - name: Review\n        env:\n          COUNT: ${{{{ needs.fetch{n}.outputs.count }}}}\n        run: |\n          ./review.sh \"$COUNT\"\n"
        );
        let _ = write!(out, "{job}");
        count += job.matches('\n').count();
    }
    out
}
