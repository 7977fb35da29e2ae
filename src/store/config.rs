//! The text of `config.toml`: every setting of an address with its unit and help, readable by `--config`.

use crate::engine::settings::{Request, toml_value};
use std::fmt::Write as _;

/// The settings of a request to experiment `id`, axes and replicas left to the reader.
pub fn text(id: &str, protocol: u32, request: &Request) -> String {
    let mut out = format!("# {id}, protocol {protocol}: the settings that its tables in this folder share\n\n");
    let key = toml::Value::String(request.key.clone());
    let _ = writeln!(out, "# root of all randomness\nkey = {key}");
    for (field, values) in request.fields() {
        let symbol = if field.symbol.is_empty() { String::new() } else { format!("{}, ", field.symbol) };
        let _ = writeln!(out, "\n# {symbol}{}: {}", field.unit, field.help);
        let _ = match (values, field.axis, request.has_effect(field)) {
            (_, true, _) => writeln!(out, "# {} is an axis: table.csv has its values", field.name),
            (_, _, false) => writeln!(out, "# {} has no effect beside these settings", field.name),
            ([value], ..) => writeln!(out, "{} = {}", field.name, toml_value(value)),
            _ => Ok(()),
        };
    }
    out
}
