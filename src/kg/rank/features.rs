//! What a ranking knows of a path.
//!
//! Three kinds of things: what is there whatever was learned (lengths, degrees, how many ways lead through a node), how
//! often curators draw pieces of its kind, and where it stands among the other paths of its pair. Nothing of it tells
//! one node from another of the same category and the same numbers of edges.

use rustc_hash::FxHashMap;

use crate::kg::NodeId;
use crate::kg::rank::Candidates;
use crate::kg::rank::candidates::Arc;
use crate::kg::rank::candidates::Terrain;
use crate::kg::rank::candidates::Way;
use crate::kg::rank::priors::Priors;
use crate::kg::rank::tokens::Made;
use crate::kg::rank::tokens::Piece;
use crate::kg::search::as_float;

/// What does not depend on what was learned, in order. See the page `path_ranking` of the guide for each formula.
const FIXED: [&str; 46] = [
    "hops",
    "hops.beyond_least",
    "candidates",
    "out.sum",
    "out.most",
    "out.least",
    "out.first",
    "out.last",
    "in.sum",
    "in.most",
    "in.least",
    "in.first",
    "in.last",
    "from.out",
    "to.in",
    "walk.ahead",
    "walk.back",
    "alike.ahead.sum",
    "alike.ahead.first",
    "alike.ahead.last",
    "alike.back.sum",
    "alike.back.first",
    "alike.back.last",
    "drugs.2.sum",
    "drugs.3.sum",
    "drugs.5.sum",
    "drugs.3.last",
    "diseases.2.sum",
    "diseases.3.sum",
    "diseases.5.sum",
    "diseases.3.first",
    "chords",
    "chords.longest",
    "sign",
    "unsigned",
    "kinds_of",
    "back",
    "parallel",
    "shared.mean",
    "shared.least",
    "shared_hop.mean",
    "shared_hop.least",
    "detours.sum",
    "detours.hops",
    "rank.degree",
    "rank.walk",
];

/// Pieces of which a path has several: the sum and the least of their values are known.
const MANY: [Piece; 4] = [Piece::Hop, Piece::Pair, Piece::Triple, Piece::Kinds];
/// Pieces of which it has one.
const ONE: [Piece; 5] = [Piece::Metapath, Piece::Categories, Piece::Relations, Piece::Start, Piece::End];
/// Features whose distance from the best of the pair is known too: by their number among those that were learned.
const BESIDE: [usize; 4] = [0, 4, 8, 18];

/// The names of all features, in order.
pub fn feature_names() -> Vec<String> {
    let mut names: Vec<String> = FIXED.map(str::to_owned).into();
    let mut learned = Vec::new();
    for piece in MANY {
        for (value, what) in [("lift", "sum"), ("lift", "least"), ("odds", "sum"), ("odds", "least")] {
            learned.push(format!("{}.{value}.{what}", piece.name()));
        }
    }
    for piece in ONE {
        learned.extend(["lift", "odds"].map(|value| format!("{}.{value}", piece.name())));
    }
    let beside: Vec<String> =
        BESIDE.iter().filter_map(|&at| learned.get(at)).map(|name| format!("{name}.beside")).collect();
    names.extend(learned);
    names.extend(beside);
    names
}

/// How many features do not depend on what was learned.
pub(super) const N_FIXED: usize = FIXED.len();
/// How many do.
pub(super) const N_LEARNED: usize = 4 * MANY.len() + 2 * ONE.len() + BESIDE.len();
/// All of them.
pub(super) const N_FEATURES: usize = N_FIXED + N_LEARNED;

/// What is known of nodes, worked out once for a graph.
#[derive(Debug, Clone)]
pub struct Landscape<'a> {
    pub(super) terrain: &'a Terrain<'a>,
    /// By node: ln (1 + walks of at most 2, 3 and 5 hops from any drug), and the same to any disease.
    from_drugs: [Vec<f64>; 3],
    to_diseases: [Vec<f64>; 3],
    /// How many hops lead from a node, or to it, by a way.
    ahead: FxHashMap<(NodeId, Way), f64>,
    back: FxHashMap<(NodeId, Way), f64>,
    signs: Vec<i8>,
    is_taxonomic: Vec<bool>,
}

impl<'a> Landscape<'a> {
    /// Works it out.
    ///
    /// # Complexity
    ///
    /// O(e) time for e edges, six floats a node.
    pub fn new(terrain: &'a Terrain<'a>) -> Self {
        let graph = terrain.graph();
        let sign = |name: &str, sign: i8| match name {
            "positively_correlated_with" => 1,
            "negatively_correlated_with" => -1,
            _ => sign,
        };
        let (mut ahead, mut back) = (FxHashMap::default(), FxHashMap::default());
        for (node, _) in graph.nodes() {
            for arc in terrain.ahead(node) {
                *ahead.entry((node, arc.way)).or_insert(0.0) += 1.0;
                *back.entry((arc.to, arc.way)).or_insert(0.0) += 1.0;
            }
        }
        Self {
            terrain,
            ahead,
            back,
            from_drugs: walks(terrain, "Drug", true),
            to_diseases: walks(terrain, "Disease", false),
            signs: graph.relations().iter().map(|(_, row)| sign(&row.name, row.sign)).collect(),
            is_taxonomic: graph.relations().iter().map(|(_, row)| row.is_taxonomic).collect(),
        }
    }

    /// What is there whatever was learned, a row of [`N_FIXED`] for each candidate.
    pub(super) fn fixed(&self, candidates: &Candidates, made: &[Made]) -> Vec<f64> {
        let shares = Shares::of(candidates);
        let least = candidates.iter().map(<[NodeId]>::len).min().unwrap_or(0);
        let mut rows = Vec::with_capacity(candidates.len() * N_FIXED);
        for (path, made) in candidates.iter().zip(made) {
            let before = rows.len();
            self.push_fixed(path, made, (least, as_float(candidates.len())), &shares, &mut rows);
            debug_assert_eq!(rows.len() - before + 2, N_FIXED, "but for the two ranks");
            rows.extend([0.0, 0.0]);
        }
        let key = |at: usize, of: &dyn Fn(&[f64]) -> f64| of(&rows[at * N_FIXED..][..N_FIXED]);
        let by_degree = places(candidates.len(), |at| key(at, &|row| row[0] * 1_000.0 + row[3] + row[8]));
        let by_walk = places(candidates.len(), |at| key(at, &|row| row[15] + row[16]));
        for (at, row) in rows.chunks_exact_mut(N_FIXED).enumerate() {
            row[N_FIXED - 2] = by_degree[at];
            row[N_FIXED - 1] = by_walk[at];
        }
        rows
    }

    fn push_fixed(&self, path: &[NodeId], made: &Made, pair: (usize, f64), shares: &Shares, row: &mut Vec<f64>) {
        let terrain = self.terrain;
        let inner = &path[1..path.len() - 1];
        row.extend([as_float(made.n_hops), as_float(path.len() - pair.0), pair.1.ln()]);
        let out = |node: NodeId| (1.0 + as_float(terrain.ahead(node).len())).ln();
        let into = |node: NodeId| (1.0 + as_float(terrain.behind(node).len())).ln();
        row.extend(five(inner, out));
        row.extend(five(inner, into));
        let (from, to) = (path[0], path[path.len() - 1]);
        row.extend([out(from), into(to)]);
        row.push(path[..path.len() - 1].iter().map(|&node| out(node)).sum());
        row.push(path[1..].iter().map(|&node| into(node)).sum());
        let hops: Vec<_> =
            path.windows(2).zip(&made.arcs).filter_map(|(ends, arc)| Some((ends[0], ends[1], (*arc)?))).collect();
        let ahead: Vec<f64> = hops.iter().map(|&(from, _, arc)| Self::alike(&self.ahead, from, arc).ln()).collect();
        let back: Vec<f64> = hops.iter().map(|&(_, to, arc)| Self::alike(&self.back, to, arc).ln()).collect();
        for alike in [ahead, back] {
            row.extend([
                alike.iter().sum(),
                alike.first().copied().unwrap_or(0.0),
                alike.last().copied().unwrap_or(0.0),
            ]);
        }
        let sum = |of: &[f64]| inner.iter().map(|node| of[node.index()]).sum::<f64>();
        row.extend(self.from_drugs.iter().map(|walks| sum(walks)));
        row.push(self.from_drugs[1][inner[inner.len() - 1].index()]);
        row.extend(self.to_diseases.iter().map(|walks| sum(walks)));
        row.push(self.to_diseases[1][inner[0].index()]);
        row.extend(self.chords(path));
        row.extend(self.told(made));
        row.extend(shares.of_path(path));
        let detours = hops.iter().map(|&(from, to, _)| terrain.n_between(from, to)).filter(|&n| n > 0);
        let (sum, n) = detours.fold((0.0, 0.0), |(sum, n), detours| (sum + (1.0 + as_float(detours)).ln(), n + 1.0));
        row.extend([sum, n]);
    }

    /// How many hops lead from a node, or to it, by the way of one that does.
    fn alike(counts: &FxHashMap<(NodeId, Way), f64>, node: NodeId, arc: Arc) -> f64 {
        counts.get(&(node, arc.way)).copied().unwrap_or(1.0)
    }

    /// How many hops would cut the path short, and over how many hops the longest.
    fn chords(&self, path: &[NodeId]) -> [f64; 2] {
        let (mut n, mut longest) = (0, 0);
        for from in 0..path.len() {
            for to in from + 2..path.len() {
                let is_pair = from == 0 && to + 1 == path.len();
                if !is_pair && self.terrain.arc(path[from], path[to]).is_some() {
                    n += 1;
                    longest = longest.max(to - from);
                }
            }
        }
        [as_float(n), as_float(longest)]
    }

    /// The product of the signs that are known, and how many are not; hops to kinds, hops that are told from the
    /// object, and ways beside the first.
    fn told(&self, made: &Made) -> [f64; 5] {
        let mut told = [1.0, 0.0, 0.0, 0.0, 0.0];
        for arc in made.arcs.iter().flatten() {
            let relation = arc.way.relation();
            match self.signs.get(relation).copied().unwrap_or(0) {
                0 => told[1] += 1.0,
                sign => told[0] *= f64::from(sign),
            }
            told[2] += f64::from(u8::from(self.is_taxonomic.get(relation).copied().unwrap_or(false)));
            told[3] += f64::from(u8::from(arc.way.is_back()));
            told[4] += f64::from(arc.n_ways) - 1.0;
        }
        told
    }
}

/// How often curators draw what a path is made of, a row of [`N_LEARNED`] for each candidate.
pub(super) fn learned(priors: &Priors, made: &[Made]) -> Vec<f64> {
    let mut rows = Vec::with_capacity(made.len() * N_LEARNED);
    for made in made {
        for piece in MANY {
            let table = priors.table(piece);
            let (mut sums, mut least) = ([0.0; 2], [f64::INFINITY; 2]);
            made.pieces(piece, |token| {
                let values = table.get(&token).copied().unwrap_or_default();
                for at in 0..2 {
                    sums[at] += values[at];
                    least[at] = least[at].min(values[at]);
                }
            });
            // A path of two hops has no three in a row.
            let least = least.map(|least| if least.is_finite() { least } else { 9.0 });
            rows.extend([sums[0], least[0], sums[1], least[1]]);
        }
        for piece in ONE {
            let mut values = [0.0; 2];
            made.pieces(piece, |token| values = priors.table(piece).get(&token).copied().unwrap_or_default());
            rows.extend(values);
        }
        rows.extend([0.0; BESIDE.len()]);
    }
    for (slot, &at) in BESIDE.iter().enumerate() {
        let most = rows.chunks_exact(N_LEARNED).map(|row| row[at]).fold(f64::NEG_INFINITY, f64::max);
        for row in rows.chunks_exact_mut(N_LEARNED) {
            row[N_LEARNED - BESIDE.len() + slot] = row[at] - most;
        }
    }
    rows
}

/// The sum, the greatest, the least, the first and the last of a value of nodes.
fn five(nodes: &[NodeId], of: impl Fn(NodeId) -> f64) -> [f64; 5] {
    let values: Vec<f64> = nodes.iter().map(|&node| of(node)).collect();
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    [values.iter().sum(), most, least, values.first().copied().unwrap_or(0.0), values.last().copied().unwrap_or(0.0)]
}

/// ln (1 + place) of each by a key, smallest first; equal keys keep their order.
fn places(n: usize, key: impl Fn(usize) -> f64) -> Vec<f64> {
    let keys: Vec<f64> = (0..n).map(key).collect();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&left, &right| keys[left].total_cmp(&keys[right]));
    let mut places = vec![0.0; n];
    for (place, at) in order.into_iter().enumerate() {
        places[at] = (1.0 + as_float(place)).ln();
    }
    places
}

/// How many candidates of a pair lead through a node, or over a hop.
struct Shares {
    n: f64,
    nodes: FxHashMap<NodeId, f64>,
    hops: FxHashMap<(NodeId, NodeId), f64>,
}

impl Shares {
    fn of(candidates: &Candidates) -> Self {
        let mut shares =
            Self { n: as_float(candidates.len()), nodes: FxHashMap::default(), hops: FxHashMap::default() };
        for path in candidates.iter() {
            for &node in path {
                *shares.nodes.entry(node).or_default() += 1.0;
            }
            for ends in path.windows(2) {
                *shares.hops.entry((ends[0], ends[1])).or_default() += 1.0;
            }
        }
        shares
    }

    /// The mean and the least ln share of its inner nodes, and of its hops.
    fn of_path(&self, path: &[NodeId]) -> [f64; 4] {
        let mean_and_least = |values: Vec<f64>| {
            let n = as_float(values.len().max(1));
            (values.iter().sum::<f64>() / n, values.iter().copied().fold(0.0, f64::min))
        };
        let ln_share = |count: Option<&f64>| (count.copied().unwrap_or(1.0) / self.n).ln();
        let inner = &path[1..path.len() - 1];
        let nodes = mean_and_least(inner.iter().map(|node| ln_share(self.nodes.get(node))).collect());
        let hops = path.windows(2).map(|ends| ln_share(self.hops.get(&(ends[0], ends[1]))));
        let hops = mean_and_least(hops.collect());
        [nodes.0, nodes.1, hops.0, hops.1]
    }
}

/// ln (1 + the number of walks of at most 2, 3 and 5 hops) from nodes of a category to each node, or from it to them.
fn walks(terrain: &Terrain<'_>, category: &str, is_ahead: bool) -> [Vec<f64>; 3] {
    let graph = terrain.graph();
    let category = graph.category_id(category);
    let start: Vec<f64> = graph.nodes().map(|(_, node)| f64::from(u8::from(Some(node.category) == category))).collect();
    let (mut last, mut all) = (start.clone(), vec![0.0; start.len()]);
    let mut kept = Vec::new();
    for n_hops in 1..=5 {
        let mut next = vec![0.0; last.len()];
        for (node, _) in graph.nodes() {
            for arc in terrain.ahead(node) {
                let (from, to) = if is_ahead { (node, arc.to) } else { (arc.to, node) };
                next[to.index()] += last[from.index()];
            }
        }
        all.iter_mut().zip(&next).for_each(|(sum, walks)| *sum += walks);
        last = next;
        if matches!(n_hops, 2 | 3 | 5) {
            kept.push(all.iter().map(|walks| (1.0 + walks).ln()).collect());
        }
    }
    let mut kept = kept.into_iter();
    [(); 3].map(|()| kept.next().unwrap_or_default())
}
