//! From a drawing to SVG text and PNG bytes: one layout, two surfaces, the same bytes for the same drawing.
//!
//! * `canvas`: a surface in points, and what can be drawn on it
//! * `layout`: where the panels of a drawing stand, and the labels of their boundaries
//! * `frame`: one panel: its axes, its layers, its labels
//! * `legend`: samples and words above a panel
//! * `line`: lines in pieces, cut at the frame, solid or dashed
//! * `map`: cells of colour, and the colour bar

mod canvas;
mod frame;
mod layout;
mod legend;
mod line;
mod map;

use crate::drawing::Drawing;
use crate::font::LINE_OF_EM;
use crate::style::WIDTH;
use canvas::{Canvas, FINE};
use layout::Layout;
use plotters::prelude::{BitMapBackend, SVGBackend};

/// Device units per pixel of a PNG: averaged, so that edges are smooth.
const BLOCK: usize = 2;
/// Pixels of a PNG per point of a drawing.
pub const PNG_SCALE: f64 = FINE / BLOCK as f64;

/// Why a drawing could not be rendered; only a broken font or encoder can cause it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot render: {0}")]
pub struct RenderError(String);

impl RenderError {
    fn new(error: impl std::fmt::Display) -> RenderError {
        RenderError(error.to_string())
    }
}

/// The drawing as a stand-alone SVG document with real text; the caption travels in its description.
///
/// # Errors
/// [`RenderError`] if the embedded font cannot be used.
pub fn svg(drawing: &Drawing) -> Result<String, RenderError> {
    let layout = Layout::of(drawing);
    let (width, height) = layout.device_size();
    let mut text = String::new();
    // In an SVG a font's size is its em; plotters divides by 1.24.
    layout.draw(Canvas { backend: SVGBackend::with_string(&mut text, (width, height)), em: 1.24, drop: 0.0 })?;
    let body = text.split_once('\n').map_or("", |(_, body)| body);
    let caption = match drawing.caption.as_str() {
        "" => String::new(),
        caption => {
            format!("<desc>{}</desc>\n", caption.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"))
        }
    };
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" viewBox=\"0 0 {width} {height}\" \
         role=\"img\">\n{caption}{body}",
        WIDTH,
        layout.height.ceil(),
    ))
}

/// The drawing as a PNG, [`PNG_SCALE`] pixels per point; the caption travels in its `Description`.
///
/// # Errors
/// [`RenderError`] if the embedded font or the encoder fails.
pub fn png(drawing: &Drawing) -> Result<Vec<u8>, RenderError> {
    let layout = Layout::of(drawing);
    let (width, height) = layout.device_size();
    let mut fine = vec![255; 3 * width as usize * height as usize];
    // The rasteriser takes ascent plus descent, and puts the baseline higher than an SVG viewer.
    let backend = BitMapBackend::with_buffer(&mut fine, (width, height));
    layout.draw(Canvas { backend, em: LINE_OF_EM, drop: 0.16 })?;
    let (pixels, columns) = (averaged(&fine, width as usize), width as usize / BLOCK);
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, columns as u32, (pixels.len() / 3 / columns) as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_filter(png::FilterType::Up);
    encoder.set_compression(png::Compression::Default);
    if !drawing.caption.is_empty() {
        encoder.add_itxt_chunk("Description".to_owned(), drawing.caption.clone()).map_err(RenderError::new)?;
    }
    let mut writer = encoder.write_header().map_err(RenderError::new)?;
    writer.write_image_data(&pixels).and_then(|()| writer.finish()).map_err(RenderError::new)?;
    Ok(bytes)
}

/// Mean over blocks of device units: one RGB pixel each.
fn averaged(fine: &[u8], width: usize) -> Vec<u8> {
    let (columns, rows) = (width / BLOCK, fine.len() / 3 / width / BLOCK);
    let mut pixels = Vec::with_capacity(3 * columns * rows);
    for row in 0..rows {
        for column in 0..columns {
            for channel in 0..3 {
                let inside = (0..BLOCK).flat_map(|y| (0..BLOCK).map(move |x| (x, y)));
                let sum: usize = inside
                    .map(|(x, y)| fine[3 * ((row * BLOCK + y) * width + column * BLOCK + x) + channel] as usize)
                    .sum();
                pixels.push(((sum + BLOCK * BLOCK / 2) / (BLOCK * BLOCK)) as u8);
            }
        }
    }
    pixels
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::axis::{Axis, Scale};
    use crate::drawing::{Ink, Layer, Mark, Panel, Span, Tile};

    fn small() -> Drawing {
        let words = "points < & > \"marks\"".to_owned();
        let layers = vec![
            Layer::Band {
                name: "band".to_owned(),
                ink: Ink::Green,
                at: [0.1, 0.5].map(|x| Span { x, low: x / 2.0, y: x, high: 2.0 * x }).to_vec(),
            },
            Layer::Points {
                name: words,
                ink: Ink::Blue,
                at: (0..5).map(|replica| Mark { replica, x: 0.2, y: 0.1 * replica as f64 }).collect(),
            },
            Layer::Line { name: "law".to_owned(), ink: Ink::Purple, derived: true, at: vec![[0.1, 0.1], [0.5, 0.9]] },
            Layer::Bars {
                name: "mean".to_owned(),
                ink: Ink::Black,
                at: vec![Span { x: 0.2, low: -7.0, y: 0.2, high: f64::NAN }],
            },
            Layer::Vertical { name: "edge".to_owned(), derived: true, x: 0.3 },
            Layer::Horizontal { name: "floor".to_owned(), y: 0.05 },
            Layer::Note { name: "note".to_owned(), x: 0.4, y: 0.3 },
        ];
        let panel = |scale| Panel {
            title: "a".to_owned(),
            x: Axis::new("x (1)", Scale::Linear),
            y: Axis::new("y (1)", scale),
            layers: layers.clone(),
        };
        Drawing { panels: vec![panel(Scale::Linear), panel(Scale::Log)], caption: "p < 1".to_owned() }
    }

    #[test]
    fn the_same_drawing_gives_the_same_bytes() {
        assert_eq!(svg(&small()), svg(&small()));
        assert_eq!(png(&small()), png(&small()));
    }

    /// Every tag is closed in order, every attribute quoted, and no text holds a bare sign of markup.
    #[test]
    fn the_svg_is_well_formed() {
        let text = svg(&small()).unwrap();
        let mut open: Vec<&str> = Vec::new();
        for piece in text.split('<').skip(1) {
            let (tag, words) = piece.split_once('>').unwrap();
            assert!(!words.contains('>'), "{words}");
            assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
            match tag.strip_prefix('/') {
                Some(closed) => assert_eq!(open.pop(), Some(closed)),
                None if tag.ends_with('/') => {}
                None => open.push(tag.split(' ').next().unwrap()),
            }
        }
        assert_eq!(open, Vec::<&str>::new());
        assert!(text.contains("<desc>p &lt; 1</desc>"));
        assert!(text.contains("points &lt; &amp; &gt; &quot;marks&quot;"));
        assert!(text.contains("font-family=\"DejaVu Sans, Verdana, Arial, sans-serif\""));
    }

    #[test]
    fn the_png_decodes_to_the_size_of_the_drawing() {
        let bytes = png(&small()).unwrap();
        let mut reader = png::Decoder::new(bytes.as_slice()).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size()];
        let frame = reader.next_frame(&mut pixels).unwrap();
        assert_eq!(f64::from(frame.width), PNG_SCALE * WIDTH);
        assert_eq!(f64::from(frame.height), PNG_SCALE * Layout::of(&small()).height.ceil());
        assert_eq!(reader.info().utf8_text[0].get_text().unwrap(), "p < 1");
        assert!(pixels.iter().any(|channel| *channel != 255), "the picture is not empty");
    }

    #[test]
    fn a_boundary_is_labelled_once_and_as_derived() {
        assert_eq!(svg(&small()).unwrap().matches("edge (derived)").count(), 1);
        assert_eq!(svg(&small()).unwrap().matches("law (derived)").count(), 1);
    }

    fn map() -> Drawing {
        let tile = |x: f64, y: f64, value: f64, unconverged: u64| Tile {
            x,
            y,
            value,
            low: value - 0.1,
            high: value + 0.1,
            standard_error: 0.05,
            replicas: 4,
            unconverged,
            diverged: 0,
        };
        let at =
            vec![tile(0.1, 1.0, 0.0, 0), tile(1.0, 1.0, 1.0, 4), tile(0.1, 2.0, f64::NAN, 4), tile(1.0, 2.0, 0.5, 1)];
        let shade = Axis::new("accuracy (fraction)", Scale::Linear).from_to(0.0, 1.0);
        let layers = vec![
            Layer::Cells { name: "mean".to_owned(), shade, at },
            Layer::Line { name: "law".to_owned(), ink: Ink::Black, derived: true, at: vec![[0.01, 1.5], [9.0, 1.5]] },
            Layer::Line { name: "beside".to_owned(), ink: Ink::Blue, derived: true, at: vec![[0.01, 9.0], [9.0, 9.0]] },
        ];
        let (x, y) = (Scale::Log.edges(&[0.1, 1.0]), Scale::Linear.edges(&[1.0, 2.0]));
        let panel = Panel {
            title: "map".to_owned(),
            // From large to small.
            x: Axis::new("p", Scale::Log).from_to(x[2], x[0]),
            y: Axis::new("SNR", Scale::Linear).from_to(y[0], y[2]),
            layers,
        };
        Drawing { panels: vec![panel], caption: String::new() }
    }

    #[test]
    fn a_map_fills_its_panel_with_the_colours_of_its_values() {
        let bytes = png(&map()).unwrap();
        let mut reader = png::Decoder::new(bytes.as_slice()).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size()];
        let width = reader.next_frame(&mut pixels).unwrap().width as usize;
        let drawing = map();
        let layout = Layout::of(&drawing);
        let frame = &layout.frames[0];
        // A quarter into the cell, away from its mark and the line.
        let seen = |x: f64, y: f64| {
            let [x, y] = frame.at(x, y).unwrap().map(|points| (points * PNG_SCALE) as usize);
            let at = 3 * (y * width + x);
            (pixels[at], pixels[at + 1], pixels[at + 2])
        };
        assert_eq!(seen(0.06, 0.8), crate::ramp::color(0.0));
        assert_eq!(seen(0.6, 0.8), crate::ramp::color(1.0));
        assert_eq!(seen(0.6, 2.3), crate::ramp::color(0.5));
        assert_eq!(seen(0.06, 2.1), (255, 255, 255), "a cell without a value has no colour");
    }

    #[test]
    fn the_legend_of_a_map_explains_its_marks_and_no_law_beside_it() {
        let svg = svg(&map()).unwrap();
        for words in ["law (derived)", map::UNSETTLED, map::EMPTY, "accuracy (fraction)"] {
            assert_eq!(svg.matches(words).count(), 1, "{words}");
        }
        assert!(!svg.contains("beside"));
    }
}
