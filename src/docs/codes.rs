//! The pages of the codes that no check of its own has: what `thinkpath explain` prints for them.
//!
//! The pages of checks stand beside the checks. These are gathered here, because a stage that makes a finding has
//! only a line for it, and because a code that is printed and explained nowhere is a riddle.

/// Code and page, in the order of codes.
const PAGES: &[(&str, &str)] = &[
    ("I101", include_str!("codes/I101.md")),
    ("I102", include_str!("codes/I102.md")),
    ("I103", include_str!("codes/I103.md")),
    ("I104", include_str!("codes/I104.md")),
    ("I105", include_str!("codes/I105.md")),
    ("K101", include_str!("codes/K101.md")),
    ("K102", include_str!("codes/K102.md")),
    ("K103", include_str!("codes/K103.md")),
    ("K104", include_str!("codes/K104.md")),
    ("K105", include_str!("codes/K105.md")),
    ("K111", include_str!("codes/K111.md")),
    ("K112", include_str!("codes/K112.md")),
    ("K113", include_str!("codes/K113.md")),
    ("M101", include_str!("codes/M101.md")),
    ("M102", include_str!("codes/M102.md")),
    ("S101", include_str!("codes/S101.md")),
    ("S102", include_str!("codes/S102.md")),
    ("V401", include_str!("codes/V401.md")),
    ("V402", include_str!("codes/V402.md")),
    ("V403", include_str!("codes/V403.md")),
    ("V404", include_str!("codes/V404.md")),
    ("V501", include_str!("codes/V501.md")),
    ("V502", include_str!("codes/V502.md")),
    ("V503", include_str!("codes/V503.md")),
    ("V504", include_str!("codes/V504.md")),
    ("V505", include_str!("codes/V505.md")),
    ("W101", include_str!("codes/W101.md")),
    ("W102", include_str!("codes/W102.md")),
    ("over_quota", include_str!("codes/over_quota.md")),
];

/// Every code with its page, those of the checks included, in the order of codes.
pub fn pages() -> Vec<(&'static str, &'static str)> {
    let checks = crate::verify::checks::all().iter().map(|check| (check.code().as_str(), check.page()));
    let mut pages: Vec<_> = PAGES.iter().copied().chain(checks).collect();
    pages.sort_unstable();
    pages
}

/// The page of a code, however it is written: `v103` is `V103`.
pub fn page(code: &str) -> Option<&'static str> {
    pages().into_iter().find(|(own, _)| own.eq_ignore_ascii_case(code)).map(|(_, page)| page)
}

/// What a page is about: its first line, without the code.
pub fn title(page: &str) -> &str {
    let line = page.lines().next().unwrap_or_default().trim_start_matches('#').trim();
    line.split_once(": ").map_or(line, |(_, title)| title)
}
