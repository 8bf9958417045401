//! Small files that would unpack, expand, nest or count without end. Each is refused, and told with its place.

use std::io::Write as _;
use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_array::RecordBatch;
use arrow_array::StringArray;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::metadata::ParquetMetaDataReader;
use parquet::file::metadata::ParquetMetaDataWriter;
use parquet::file::properties::WriterProperties;

/// A file of a format that a page of damage shows.
pub(super) struct Bomb {
    /// The page whose source reads it.
    pub(super) page: &'static str,
    /// What it is.
    pub(super) title: &'static str,
    /// The file.
    pub(super) bytes: Vec<u8>,
    /// Part of what a person is told.
    pub(super) told: &'static str,
}

const N: usize = 100_000;

/// Every bomb; those that unpack are for every way in which a file is read.
pub(super) fn all() -> Vec<Bomb> {
    let mut bombs = Vec::new();
    let mut add = |page, title, bytes: Vec<u8>, told| bombs.push(Bomb { page, title, bytes, told });
    let too_large = "error: damaged: unpacks to more than 16777216 bytes";
    let lines = "ten megabytes of gzip that are ten gigabytes of blank lines";
    for page in ["sssom", "primekg_edges", "kgx_nodes_jsonl", "hetionet_json", "drugmechdb"] {
        add(page, lines, zipped(b"\n", 150), too_large);
    }
    add("obo", lines, zipped(b"\n", 150), "error: damaged:1: this is no OBO file");
    add("edge_table_csv", lines, zipped(b"\n", 150), "error: damaged:1: the line is longer than 16777216 bytes");
    for page in ["phenopackets", "rdf_jsonld"] {
        add(page, "ten megabytes of gzip that are ten gigabytes of blanks", zipped(b" ", 150), too_large);
    }
    add("obograph", "a value of ten gigabytes", zipped(b" ", 150), "error: damaged:1: a value is longer than");
    let within = "error: damaged: unpacks to more than";
    add("edge_table_parquet", "a Parquet file within gzip that has no end", zipped(b"PAR1", 150), within);
    let endless = zipped(b"<", 150);
    add("icd10cm", "a tag of ten gigabytes", endless.clone(), "error: damaged:1: a tag or a text is longer than");
    add("obo", "a line of ten gigabytes", endless, too_large);

    let laughs = |root: &str| {
        let entities: String =
            (1..30).map(|n| format!("<!ENTITY a{n} \"&a{0};&a{0};&a{0};&a{0};\">\n", n - 1)).collect();
        format!("<?xml version=\"1.0\"?>\n<!DOCTYPE x [\n<!ENTITY a0 \"ha\">\n{entities}]>\n<{root}>&a29;</{root}>")
    };
    for (page, root) in [("icd10cm", "ICD10CM.tabular"), ("owl", "rdf:RDF")] {
        let open = format!("<{root} xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">");
        add(page, "a billion laughs", laughs(root).into(), "damaged:2: the document type declares entities");
        let outside = format!("<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///dev/zero\">]>\n<{root}>&a;</{root}>");
        add(page, "an entity of another file", outside.into(), "damaged:1: the document type declares entities");
        let external = format!("<!DOCTYPE x SYSTEM \"file:///dev/zero\">\n{open}&a;</{root}>");
        add(page, "a document type of another file", external.into(), "damaged:2: ");
        let deep = format!("{open}\n{}", "<a>".repeat(N));
        add(
            page,
            "a hundred thousand elements in each other",
            deep.into(),
            "damaged:2: `<a>` is nested deeper than 64",
        );
        let attributes: String = (0..40_000).map(|n| format!(" a{n}=''")).collect();
        let many = format!("{open}\n<a{attributes}/>\n</{root}>");
        add(page, "forty thousand attributes", many.into(), "damaged:2: `<a>` has more than 100 attributes");
        let twice: String = " a=''".repeat(40_000);
        add(page, "an attribute forty thousand times", format!("{open}\n<a{twice}/>\n</{root}>").into(), "damaged:2: ");
    }

    for page in ["obograph", "hetionet_json", "phenopackets", "kgx_nodes_jsonl", "kgx_edges_jsonl", "rdf_jsonld"] {
        add(page, "a hundred thousand arrays in each other", "[".repeat(N).into(), "damaged:1");
        add(page, "a hundred thousand objects in each other", "{\"a\":".repeat(N).into(), "damaged:1");
    }
    let deep = |start: &str, piece: &str| format!("{start}{}", piece.repeat(N)).into_bytes();
    for page in ["rdf_turtle", "rdf_trig"] {
        for piece in ["(", "[ <http://x/p> ", "<<( <http://x/a> <http://x/p> ", "<< <http://x/a> <http://x/p> "] {
            let title = "a hundred thousand collections, blank nodes or triples in each other";
            add(
                page,
                title,
                deep("<http://x/a> <http://x/p> ", piece),
                "damaged:1: brackets are nested deeper than 500",
            );
        }
    }
    for page in ["rdf_ntriples", "rdf_nquads"] {
        let triples = deep("<http://x/a> <http://x/p> ", "<<( <http://x/a> <http://x/p> ");
        add(page, "a hundred thousand triples in each other", triples, "damaged:1");
    }
    for piece in ["[", "{a: ", "- ", "? ", "!!seq [", "'a': ["] {
        add("drugmechdb", "a hundred thousand levels of YAML", deep("directed: ", piece), "damaged:1");
    }
    let levels: String = (0..2_000).map(|n| format!("{}a:\n", " ".repeat(n))).collect();
    add("drugmechdb", "two thousand indented levels of YAML", levels.into(), "damaged:1");
    let aliases: String = (1..30).map(|n| format!("a{n}: &a{n} [*a{0}, *a{0}, *a{0}, *a{0}]\n", n - 1)).collect();
    add("drugmechdb", "a billion laughs in YAML", format!("a0: &a0 [ha]\n{aliases}").into(), "damaged:1");
    add(
        "do_axioms",
        "a hundred thousand parentheses",
        deep("ID\tLABEL\tSubClass Of [ANON]\nX:1\tx\t", "("),
        "that is nested: 1",
    );

    add("drugmechdb", "an archive whose entry claims eight gigabytes", huge_entry(), "damaged: ");
    add("edge_table_parquet", "a page that claims two gigabytes", claiming_page(), "damaged: unpacks to more than");
    let index = "the index of the file claims 2147483647 bytes";
    add("edge_table_parquet", "an index that claims two gigabytes", b"PAR1x\xff\xff\xff\x7fPAR1".to_vec(), index);
    add("edge_table_parquet", "seven thousand columns", wide(7_000), "has 7000 columns, more than 1000");
    add("edge_table_parquet", "thirty thousand columns", wide(30_000), "the index of the file claims");
    add(
        "edge_table_parquet",
        "a value that stands ten million times",
        repeated_value(),
        "damaged: unpacks to more than",
    );
    bombs
}

/// Members of gzip that unpack to 64 MiB each: making them takes no longer than making one.
fn zipped(piece: &[u8], n_members: usize) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    let block = piece.repeat((1 << 16) / piece.len());
    for _ in 0..1 << 10 {
        packer.write_all(&block).unwrap();
    }
    packer.finish().unwrap().repeat(n_members)
}

/// An archive of one header.
fn huge_entry() -> Vec<u8> {
    let mut header = tar::Header::new_ustar();
    header.set_path("a.yaml").unwrap();
    header.set_size(8 << 30);
    header.set_mode(0o644);
    header.set_cksum();
    header.as_bytes().to_vec()
}

fn table(n_rows: usize, text: &str, packing: Compression) -> Vec<u8> {
    let column = || -> ArrayRef { Arc::new(StringArray::from_iter_values(std::iter::repeat_n(text, n_rows))) };
    let names = ["subject", "relation", "object"];
    let batch = RecordBatch::try_from_iter(names.map(|name| (name, column()))).unwrap();
    let properties = WriterProperties::builder().set_compression(packing).build();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

/// A table of one row and very many columns.
fn wide(n_columns: usize) -> Vec<u8> {
    let column = || -> ArrayRef { Arc::new(StringArray::from(vec!["x"])) };
    let columns = (0..n_columns).map(|number| (format!("column {number}"), column()));
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

/// A file of one page, which says that it unpacks to two gigabytes; the index at the end says nothing of the kind.
fn claiming_page() -> Vec<u8> {
    let honest = table(1, "X:1", Compression::SNAPPY);
    let metadata = ParquetMetaDataReader::new().parse_and_finish(&bytes::Bytes::from(honest)).unwrap();
    // In Thrift's compact protocol: a page of data, its length unpacked and packed; one value, plain.
    let head = [0x15, 0, 0x15, 0xfe, 0xff, 0xff, 0xff, 0x0f, 0x15, 2, 0x2c, 0x15, 2, 0x15, 0, 0x15, 6, 0x15, 6, 0, 0];
    let mut file = b"PAR1".to_vec();
    file.extend(head);
    file.push(b'x');
    let mut group = metadata.row_group(0).clone().into_builder();
    let columns = metadata.row_group(0).columns().iter().cloned().map(|column| {
        let column = column.into_builder().set_dictionary_page_offset(None).set_data_page_offset(4);
        column.set_total_compressed_size(22).set_total_uncompressed_size(30).build().unwrap()
    });
    group = group.set_column_metadata(columns.collect());
    let metadata = metadata.into_builder().set_row_groups(vec![group.build().unwrap()]).build();
    ParquetMetaDataWriter::new(&mut file, &metadata).finish().unwrap();
    file
}

/// A dictionary of one value, and run lengths.
fn repeated_value() -> Vec<u8> {
    table(10_000_000, "X:1", Compression::SNAPPY)
}
