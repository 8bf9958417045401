//! Rows of a table in the order of their edges.
//!
//! Sorting eight million rows by comparison takes longer than reading them. They name a hundred thousand nodes, so
//! they are dealt out by subject, and what is left to sort is short.

use crate::kg::NodeId;
use crate::kg::merge::Row;

/// Sorts rows by subject, object and mark. A long list is dealt out by subject first, and then sorted subject by
/// subject, where the cache holds it. No two rows are equal, so both ways give the same.
///
/// # Complexity
///
/// O(r + n + r log d) for r rows of n nodes with d edges each; 8 bytes a row and 4 a node meanwhile.
pub(super) fn sort(rows: &mut [Row], n_nodes: usize) {
    if rows.len() < n_nodes / 4 {
        return rows.sort_unstable_by_key(Row::key);
    }
    let mut next = vec![0_u32; n_nodes + 1];
    for row in rows.iter() {
        next[row.subject.index() + 1] += 1;
    }
    for at in 1..next.len() {
        next[at] += next[at - 1];
    }
    let mut dealt = vec![0_u64; rows.len()];
    for row in rows.iter() {
        let place = &mut next[row.subject.index()];
        dealt[*place as usize] = u64::from(row.object.0) << 32 | u64::from(row.mark);
        *place += 1;
    }
    // By now each place is where the next subject starts.
    let mut start = 0;
    for (subject, &end) in (0_u32..).map(NodeId).zip(&next[..n_nodes]) {
        let group = start..end as usize;
        start = group.end;
        dealt[group.clone()].sort_unstable();
        for (row, &rest) in rows[group.clone()].iter_mut().zip(&dealt[group]) {
            let [a, b, c, d, mark @ ..] = rest.to_be_bytes();
            *row = Row { subject, object: NodeId(u32::from_be_bytes([a, b, c, d])), mark: u32::from_be_bytes(mark) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dealing_out_gives_what_comparing_gives() {
        for (n_rows, n_nodes) in [(0, 0), (1, 9), (3, 100), (5_000, 7), (5_000, 300), (70_000, 65_536)] {
            let mut state = 7_u32;
            let mut draw = |below: u32| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 8) % below
            };
            let row = |mark| Row { subject: NodeId(draw(n_nodes)), object: NodeId(draw(n_nodes)), mark };
            let mut dealt: Vec<Row> = (0..n_rows).map(row).collect();
            let mut compared = dealt.clone();
            sort(&mut dealt, n_nodes as usize);
            compared.sort_unstable_by_key(Row::key);
            assert!(dealt == compared, "{n_rows} rows of {n_nodes} nodes");
        }
    }
}
