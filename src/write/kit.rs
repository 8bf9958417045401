//! The check kit that every data set carries: what an outsider runs instead of trusting us.

/// File names below `verify/` and their texts.
pub(super) const KIT: &[(&str, &str)] = &[];
