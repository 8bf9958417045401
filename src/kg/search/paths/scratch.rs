//! What a search writes on its way, set aside once and used for many.
//!
//! It is as long as the graph has nodes, so to ask for it costs more than a short search. A ground keeps what searches
//! are done with, and hands it to the next; nothing that it holds changes what is found.

use crate::kg::search::paths::Ground;
use crate::kg::search::paths::OutOfWork;
use crate::kg::search::paths::PathQuery;
use crate::kg::search::paths::Work;
use crate::kg::search::paths::between::Between;
use crate::kg::search::paths::bits::Bits;
use crate::kg::search::paths::levels::Side;
use crate::kg::search::paths::levels::Towards;

/// Two balls, and what lies between.
#[derive(Debug)]
pub(super) struct Scratch {
    /// The ball around the start.
    pub(super) ahead: Side,
    /// The ball around the end.
    pub(super) behind: Side,
    /// What neither may reach.
    pub(super) barred: Bits,
    pub(super) between: Between,
}

impl Scratch {
    pub(super) fn new(n_nodes: usize) -> Self {
        Self {
            ahead: Side::new(Towards::Ahead, n_nodes),
            behind: Side::new(Towards::Back, n_nodes),
            barred: Bits::new(n_nodes),
            between: Between::new(n_nodes),
        }
    }

    /// Grows both balls until they touch; their distance, if it is no more than `max_hops`. The last level is not
    /// closed.
    pub(super) fn meet(
        &mut self,
        ground: &Ground<'_>,
        query: &PathQuery,
        work: &mut Work,
    ) -> Result<Option<u32>, OutOfWork> {
        // Any node may be an end.
        self.barred.copy(ground.closed());
        self.barred.remove(query.from);
        self.barred.remove(query.to);
        self.ahead.begin(ground, query.from, &self.barred);
        self.behind.begin(ground, query.to, &self.barred);
        if query.from == query.to {
            return Ok(None);
        }
        for n_hops in 1..=query.max_hops {
            if self.ahead.frontier().is_empty() || self.behind.frontier().is_empty() {
                break;
            }
            // One ball has grown by a level since they did not touch, so what they share lies exactly this far apart.
            let middle = self.between.middle();
            let grown = if self.ahead.next_cost() <= self.behind.next_cost() {
                self.ahead.widen(ground, Some(query.to), work)?;
                self.ahead.meeting(&self.behind, &self.barred, middle);
                &mut self.ahead
            } else {
                self.behind.widen(ground, Some(query.from), work)?;
                self.behind.meeting(&self.ahead, &self.barred, middle);
                &mut self.behind
            };
            if !middle.is_empty() {
                return Ok(Some(n_hops));
            }
            grown.close(ground);
        }
        Ok(None)
    }

    /// Grows the ball whose next level costs less by that level.
    pub(super) fn widen(&mut self, ground: &Ground<'_>, query: &PathQuery, work: &mut Work) -> Result<(), OutOfWork> {
        let (side, other) = if self.ahead.next_cost() <= self.behind.next_cost() {
            (&mut self.ahead, query.to)
        } else {
            (&mut self.behind, query.from)
        };
        side.widen(ground, Some(other), work)?;
        side.close(ground);
        Ok(())
    }
}
