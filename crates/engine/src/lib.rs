//! Rounds over runs: journal, timers, dispatch, without IO.
