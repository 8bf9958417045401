//! Test graphs of several sources, each in arrow notation.

use std::collections::BTreeMap;

use crate::kg::EdgeRecord;
use crate::kg::FileTally;
use crate::kg::Graph;
use crate::kg::KgConfig;
use crate::kg::Licence;
use crate::kg::NodeRecord;
use crate::kg::Records;
use crate::kg::Relations;
use crate::kg::Source;
use crate::kg::build;
use crate::location::FileId;
use crate::location::Place;

/// One graph of what several sources say, each with its licence.
pub(crate) fn graph_of(texts: &[(Licence, &str)]) -> Graph {
    let mut records = Records::default();
    for (number, &(licence, text)) in (0_u16..).zip(texts) {
        let part = Graph::from_arrows(text).unwrap();
        let name = format!("source-{number}");
        let (path, place) = (name.as_str().into(), Place { file: FileId(number), line: 1 });
        let read = part.n_edges() as u64;
        records.sources.push(Source {
            name: name.as_str().into(),
            version: "1".into(),
            licence,
            licence_name: "".into(),
            credit: "".into(),
            home: "".into(),
        });
        let sha256 = "".into();
        let left_out = BTreeMap::new();
        let (loaded, duplicates, quarantined) = (0, 0, 0);
        records.files.push(FileTally { path, source: number, sha256, read, loaded, duplicates, left_out, quarantined });
        let mentioned = part
            .nodes()
            .map(|(id, node)| NodeRecord::new(node.curie.clone(), part.label(id), part.category(id), place));
        records.mentions.extend(mentioned);
        records.edges.extend(part.edges().map(|(id, edge)| EdgeRecord {
            subject: part.curie(edge.subject).clone(),
            relation: edge.relation,
            object: part.curie(edge.object).clone(),
            qualifiers: part.qualifiers(id).clone(),
            place,
        }));
    }
    build(records, &Relations::standard().unwrap(), &KgConfig::default()).unwrap().graph
}
