//! Canonical text and the address of results.
//!
//! The canonical text names the experiment, its protocol, the key, the precision and every other setting that is neither
//! an axis nor the replica count; settings at their default, and those without effect, are left out, so that a new field
//! does not orphan old results. Adding a keep fraction or replicas keeps the address. An outside file enters by the
//! SHA-256 of its bytes, not by its path.

use super::{Request, Schema, Value, toml_value};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// The canonical text of a request to experiment `id` at `protocol`.
pub fn canonical(id: &str, protocol: u32, request: &Request) -> String {
    let defaults = defaults(request);
    let mut lines = vec![
        format!("id = {}", toml_value(&Value::Text(id.to_owned()))),
        format!("key = {}", toml_value(&Value::Text(request.key.clone()))),
        format!("protocol = {protocol}"),
    ];
    for ((field, values), default) in request.fields().zip(&defaults) {
        let [value] = values else { continue };
        if field.axis || !request.has_effect(field) || (default.as_ref() == Some(value) && field.name != "precision") {
            continue;
        }
        let shown = match (value, request.outside()) {
            (Value::Text(word), Some(outside)) if outside.names(word) => format!("sha256:{}", outside.digest()),
            _ => toml_value(value),
        };
        lines.push(format!("{} = {shown}", field.name));
    }
    lines.sort();
    lines.join("\n") + "\n"
}

/// SHA-256 of the canonical text, in hexadecimal.
pub fn address(id: &str, protocol: u32, request: &Request) -> String {
    hex(&Sha256::digest(canonical(id, protocol, request)))
}

/// Bytes in lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// What each field would be if nobody had set it, given the others (a default by alias reads other fields); `None` if
/// the others leave it none.
fn defaults(request: &Request) -> Vec<Option<Value>> {
    let schema: &'static Schema = request.schema();
    let fields = schema.fields.iter().map(|field| {
        let others: Vec<_> = request
            .fields()
            .filter(|(other, _)| other.name != field.name)
            .filter(|(other, values)| {
                values.len() == 1 && matches!(values[0], Value::Integer(_) | Value::Real(_)) && other.name != field.name
            })
            .map(|(other, values)| super::Assignment::own(other.name, super::plain(&values[0])))
            .collect();
        let unset = Request::resolve(schema, &[], &[&others]).ok()?;
        Some(unset.values(field.name)[0].clone())
    });
    fields.collect()
}
