//! The program.
use std::path::PathBuf;
use thinkpath::pipeline::*;
fn main() {
    let path = std::env::args().nth(1).unwrap();
    let output = std::env::args().nth(2).map(PathBuf::from);
    let pipeline = Pipeline::read(&PathBuf::from(path)).unwrap();
    let options = RunOptions { output, fresh: true, roots: vec![PathBuf::from("ontologies")] };
    match pipeline.run(&options, &Silent) {
        Ok(s) => {
            println!("{:?}\n{:#?}\n{:#?}", s.manifest.funnel, s.ledger, s.findings);
            for r in s.strata {
                println!("{r} {:?} {:?}", r.rejected, r.dead_ends);
            }
        }
        Err(e) => println!("{e:?}"),
    }
}
