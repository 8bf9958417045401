//! The wrong thinking paths of all items: drafted by `synth`, judged by `verify`.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::synth;
use crate::synth::Item;
use crate::verify;
use crate::verify::Corrupted;

/// So many wrong paths of each item, by its id.
///
/// # Complexity
///
/// That of [`verify::corrupted`], once for each item.
pub(super) fn corrupted(writer: &synth::Writer<'_>, items: &[Item], per_item: usize) -> BTreeMap<String, Corrupted> {
    if per_item == 0 {
        return BTreeMap::new();
    }
    let context = verify::Context { graph: writer.context.graph, statistics: writer.context.statistics };
    let of = |item: &Item| {
        let proposed = synth::corruptions(writer, item);
        (item.id.clone(), verify::corrupted(context, item, &proposed, per_item))
    };
    items.par_iter().map(of).collect()
}
