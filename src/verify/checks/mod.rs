//! One file, one code, one page a check.

use crate::verify::Check;

/// Every check, in the order of codes.
pub fn all() -> &'static [&'static dyn Check] {
    &[]
}
