//! The form of a reply, checked on our side.
//!
//! A server may be told of a schema and not keep it: many ignore what they do not know. So every reply is checked here.
//! The keywords are those that a verdict or a question needs; one that is not known is refused when the schema is made,
//! because a keyword that is passed over is a check that is not made.

use serde_json::Value;
use thiserror::Error;

/// What [`Schema`] checks, in the words of JSON Schema (draft 2020-12).
const KEYWORDS: [&str; 13] = [
    "type",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
    "description",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "minItems",
    "maxItems",
];
const TYPES: [&str; 6] = ["object", "array", "string", "integer", "number", "boolean"];

/// A JSON Schema that a reply must keep. An object takes no property that is not named.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    name: Box<str>,
    json: Value,
}

/// Why a text is no schema of ours.
#[derive(Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum SchemaError {
    /// A keyword that is not checked.
    #[error("the keyword `{keyword}` is not checked; those that are: {}", KEYWORDS.join(", "))]
    Keyword {
        /// The keyword.
        keyword: Box<str>,
    },
    /// A type that is none, or is missing.
    #[error("`type` must be one of {}", TYPES.join(", "))]
    Type,
    /// A keyword's value is of the wrong kind.
    #[error("the value of `{keyword}` is of the wrong kind")]
    Value {
        /// The keyword.
        keyword: Box<str>,
    },
}

impl Schema {
    /// A schema with the name that servers are told.
    ///
    /// # Errors
    ///
    /// [`SchemaError`] if it says something that would not be checked.
    pub fn new(name: &str, json: Value) -> Result<Self, SchemaError> {
        let mut json = json;
        close(&mut json)?;
        Ok(Self { name: name.into(), json })
    }

    /// The name that servers are told.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// As JSON.
    pub fn as_json(&self) -> &Value {
        &self.json
    }

    /// The first thing about a value that breaks the schema, in words that a model can mend it by; none if it keeps it.
    pub fn problem(&self, value: &Value) -> Option<String> {
        problem(&self.json, value, "the reply")
    }
}

/// Checks a schema, and closes its objects for properties that are not named.
fn close(schema: &mut Value) -> Result<(), SchemaError> {
    let wrong = |keyword: &str| SchemaError::Value { keyword: keyword.into() };
    let Some(fields) = schema.as_object_mut() else { return Err(SchemaError::Type) };
    if let Some(keyword) = fields.keys().find(|keyword| !KEYWORDS.contains(&keyword.as_str())) {
        return Err(SchemaError::Keyword { keyword: keyword.as_str().into() });
    }
    let kind = fields.get("type").and_then(Value::as_str).filter(|kind| TYPES.contains(kind)).map(str::to_owned);
    let Some(kind) = kind else { return Err(SchemaError::Type) };
    for keyword in ["minLength", "maxLength", "minItems", "maxItems"] {
        if fields.get(keyword).is_some_and(|bound| !bound.is_u64()) {
            return Err(wrong(keyword));
        }
    }
    for keyword in ["minimum", "maximum"] {
        if fields.get(keyword).is_some_and(|bound| !bound.is_number()) {
            return Err(wrong(keyword));
        }
    }
    let are_texts = |list: &Value| list.as_array().is_some_and(|list| list.iter().all(Value::is_string));
    if fields.get("required").is_some_and(|names| !are_texts(names)) {
        return Err(wrong("required"));
    }
    if fields.get("enum").is_some_and(|values| !values.is_array()) {
        return Err(wrong("enum"));
    }
    if kind == "object" {
        if fields.get("additionalProperties").is_some_and(|more| *more != Value::Bool(false)) {
            return Err(wrong("additionalProperties"));
        }
        fields.insert("additionalProperties".into(), Value::Bool(false));
        let Some(properties) = fields.get_mut("properties").and_then(Value::as_object_mut) else {
            return Err(wrong("properties"));
        };
        return properties.values_mut().try_for_each(close);
    }
    fields.get_mut("items").map_or(Ok(()), close)
}

fn problem(schema: &Value, value: &Value, place: &str) -> Option<String> {
    let kind = schema["type"].as_str().unwrap_or_default();
    let is_kind = match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        _ => value.is_boolean(),
    };
    if !is_kind {
        return Some(format!("{place} must be of the type {kind}"));
    }
    if let Some(allowed) = schema["enum"].as_array()
        && !allowed.contains(value)
    {
        return Some(format!("{place} must be one of {}", Value::Array(allowed.clone())));
    }
    match value {
        Value::Object(fields) => in_object(schema, fields, place),
        Value::Array(elements) => {
            let of_elements = |items: &Value| {
                let mut places = (1..).zip(elements);
                places.find_map(|(number, element)| problem(items, element, &format!("element {number} of {place}")))
            };
            let count = out_of(schema, ["minItems", "maxItems"], length(elements.len()), "elements", place);
            count.or_else(|| schema.get("items").and_then(of_elements))
        }
        Value::String(text) => {
            out_of(schema, ["minLength", "maxLength"], length(text.chars().count()), "characters", place)
        }
        Value::Number(number) => out_of(schema, ["minimum", "maximum"], number.as_f64()?, "", place),
        _ => None,
    }
}

fn in_object(schema: &Value, fields: &serde_json::Map<String, Value>, place: &str) -> Option<String> {
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    if let Some(name) = required.into_iter().find(|name| !fields.contains_key(*name)) {
        return Some(format!("{place} lacks the property `{name}`"));
    }
    fields.iter().find_map(|(name, value)| match schema["properties"].get(name) {
        Some(of_property) => problem(of_property, value, &format!("`{name}`")),
        None => Some(format!("{place} has the property `{name}`, which was not asked for")),
    })
}

fn out_of(schema: &Value, bounds: [&str; 2], value: f64, what: &str, place: &str) -> Option<String> {
    let [least, most] = bounds.map(|keyword| schema.get(keyword).and_then(Value::as_f64));
    if least.is_some_and(|least| value < least) {
        return Some(format!("{place} must be at least {} {what}", least?).trim_end().to_owned());
    }
    most.is_some_and(|most| value > most)
        .then(|| format!("{place} must be at most {} {what}", most.unwrap_or(value)).trim_end().to_owned())
}

/// A length to be compared with a bound.
fn length(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn verdict() -> Schema {
        let properties = json!({
            "verdict": { "type": "string", "enum": ["accept", "reject"] },
            "why": { "type": "string", "maxLength": 5 },
            "steps": { "type": "array", "maxItems": 2, "items": { "type": "integer", "minimum": 1 } },
        });
        Schema::new("v", json!({ "type": "object", "properties": properties, "required": ["verdict"] })).unwrap()
    }

    #[test]
    fn a_value_that_keeps_the_schema_has_no_problem() {
        for value in [json!({ "verdict": "accept" }), json!({ "verdict": "reject", "why": "naïve", "steps": [1, 2] })]
        {
            assert_eq!(verdict().problem(&value), None, "{value}");
        }
    }

    #[test]
    fn the_first_problem_is_told() {
        for (value, expected) in [
            (json!("accept"), "the reply must be of the type object"),
            (json!({}), "the reply lacks the property `verdict`"),
            (json!({ "verdict": "Accept" }), r#"`verdict` must be one of ["accept","reject"]"#),
            (json!({ "verdict": true }), "`verdict` must be of the type string"),
            (json!({ "verdict": "accept", "x": 1 }), "the reply has the property `x`, which was not asked for"),
            (json!({ "verdict": "accept", "why": "longer" }), "`why` must be at most 5 characters"),
            (json!({ "verdict": "accept", "steps": [0] }), "element 1 of `steps` must be at least 1"),
            (json!({ "verdict": "accept", "steps": [1.5] }), "element 1 of `steps` must be of the type integer"),
            (json!({ "verdict": "accept", "steps": [1, 2, 3] }), "`steps` must be at most 2 elements"),
        ] {
            assert_eq!(verdict().problem(&value).as_deref(), Some(expected), "{value}");
        }
    }

    #[test]
    fn a_schema_says_nothing_that_is_not_checked() {
        let error = |json| Schema::new("x", json).unwrap_err();
        let pattern = json!({ "type": "string", "pattern": "a" });
        assert_eq!(error(pattern), SchemaError::Keyword { keyword: "pattern".into() });
        assert_eq!(error(json!({ "type": "null" })), SchemaError::Type);
        assert_eq!(error(json!({ "type": "object" })), SchemaError::Value { keyword: "properties".into() });
        let open = json!({ "type": "object", "properties": {}, "additionalProperties": true });
        assert_eq!(error(open), SchemaError::Value { keyword: "additionalProperties".into() });
        let nested = json!({ "type": "object", "properties": { "a": { "type": "any" } } });
        assert_eq!(error(nested), SchemaError::Type);
    }
}
