//! The ranking of mechanisms that comes along, on curated paths: what it finds, and that it is learned alike each time.
//!
//! All curated paths take minutes (`thinkpath rank measure`, on drugs that were not learned from); here every fortieth
//! pair is asked with the weights that come along, which have seen it. So the floors say that features, weights and graph
//! still fit together, and not how well others are ranked.

use rayon::ThreadPoolBuilder;
use thinkpath::kg::rank;
use thinkpath::kg::rank::Guide;
use thinkpath::kg::rank::Landscape;
use thinkpath::kg::rank::Question;
use thinkpath::kg::rank::Ranker;
use thinkpath::kg::rank::Scored;
use thinkpath::kg::rank::Task;
use thinkpath::kg::rank::Tasks;
use thinkpath::kg::rank::Terrain;

use crate::clinical;
use crate::golden::shared;

const BUDGET: u64 = 20_000_000;

fn on_threads<T: Send>(n_threads: usize, job: impl FnOnce() -> T + Send) -> T {
    ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap().install(job)
}

/// Every so many of the pairs that curators drew a path of two to six hops for.
fn tasks(graph: &thinkpath::kg::Graph, one_in: usize) -> Vec<Task> {
    let archive = shared().unwrap().join("drugmechdb/drugmechdb-paths-dev.tar.gz");
    let (mechanisms, _) = thinkpath::ingest::mechanisms(&archive, graph.relations()).unwrap();
    let drawn = Tasks::of(graph, &mechanisms).tasks.into_iter().filter(|task| !task.curated.is_empty());
    drawn.step_by(one_in).collect()
}

#[test]
fn curated_paths_stand_among_the_first() {
    let Some(built) = clinical::built() else { return };
    let terrain = Terrain::new(&built.graph);
    let landscape = Landscape::new(&terrain);
    let guide = Guide::new(&landscape, &Ranker::standard().unwrap());
    let tasks = tasks(&built.graph, 40);
    let place = |found: &[Scored], task: &Task| found.iter().position(|one| task.curated.contains(&one.path.nodes));
    let places: Vec<Option<usize>> = tasks
        .iter()
        .map(|task| place(&guide.best((task.from, task.to), (rank::MAX_HOPS, 10), BUDGET).unwrap(), task))
        .collect();
    let n = f64::from(u32::try_from(tasks.len()).unwrap());
    let found: Vec<f64> =
        places.into_iter().flatten().map(|at| 1.0 / f64::from(u32::try_from(at).unwrap() + 1)).collect();
    let recall = f64::from(u32::try_from(found.len()).unwrap()) / n;
    let mrr = found.iter().sum::<f64>() / n;
    assert!(tasks.len() > 70, "{} pairs", tasks.len());
    assert!(recall >= 0.8 && mrr >= 0.55, "{} pairs: recall@10 {recall:.3}, MRR {mrr:.3}", tasks.len());
}

#[test]
fn weights_are_learned_alike_on_any_number_of_threads() {
    let Some(built) = clinical::built() else { return };
    let terrain = Terrain::new(&built.graph);
    let landscape = Landscape::new(&terrain);
    let tasks = tasks(&built.graph, 150);
    let learned = |n_threads| {
        on_threads(n_threads, || {
            let folds = rank::folds(&built.graph, &tasks, 2);
            let questions = rank::questions(&terrain, tasks.clone(), BUDGET);
            assert!(questions.iter().any(Question::is_answerable));
            rank::learn(&landscape, &questions, (&folds, 2)).as_json()
        })
    };
    assert_eq!(learned(1), learned(3));
}
