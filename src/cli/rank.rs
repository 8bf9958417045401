//! `thinkpath rank`: how well paths from drugs to diseases are ranked, and what that is learned from.

use std::path::PathBuf;

use anyhow::Context as _;
use serde_json::Value;
use serde_json::json;
use thinkpath::kg::Built;
use thinkpath::kg::rank;
use thinkpath::kg::rank::Landscape;
use thinkpath::kg::rank::Measured;
use thinkpath::kg::rank::Question;
use thinkpath::kg::rank::Study;
use thinkpath::kg::rank::Tasks;
use thinkpath::kg::rank::Terrain;

use crate::failure::Mistake;
use crate::failure::counted;
use crate::session::Session;
use crate::text::note;
use crate::text::print;
use crate::text::table;

/// Counts are taken in so many parts, each row by those it has no part in.
const N_FOLDS: usize = 5;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  thinkpath rank measure pipelines/clinical.toml --data ../shared/data --paths drugmechdb.tar.gz
  thinkpath rank learn pipelines/clinical.toml --data ../shared/data --paths drugmechdb.tar.gz --to weights.json

Candidates are all paths of two to six hops from the drug to the disease, forward along every edge.
A pair's path is found at rank r if the node sequence of a curated path is the r-th candidate.")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Measure rankings on curated paths, each on drugs it was not learned from
    Measure(Measure),
    /// Learn the weights anew from curated paths, and write them to a file
    Learn(Learn),
}

#[derive(Debug, clap::Args)]
struct Measure {
    #[command(flatten)]
    curated: Curated,

    /// So many parts of the drugs, each measured with what is learned from the others
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(2..=20))]
    folds: u16,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
struct Learn {
    #[command(flatten)]
    curated: Curated,

    /// Where to write the weights
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
}

#[derive(Debug, clap::Args)]
struct Curated {
    /// The pipeline file that builds the graph
    graph: PathBuf,

    /// Curated paths in the format of DrugMechDB: a YAML file or a tar archive of such files
    #[arg(long, value_name = "FILE")]
    paths: PathBuf,

    /// Look at no more than so many hops for a pair
    #[arg(long, value_name = "HOPS", default_value_t = 20_000_000)]
    budget: u64,
}

pub(crate) fn run(arguments: &Arguments, session: &Session) -> anyhow::Result<()> {
    match &arguments.what {
        What::Measure(measure) => measure.run(session),
        What::Learn(learn) => learn.run(session),
    }
}

impl Curated {
    fn tasks(&self, built: &Built) -> anyhow::Result<Tasks> {
        let (mechanisms, findings) = thinkpath::ingest::mechanisms(&self.paths, built.graph.relations())?;
        for finding in &findings {
            note(&finding.to_string());
        }
        Ok(Tasks::of(&built.graph, &mechanisms))
    }

    /// That all candidates of every pair were looked at.
    fn check(&self, built: &Built, questions: &[Question]) -> Result<(), Mistake> {
        let name = |one: &Question| {
            let [from, to] = [one.task.from, one.task.to].map(|end| built.graph.curie(end));
            format!("{from} to {to}")
        };
        let pairs: Vec<String> = questions.iter().filter(|one| !one.is_finished).map(name).collect();
        if pairs.is_empty() { Ok(()) } else { Err(Mistake::TooManyCandidates { pairs, budget: self.budget }) }
    }
}

impl Learn {
    fn run(&self, session: &Session) -> anyhow::Result<()> {
        let built = session.graph(&self.curated.graph)?;
        let Tasks { tasks, n_without_ends, n_lost_links, .. } = self.curated.tasks(&built)?;
        let folds = rank::folds(&built.graph, &tasks, N_FOLDS);
        let terrain = Terrain::new(&built.graph);
        let landscape = Landscape::new(&terrain);
        let questions = rank::questions(&terrain, tasks, self.curated.budget);
        self.curated.check(&built, &questions)?;
        if !questions.iter().any(Question::is_answerable) {
            let path = self.curated.paths.display().to_string();
            return Err(Mistake::NothingToLearn { path, n_without_ends, n_lost_links }.into());
        }
        let ranker = rank::learn(&landscape, &questions, (&folds, N_FOLDS));
        std::fs::write(&self.to, ranker.as_json()).with_context(|| format!("cannot write {}", self.to.display()))
    }
}

impl Measure {
    fn run(&self, session: &Session) -> anyhow::Result<()> {
        let built = session.graph(&self.curated.graph)?;
        let tasks = self.curated.tasks(&built)?;
        let terrain = Terrain::new(&built.graph);
        let lost = (tasks.n_without_ends, tasks.n_lost_links);
        let questions = rank::questions(&terrain, tasks.tasks, self.curated.budget);
        let landscape = Landscape::new(&terrain);
        let study = Study::new(&landscape, &questions, self.folds.into());
        let report = Report { study: &study, questions: &questions, lost };
        print(&if self.json { format!("{:#}\n", report.as_json()) } else { report.as_text() })?;
        Ok(self.curated.check(&built, &questions)?)
    }
}

struct Report<'a> {
    study: &'a Study,
    questions: &'a [Question],
    /// Entries without ends, links without.
    lost: (usize, usize),
}

/// The figures of one ranking: name, mean and standard deviation over folds.
type Figure = (&'static str, (f64, f64));

impl Report<'_> {
    fn is_asked(&self, at: usize) -> bool {
        !self.questions[at].task.curated.is_empty()
    }

    fn figures(by_fold: &[Measured]) -> [Figure; 4] {
        let of = |figure: fn(&Measured) -> f64| rank::spread(&by_fold.iter().map(figure).collect::<Vec<_>>());
        [
            ("recall_at_1", of(|found| found.recall_at_1)),
            ("recall_at_10", of(|found| found.recall_at_10)),
            ("mrr", of(|found| found.mrr)),
            ("ceiling", of(|found| found.ceiling)),
        ]
    }

    fn as_text(&self) -> String {
        let n_asked = (0..self.questions.len()).filter(|&at| self.is_asked(at)).count();
        let n_candidates: usize = self.questions.iter().map(|question| question.candidates.len()).sum();
        let mut text = format!(
            "{} with a curated path, {n_asked} with one of 2 to {} hops; {}\n{} without a node for drug or disease, {} \
             without a node at an end\nMean and standard deviation over {} folds by drug\n",
            counted(self.questions.len(), "pair"),
            rank::MAX_HOPS,
            counted(n_candidates, "candidate"),
            counted(self.lost.0, "curated path"),
            counted(self.lost.1, "link"),
            self.study.n_folds,
        );
        let asked = format!("pairs with a curated path of 2 to {} hops", rank::MAX_HOPS);
        for (heading, every) in [(&*asked, false), ("all pairs", true)] {
            let mut rows = vec![[heading, "recall@1", "recall@10", "MRR", "ceiling"].map(str::to_owned).to_vec()];
            for ranking in &self.study.rankings {
                let by_fold = self.study.by_fold(ranking, |at| every || self.is_asked(at));
                let cells = Self::figures(&by_fold).map(|(_, (mean, deviation))| format!("{mean:.3} ± {deviation:.3}"));
                rows.push(std::iter::once(ranking.name.to_owned()).chain(cells).collect());
            }
            text.push('\n');
            text.push_str(&table(&rows, 1));
        }
        text
    }

    fn as_json(&self) -> Value {
        let rankings = self.study.rankings.iter().map(|ranking| {
            let told = |every: bool| {
                let by_fold = self.study.by_fold(ranking, |at| every || self.is_asked(at));
                let n: usize = by_fold.iter().map(|fold| fold.n).sum();
                let mut told = serde_json::Map::from_iter([("n".to_owned(), json!(n))]);
                for (name, (mean, deviation)) in Self::figures(&by_fold) {
                    told.insert(name.to_owned(), json!({ "mean": mean, "sd": deviation }));
                }
                Value::Object(told)
            };
            json!({ "ranking": ranking.name, "two_to_six_hops": told(false), "all": told(true) })
        });
        json!({
            "n_pairs": self.questions.len(),
            "n_candidates": self.questions.iter().map(|question| question.candidates.len()).sum::<usize>(),
            "n_entries_without_ends": self.lost.0,
            "n_lost_links": self.lost.1,
            "n_folds": self.study.n_folds,
            "rankings": rankings.collect::<Vec<_>>(),
        })
    }
}
