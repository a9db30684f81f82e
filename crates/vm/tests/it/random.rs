//! Properties over random event orders and random programs.
