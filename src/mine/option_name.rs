//! stub
use crate::kg::Graph;
use crate::kg::NodeId;
/// stub
pub fn is_usable(_graph: &Graph, _node: NodeId) -> Result<(), &'static str> {
    Ok(())
}
