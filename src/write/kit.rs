//! The check kit that every data set carries: what an outsider runs instead of trusting us.
//!
//! Python and SQL on purpose: a second implementation in another language, which imports nothing of this one, finds
//! what one implementation believes of itself.

/// File names below `verify/` and their texts.
pub(super) const KIT: &[(&str, &str)] =
    &[("checks.sql", include_str!("kit/checks.sql")), ("verify.py", include_str!("kit/verify.py"))];
