//! The check kit that every data set carries: what an outsider runs instead of trusting us.
//!
//! Python and SQL on purpose: a second implementation in another language, which imports nothing of this one, finds
//! what one implementation believes of itself.

/// File names below `verify/` and their texts.
pub(super) const KIT: &[(&str, &str)] = &[
    ("benchmarks.py", include_str!("kit/benchmarks.py")),
    ("calibration.py", include_str!("kit/calibration.py")),
    ("checks.sql", include_str!("kit/checks.sql")),
    ("corruptions.py", include_str!("kit/corruptions.py")),
    ("credits.py", include_str!("kit/credits.py")),
    ("figures.py", include_str!("kit/figures.py")),
    ("kinds.py", include_str!("kit/kinds.py")),
    ("near.py", include_str!("kit/near.py")),
    ("proofs.py", include_str!("kit/proofs.py")),
    ("queries.py", include_str!("kit/queries.py")),
    ("readings.py", include_str!("kit/readings.py")),
    ("rules.py", include_str!("kit/rules.py")),
    ("verify.py", include_str!("kit/verify.py")),
];
