//! How often pieces of paths are drawn, among how many that might have been.
//!
//! Everything is counted a question at a time, so that a pair with ten thousand paths says no more than one with ten; and
//! fold by fold, so that what holds without some folds is a sum of what was counted.

use rustc_hash::FxHashMap;

use crate::kg::rank::tokens::Made;
use crate::kg::rank::tokens::Piece;
use crate::kg::rank::tokens::Token;
use crate::kg::search::as_float;

/// So many questions' worth of a piece, drawn and not, are taken for granted.
const SMOOTHING: f64 = 0.5;
/// So many candidates' worth.
const SMOOTHING_ROWS: f64 = 10.0;

/// How often a piece was met.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Count {
    /// Among candidates, those of each question weighing 1 together.
    candidates: f64,
    /// Among curated ones, those of each question weighing 1 together.
    curated: f64,
    /// Candidates.
    n_candidates: f64,
    /// Curated ones among them.
    n_curated: f64,
}

impl Count {
    fn add(&mut self, other: Self) {
        self.candidates += other.candidates;
        self.curated += other.curated;
        self.n_candidates += other.n_candidates;
        self.n_curated += other.n_curated;
    }

    /// How much more often it is drawn than met, by questions: ln of the ratio of the two sums, each with half a
    /// question added; 0 for what was never met.
    pub(super) fn lift(self) -> f64 {
        ((self.curated + SMOOTHING) / (self.candidates + SMOOTHING)).ln()
    }

    /// The same by candidates: ln of the share that is drawn, over the share of all candidates, with ten candidates of
    /// that share added.
    pub(super) fn odds(self, base: f64) -> f64 {
        ((self.n_curated + SMOOTHING_ROWS * base) / (self.n_candidates + SMOOTHING_ROWS)).ln() - base.ln()
    }
}

/// Counts of pieces of one kind, in the order of tokens.
pub(super) type Table = Vec<(Token, Count)>;

/// Counts of a set of questions.
#[derive(Debug, Clone, Default)]
pub(super) struct Counts {
    /// By kind of piece.
    tables: Vec<Table>,
}

impl Counts {
    /// Counts one question: what each candidate is made of, and whether it is curated.
    pub(super) fn of(made: &[Made], is_curated: &[bool]) -> Self {
        let n_curated = is_curated.iter().filter(|&&is_curated| is_curated).count();
        let share = |n: usize| if n == 0 { 0.0 } else { 1.0 / as_float(n) };
        let (each, each_curated) = (share(made.len()), share(n_curated));
        let tables = Piece::ALL.map(|piece| {
            let mut pieces: Vec<(Token, Count)> = Vec::new();
            for (made, &is_curated) in made.iter().zip(is_curated) {
                let flag = f64::from(u8::from(is_curated));
                let one = Count { candidates: each, curated: each_curated * flag, n_candidates: 1.0, n_curated: flag };
                made.pieces(piece, |token| pieces.push((token, one)));
            }
            summed(pieces)
        });
        Self { tables: tables.into() }
    }

    /// The sum of several, in their order.
    pub(super) fn sum(of: &[&Self]) -> Self {
        let table =
            |at: usize| summed(of.iter().filter_map(|counts| counts.tables.get(at)).flatten().copied().collect());
        Self { tables: (0..Piece::ALL.len()).map(table).collect() }
    }

    /// Forgets pieces that were met less than five times and never drawn: most of all pieces, which say next to nothing.
    #[must_use]
    pub(super) fn without_rare(mut self) -> Self {
        for table in &mut self.tables {
            table.retain(|(_, count)| count.n_curated > 0.0 || count.n_candidates >= 5.0);
        }
        self
    }

    /// The pieces of a kind.
    pub(super) fn table(&self, piece: Piece) -> &[(Token, Count)] {
        self.tables.get(piece as usize).map_or(&[], Vec::as_slice)
    }

    /// Lift and odds of every piece, in whole thousandths; what has next to none of either is left out.
    pub(super) fn priors(&self) -> Priors {
        Priors(Piece::ALL.map(|piece| self.values(piece)).into())
    }

    fn values(&self, piece: Piece) -> FxHashMap<Token, [f64; 2]> {
        let table = self.table(piece);
        let (n_curated, n_candidates) = table
            .iter()
            .fold((0.0, 0.0), |(curated, all), (_, count)| (curated + count.n_curated, all + count.n_candidates));
        if n_curated == 0.0 {
            return FxHashMap::default();
        }
        let base = n_curated / n_candidates;
        // Of long pieces there are tens of thousands that nobody drew; short ones say as much against a path.
        let is_long = matches!(piece, Piece::Metapath | Piece::Relations | Piece::Triple);
        let told = table.iter().filter(|(_, count)| !is_long || count.curated >= DRAWN);
        let values = told.map(|&(token, count)| (token, [count.lift(), count.odds(base)].map(thousandths)));
        values.filter(|(_, values)| values[0].abs() >= NEXT_TO_NONE[0] || values[1].abs() >= NEXT_TO_NONE[1]).collect()
    }
}

/// What a piece may say without being kept: lift and odds.
const NEXT_TO_NONE: [f64; 2] = [0.03, 1.0];

/// A long piece is kept if it was drawn in so many questions' worth of curated paths.
const DRAWN: f64 = 1.0;

fn thousandths(value: f64) -> f64 {
    // Adding 0 turns −0 into 0, which is written otherwise.
    (value * 1_000.0).round() / 1_000.0 + 0.0
}

/// By kind of piece: how often each piece is drawn, as lift and odds.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Priors(pub(super) Vec<FxHashMap<Token, [f64; 2]>>);

impl Priors {
    /// The pieces of a kind.
    pub(super) fn table(&self, piece: Piece) -> &FxHashMap<Token, [f64; 2]> {
        &self.0[piece as usize]
    }
}

/// Sorted, each token once.
fn summed(mut pieces: Vec<(Token, Count)>) -> Table {
    // The sort is stable, so counts of a token are added in the order in which they came.
    pieces.sort_by_key(|&(token, _)| token);
    pieces.dedup_by(|next, kept| {
        let is_same = next.0 == kept.0;
        if is_same {
            kept.1.add(next.1);
        }
        is_same
    });
    pieces
}
