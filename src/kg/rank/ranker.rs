//! What was learned, as data.
//!
//! Weights are a file and no code: whoever doubts them learns them anew with the command that made them and compares
//! bytes. Categories and relations go by their names in it, so that another graph, which numbers them otherwise, is
//! ranked by the same weights; what that graph lacks is left out.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use rustc_hash::FxHashMap;
use serde::Deserialize;
use thiserror::Error;

use crate::kg::Graph;
use crate::kg::NodeId;
use crate::kg::rank::Candidates;
use crate::kg::rank::Landscape;
use crate::kg::rank::TooMany;
use crate::kg::rank::candidates::Way;
use crate::kg::rank::features::N_FEATURES;
use crate::kg::rank::features::feature_names;
use crate::kg::rank::learn::rows;
use crate::kg::rank::measure::order;
use crate::kg::rank::priors::Priors;
use crate::kg::rank::tokens::Made;
use crate::kg::rank::tokens::Piece;
use crate::kg::rank::tokens::Token;
use crate::kg::rank::tokens::of_category;
use crate::kg::rank::tokens::of_way;
use crate::kg::rank::trees;
use crate::kg::rank::trees::Knot;
use crate::kg::rank::trees::Tree;
use crate::kg::search::Path;

/// The version of the file: it changes whenever a feature does.
const FORMAT: u32 = 1;
const STANDARD: &str = include_str!("weights.json");

/// Why a file of weights cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RankerError {
    /// It is no such file.
    #[error("the weights are no JSON of `thinkpath rank learn`: {0}")]
    Json(#[from] serde_json::Error),
    /// It is of another version.
    #[error("the weights are of format {found}, and this program reads {FORMAT}; learn them anew")]
    Format {
        /// Its version.
        found: u32,
    },
    /// Its features are not those of this program.
    #[error("the weights are for other features than this program knows; learn them anew")]
    Features,
    /// A piece names a symbol that there is not, or a tree leads out of itself or back.
    #[error("the weights are damaged: {what} {at} leads nowhere")]
    Damaged {
        /// `piece` or `tree`.
        what: &'static str,
        /// Its number, from 0.
        at: usize,
    },
}

/// A knot of a tree: what is told there, and the feature, the greatest value that goes left, and where the two go.
type KnotRow = (f64, Option<(usize, f64, usize, usize)>);

/// The file as it is read.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Weights {
    format: u32,
    features: Vec<String>,
    symbols: Vec<String>,
    pieces: BTreeMap<String, Vec<(Vec<u16>, f64, f64)>>,
    trees: Vec<Vec<KnotRow>>,
}

/// A ranker of paths from drugs to diseases.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranker {
    /// Names of categories, and of relations after `>` (told from subject to object) or `<`.
    symbols: Vec<String>,
    /// By kind of piece, sorted: its symbols by number, lift and odds.
    pieces: Vec<Vec<(Vec<u16>, [f64; 2])>>,
    trees: Vec<Tree>,
}

impl Ranker {
    /// The ranker that comes with the program.
    ///
    /// # Errors
    ///
    /// [`RankerError`] if the weights that were compiled in are of another version.
    pub fn standard() -> Result<Self, RankerError> {
        Self::parse(STANDARD)
    }

    /// Reads weights.
    ///
    /// # Errors
    ///
    /// [`RankerError`] with what is wrong with them.
    pub fn parse(text: &str) -> Result<Self, RankerError> {
        let Weights { format, features, symbols, pieces, trees } = serde_json::from_str(text)?;
        if format != FORMAT {
            return Err(RankerError::Format { found: format });
        }
        if features != feature_names() || pieces.keys().any(|name| Piece::ALL.iter().all(|piece| piece.name() != name))
        {
            return Err(RankerError::Features);
        }
        let of_piece = |piece: Piece| {
            let list = pieces.get(piece.name()).map(Vec::as_slice).unwrap_or_default();
            list.iter().map(|(symbols, lift, odds)| (symbols.clone(), [*lift, *odds])).collect::<Vec<_>>()
        };
        let pieces: Vec<Vec<(Vec<u16>, [f64; 2])>> = Piece::ALL.map(of_piece).into();
        let is_symbol = |&symbol: &u16| usize::from(symbol) < symbols.len();
        if let Some(at) = pieces.iter().flatten().position(|(piece, _)| !piece.iter().all(is_symbol)) {
            return Err(RankerError::Damaged { what: "piece", at });
        }
        let tree = |(at, knots): (usize, Vec<_>)| tree(knots).ok_or(RankerError::Damaged { what: "tree", at });
        let trees = trees.into_iter().enumerate().map(tree).collect::<Result<_, _>>()?;
        Ok(Self { symbols, pieces, trees })
    }

    /// The weights as a file, a piece or a tree a line; [`Ranker::parse`] reads them.
    pub fn as_json(&self) -> String {
        let mut text = format!("{{\"format\": {FORMAT},\n\"features\": {},\n", list(&feature_names()));
        // Writing to a String cannot fail.
        let _ = write!(text, "\"symbols\": {},\n\"pieces\": {{", list(&self.symbols));
        for (number, (piece, table)) in Piece::ALL.iter().zip(&self.pieces).enumerate() {
            let rows: Vec<String> = table
                .iter()
                .map(|(symbols, [lift, odds])| {
                    let symbols: Vec<String> = symbols.iter().map(u16::to_string).collect();
                    format!("[[{}],{lift:?},{odds:?}]", symbols.join(","))
                })
                .collect();
            let comma = if number == 0 { "" } else { "," };
            let _ = write!(text, "{comma}\n\"{}\": [\n{}]", piece.name(), rows.join(",\n"));
        }
        let knot = |knot: &Knot| match knot.split {
            None => format!("[{:?},null]", knot.value),
            Some((feature, most, left, right)) => format!("[{:?},[{feature},{most:?},{left},{right}]]", knot.value),
        };
        let trees =
            self.trees.iter().map(|tree| format!("[{}]", tree.0.iter().map(knot).collect::<Vec<_>>().join(",")));
        let _ = write!(text, "}},\n\"trees\": [\n{}]}}\n", trees.collect::<Vec<_>>().join(",\n"));
        text
    }

    /// What was learned on a graph, by names.
    pub(super) fn new(graph: &Graph, priors: &Priors, trees: Vec<Tree>) -> Self {
        let names = Names::of(graph);
        let mut named: Vec<Vec<(Vec<&str>, [f64; 2])>> = Vec::new();
        for piece in Piece::ALL {
            let rows = priors.table(piece).iter().map(|(&token, &values)| (names.of_token(piece, token), values));
            let mut rows: Vec<_> = rows.collect();
            rows.sort_by(|left, right| left.0.cmp(&right.0));
            named.push(rows);
        }
        let all: std::collections::BTreeSet<&str> =
            named.iter().flatten().flat_map(|(names, _)| names).copied().collect();
        let symbols: Vec<String> = all.iter().map(|&name| name.to_owned()).collect();
        let number = |name: &&str| u16::try_from(symbols.partition_point(|other| &**other < *name)).unwrap_or(u16::MAX);
        let numbered = |(names, values): (Vec<&str>, [f64; 2])| (names.iter().map(number).collect(), values);
        let pieces = named.into_iter().map(|rows| rows.into_iter().map(numbered).collect()).collect();
        Self { symbols, pieces, trees }
    }

    /// The counts of pieces by the numbers that a graph has for categories and relations.
    fn priors(&self, graph: &Graph) -> Priors {
        let names = Names::of(graph);
        let known: Vec<Option<u16>> = self.symbols.iter().map(|name| names.symbols.get(name).copied()).collect();
        let token = |symbols: &[u16]| {
            let symbols: Option<Vec<u16>> =
                symbols.iter().map(|&symbol| known.get(usize::from(symbol)).copied().flatten()).collect();
            Some(symbols?.into_iter().fold(Token(0), Token::push))
        };
        let table = |rows: &Vec<(Vec<u16>, [f64; 2])>| -> FxHashMap<Token, [f64; 2]> {
            rows.iter().filter_map(|(symbols, values)| Some((token(symbols)?, *values))).collect()
        };
        Priors(self.pieces.iter().map(table).collect())
    }
}

fn list(names: &[String]) -> String {
    // Names of categories and relations are words.
    let names: Vec<String> = names.iter().map(|name| format!("{name:?}")).collect();
    format!("[{}]", names.join(","))
}

/// A tree whose knots lead on to later ones and ask for features that there are.
fn tree(knots: Vec<KnotRow>) -> Option<Tree> {
    let n = knots.len();
    let is_sound = |(at, (_, split)): (usize, &KnotRow)| {
        split.is_none_or(|(feature, _, left, right)| {
            feature < N_FEATURES && left > at && right > at && left < n && right < n
        })
    };
    let is_tree = n > 0 && knots.iter().enumerate().all(is_sound);
    is_tree.then(|| Tree(knots.into_iter().map(|(value, split)| Knot { value, split }).collect()))
}

/// The symbols of a graph's categories and relations by name, and the names by symbol.
struct Names {
    categories: Vec<String>,
    ways: Vec<String>,
    symbols: BTreeMap<String, u16>,
}

impl Names {
    fn of(graph: &Graph) -> Self {
        let mut names = Self { categories: vec![String::new()], ways: vec![String::new()], symbols: BTreeMap::new() };
        for name in graph.categories() {
            if let Some(category) = graph.category_id(name) {
                names.symbols.insert(name.to_owned(), of_category(category));
            }
            names.categories.push(name.to_owned());
        }
        for (relation, row) in graph.relations().iter() {
            for (sign, is_back) in [(">", false), ("<", true)] {
                let name = format!("{sign}{}", row.name);
                names.symbols.insert(name.clone(), of_way(Way::new(relation.index(), is_back)));
                names.ways.push(name);
            }
        }
        names
    }

    fn of_token(&self, piece: Piece, token: Token) -> Vec<&str> {
        let name = |(at, symbol): (usize, u16)| {
            let is_way = match piece {
                Piece::Categories | Piece::Kinds => false,
                Piece::Relations => true,
                _ => at % 2 == 1,
            };
            let names = if is_way { &self.ways } else { &self.categories };
            names.get(usize::from(symbol)).map_or("", String::as_str)
        };
        token.symbols().into_iter().enumerate().map(name).collect()
    }
}

/// A path with its score, and what the score is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    /// The path.
    pub path: Path,
    /// The higher, the likelier a curator would have drawn it; the difference between two is what counts.
    pub score: f64,
    /// What it would be if nothing were known of the path.
    pub base: f64,
    /// The features that moved it: number, value and by how much; those that moved it most come first.
    pub parts: Vec<(usize, f64, f64)>,
}

/// A ranker on a graph.
#[derive(Debug)]
pub struct Guide<'a> {
    landscape: &'a Landscape<'a>,
    priors: Priors,
    trees: Vec<Tree>,
}

impl<'a> Guide<'a> {
    /// Looks up the ranker's names in the graph.
    pub fn new(landscape: &'a Landscape<'a>, ranker: &Ranker) -> Self {
        Self { landscape, priors: ranker.priors(landscape.terrain.graph()), trees: ranker.trees.clone() }
    }

    /// The best so many of the paths of at most so many hops from a drug to a disease, best first; of equal scores the first
    /// in the order of CURIEs. Longer paths are scored too, because a path is known by how many others there are.
    ///
    /// # Errors
    ///
    /// [`TooMany`] if not all paths could be looked at.
    ///
    /// # Complexity
    ///
    /// That of [`Candidates::between`], and O(trees · depth) for each candidate.
    pub fn best(
        &self,
        (from, to): (NodeId, NodeId),
        (max_hops, n_paths): (usize, usize),
        budget: u64,
    ) -> Result<Vec<Scored>, TooMany> {
        let candidates = Candidates::between(self.landscape.terrain, from, to, budget)?;
        let made: Vec<Made> = candidates.iter().map(|path| Made::of(self.landscape.terrain, path)).collect();
        let rows = rows(self.landscape, &self.priors, &candidates, &made);
        let scores: Vec<f64> = rows.chunks_exact(N_FEATURES).map(|row| trees::score(&self.trees, row)).collect();
        let mut best: Vec<usize> =
            (0..candidates.len()).filter(|&at| candidates.path(at).len() <= max_hops + 1).collect();
        best.sort_by(order(&scores));
        best.truncate(n_paths);
        let scored = |at: usize| {
            let row = &rows[at * N_FEATURES..][..N_FEATURES];
            let mut moved = vec![0.0; N_FEATURES];
            self.trees.iter().for_each(|tree| tree.explain(row, &mut moved));
            let mut parts: Vec<(usize, f64, f64)> =
                moved.iter().enumerate().filter(|(_, by)| **by != 0.0).map(|(at, &by)| (at, row[at], by)).collect();
            parts.sort_by(|left, right| right.2.abs().total_cmp(&left.2.abs()).then(left.0.cmp(&right.0)));
            let base = self.trees.iter().filter_map(|tree| tree.0.first()).map(|root| root.value).sum();
            Scored { path: Path { nodes: candidates.path(at).to_vec() }, score: scores[at], base, parts }
        };
        Ok(best.into_iter().map(scored).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weights_that_come_along_are_read_and_written_alike() {
        let ranker = Ranker::standard().unwrap();
        assert_eq!(ranker.as_json(), STANDARD);
        assert_eq!(feature_names().len(), N_FEATURES);
    }

    #[test]
    fn damaged_weights_are_refused() {
        let other = |from: &str, to: &str| Ranker::parse(&STANDARD.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(other("\"format\": 1", "\"format\": 2").starts_with("the weights are of format 2"));
        assert!(other("\"hops\"", "\"leaps\"").starts_with("the weights are for other features"));
        assert!(other("\"hop\": [\n[[", "\"hop\": [\n[[9999,").starts_with("the weights are damaged: piece "));
        assert!(other("\"trees\": [\n[", "\"trees\": [\n[],\n[").starts_with("the weights are damaged: tree 0"));
        assert!(Ranker::parse("[").is_err());
    }

    #[test]
    fn the_best_path_comes_with_what_its_score_is_made_of() {
        let graph = Graph::from_arrows(
            "Drug:a -decreases_activity_of-> Protein:b\nProtein:b -positively_regulates-> BiologicalProcess:c\n\
             BiologicalProcess:c -positively_correlated_with-> Disease:d\nDrug:a -affects-> Disease:e\n\
             Disease:e -is_a-> Disease:d",
        )
        .unwrap();
        let terrain = crate::kg::rank::Terrain::new(&graph);
        let landscape = Landscape::new(&terrain);
        let guide = Guide::new(&landscape, &Ranker::standard().unwrap());
        let node = |name: &str| graph.find(&name.parse().unwrap()).unwrap();
        let ends = (node("Drug:a"), node("Disease:d"));
        let best = guide.best(ends, (6, 5), 1_000).unwrap();
        assert_eq!(best.len(), 2);
        assert_eq!(guide.best(ends, (6, 1), 1_000).unwrap(), best[..1]);
        let short: Vec<Scored> = best.iter().filter(|found| found.path.n_hops() == 2).cloned().collect();
        assert_eq!(guide.best(ends, (2, 5), 1_000).unwrap(), short);
        for found in &best {
            let sum = found.base + found.parts.iter().map(|part| part.2).sum::<f64>();
            assert!((sum - found.score).abs() < 1e-9, "{found:?}");
        }
        // A mechanism goes before a disease that the drug merely affects.
        assert_eq!(best[0].path.n_hops(), 3);
        assert!(guide.best(ends, (6, 5), 3).is_err());
    }
}
