//! stub
use crate::kg::Graph;
use crate::kg::NodeId;
/// stub
pub fn are_kin(graph: &Graph, left: NodeId, right: NodeId) -> bool {
    left == right || graph.twins(left).contains(&right)
}
