//! stub
/// stub
pub fn is_wordable(_label: &str) -> Result<(), &'static str> {
    Ok(())
}
