//! From verified items to a data set.
