//! One HTML file with the computed grid of a question in it: its sliders stay alive without a server.
//!
//! The page's own modules are put into one script: a module becomes a function that runs once and gives its exports.

use super::ask::Question;
use super::feed;
use crate::engine::table::Table;
use serde_json::json;

const PAGE: &str = include_str!("page/offline.html");
const STYLE: &str = include_str!("page/style.css");
/// Name and text, each after those that it imports.
static MODULES: [(&str, &str); 8] = [
    ("numbers", include_str!("page/numbers.js")),
    ("page", include_str!("page/page.js")),
    ("chart", include_str!("page/chart.js")),
    ("map", include_str!("page/map.js")),
    ("controls", include_str!("page/controls.js")),
    ("threshold", include_str!("page/threshold.js")),
    ("phase", include_str!("page/phase.js")),
    ("offline", include_str!("page/offline.js")),
];

/// The page of a question's rows.
pub(super) fn page(question: &Question, table: &Table) -> String {
    let data = json!({
        "begin": feed::begin(question),
        "rows": table.rows.iter().map(feed::row_json).collect::<Vec<_>>(),
        "cells": feed::cells(&question.study, table),
        "ramp": super::start::ramp(),
    });
    // Nothing in the data ends the element that holds them.
    let data = data.to_string().replace("</", "<\\/");
    let script: String = MODULES.iter().map(|(name, text)| wrapped(name, text)).collect();
    PAGE.replace("{{TITLE}}", question.study.experiment.id())
        .replace("{{VERSION}}", env!("CARGO_PKG_VERSION"))
        .replace("{{STYLE}}", STYLE)
        .replace("{{SCRIPT}}", &script)
        .replace("{{DATA}}", &data)
}

/// A module as a function that runs once: imports become names of earlier modules, exports what it returns.
fn wrapped(name: &str, text: &str) -> String {
    let (mut head, mut body, mut exports) = (String::new(), String::new(), Vec::new());
    for line in text.lines() {
        if let Some((names, from)) = line.strip_prefix("import ").and_then(|rest| rest.split_once(" from \"./")) {
            let module = from.trim_end_matches(".js\";");
            head += &format!("const {names} = module_{module};\n");
        } else if let Some(rest) = line.strip_prefix("export ") {
            let word = rest.trim_start_matches("async ").split([' ', '(', '=']).nth(1).unwrap_or_default();
            exports.push(word);
            body += &format!("{rest}\n");
        } else {
            body += &format!("{line}\n");
        }
    }
    format!("const module_{name} = (() => {{\n{head}{body}return {{ {} }};\n}})();\n", exports.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_is_a_function_of_those_before_it() {
        let text =
            "import { a, b } from \"./numbers.js\";\nexport const c = a + b;\nexport function d(x) {\n  return x;\n}\n";
        assert_eq!(
            wrapped("sum", text),
            "const module_sum = (() => {\nconst { a, b } = module_numbers;\nconst c = a + b;\nfunction d(x) {\n  return x;\n}\n\
             return { c, d };\n})();\n"
        );
    }

    #[test]
    fn every_import_is_of_an_earlier_module() {
        for (at, (name, text)) in MODULES.iter().enumerate() {
            for line in text.lines().filter(|line| line.starts_with("import ")) {
                let from = line.split_once(" from \"./").unwrap_or_else(|| panic!("{name}: {line}")).1;
                let earlier = |(name, _): &(&str, &str)| from == format!("{name}.js\";");
                assert!(MODULES[..at].iter().any(earlier), "{name}: {line}");
            }
        }
    }
}
