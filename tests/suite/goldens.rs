//! Outputs that must not change by accident. A golden that changes on purpose is replaced by what the test printed.

use prunelaw::figures::axis::{Axis, Scale};
use prunelaw::figures::drawing::{Drawing, Ink, Layer, Mark, Panel, Span, Tile};
use prunelaw::figures::render;

#[test]
fn a_small_drawing_keeps_its_svg() {
    let layers = vec![
        Layer::Points {
            name: "replica".to_owned(),
            ink: Ink::Blue,
            at: (0..3).map(|replica| Mark { replica, x: 0.9, y: 0.5 + 0.2 * replica as f64 }).collect(),
        },
        Layer::Bars {
            name: "mean, 95 % interval".to_owned(),
            ink: Ink::Black,
            at: vec![Span { x: 0.9, low: 0.4, y: 0.7, high: 1.0 }],
        },
        Layer::Vertical { name: "boundary".to_owned(), derived: true, x: 0.5 },
        Layer::Horizontal { name: "chance".to_owned(), y: 0.5 },
    ];
    let panel = Panel {
        title: "Test accuracy".to_owned(),
        x: Axis::new("prune fraction α", Scale::Fraction).from_to(0.0, 0.99),
        y: Axis::new("fraction correct", Scale::Linear),
        layers,
    };
    let svg = render::svg(&Drawing { panels: vec![panel], caption: String::new() }).unwrap();
    let golden = include_str!("../goldens/small_drawing.svg");
    assert!(svg == golden, "the drawing changed; it is now\n{svg}");
}

#[test]
fn a_small_map_keeps_its_svg() {
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
    let shade = Axis::new("test accuracy (fraction)", Scale::Linear).from_to(0.0, 1.0);
    let at =
        vec![tile(1.0, 0.2, 0.25, 0), tile(0.1, 0.2, 0.75, 1), tile(1.0, 0.4, f64::NAN, 4), tile(0.1, 0.4, 1.0, 4)];
    let layers = vec![
        Layer::Cells { name: "mean test accuracy".to_owned(), shade, at },
        Layer::Line { name: "boundary".to_owned(), ink: Ink::Black, derived: true, at: vec![[0.3, 0.1], [0.3, 0.9]] },
        Layer::Line {
            name: "accuracy 0.625".to_owned(),
            ink: Ink::Black,
            derived: false,
            at: vec![[0.5, 0.2], [0.4, 0.3], [f64::NAN, f64::NAN], [0.1, 0.3], [0.05, 0.3]],
        },
    ];
    let panel = Panel {
        title: "Test accuracy".to_owned(),
        x: Axis::new("keep fraction p", Scale::Log).from_to(3.0, 0.03),
        y: Axis::new("SNR", Scale::Log).from_to(0.14, 0.57),
        layers,
    };
    let svg = render::svg(&Drawing { panels: vec![panel], caption: String::new() }).unwrap();
    let golden = include_str!("../goldens/small_map.svg");
    assert!(svg == golden, "the map changed; it is now\n{svg}");
}
