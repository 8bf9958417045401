//! `thinkpath show`: items as a person reads them, proof included.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::PathBuf;

use thinkpath::audit::ClauseRecord;
use thinkpath::audit::DataSet;
use thinkpath::audit::EdgeRecord;
use thinkpath::audit::ItemRecord;
use thinkpath::finding::printable;
use thinkpath::kg::Relations;
use thinkpath::seed::Seed;

use crate::failure::Mistake;
use crate::text::hanging;
use crate::text::print;
use crate::text::wrapped;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  thinkpath show output/quickstart                         the first three items
  thinkpath show output/quickstart 3f9a                    the item whose id begins so
  thinkpath show output/quickstart --sample 50 --seed 1    fifty at random, to read one by one
  thinkpath show output/quickstart --stratum case/Disease --limit 20

Files are compared with the hashes of the manifest before they are read. What is shown is what
the data set claims; `verify/verify.py` in its folder re-checks the claims.")]
pub(crate) struct Arguments {
    /// The folder of the data set
    dataset: PathBuf,

    /// The id of an item, or how it begins
    id: Option<String>,

    /// Only items of a stratum, as `case/Disease`
    #[arg(long, value_name = "NAME")]
    stratum: Option<String>,

    /// Show so many at most
    #[arg(long, value_name = "N", default_value_t = 3)]
    limit: usize,

    /// Draw so many at random, instead of the first ones
    #[arg(long, value_name = "N", conflicts_with = "limit")]
    sample: Option<usize>,

    /// The seed of the draw
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let data_set = DataSet::open(&arguments.dataset)?;
    let items = data_set.items()?;
    if let Some(name) = arguments.stratum.as_ref().filter(|name| !items.iter().any(|item| item.stratum == **name)) {
        let known: BTreeSet<String> = items.into_iter().map(|item| item.stratum).collect();
        let known = known.into_iter().collect();
        return Err(Mistake::NoStratum { dir: arguments.dataset.clone(), name: name.clone(), known }.into());
    }
    let items = chosen(items, arguments);
    if let (Some(id), []) = (&arguments.id, &items[..]) {
        return Err(Mistake::NoItem { dir: arguments.dataset.clone(), id: id.clone() }.into());
    }
    let names = Names::of(&data_set, &items)?;
    let texts: Vec<String> = items.iter().map(|item| names.told(item)).collect();
    print(&texts.join("\n"))?;
    Ok(())
}

fn chosen(mut items: Vec<ItemRecord>, arguments: &Arguments) -> Vec<ItemRecord> {
    if let Some(id) = &arguments.id {
        items.retain(|item| item.id.starts_with(&**id));
        return items;
    }
    if let Some(stratum) = &arguments.stratum {
        items.retain(|item| item.stratum == *stratum);
    }
    if arguments.sample.is_some() {
        Seed(arguments.seed).stream(&["show"], 0).shuffle(&mut items);
    }
    items.truncate(arguments.sample.unwrap_or(arguments.limit));
    items
}

/// What the items speak of, by number and CURIE.
struct Names {
    edges: BTreeMap<i64, EdgeRecord>,
    labels: BTreeMap<String, String>,
    relations: Relations,
}

impl Names {
    fn of(data_set: &DataSet, items: &[ItemRecord]) -> anyhow::Result<Self> {
        let cited = items.iter().flat_map(|item| {
            let steps = item.steps.iter().flat_map(|step| &step.edges);
            let denials = item.distractor_reasons.iter().flat_map(|reason| &reason.edges);
            steps.chain(denials).copied().chain(item.path.iter().map(|hop| hop.edge))
        });
        let edges = data_set.edges(&cited.collect())?;
        let of_items = items.iter().flat_map(|item| {
            let ends = item.clauses.iter().flat_map(|clause| [&*clause.subject, &*clause.object]);
            let sets = item.option_nodes.iter().chain([&item.answer_node]).flat_map(|set| set.split('|'));
            ends.chain(sets).chain(item.other_answers.iter().map(|curie| &**curie))
        });
        let of_edges = edges.values().flat_map(|edge| [&*edge.subject, &*edge.object]);
        let labels = data_set.names(&of_items.chain(of_edges).collect::<BTreeSet<&str>>())?;
        let relations = Relations::standard().map_err(thinkpath::Error::from)?;
        Ok(Self { edges, labels, relations })
    }

    fn label<'a>(&'a self, curie: &'a str) -> &'a str {
        self.labels.get(curie).map_or(curie, |label| label)
    }

    /// `label (CURIE)`, or a variable as it is; of a set each member.
    fn called(&self, set: &str) -> String {
        let one = |curie: &str| match self.labels.get(curie) {
            Some(label) => format!("{label} ({curie})"),
            None => curie.to_owned(),
        };
        set.split('|').map(one).collect::<Vec<_>>().join(" + ")
    }

    /// A fact in words, as the table of relations words it.
    fn worded(&self, (subject, relation, object): (&str, &str, &str), is_forward: bool) -> String {
        match self.relations.id(relation) {
            Some(id) => self.relations.row(id).wording(subject, object, is_forward),
            None => format!("{subject} {relation} {object}"),
        }
    }

    fn edge(&self, number: i64) -> String {
        match self.edges.get(&number) {
            Some(edge) => {
                let fact = (self.label(&edge.subject), &*edge.relation, self.label(&edge.object));
                format!("[{number}] {} ({})", self.worded(fact, true), edge.source)
            }
            None => format!("[{number}] is no edge of `graph/edges.parquet`"),
        }
    }

    fn clause(&self, clause: &ClauseRecord) -> String {
        let [subject, object] = [&clause.subject, &clause.object].map(|end| self.called(end));
        let negation = if clause.absent { " (must not hold)" } else { "" };
        let branch = if clause.branch == 0 { String::new() } else { format!("either way {}: ", clause.branch) };
        format!("{branch}{subject} -{}-> {object}{negation}", clause.relation)
    }

    /// The whole item.
    fn told(&self, item: &ItemRecord) -> String {
        let heading = [&item.id, &item.kind, &item.stratum, &item.split, &item.category, &item.tier];
        let heading: Vec<String> = heading.into_iter().map(|text| printable(text)).collect();
        let mut text = format!("── {}\n", heading.join(" · "));
        text.push_str(&format!("   difficulty {} of 5 · confidence {:.3}\n\n", item.difficulty, item.confidence));
        text.push_str(&wrapped(&item.question, 0));
        if !item.options.is_empty() {
            text.push('\n');
        }
        for (letter, option) in ('A'..='Z').zip(&item.options) {
            text.push_str(&format!("  {letter}  {}\n", printable(option)));
        }
        text.push_str(&format!("\n{}", wrapped(&format!("Key: {}{}", key_letter(item), item.answer_text), 0)));
        text.push_str(&format!("\nRationale\n{}", wrapped(&item.rationale, 2)));
        text.push_str(&self.thinking_path(item));
        text.push_str(&self.proof(item));
        text.push_str(&format!(
            "\nSources: {} · licences: {}\n",
            printable(&item.sources.join(", ")),
            printable(&item.licences.join(", "))
        ));
        text
    }

    /// The steps with the edges that they cite; an edge is worded where it is cited first.
    fn thinking_path(&self, item: &ItemRecord) -> String {
        let mut text = String::from("\nThinking path\n");
        let mut told: BTreeSet<i64> = BTreeSet::new();
        for (number, step) in (1..).zip(&item.steps) {
            text.push_str(&hanging(&format!("{number}. {}: {}", step.kind, step.text), 2));
            let (new, again): (Vec<i64>, Vec<i64>) = step.edges.iter().partition(|&&edge| told.insert(edge));
            for edge in new {
                text.push_str(&hanging(&self.edge(edge), 5));
            }
            if !again.is_empty() {
                let numbers: Vec<String> = again.iter().map(|edge| format!("[{edge}]")).collect();
                text.push_str(&hanging(&format!("as above: {}", numbers.join(" ")), 5));
            }
            if !step.spans.is_empty() {
                text.push_str(&hanging(&format!("from the question: “{}”", step.spans.join("”, “")), 5));
            }
        }
        text
    }

    fn proof(&self, item: &ItemRecord) -> String {
        let mut text = String::from("\nProof\n");
        for (number, clause) in item.clauses.iter().enumerate() {
            text.push_str(&hanging(&format!("{number}. {}", self.clause(clause)), 2));
        }
        if item.answer_node.is_empty() {
            text.push_str(&hanging("strictly: nothing is an answer", 2));
        } else {
            let verb = if item.answer_node.contains('|') { "are answers" } else { "is an answer" };
            text.push_str(&hanging(&format!("strictly: {} {verb}", self.called(&item.answer_node)), 2));
        }
        let others: Vec<String> = item.other_answers.iter().take(5).map(|curie| self.called(curie)).collect();
        let in_options = |curie: &String| item.option_nodes.contains(curie);
        text.push_str(&hanging(
            &match (&others[..], item.other_answers.iter().any(in_options)) {
                ([], _) if item.answer_node.is_empty() => "loosely: nothing may be one".to_owned(),
                ([], _) if item.answer_node.contains('|') => "loosely: they are the only answers".to_owned(),
                ([], _) => "loosely: it is the only answer".to_owned(),
                (others, false) => {
                    let count = item.other_answers.len();
                    format!("loosely: {count} more that no option names, as {}", others.join(", "))
                }
                (others, true) => format!("loosely: an option is an answer too! {}", others.join(", ")),
            },
            2,
        ));
        for reason in &item.distractor_reasons {
            let failed: Vec<String> = reason.failed.iter().map(ToString::to_string).collect();
            let clauses = if failed.is_empty() { String::new() } else { format!(", fails {}", failed.join(", ")) };
            let risk = reason.risk * 100.0;
            let line = format!("{}: {}{clauses}; risk {risk:.1} %", self.called(&reason.node), reason.class);
            text.push_str(&hanging(&line, 2));
            for &edge in &reason.edges {
                text.push_str(&hanging(&self.edge(edge), 5));
            }
        }
        text.push_str("  in SPARQL:\n");
        for line in item.query.lines() {
            text.push_str(&format!("    {}\n", printable(line)));
        }
        text
    }
}

/// `B, ` for the second option, `C, A, D, B: ` for an order; nothing for open kinds.
fn key_letter(item: &ItemRecord) -> String {
    let letter = |position: &i64| usize::try_from(*position).ok().and_then(|position| ('A'..='Z').nth(position));
    let order: Vec<String> = item.answers.iter().filter_map(letter).map(String::from).collect();
    match item.answer.as_ref().and_then(letter) {
        Some(letter) => format!("{letter}, "),
        None if order.is_empty() => String::new(),
        None => format!("{}: ", order.join(", ")),
    }
}
