//! Which drugs are measured together.
//!
//! The same drug has much the same mechanism for several diseases. So pairs are parted by drug and never by pair: what is
//! measured is a ranking of paths from drugs that nothing was learned from.

use std::collections::BTreeMap;

use crate::kg::Graph;
use crate::kg::NodeId;
use crate::kg::rank::Task;
use crate::seed::Seed;

/// The fold of each task, from 0. Drugs are dealt out after a shuffle of their CURIEs, so folds differ by one drug at
/// most.
pub fn folds(graph: &Graph, tasks: &[Task], n_folds: usize) -> Vec<usize> {
    let mut drugs: Vec<NodeId> = tasks.iter().map(|task| task.from).collect();
    drugs.sort_by_key(|&drug| graph.curie(drug));
    drugs.dedup();
    Seed(0).stream(&["rank", "outer"], 0).shuffle(&mut drugs);
    let fold: BTreeMap<NodeId, usize> =
        drugs.into_iter().enumerate().map(|(at, drug)| (drug, at % n_folds.max(1))).collect();
    tasks.iter().map(|task| fold.get(&task.from).copied().unwrap_or(0)).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_drug_lies_in_one_fold() {
        let edges: Vec<String> = (0..7)
            .flat_map(|at| [format!("Drug:a{at} -affects-> Disease:x"), format!("Drug:a{at} -affects-> Disease:y")])
            .collect();
        let graph = Graph::from_arrows(&edges.join("\n")).unwrap();
        let node = |name: &str| graph.find(&name.parse().unwrap()).unwrap();
        let task =
            |from: &str, to: &str| Task { from: node(from), to: node(to), curated: BTreeSet::new(), n_beyond: 0 };
        let tasks: Vec<Task> = (0..7)
            .flat_map(|at| [task(&format!("Drug:a{at}"), "Disease:x"), task(&format!("Drug:a{at}"), "Disease:y")])
            .collect();
        let found = folds(&graph, &tasks, 3);
        assert!(found.chunks(2).all(|pair| pair[0] == pair[1]));
        let sizes: Vec<usize> = (0..3).map(|fold| found.iter().filter(|&&other| other == fold).count()).collect();
        assert_eq!(sizes, [6, 4, 4]);
    }
}
