//! `thinkpath paths`: how two nodes are connected.

use std::fmt::Write as _;
use std::path::PathBuf;

use rayon::prelude::*;
use serde_json::Value;
use serde_json::json;
use thinkpath::kg::Built;
use thinkpath::kg::Graph;
use thinkpath::kg::NodeId;
use thinkpath::kg::rank;
use thinkpath::kg::rank::Guide;
use thinkpath::kg::rank::Landscape;
use thinkpath::kg::rank::Ranker;
use thinkpath::kg::rank::Scored;
use thinkpath::kg::rank::Terrain;
use thinkpath::kg::search::Ground;
use thinkpath::kg::search::Path;
use thinkpath::kg::search::PathQuery;
use thinkpath::kg::search::PathSearch;
use thinkpath::kg::search::Walkable;

use crate::failure::Mistake;
use crate::failure::counted;
use crate::node;
use crate::pairs::Pairs;
use crate::session::Session;
use crate::text::hanging;
use crate::text::note;
use crate::text::print;
use crate::text::wrapped;

/// So many pairs are worked on before their paths are printed.
const ROUND: usize = 4_096;
/// A thread takes at least so many pairs at once, because each time it needs memory for every node.
const AT_ONCE: usize = 32;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  thinkpath paths pipelines/quickstart.toml FBN1 Arachnodactyly
  thinkpath paths pipelines/quickstart.toml ORPHA:558 \"Ectopia lentis\" --k 10 --max-hops 3
  thinkpath paths pipelines/quickstart.toml FBN1 ORPHA:115 --leave-out is_a --max-degree 500
  thinkpath paths pipelines/quickstart.toml --pairs pairs.tsv --json > paths.jsonl

A path visits no node twice. Relations that deny are never walked; others are, in both directions
unless `--directed` is given, and an arrow shows which way its edge is stored. Between two
neighbours one edge is cited: of the least restricted licence, then the lowest number.

Fewer hops come first, then less crowded inner nodes (the sum of ln degree), then CURIEs in order.
The score falls with the rank: 1 / (hops + 1 - product of degree^-0.4 over inner nodes), so 1 for
an edge between the two.

From a drug to a disease paths of two to six hops are ranked as curators draw mechanisms, unless an
option says where paths may go or `--rank degree` is given: forward along every edge, and never by
what says that the drug is given for the disease. With `--json` such a path also has \"ranking\":
\"learned\", \"base\" and \"parts\": each feature's name, value and by how much it moved the score.

With `--json` each path is an object on a line of its own:
  {\"rank\": 1, \"score\": 0.46, \"hops\": [{\"subject\": CURIE, \"relation\", \"object\": CURIE, \"edge\",
   \"forward\", \"source\"}]}
subject and object are as stored; with `--pairs` it also has \"pair\", the number of the line from 0.

That there is no path is an answer: the text says so, JSON has no line for it, and the exit code
is 0. A search that reaches `--budget` prints what is certain and ends with 75.")]
pub(crate) struct Arguments {
    /// The pipeline file that builds the graph
    graph: PathBuf,

    /// Where paths start: the CURIE, label or synonym of a node
    #[arg(value_name = "A", required_unless_present = "pairs", conflicts_with = "pairs")]
    from: Option<String>,

    /// Where they end
    #[arg(value_name = "B", required_unless_present = "pairs", conflicts_with = "pairs")]
    to: Option<String>,

    /// Ask for every pair of a file: a line is two CURIEs with a tab between them
    #[arg(long, value_name = "FILE")]
    pairs: Option<PathBuf>,

    /// Print at most so many paths, the best, for a pair
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    k: u32,

    /// Look for paths of at most so many hops: 4, or 6 from a drug to a disease, unless told otherwise
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    max_hops: Option<u32>,

    /// How to rank paths
    #[arg(long, value_enum, default_value_t = Rank::Auto)]
    rank: Rank,

    /// Do not walk this relation; may be given more than once
    #[arg(long, value_name = "RELATION")]
    leave_out: Vec<Box<str>>,

    /// Walk every edge from subject to object only
    #[arg(long)]
    directed: bool,

    /// Do not pass through nodes of this category; may be given more than once
    #[arg(long, value_name = "CATEGORY")]
    not_through: Vec<Box<str>>,

    /// Do not pass through nodes with more edges than this
    #[arg(long, value_name = "N")]
    max_degree: Option<usize>,

    /// Look at no more than so many edges for a pair
    #[arg(long, value_name = "EDGES", default_value_t = 20_000_000)]
    budget: u64,

    /// Print JSON, a path a line
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Rank {
    /// As learned from curated mechanisms from a drug to a disease, and by degree otherwise
    Auto,
    /// By hops and degrees
    Degree,
}

pub(crate) fn run(arguments: &Arguments, session: &Session) -> anyhow::Result<()> {
    let pairs = arguments.pairs.as_deref().map(Pairs::read).transpose()?;
    let built = session.graph(&arguments.graph)?;
    let graph = &built.graph;
    let ground = Ground::new(graph, &arguments.walkable(graph)).map_err(Mistake::from)?;
    let pairs = pairs.map(|pairs| pairs.nodes(graph)).transpose()?;
    let end = if pairs.is_none() { Some(arguments.ends(graph)?) } else { None };
    let asking = Asking { arguments, built: &built, ground: &ground, learned: None };
    // What the learned ranking needs of a graph is worked out only if it will be asked.
    if !pairs.iter().flatten().chain(&end).any(|&ends| arguments.is_learned(graph, ends)) {
        return asking.ask(pairs.as_deref(), end);
    }
    let terrain = Terrain::new(graph);
    let landscape = Landscape::new(&terrain);
    let guide = Guide::new(&landscape, &Ranker::standard()?);
    let ground = Ground::new(graph, &rank::walkable(graph)).map_err(Mistake::from)?;
    Asking { learned: Some(Learned { guide, ground }), ..asking }.ask(pairs.as_deref(), end)
}

impl Arguments {
    fn walkable(&self, graph: &Graph) -> Walkable {
        let all = || graph.relations().iter().map(|(_, relation)| relation.name.clone()).collect();
        Walkable {
            leave_out: self.leave_out.clone(),
            forwards_only: if self.directed { all() } else { Vec::new() },
            not_through: self.not_through.clone(),
            max_degree: self.max_degree,
        }
    }

    /// Whether the paths of a pair are ranked as learned.
    fn is_learned(&self, graph: &Graph, (from, to): (NodeId, NodeId)) -> bool {
        let is_free = self.leave_out.is_empty() && self.not_through.is_empty() && self.max_degree.is_none();
        self.rank == Rank::Auto
            && is_free
            && !self.directed
            && graph.category(from) == "Drug"
            && graph.category(to) == "Disease"
    }

    /// How many hops are looked at: a path of more than [`rank::MAX_HOPS`] is never ranked as learned.
    fn most_hops(&self, is_learned: bool) -> u32 {
        let learned = u32::try_from(rank::MAX_HOPS).unwrap_or(u32::MAX);
        if is_learned { self.max_hops.map_or(learned, |most| most.min(learned)) } else { self.max_hops.unwrap_or(4) }
    }

    fn ends(&self, graph: &Graph) -> Result<(NodeId, NodeId), Mistake> {
        let [from, to] = [&self.from, &self.to].map(|end| end.as_deref().unwrap_or_default());
        let ends = (node::named(graph, from)?, node::named(graph, to)?);
        if ends.0 == ends.1 {
            return Err(Mistake::SameNode { from: from.to_owned(), to: to.to_owned() });
        }
        Ok(ends)
    }
}

/// Paths as they are printed.
struct Answer {
    text: String,
    n_paths: usize,
    is_finished: bool,
}

struct Asking<'a> {
    arguments: &'a Arguments,
    built: &'a Built,
    ground: &'a Ground<'a>,
    learned: Option<Learned<'a>>,
}

/// The ranking that was learned, and where its paths go.
struct Learned<'a> {
    guide: Guide<'a>,
    ground: Ground<'a>,
}

/// Paths with what is told of each beside its hops.
struct Found {
    paths: Vec<(Path, f64)>,
    scored: Vec<Scored>,
    is_finished: bool,
}

impl Asking<'_> {
    fn ask(&self, pairs: Option<&[(NodeId, NodeId)]>, end: Option<(NodeId, NodeId)>) -> anyhow::Result<()> {
        match (pairs, end) {
            (Some(pairs), _) => self.for_pairs(pairs),
            (None, Some(ends)) => self.for_one(ends),
            (None, None) => Ok(()),
        }
    }

    /// The learned ranking, if it is that of a pair.
    fn learned(&self, ends: (NodeId, NodeId)) -> Option<&Learned<'_>> {
        self.learned.as_ref().filter(|_| self.arguments.is_learned(&self.built.graph, ends))
    }

    fn most_hops(&self, ends: (NodeId, NodeId)) -> u32 {
        self.arguments.most_hops(self.learned(ends).is_some())
    }

    fn for_one(&self, ends: (NodeId, NodeId)) -> anyhow::Result<()> {
        let answer = self.answer(&mut PathSearch::new(self.ground), ends, None);
        print(&answer.text)?;
        if !answer.is_finished {
            return Err(self.unfinished(Vec::new(), 1).into());
        }
        if self.arguments.json && answer.n_paths == 0 {
            note(&format!("no path of at most {}", hops(self.most_hops(ends) as usize)));
        }
        Ok(())
    }

    /// Pairs are searched in parallel, round by round, and printed in their order.
    fn for_pairs(&self, pairs: &[(NodeId, NodeId)]) -> anyhow::Result<()> {
        let (mut unfinished, mut n_without) = (Vec::new(), 0);
        for (round, pairs) in pairs.chunks(ROUND).enumerate() {
            let search = || PathSearch::new(self.ground);
            let answer = |search: &mut PathSearch<'_>, (at, &ends): (usize, &(NodeId, NodeId))| {
                self.answer(search, ends, Some(round * ROUND + at))
            };
            let answers: Vec<Answer> =
                pairs.par_iter().enumerate().with_min_len(AT_ONCE).map_init(search, answer).collect();
            for (at, answer) in answers.iter().enumerate() {
                print(&answer.text)?;
                n_without += usize::from(answer.n_paths == 0 && answer.is_finished);
                if !answer.is_finished {
                    unfinished.push(round * ROUND + at);
                }
            }
        }
        if self.arguments.json && n_without > 0 {
            note(&format!("no path for {n_without} of {} pairs", pairs.len()));
        }
        if unfinished.is_empty() { Ok(()) } else { Err(self.unfinished(unfinished, pairs.len()).into()) }
    }

    fn unfinished(&self, pairs: Vec<usize>, n_pairs: usize) -> Mistake {
        Mistake::Unfinished { pairs, n_pairs, budget: self.arguments.budget }
    }

    fn found(&self, search: &mut PathSearch<'_>, (from, to): (NodeId, NodeId)) -> Found {
        let graph = &self.built.graph;
        let (max_hops, budget, k) = (self.most_hops((from, to)), self.arguments.budget, self.arguments.k as usize);
        if let Some(learned) = self.learned((from, to)) {
            let found = learned.guide.best((from, to), (max_hops as usize, k), budget);
            let is_finished = found.is_ok();
            let scored = found.unwrap_or_default();
            let paths = scored.iter().map(|found| (found.path.clone(), rounded(found.score))).collect();
            return Found { paths, scored, is_finished };
        }
        let found = search.best(&PathQuery { from, to, max_hops, budget }, k);
        let is_finished = found.is_ok();
        let paths = found.unwrap_or_else(|unfinished| unfinished.paths);
        let paths = paths.into_iter().map(|path| {
            let score = path.score(graph);
            (path, score)
        });
        Found { paths: paths.collect(), scored: Vec::new(), is_finished }
    }

    fn answer(&self, search: &mut PathSearch<'_>, ends: (NodeId, NodeId), pair: Option<usize>) -> Answer {
        let Found { paths, scored, is_finished } = self.found(search, ends);
        let ground = self.learned(ends).map_or(self.ground, |learned| &learned.ground);
        let mut text = String::new();
        if !self.arguments.json {
            text.push_str(&self.heading(ends, pair, (paths.len(), is_finished)));
        }
        for (rank, (path, score)) in (1..).zip(&paths) {
            if self.arguments.json {
                let mut object = self.as_json(ground, (path, *score), rank, pair);
                if let (Some(scored), Some(fields)) = (scored.get(rank - 1), object.as_object_mut()) {
                    fields.extend(parts(scored));
                }
                // Writing to a String cannot fail.
                let _ = writeln!(text, "{object}");
            } else {
                text.push_str(&self.as_text(ground, (path, *score), rank));
            }
        }
        Answer { text, n_paths: paths.len(), is_finished }
    }

    fn heading(&self, ends: (NodeId, NodeId), pair: Option<usize>, (n_paths, is_finished): (usize, bool)) -> String {
        let graph = &self.built.graph;
        let called = |node: NodeId| format!("{} ({})", graph.label(node), graph.curie(node));
        let most = hops(self.most_hops(ends) as usize);
        let what = match n_paths {
            _ if !is_finished => format!("the search stopped after {}", counted(n_paths, "path")),
            0 => format!("no path of at most {most}"),
            _ if n_paths < self.arguments.k as usize => format!("{} of at most {most}", counted(n_paths, "path")),
            1 => "the best path".to_owned(),
            _ => format!("the best {}", counted(n_paths, "path")),
        };
        let number = pair.map(|pair| format!("pair {pair}: ")).unwrap_or_default();
        let apart = if pair.is_some_and(|pair| pair > 0) { "\n" } else { "" };
        format!("{apart}{}", wrapped(&format!("{number}{} to {}: {what}", called(ends.0), called(ends.1)), 0))
    }

    fn as_text(&self, ground: &Ground<'_>, (path, score): (&Path, f64), rank: usize) -> String {
        let graph = &self.built.graph;
        let found = ground.hops(path);
        let mut line = format!("{rank}. {}", path.nodes.first().map_or("", |&start| graph.label(start)));
        for hop in &found {
            let relation = &graph.relation(graph.edge(hop.edge).relation).name;
            let arrow = if hop.is_forward { format!("—[{relation}]→") } else { format!("←[{relation}]—") };
            line.push_str(&format!(" {arrow} {}", graph.label(hop.to(graph))));
        }
        let mut about = format!("score {score:.4}, {}", hops(found.len()));
        let inner: Vec<&str> = path.inner().iter().map(|&node| graph.curie(node).as_str()).collect();
        if !inner.is_empty() {
            about.push_str(&format!(", through {}", inner.join(", ")));
        }
        let mut text = format!("\n{}{}", hanging(&line, 0), wrapped(&about, 3));
        for hop in found {
            text.push_str(&hanging(&node::edge_in_words(self.built, hop.edge, hop.is_forward), 3));
        }
        text
    }

    fn as_json(&self, ground: &Ground<'_>, (path, score): (&Path, f64), rank: usize, pair: Option<usize>) -> Value {
        let graph = &self.built.graph;
        let hops = ground.hops(path).into_iter().map(|hop| {
            let edge = graph.edge(hop.edge);
            json!({
                "subject": graph.curie(edge.subject).as_str(),
                "relation": graph.relation(edge.relation).name,
                "object": graph.curie(edge.object).as_str(),
                "edge": hop.edge.number(),
                "forward": hop.is_forward,
                "source": graph.source(edge.source).name,
            })
        });
        let mut object = json!({ "rank": rank, "score": score, "hops": hops.collect::<Vec<_>>() });
        if let (Some(pair), Some(fields)) = (pair, object.as_object_mut()) {
            fields.insert("pair".to_owned(), pair.into());
        }
        object
    }
}

/// What a learned score is made of: the base and the parts add up to it.
fn parts(scored: &Scored) -> serde_json::Map<String, Value> {
    let names = rank::feature_names();
    let part = |&(feature, value, by): &(usize, f64, f64)| json!({ "feature": names.get(feature), "value": rounded(value), "by": rounded(by) });
    let parts: Vec<Value> = scored.parts.iter().map(part).collect();
    let fields = [("ranking", json!("learned")), ("base", json!(rounded(scored.base))), ("parts", json!(parts))];
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// To six digits: more are only the way in which floats are added.
fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

fn hops(count: usize) -> String {
    counted(count, "hop")
}
