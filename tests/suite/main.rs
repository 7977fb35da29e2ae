//! Everything that holds over the whole program, by question.

mod goldens;
mod store;
