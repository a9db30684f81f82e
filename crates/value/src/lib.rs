//! Values, types and what operators and functions do.
