//! A value for every edge, stored once where all are equal.
//!
//! Most graphs come from one source, and then its id beside each of eight million edges would be the same two bytes
//! eight million times.

/// Values by position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Column<T> {
    /// Every position has this one.
    Same(T),
    /// Each has its own.
    Each(Vec<T>),
}

impl<T: Copy + PartialEq> Column<T> {
    /// A column of values that may differ; `default` is for one without any.
    pub(super) fn new(values: Vec<T>, default: T) -> Self {
        let first = values.first().copied().unwrap_or(default);
        if values.iter().all(|&value| value == first) { Self::Same(first) } else { Self::Each(values) }
    }

    /// The values at the positions that are kept.
    pub(super) fn retained(self, kept: &[bool]) -> Self {
        match self {
            Self::Same(value) => Self::Same(value),
            Self::Each(values) => Self::Each(retained(values, kept)),
        }
    }

    /// The value at a position, which must be below the number of edges.
    pub(super) fn get(&self, at: usize) -> T {
        match self {
            Self::Same(value) => *value,
            Self::Each(values) => values[at],
        }
    }
}

/// The values at the positions that are kept.
pub(super) fn retained<T>(values: Vec<T>, kept: &[bool]) -> Vec<T> {
    values.into_iter().zip(kept).filter(|(_, kept)| **kept).map(|(value, _)| value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_take_the_room_of_one() {
        assert_eq!(Column::new(vec![7, 7, 7], 0), Column::Same(7));
        assert_eq!(Column::<u8>::new(Vec::new(), 3), Column::Same(3));
        let mixed = Column::new(vec![1, 2], 0);
        assert_eq!((mixed.get(0), mixed.get(1)), (1, 2));
        assert_eq!(mixed.retained(&[false, true]), Column::Each(vec![2]));
    }
}
