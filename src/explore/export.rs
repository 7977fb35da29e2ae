//! What leaves the page as a file: the rows, the picture by the same code as `prunelaw figures`, and a page of its own.
//!
//! `format` is `csv` or `npz` (one array of numbers per column; columns of text are left out), `html`
//! (see `offline`), or `svg` or `png` of a `figure` that draws this sim. Only what is stored travels: a file says what
//! was computed and starts nothing.

use super::ask::{Question, Words, known};
use super::{Lab, Refusal, Server, feed, offline};
use crate::engine::data::npz::{NpzBuilder, NpzError};
use crate::engine::table::{Kind, Table};
use crate::figures::{self, FIGURES, Figure, Source, render};
use crate::runner::stored;
use axum::extract::State;
use axum::http::Uri;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use ndarray::Array1;
use std::sync::Arc;

pub(super) async fn answer(State(server): State<Arc<Server>>, uri: Uri) -> Result<Response, Refusal> {
    let words = Words::read(&uri)?;
    let format = known("format", words.format.as_deref(), &["csv", "npz", "html", "svg", "png"])?;
    let question = Question::read(&words, &server.lab)?;
    let id = question.study.experiment.id();
    let sweeps = || {
        let schema = question.study.request.schema();
        schema.axes().any(|field| field.name == "keep") && !feed::trajectory(question.study.experiment.columns(schema))
    };
    if format == "html" && !sweeps() {
        return Err(Refusal::bad(format!("a page of its own is made of sweeps over `keep`, and not of `{id}`")));
    }
    let drawn = ["svg", "png"].contains(&format.as_str());
    let figure = if drawn { Some(figure(&words, id, &server.lab)?) } else { None };
    let file = tokio::task::spawn_blocking(move || file(&server.lab, question, figure, &format));
    file.await.map_err(|_| Refusal::failed("the drawing crashed; the log of the server says where"))?
}

/// The figure of this name, if it draws rows of this sim alone.
fn figure(words: &Words, sim: &str, lab: &Lab) -> Result<&'static dyn Figure, Refusal> {
    let draws = |figure: &&&dyn Figure| matches!(figure.needs(lab.effort).as_slice(), [need] if need.id == sim);
    let ids: Vec<&str> = FIGURES.iter().filter(draws).map(|figure| figure.card().id).collect();
    let id = known("figure", words.figure.as_deref(), &ids)?;
    Ok(figures::find(&id).expect("the id is one of theirs"))
}

fn file(lab: &Lab, question: Question, figure: Option<&'static dyn Figure>, format: &str) -> Result<Response, Refusal> {
    let table = stored(&lab.store, &question.study).map_err(|error| Refusal::failed(error.to_string()))?;
    if table.rows.is_empty() {
        return Err(Refusal::bad("nothing of this is stored yet; ask again when rows have arrived"));
    }
    let name = figure.map_or(question.study.experiment.id(), |figure| figure.card().id);
    let bytes = match figure {
        None if format == "csv" => table.to_csv().into_bytes(),
        None if format == "html" => offline::page(&question, &table).into_bytes(),
        None => columns(&table).map_err(|error| Refusal::failed(error.to_string()))?,
        Some(figure) => {
            let drawing = figure.draw(&[Source { table, request: question.study.request }]);
            let wrong = |error: render::RenderError| Refusal::failed(error.to_string());
            if format == "svg" {
                render::svg(&drawing).map_err(wrong)?.into_bytes()
            } else {
                render::png(&drawing).map_err(wrong)?
            }
        }
    };
    let kind = match format {
        "csv" => "text/csv; charset=utf-8",
        "npz" => "application/zip",
        "html" => "text/html; charset=utf-8",
        "svg" => "image/svg+xml",
        _ => "image/png",
    };
    let disposition = format!("attachment; filename=\"{name}.{format}\"");
    Ok(([(CONTENT_TYPE, kind.to_owned()), (CONTENT_DISPOSITION, disposition)], bytes).into_response())
}

/// One array (rows) per column of numbers.
fn columns(table: &Table) -> Result<Vec<u8>, NpzError> {
    let mut archive = NpzBuilder::default();
    for column in table.columns.iter().filter(|column| column.kind != Kind::Text) {
        archive.add(column.name, &Array1::from_vec(table.numbers(column.name)))?;
    }
    archive.finish()
}
