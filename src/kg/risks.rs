//! How likely it is that what the graph does not record holds all the same.
//!
//! In an open world a gap proves nothing, so whoever offers an option that fails some clues says how often such an
//! option turns out to be right. The numbers are counts, not shares: whoever doubts them can count again.

/// How many sets of clues were looked at, and how many of them held all the same: by the number of clues (one, two,
/// three), and by the least information content among them (any, at least 3 nats, at least 4 nats).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Risks {
    /// On how many diseases it was counted; 0 if it was counted elsewhere.
    pub n_diseases: u64,
    /// Sets of clues that an option fails.
    pub sets: [[u64; 3]; 3],
    /// Those that it has all the same.
    pub held: [[u64; 3]; 3],
}

/// Information contents from which the second and the third column count, in nats.
pub const BOUNDS: [f64; 2] = [3.0, 4.0];

impl Default for Risks {
    /// What was once measured on 1,874 diseases that two groups have curated, in parts of ten thousand: for graphs in
    /// which no disease was described twice.
    fn default() -> Self {
        Self { n_diseases: 0, sets: [[10_000; 3]; 3], held: [[1_260, 1_070, 840], [240, 170, 110], [50, 30, 24]] }
    }
}

impl Risks {
    /// The chance that a drug does what is not recorded of it, where something else is: 0 to 1.
    pub fn of_action(&self) -> f64 {
        as_float(OF_ACTION.0) / as_float(OF_ACTION.1)
    }

    /// The chance that an option which fails so many clues is right after all: 0 to 1. Failing none, it is 1.
    pub fn of(&self, n_failed: usize, least_information: f64) -> f64 {
        let Some(row) = n_failed.checked_sub(1).map(|row| row.min(self.sets.len() - 1)) else { return 1.0 };
        let column = BOUNDS.iter().filter(|bound| least_information >= **bound).count();
        match (self.held[row][column], self.sets[row][column]) {
            (_, 0) => 1.0,
            (held, sets) => as_float(held) / as_float(sets),
        }
    }
}

/// What drugs that are described for several diseases are said to act on: of the targets of other drugs for a disease
/// that one description of a drug lacks, so many in ten thousand stand in another description of the same drug. Counted
/// on 28,720 pairs of descriptions of 426 drugs in the curated paths of DrugMechDB, each pair weighing the same; a
/// lower bound, because one group has curated all of them.
const OF_ACTION: (u64, u64) = (36, 10_000);

/// A count as a float; exact below 2^53.
pub(crate) fn as_float(count: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53, or shares whose last bits tell nothing")]
    let float = count as f64;
    float
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_and_more_telling_failures_are_safer() {
        let risks = Risks::default();
        assert_eq!(risks.of(0, 9.0), 1.0);
        assert!(risks.of(1, 2.0) > risks.of(2, 2.0) && risks.of(2, 2.0) > risks.of(3, 2.0));
        assert!(risks.of(2, 2.0) > risks.of(2, 3.0) && risks.of(2, 3.0) > risks.of(2, 4.0));
        assert_eq!(risks.of(7, 4.0), risks.of(3, 4.0));
    }

    #[test]
    fn what_was_never_looked_at_is_not_believed() {
        let risks = Risks { n_diseases: 1, sets: [[0; 3]; 3], held: [[0; 3]; 3] };
        assert_eq!(risks.of(3, 5.0), 1.0);
    }
}
