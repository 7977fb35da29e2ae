//! Everything that holds over the whole program, by question.

mod cli;
mod goldens;
mod numpy;
mod pictures;
mod store;
mod train;
