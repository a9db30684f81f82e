//! Text out: a tree printed in each spelling.
