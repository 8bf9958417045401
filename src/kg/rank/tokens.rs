//! What a path is made of, without who it is made of: categories and relations, and pieces of that sequence.

use crate::kg::CategoryId;
use crate::kg::NodeId;
use crate::kg::rank::MAX_HOPS;
use crate::kg::rank::candidates::Arc;
use crate::kg::rank::candidates::Terrain;
use crate::kg::rank::candidates::Way;

/// The kinds of pieces that are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Piece {
    /// The whole path: categories and relations.
    Metapath,
    /// The whole path: categories.
    Categories,
    /// The whole path: relations.
    Relations,
    /// A hop with the categories of its ends.
    Hop,
    /// Two hops in a row.
    Pair,
    /// Three hops in a row.
    Triple,
    /// The categories of three nodes in a row.
    Kinds,
    /// The first two hops.
    Start,
    /// The last two hops.
    End,
}

impl Piece {
    pub(super) const ALL: [Self; 9] = [
        Self::Metapath,
        Self::Categories,
        Self::Relations,
        Self::Hop,
        Self::Pair,
        Self::Triple,
        Self::Kinds,
        Self::Start,
        Self::End,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Metapath => "metapath",
            Self::Categories => "categories",
            Self::Relations => "relations",
            Self::Hop => "hop",
            Self::Pair => "pair",
            Self::Triple => "triple",
            Self::Kinds => "kinds",
            Self::Start => "start",
            Self::End => "end",
        }
    }
}

/// A piece of a path: symbols from the first to the last, nine bits each and never 0, packed into one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Token(pub(super) u128);

const SYMBOL_BITS: u32 = 9;

impl Token {
    const EMPTY: Self = Self(0);

    pub(super) fn push(self, symbol: u16) -> Self {
        Self(self.0 << SYMBOL_BITS | u128::from(symbol & 0x1ff))
    }

    /// The symbols, first to last.
    pub(super) fn symbols(self) -> Vec<u16> {
        let mut rest = self.0;
        let mut symbols = Vec::new();
        while rest > 0 {
            symbols.push(u16::try_from(rest & 0x1ff).unwrap_or(0));
            rest >>= SYMBOL_BITS;
        }
        symbols.reverse();
        symbols
    }
}

/// The symbol of a category. Of a graph with more categories than symbols the last ones share one.
pub(super) fn of_category(category: CategoryId) -> u16 {
    category.0.saturating_add(1).min(0x1ff)
}

/// The symbol of a way.
pub(super) fn of_way(way: Way) -> u16 {
    way.0.saturating_add(1).min(0x1ff)
}

/// A path by what it is made of.
#[derive(Debug, Clone)]
pub(super) struct Made {
    pub(super) n_hops: usize,
    /// The symbol of each node's category.
    pub(super) categories: [u16; MAX_HOPS + 1],
    /// Each hop.
    pub(super) arcs: [Option<Arc>; MAX_HOPS],
}

impl Made {
    pub(super) fn of(terrain: &Terrain<'_>, path: &[NodeId]) -> Self {
        let mut made = Self {
            n_hops: path.len().saturating_sub(1).min(MAX_HOPS),
            categories: [0; MAX_HOPS + 1],
            arcs: [None; MAX_HOPS],
        };
        for (slot, &node) in made.categories.iter_mut().zip(path) {
            *slot = of_category(terrain.graph().node(node).category);
        }
        for (slot, ends) in made.arcs.iter_mut().zip(path.windows(2)) {
            if let &[from, to] = ends {
                *slot = terrain.arc(from, to);
            }
        }
        made
    }

    fn way(&self, at: usize) -> u16 {
        self.arcs[at].map_or(0, |arc| of_way(arc.way))
    }

    /// Hops from one position to another.
    fn hops(&self, from: usize, to: usize) -> Token {
        (from..to).fold(Token::EMPTY.push(self.categories[from]), |token, at| {
            token.push(self.way(at)).push(self.categories[at + 1])
        })
    }

    /// The pieces of a kind, first to last.
    pub(super) fn pieces(&self, piece: Piece, mut take: impl FnMut(Token)) {
        let n = self.n_hops;
        match piece {
            Piece::Metapath => take(self.hops(0, n)),
            Piece::Categories => {
                take(self.categories[..=n].iter().fold(Token::EMPTY, |token, &symbol| token.push(symbol)));
            }
            Piece::Relations => take((0..n).fold(Token::EMPTY, |token, at| token.push(self.way(at)))),
            Piece::Hop => (0..n).for_each(|at| take(self.hops(at, at + 1))),
            Piece::Pair => (0..n.saturating_sub(1)).for_each(|at| take(self.hops(at, at + 2))),
            Piece::Triple => (0..n.saturating_sub(2)).for_each(|at| take(self.hops(at, at + 3))),
            Piece::Kinds => {
                for three in self.categories[..=n].windows(3) {
                    take(three.iter().fold(Token::EMPTY, |token, &symbol| token.push(symbol)));
                }
            }
            Piece::Start => take(self.hops(0, n.min(2))),
            Piece::End => take(self.hops(n.saturating_sub(2), n)),
        }
    }
}
