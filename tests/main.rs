//! All end-to-end tests, in one binary: the corpus, the command line, hostile files, the examples.

mod cli;
mod corpus;
mod examples;
