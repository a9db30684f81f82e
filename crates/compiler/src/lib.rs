//! From text to a checked program: names, types, rules, core IR, emission.
