//! What a computation sends: server-sent events, one JSON object each.
//!
//! | event | data |
//! |---|---|
//! | `begin` | `command, address, settings, replicas, cells, columns, keys, marks` |
//! | `rows` | rows in the order of `columns`; `null` is no finite number |
//! | `cells` | per cell: `axes, replicas`, and per real measure `[mean, low, high, finite values]` |
//! | `progress` | `done, total` replicas |
//! | `note` | `text` |
//! | `done` | `complete, computed` replicas, `cpu_seconds` |
//! | `moot` | a newer question of the same view took its place |
//! | `failed` | `error` |

use super::ask::{Ask, Question};
use super::turn::{self, event, send};
use super::{Server, marks};
use crate::engine::settings::Value;
use crate::engine::statistics::mean::Mean;
use crate::engine::stop::Stop;
use crate::engine::table::{Cell, Column, Kind, Row, Table, write_row};
use crate::runner::{How, RunError, Study, Watch, fill, stored};
use axum::response::IntoResponse;
use axum::response::sse::Event;
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::mpsc;

/// Confidence of the interval of each mean.
const CONFIDENCE: f64 = 0.95;

/// The events of a question, from now until its last row.
pub(super) fn answer(server: Arc<Server>, ask: Ask) -> impl IntoResponse {
    turn::stream(Arc::clone(&server), ask.view, move |stop, events| {
        let feed = Feed::new(&ask.question.study, events.clone(), stop.clone());
        feed.send("begin", &begin(&ask.question));
        match feed.work(&server, &ask) {
            Ok(done) if done.complete || !stop.requested() => event(
                "done",
                &json!({ "complete": done.complete, "computed": done.computed, "cpu_seconds": done.cpu_seconds }),
            ),
            Ok(_) => event("moot", &json!({})),
            Err(error) => event("failed", &json!({ "error": error.to_string() })),
        }
    })
}

/// Watches one computation for one page.
struct Feed {
    events: mpsc::Sender<Event>,
    stop: Stop,
    /// How many of the columns are axes.
    axes: usize,
    measures: &'static [Column],
    told: Mutex<Told>,
}

/// How a computation ended.
struct Ended {
    complete: bool,
    computed: u64,
    cpu_seconds: f64,
}

/// What the page has been sent.
#[derive(Default)]
struct Told {
    /// Axes and replica; the rows of a replica come together.
    replicas: HashSet<String>,
    /// Rows by cell, of sweeps only.
    cells: BTreeMap<String, Vec<Row>>,
}

impl Feed {
    fn new(study: &Study, events: mpsc::Sender<Event>, stop: Stop) -> Feed {
        let schema = study.request.schema();
        let measures = study.experiment.columns(schema);
        let axes = schema.axes().count();
        Feed { events, stop, axes, measures, told: Mutex::default() }
    }

    /// Stored rows first, then what is missing.
    fn work(&self, server: &Server, ask: &Ask) -> Result<Ended, RunError> {
        let study = &ask.question.study;
        let (store, request) = (&server.lab.store, &study.request);
        // A damaged table is none here: `fill` names it and sets it aside.
        let rows = |study| stored(store, study).map(|table| table.rows).unwrap_or_default();
        let total = request.replicas * request.cells().len() as u64;
        self.rows(&rows(study));
        let complete = self.replicas() == total;
        if complete || ask.stored {
            return Ok(Ended { complete, computed: 0, cpu_seconds: 0.0 });
        }
        let how = How { cut: true, ..server.lab.how };
        let filled = fill(store, study, &how, &self.stop, self)?;
        if filled.complete() && self.replicas() < total {
            // Somebody else stored rows meanwhile.
            self.rows(&rows(study));
        }
        Ok(Ended { complete: filled.complete(), computed: filled.computed, cpu_seconds: filled.cpu_seconds })
    }

    /// Replicas that the page has.
    fn replicas(&self) -> u64 {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).replicas.len() as u64
    }

    fn send(&self, name: &str, data: &Json) {
        send(&self.events, &self.stop, name, data);
    }

    fn key(row: &[Cell]) -> String {
        let mut key = String::new();
        write_row(row, &mut key);
        key
    }
}

impl Watch for Feed {
    fn rows(&self, rows: &[Row]) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let replica = |row: &Row| Feed::key(&row[..=self.axes]);
        let known: HashSet<String> = rows.iter().map(replica).filter(|key| told.replicas.contains(key)).collect();
        let new: Vec<&Row> = rows.iter().filter(|row| !known.contains(&replica(row))).collect();
        told.replicas.extend(new.iter().map(|row| replica(row)));
        if new.is_empty() {
            return;
        }
        let mut touched = BTreeMap::new();
        if !trajectory(self.measures) {
            for row in &new {
                let key = Feed::key(&row[..self.axes]);
                told.cells.entry(key.clone()).or_default().push((*row).clone());
                touched.insert(key, ());
            }
        }
        let cells: Vec<Json> = touched.keys().map(|key| summary(&told.cells[key], self.axes, self.measures)).collect();
        drop(told);
        // In pieces: a page draws the first rows while the others travel.
        for piece in new.chunks(2000) {
            let piece: Json = piece.iter().map(|row| row_json(row)).collect();
            self.send("rows", &piece);
        }
        if !cells.is_empty() {
            self.send("cells", &Json::Array(cells));
        }
    }

    fn progress(&self, done: u64, total: u64) {
        self.send("progress", &json!({ "done": done, "total": total }));
    }

    fn note(&self, text: &str) {
        self.send("note", &json!({ "text": text }));
    }
}

/// The settings behind the rows, and what their columns mean.
pub(super) fn begin(Question { study, command }: &Question) -> Json {
    let request = &study.request;
    let measures = study.experiment.columns(request.schema());
    let json = |values: &[Value]| match values {
        [value] => value_json(value),
        values => values.iter().map(value_json).collect(),
    };
    let settings: Map<String, Json> =
        request.fields().map(|(field, values)| (field.name.to_owned(), json(values))).collect();
    let axes = request.schema().axes().map(|field| (field.name, field.unit, field.help));
    let replica = [("replica", "1", "index of the replica")];
    let columns = measures.iter().map(|column| (column.name, column.unit, column.meaning));
    let columns: Vec<Json> = axes
        .chain(replica)
        .chain(columns)
        .map(|(name, unit, meaning)| json!({ "name": name, "unit": unit, "meaning": meaning }))
        .collect();
    json!({
        "command": command,
        "address": study.address(),
        "settings": settings,
        "key": request.key,
        "replicas": request.replicas,
        "cells": request.cells().len(),
        "columns": columns,
        "keys": request.schema().axes().count() + 1 + usize::from(trajectory(measures)),
        "marks": marks::of(request),
    })
}

/// The summaries of all cells of a sweep's table.
pub(super) fn cells(study: &Study, table: &Table) -> Json {
    let (axes, measures) = (study.request.schema().axes().count(), study.experiment.columns(study.request.schema()));
    table.rows.chunk_by(|a, b| a[..axes] == b[..axes]).map(|rows| summary(rows, axes, measures)).collect()
}

/// A row as a list; `null` is no finite number.
pub(super) fn row_json(row: &Row) -> Json {
    row.iter().map(cell_json).collect()
}

/// Whether rows are against steps.
pub(super) fn trajectory(measures: &[Column]) -> bool {
    measures.first().is_some_and(|column| column.name == "step")
}

/// Mean and t interval of every real measure over the replicas of a cell that are there and finite.
fn summary(rows: &[Row], axes: usize, measures: &[Column]) -> Json {
    let mut summary = Map::new();
    summary.insert("axes".to_owned(), rows[0][..axes].iter().map(cell_json).collect());
    summary.insert("replicas".to_owned(), rows.len().into());
    for (at, column) in measures.iter().enumerate().filter(|(_, column)| column.kind == Kind::Real) {
        let values: Vec<f64> =
            rows.iter().map(|row| row[axes + 1 + at].number()).filter(|value| value.is_finite()).collect();
        let interval = Mean::of(&values).and_then(|mean| Ok((mean.mean, mean.interval(CONFIDENCE)?))).ok();
        let (mean, low, high) = match interval {
            Some((mean, interval)) => (Some(mean), Some(interval.low), Some(interval.high)),
            None => (values.first().copied(), None, None),
        };
        summary.insert(column.name.to_owned(), json!([mean, low, high, values.len()]));
    }
    Json::Object(summary)
}

fn cell_json(cell: &Cell) -> Json {
    match cell {
        Cell::Integer(value) => (*value).into(),
        Cell::Real(value) => (*value).into(),
        Cell::Text(value) => value.clone().into(),
    }
}

/// A value of a setting; what is no finite number becomes `null`.
pub(super) fn value_json(value: &Value) -> Json {
    match value {
        Value::Integer(value) => (*value).into(),
        Value::Real(value) => (*value).into(),
        Value::Text(value) => value.clone().into(),
        Value::Integers(values) => values.clone().into(),
    }
}
