#![doc = include_str!("../README.md")]

pub mod audit;
pub mod docs;
pub mod error;
pub mod finding;
pub mod ingest;
pub mod kg;
pub mod llm;
pub mod location;
pub mod mine;
pub mod pipeline;
pub mod seed;
pub mod serve;
pub mod synth;
pub mod verify;
pub mod write;

pub use error::Error;
