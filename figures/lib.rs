//! Every plot, one file each.
//!
//! * [`figure`]: the trait, and the tables a figure asks for
//! * [`drawing`]: what is drawn, as data, and the table behind it
//! * [`axis`], [`style`], [`ramp`]: scales and ticks; colours, sizes, number formats; the colours of maps
//! * [`contour`]: contour lines of a map
//! * [`patch_law`]: the two-patch law of a request, and its derived boundaries
//! * [`render`]: from a drawing to SVG and PNG
//! * [`pruning_threshold_curve`]: accuracy and loss against the prune fraction
//! * [`phase_diagram_pruning`], [`phase_diagram_width`]: accuracy over keep fraction and SNR, and over keep fraction and width
//! * [`feature_versus_noise`]: alignment with signal and noise against steps
//! * [`paper_synthetic_curves`]: the paper's synthetic figures beside ours
//! * [`noise_correlation_cycles`]: how far networks follow the noise of their labels
//! * [`phase_diagram_subset_sum`], [`covering_radius_law`]: how well random subset sums cover an interval
//! * [`ticket_error_by_width`]: how the error of strong tickets falls with the width of the random network
//! * [`robustness_law`]: how steep networks are that fit random labels
//! * [`memorization_capacity`], [`effective_parameters`]: what pruned networks memorize, by method, and what their masks may
//!   know
//! * [`FIGURES`]: the registry

pub mod axis;
mod caption;
pub mod contour;
pub mod covering_radius_law;
pub mod drawing;
pub mod effective_parameters;
pub mod feature_versus_noise;
pub mod figure;
mod font;
pub mod mask_information;
mod memorization;
pub mod memorization_capacity;
pub mod noise_correlation_cycles;
pub mod paper_synthetic_curves;
pub mod patch_law;
mod phase_diagram;
pub mod phase_diagram_pruning;
pub mod phase_diagram_subset_sum;
pub mod phase_diagram_width;
pub mod pruning_threshold_curve;
pub mod ramp;
pub mod render;
pub mod robustness_law;
pub mod style;
pub mod ticket_error_by_width;

pub use drawing::Drawing;
pub use figure::{Figure, FigureCard, Need, Source, Tables};

/// Every figure. Adding one is one file and one line here.
pub static FIGURES: &[&dyn Figure] = &[
    &pruning_threshold_curve::ON_PATCHES,
    &pruning_threshold_curve::ON_DIGITS,
    &phase_diagram_pruning::PhaseDiagramPruning,
    &phase_diagram_width::PhaseDiagramWidth,
    &feature_versus_noise::FeatureVersusNoise,
    &paper_synthetic_curves::PaperSyntheticCurves,
    &robustness_law::RobustnessLaw,
    &effective_parameters::EffectiveParameters,
    &mask_information::MaskInformation,
    &memorization_capacity::MemorizationCapacity,
    &noise_correlation_cycles::NoiseCorrelationCycles,
    &phase_diagram_subset_sum::PhaseDiagramSubsetSum,
    &covering_radius_law::CoveringRadiusLaw,
    &ticket_error_by_width::TicketErrorByWidth,
];

/// The figure of this id.
pub fn find(id: &str) -> Option<&'static dyn Figure> {
    FIGURES.iter().copied().find(|figure| figure.card().id == id)
}
