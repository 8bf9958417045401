//! stub
/// stub
pub fn risk(_k: usize, _least: f64) -> f64 {
    0.003
}
