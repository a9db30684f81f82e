//! The machine: fibers, effects and events, without IO.
