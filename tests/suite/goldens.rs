//! Outputs that must not change by accident. A golden that changes on purpose is replaced by what the test printed.

use prunelaw::figures::axis::{Axis, Scale};
use prunelaw::figures::drawing::{Drawing, Ink, Layer, Mark, Panel, Span};
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
