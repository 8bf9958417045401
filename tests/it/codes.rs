//! Every code that the program can print is explained.

use regex::Regex;
use thinkpath::docs::codes;

use crate::layers;

#[test]
fn every_code_of_the_sources_has_a_page() {
    // A code is a letter of a stage and three digits, in quotation marks.
    let code = Regex::new(r#""([IKMSVW]\d{3})""#).unwrap();
    let missing: Vec<String> = layers::sources()
        .iter()
        .flat_map(|source| source.code().into_iter().map(|(_, line)| line.to_owned()).collect::<Vec<_>>())
        .flat_map(|line| code.captures_iter(&line).map(|found| found[1].to_owned()).collect::<Vec<_>>())
        .filter(|code| codes::page(code).is_none())
        .collect();
    assert!(missing.is_empty(), "codes without a page: {missing:?}");
}

#[test]
fn no_code_has_two_pages() {
    let pages = codes::pages();
    let twice = pages.windows(2).find(|pair| pair[0].0 == pair[1].0);
    assert_eq!(twice, None);
}

#[test]
fn a_page_opens_with_its_title() {
    for (code, page) in codes::pages() {
        let title = codes::title(page);
        assert!(page.starts_with("# ") && !title.is_empty() && title != code, "{code}: {title}");
    }
}

#[test]
fn a_code_is_found_in_either_case() {
    assert!(codes::page("k102").is_some_and(|page| page.starts_with("# K102: ")));
    assert_eq!(codes::page("K999"), None);
}
