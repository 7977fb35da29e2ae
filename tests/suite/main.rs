//! Everything that holds over the whole program, by question.

mod architecture;
mod bounds;
mod catalogue;
mod claim;
mod cli;
mod explore;
mod goldens;
mod mask;
mod measure;
mod numpy;
mod pictures;
mod sabotage;
mod store;
mod ticket;
mod train;
mod values;
mod verify;
