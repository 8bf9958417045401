//! What holds for any input at all.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::RngSeed;
use thinkpath::kg::FileTally;

use crate::damage::Page;

const FORMATS: &[&str] = &[
    "obo",
    "obograph",
    "owl",
    "rdf_turtle",
    "rdf_ntriples",
    "rdf_jsonld",
    "hpoa",
    "genes",
    "icd10cm",
    "kgx_nodes",
    "kgx_edges",
    "sssom",
    "primekg_edges",
    "edge_table",
    "edge_table_csv",
    "edge_table_parquet",
    "node_table",
    "match_table",
    "do_axioms",
    "kgx_nodes_jsonl",
    "kgx_edges_jsonl",
    "hetionet_nodes",
    "hetionet_edges",
    "hetionet_json",
    "drugmechdb",
    "phenopackets",
];

/// Few cases and always the same ones: a test that fails fails for everyone.
fn config() -> ProptestConfig {
    ProptestConfig { cases: 48, failure_persistence: None, rng_seed: RngSeed::Fixed(7), ..ProptestConfig::default() }
}

/// Bytes that mean something to one format or another, and any others.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    const SIGNS: &[&str] = &[
        "\t",
        "\n",
        "\r\n",
        "|",
        ":",
        "\"",
        "\\",
        "!",
        "#",
        "[Term]\n",
        "id: ",
        "is_a: ",
        "<",
        ">",
        "</",
        "&",
        ";",
        "<diag>",
        "<name>",
        "<note>",
        "(A00-B99)",
        "-",
        "0/0",
        "NOT",
        "biolink:",
        "{",
        "}",
        "[",
        "]",
        ",",
        "- ",
        "---\n",
        "::",
        "&a ",
        "*a",
        "true",
        "null",
        "http://",
        "\u{feff}",
        "\0",
        "é",
    ];
    let sign = proptest::sample::select(SIGNS).prop_map(|sign| sign.as_bytes().to_vec());
    vec(prop_oneof![4 => sign, 1 => vec(any::<u8>(), 0..8)], 0..40).prop_map(|parts| parts.concat())
}

/// Reads the same bytes as every format; an error is fine, a panic or a lost record is not.
fn read_as_all(bytes_of: impl Fn(&Page) -> Vec<u8>) {
    for format in FORMATS {
        let page = Page::of(format);
        if let Ok(built) = page.planted(&bytes_of(&page)).build(&[]) {
            assert!(built.files.iter().all(FileTally::is_conserved), "{format}: {:#?}", built.files);
        }
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn no_reader_stumbles_over_any_bytes(bytes in bytes()) {
        read_as_all(|_| bytes.clone());
    }

    #[test]
    fn no_reader_stumbles_over_a_changed_file(changes in vec((any::<Index>(), 0..6_usize, bytes()), 1..6)) {
        read_as_all(|page| {
            let mut input = page.cases[0].input.clone();
            for (at, n_removed, added) in &changes {
                let start = at.index(input.len() + 1);
                let end = (start + n_removed).min(input.len());
                input.splice(start..end, added.iter().copied());
            }
            input
        });
    }
}
