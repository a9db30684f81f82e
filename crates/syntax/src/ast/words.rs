//! Fields that hold one of a few words.

/// A field's value that is written as one of a few words.
pub trait Word: Copy + Sized + 'static {
    /// Every value with its word.
    const ALL: &'static [(&'static str, Self)];

    /// The word that stands for it in files.
    fn word(self) -> &'static str;

    /// What a word stands for.
    fn from_word(word: &str) -> Option<Self> {
        let found = Self::ALL.iter().find(|(known, _)| *known == word);
        found.map(|(_, value)| *value)
    }
}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $value:ident = $word:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {
            $($(#[$each])* $value,)*
        }

        impl Word for $name {
            const ALL: &'static [(&'static str, Self)] = &[$(($word, Self::$value)),*];

            fn word(self) -> &'static str {
                match self {
                    $(Self::$value => $word,)*
                }
            }
        }
    )*};
}

words! {
    /// What happens to a run whose key is taken.
    OnOverlap {
        /// It waits for the other to end.
        Queue = "queue",
        /// It does not start.
        Skip = "skip",
        /// The other is cancelled.
        Cancel = "cancel",
    }
    /// What becomes of firings missed.
    CatchUp {
        /// They are left out.
        None = "none",
        /// The last one is made up for.
        Last = "last",
        /// Each is made up for.
        All = "all",
    }
    /// How a webhook's sender proves itself.
    Verify {
        /// Not at all.
        None = "none",
        /// By a token in the header `Authorization`.
        Token = "token",
        /// By GitHub's signature.
        Github = "github",
        /// By Stripe's signature.
        Stripe = "stripe",
        /// By Slack's signature.
        Slack = "slack",
        /// By the signature of Standard Webhooks.
        Standard = "standard",
    }
    /// What a crash in the middle of a step does.
    OnInterrupt {
        /// The outcome is `unknown_outcome`.
        Fail = "fail",
        /// The step is started again.
        Retry = "retry",
    }
    /// How forks end.
    Join {
        /// When all have succeeded or one has failed.
        All = "all",
        /// At the first success.
        Any = "any",
        /// When all have ended, whatever came of them.
        Settled = "settled",
    }
    /// How standard output is read.
    Parse {
        /// As text, the last newline cut.
        Text = "text",
        /// As a list of lines.
        Lines = "lines",
        /// As JSON.
        Json = "json",
    }
    /// What an approval's timeout does.
    OnApprovalTimeout {
        /// Counts as approved.
        Approve = "approve",
        /// Counts as denied.
        Deny = "deny",
        /// Fails with `approval_timeout`.
        Fail = "fail",
    }
    /// What a denial does.
    OnDeny {
        /// Fails with `approval_denied`.
        Fail = "fail",
        /// Leaves the enclosing block.
        Skip = "skip",
        /// Goes on; `decision` tells.
        Continue = "continue",
    }
}
