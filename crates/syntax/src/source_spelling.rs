//! Which spelling a file is in: by its name, else by how it starts.

use crate::tree::Spelling;

impl Spelling {
    /// The spelling that a file's name says, if it says any.
    #[must_use]
    pub fn of_path(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let ends = |ending: &str| name.ends_with(ending);
        if ends(".yaml") || ends(".yml") {
            Some(Self::Yaml)
        } else if ends(".json") {
            Some(Self::Json)
        } else if ends(".wf") {
            Some(Self::Text)
        } else {
            None
        }
    }

    /// The spelling that a text most likely is in.
    fn sniff(text: &str) -> Self {
        let mut rest = text.trim_start_matches('\u{feff}').trim_start();
        while let Some(comment) = rest.strip_prefix('#') {
            rest = comment
                .split_once('\n')
                .map_or("", |(_, rest)| rest)
                .trim_start();
        }
        if rest.starts_with('{') {
            Self::Json
        } else if rest.starts_with("//") || rest.starts_with("/*") || starts_workflow(rest) {
            Self::Text
        } else {
            Self::Yaml
        }
    }

    /// The spelling of a file: by its name, else by its text.
    #[must_use]
    pub fn of(name: &str, text: &str) -> Self {
        Self::of_path(name).unwrap_or_else(|| Self::sniff(text))
    }
}

/// Whether the text starts with a keyword of the text form, and not with a key of that name (`wfc: 1`).
fn starts_workflow(text: &str) -> bool {
    ["workflow", "wfc"].iter().any(|word| {
        text.strip_prefix(word).is_some_and(|rest| {
            let word_ends = !rest.starts_with(|c: char| c.is_alphanumeric() || "_-.".contains(c));
            word_ends && !rest.trim_start().starts_with(':')
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_decides() {
        for (name, spelling) in [
            ("a.wf", Some(Spelling::Text)),
            ("dir/a.wf.yaml", Some(Spelling::Yaml)),
            ("a.WF.YML", Some(Spelling::Yaml)),
            ("a.json", Some(Spelling::Json)),
            ("a.txt", None),
            ("wf", None),
        ] {
            assert_eq!(Spelling::of_path(name), spelling, "{name}");
        }
    }

    #[test]
    fn else_the_start_of_the_text_decides() {
        for (text, spelling) in [
            ("\n  {\"steps\": []}", Spelling::Json),
            ("workflow a {}", Spelling::Text),
            ("wfc 1 workflow a {}", Spelling::Text),
            ("workflow{}", Spelling::Text),
            ("// note\nworkflow a {}", Spelling::Text),
            ("# note\nworkflow a {}", Spelling::Text),
            ("# note\nwfc: 1\nsteps: []", Spelling::Yaml),
            ("workflow : a", Spelling::Yaml),
            ("workflows: []", Spelling::Yaml),
            ("steps: []", Spelling::Yaml),
            ("", Spelling::Yaml),
        ] {
            assert_eq!(Spelling::sniff(text), spelling, "{text:?}");
        }
    }
}
