//! Neighbours in two blocks of memory.
//!
//! Compressed sparse rows: the neighbours of a node lie side by side, grouped by relation, sorted by node and then
//! by edge. An [`EdgeId`] *is* the position of an edge in the outgoing rows, so nothing stores it: outgoing rows hold
//! objects, incoming rows hold subjects, four bytes an edge each, and the edge behind an incoming neighbour is found
//! by one binary search among the subject's objects. That search is paid only by those who ask which edge it was;
//! a traversal reads plain slices of nodes.

use crate::kg::EdgeId;
use crate::kg::NodeId;
use crate::kg::RelationId;

/// One end of an edge, seen from the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Neighbour {
    /// The relation.
    pub relation: RelationId,
    /// The node at the other end.
    pub node: NodeId,
    /// The edge between.
    pub edge: EdgeId,
}

/// The neighbours of every node in one direction.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Rows {
    /// For each node, its first group; one more at the end.
    pub(super) first_groups: Vec<u32>,
    /// The relation of each group.
    pub(super) relations: Vec<RelationId>,
    /// For each group, its first position; one more at the end.
    pub(super) starts: Vec<u32>,
    /// The node at the other end, by position.
    pub(super) nodes: Vec<NodeId>,
}

impl Rows {
    fn groups(&self, node: NodeId) -> std::ops::Range<usize> {
        match self.first_groups.get(node.index()..node.index() + 2) {
            Some(&[start, end]) => start as usize..end as usize,
            _ => 0..0,
        }
    }

    fn positions(&self, groups: &std::ops::Range<usize>) -> std::ops::Range<usize> {
        match (self.starts.get(groups.start), self.starts.get(groups.end)) {
            (Some(&start), Some(&end)) => start as usize..end as usize,
            _ => 0..0,
        }
    }

    /// The group of one relation: a node has few, so they are walked.
    fn group(&self, node: NodeId, relation: RelationId) -> std::ops::Range<usize> {
        let groups = self.groups(node);
        match self.relations[groups.clone()].iter().position(|&found| found == relation) {
            Some(at) => groups.start + at..groups.start + at + 1,
            None => 0..0,
        }
    }
}

/// Every edge, from both ends.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Adjacency {
    pub(super) outgoing: Rows,
    pub(super) incoming: Rows,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Outgoing,
    Incoming,
}

impl Adjacency {
    /// Builds both directions from edges that come relation by relation, each sorted by subject and object.
    ///
    /// # Complexity
    ///
    /// O(n + m) time; 8 bytes an edge, 8 a node, 6 a group.
    pub(super) fn new(n_nodes: usize, relations: &[(RelationId, &[NodeId], &[NodeId])]) -> Self {
        let (outgoing, incoming) = rayon::join(
            || rows(n_nodes, relations, Direction::Outgoing),
            || rows(n_nodes, relations, Direction::Incoming),
        );
        Self { outgoing, incoming }
    }

    /// Whether every position, node and relation that the rows hold is one: what is read from a file must be.
    pub(super) fn is_sound(&self, n_nodes: usize, n_relations: usize) -> bool {
        let is_rising = |list: &[u32], end: usize| {
            list.first() == Some(&0) && list.is_sorted() && list.last().is_some_and(|&last| last as usize == end)
        };
        [&self.outgoing, &self.incoming].into_iter().all(|rows| {
            rows.first_groups.len() == n_nodes + 1
                && is_rising(&rows.first_groups, rows.relations.len())
                && rows.starts.len() == rows.relations.len() + 1
                && is_rising(&rows.starts, rows.nodes.len())
                // The greatest of all, not one after the other: so several are compared at a time.
                && (rows.nodes.is_empty() || (rows.nodes.iter().map(|node| node.0).fold(0, u32::max) as usize) < n_nodes)
                && rows.relations.iter().all(|relation| relation.index() < n_relations)
        })
    }

    /// Whether any edge has a relation.
    pub(super) fn has(&self, relation: RelationId) -> bool {
        self.outgoing.relations.contains(&relation)
    }

    /// How many edges there are.
    pub(super) fn n_edges(&self) -> usize {
        self.outgoing.nodes.len()
    }

    /// Subject, relation and object of an edge. O(log n).
    pub(super) fn ends(&self, edge: EdgeId) -> (NodeId, &RelationId, NodeId) {
        let rows = &self.outgoing;
        let group = rows.starts.partition_point(|&start| start as usize <= edge.index()) - 1;
        let subject = rows.first_groups.partition_point(|&first| first as usize <= group) - 1;
        (NodeId::at(subject), &rows.relations[group], rows.nodes[edge.index()])
    }

    /// Every edge that starts at a node.
    pub(super) fn outgoing(&self, node: NodeId) -> Neighbours<'_> {
        self.along(node, Direction::Outgoing, self.outgoing.groups(node))
    }

    /// Every edge that ends at a node.
    pub(super) fn incoming(&self, node: NodeId) -> Neighbours<'_> {
        self.along(node, Direction::Incoming, self.incoming.groups(node))
    }

    /// The edges of one relation that start at a node.
    pub(super) fn objects(&self, node: NodeId, relation: RelationId) -> Neighbours<'_> {
        self.along(node, Direction::Outgoing, self.outgoing.group(node, relation))
    }

    /// The edges of one relation that end at a node.
    pub(super) fn subjects(&self, node: NodeId, relation: RelationId) -> Neighbours<'_> {
        self.along(node, Direction::Incoming, self.incoming.group(node, relation))
    }

    fn along(&self, of: NodeId, direction: Direction, groups: std::ops::Range<usize>) -> Neighbours<'_> {
        let rows = match direction {
            Direction::Outgoing => &self.outgoing,
            Direction::Incoming => &self.incoming,
        };
        let positions = rows.positions(&groups);
        Neighbours { adjacency: self, of, direction, group: groups.start, group_end: groups.end, positions }
    }
}

/// One direction. Positions go relation by relation, so a node's last group tells whether a new one starts.
fn rows(n_nodes: usize, relations: &[(RelationId, &[NodeId], &[NodeId])], direction: Direction) -> Rows {
    const NEVER: usize = usize::MAX;
    let from = |subjects: &[NodeId], objects: &[NodeId], at: usize| match direction {
        Direction::Outgoing => (subjects[at], objects[at]),
        Direction::Incoming => (objects[at], subjects[at]),
    };
    let mut n_edges = vec![0_u32; n_nodes + 1];
    let mut first_groups = vec![0_u32; n_nodes + 1];
    let mut last = vec![NEVER; n_nodes];
    for (number, (_, subjects, objects)) in relations.iter().enumerate() {
        for at in 0..subjects.len() {
            let node = from(subjects, objects, at).0.index();
            n_edges[node + 1] += 1;
            if last[node] != number {
                last[node] = number;
                first_groups[node + 1] += 1;
            }
        }
    }
    for counts in [&mut n_edges, &mut first_groups] {
        for at in 1..counts.len() {
            counts[at] += counts[at - 1];
        }
    }
    let total = |counts: &[u32]| counts.last().map_or(0, |&total| total as usize);
    let mut nodes = vec![NodeId(0); total(&n_edges)];
    let mut group_relations = vec![RelationId::FIRST; total(&first_groups)];
    let mut starts = vec![0_u32; total(&first_groups) + 1];
    starts[total(&first_groups)] = n_edges.last().copied().unwrap_or(0);
    let (mut next, mut next_group) = (n_edges, first_groups.clone());
    last.fill(NEVER);
    for (number, (relation, subjects, objects)) in relations.iter().enumerate() {
        for at in 0..subjects.len() {
            let (node, other) = from(subjects, objects, at);
            let node = node.index();
            if last[node] != number {
                last[node] = number;
                let group = next_group[node] as usize;
                next_group[node] += 1;
                group_relations[group] = *relation;
                starts[group] = next[node];
            }
            nodes[next[node] as usize] = other;
            next[node] += 1;
        }
    }
    Rows { first_groups, relations: group_relations, starts, nodes }
}

/// Neighbours of a node: all in one direction, or those of one relation.
#[derive(Debug, Clone)]
pub struct Neighbours<'a> {
    adjacency: &'a Adjacency,
    of: NodeId,
    direction: Direction,
    /// The group of the first position, and the one behind the last.
    group: usize,
    group_end: usize,
    positions: std::ops::Range<usize>,
}

impl<'a> Neighbours<'a> {
    fn rows(&self) -> &'a Rows {
        match self.direction {
            Direction::Outgoing => &self.adjacency.outgoing,
            Direction::Incoming => &self.adjacency.incoming,
        }
    }

    /// The nodes, grouped by relation and sorted within each; one that is reached by parallel edges stands as often.
    pub fn nodes(&self) -> &'a [NodeId] {
        &self.rows().nodes[self.positions.clone()]
    }

    /// The edges, where they lead out: the positions themselves.
    pub(super) fn edges(&self) -> impl Iterator<Item = EdgeId> + use<'a> {
        self.clone().map(|to| to.edge)
    }

    /// How many edges lead to them.
    pub fn len(&self) -> usize {
        self.positions.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.positions.is_empty()
    }

    /// The first.
    pub fn first(&self) -> Option<Neighbour> {
        self.clone().next()
    }

    /// The only one; `None` if there are none or several.
    pub fn only(&self) -> Option<Neighbour> {
        self.first().filter(|_| self.len() == 1)
    }

    /// The same, relation by relation.
    pub fn by_relation(&self) -> impl Iterator<Item = (RelationId, Neighbours<'a>)> + use<'a> {
        let (rows, all) = (self.rows(), self.clone());
        let groups = if all.is_empty() { 0..0 } else { self.group..self.group_end };
        groups.map(move |group| {
            let positions = rows.positions(&(group..group + 1));
            (rows.relations[group], Neighbours { group, group_end: group + 1, positions, ..all.clone() })
        })
    }

    /// The neighbours, one by one. O(log degree) for the edge of each incoming one.
    pub fn iter(&self) -> Self {
        self.clone()
    }

    /// The neighbour at a position below [`Self::len`].
    pub fn get(&self, at: usize) -> Option<Neighbour> {
        let position = Some(self.positions.start + at).filter(|position| *position < self.positions.end)?;
        let later = &self.rows().starts[self.group + 1..];
        Some(self.at(position, self.group + later.partition_point(|&start| start as usize <= position)))
    }

    fn at(&self, position: usize, group: usize) -> Neighbour {
        let rows = self.rows();
        let (relation, node) = (rows.relations[group], rows.nodes[position]);
        let edge = match self.direction {
            Direction::Outgoing => EdgeId::at(position),
            Direction::Incoming => {
                // Parallel edges: the nth of equal subjects here is the nth of equal objects there.
                let before = &rows.nodes[rows.starts[group] as usize..position];
                let nth = before.iter().rev().take_while(|&&subject| subject == node).count();
                let along = self.adjacency.objects(node, relation);
                let first = along.nodes().partition_point(|&object| object < self.of);
                EdgeId::at(along.positions.start + first + nth)
            }
        };
        Neighbour { relation, node, edge }
    }
}

impl Iterator for Neighbours<'_> {
    type Item = Neighbour;

    fn next(&mut self) -> Option<Neighbour> {
        let position = self.positions.next()?;
        while self.rows().starts[self.group + 1] as usize <= position {
            self.group += 1;
        }
        Some(self.at(position, self.group))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.positions.size_hint()
    }
}

impl ExactSizeIterator for Neighbours<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    fn nodes(numbers: &[u32]) -> Vec<NodeId> {
        numbers.iter().copied().map(NodeId).collect()
    }

    /// 0 -r-> 1, 0 -r-> 1 (from another source), 2 -r-> 1, 0 -s-> 2.
    fn adjacency() -> (Adjacency, RelationId, RelationId) {
        let (first, second) = (RelationId::FIRST, RelationId::of_number(1));
        let (r, s) = ((nodes(&[0, 0, 2]), nodes(&[1, 1, 1])), (nodes(&[0]), nodes(&[2])));
        (Adjacency::new(4, &[(first, &r.0, &r.1), (second, &s.0, &s.1)]), first, second)
    }

    #[test]
    fn an_edge_is_a_position_among_the_outgoing() {
        let (adjacency, first, second) = adjacency();
        assert_eq!(adjacency.n_edges(), 4);
        let ends: Vec<_> = (0..4).map(|edge| adjacency.ends(EdgeId(edge))).collect();
        let [zero, one, two] = [0, 1, 2].map(NodeId);
        assert_eq!(ends, [(zero, &first, one), (zero, &first, one), (zero, &second, two), (two, &first, one)]);
    }

    #[test]
    fn both_directions_name_the_same_edges() {
        let (adjacency, first, second) = adjacency();
        let edges = |neighbours: Neighbours<'_>| neighbours.map(|to| to.edge.0).collect::<Vec<_>>();
        assert_eq!(edges(adjacency.outgoing(NodeId(0))), [0, 1, 2]);
        let mut incoming = edges(adjacency.incoming(NodeId(1)));
        incoming.sort_unstable();
        assert_eq!(incoming, [0, 1, 3], "parallel edges are told apart");
        assert_eq!(edges(adjacency.incoming(NodeId(2))), [2]);
        assert_eq!(edges(adjacency.objects(NodeId(0), second)), [2]);
        assert_eq!(adjacency.subjects(NodeId(1), first).nodes(), nodes(&[0, 0, 2]));
        assert!(adjacency.subjects(NodeId(1), second).is_empty());
        assert!(adjacency.outgoing(NodeId(3)).is_empty());
    }

    #[test]
    fn a_position_is_what_the_iterator_gives_there() {
        let (adjacency, ..) = adjacency();
        for along in [adjacency.outgoing(NodeId(0)), adjacency.incoming(NodeId(1))] {
            let all: Vec<_> = along.iter().map(Some).collect();
            assert_eq!((0..=all.len()).map(|at| along.get(at)).collect::<Vec<_>>(), [all, vec![None]].concat());
        }
    }
}
