//! What lies behind the rows of a page: bands behind the names of days, failures on red ground with
//! a bar beside them, a rule below each row. Shapes of one kind are one shape, made here and not in
//! the template, for there are thousands of corners.

use super::pages::{Line, Run};
use typst::{
    foundations::{Content, NativeElement, Packed, Smart},
    layout::{Abs, Axes, Length, Rel},
    visualize::{CloseMode, Color, CurveClose, CurveComponent, CurveElem, CurveLine, CurveMove, Paint, Stroke},
};

/// How far a band reaches into the margins.
const OUTER: f64 = 7.0;
/// The width of the bar beside a failure.
const BAR: f64 = 2.5;
/// The colours are those of `look.typ`, but for a failure's ground, which may fill a page.
const SHADE: (u8, u8, u8) = (0xf2, 0xf4, 0xf7);
const BLUSH: (u8, u8, u8) = (0xff, 0xf7, 0xf6);
const RED: (u8, u8, u8) = (0xb4, 0x23, 0x18);
const FAINT: (u8, u8, u8) = (0xd0, 0xd5, 0xdd);

/// A stretch from top to bottom, in points from the top of the run.
type Stretch = (f64, f64);

/// What lies behind a run that is so wide; its origin is the run's left upper corner.
pub(super) fn behind(run: &Run, width: f64) -> Vec<Content> {
    let (mut top, mut bands, mut failed, mut rules) = (0.0, Vec::new(), Vec::new(), Vec::new());
    for line in &run.lines {
        let bottom = top + line.height();
        match line {
            Line::Band(_) => bands.push((top, bottom)),
            Line::Row(row) if row.failed => failed.push((top, bottom)),
            Line::Row(_) => {}
        }
        rules.push(bottom);
        top = bottom;
    }
    let wide = (-OUTER, width + OUTER);
    let shapes = [
        filled(&bands, wide, SHADE),
        filled(&failed, wide, BLUSH),
        filled(&failed, (-OUTER, BAR - OUTER), RED),
        Some(ruled(&rules, width)),
    ];
    shapes.into_iter().flatten().collect()
}

/// Stretches between two sides, filled.
fn filled(stretches: &[Stretch], (left, right): (f64, f64), colour: (u8, u8, u8)) -> Option<Content> {
    let corners = stretches
        .iter()
        .flat_map(|&(top, bottom)| [start(left, top), to(right, top), to(right, bottom), to(left, bottom), close()]);
    let components: Vec<_> = corners.collect();
    (!components.is_empty()).then(|| CurveElem::new(components).with_fill(Some(paint(colour))).pack())
}

/// Lines at these heights.
fn ruled(rules: &[f64], width: f64) -> Content {
    const THIN: f64 = 0.4;
    let lines = rules.iter().flat_map(|&y| [start(0.0, y), to(width, y)]);
    let stroke = Stroke {
        paint: Smart::Custom(paint(FAINT)),
        thickness: Smart::Custom(Abs::pt(THIN).into()),
        ..Stroke::default()
    };
    CurveElem::new(lines.collect()).with_stroke(Smart::Custom(Some(stroke))).pack()
}

fn start(x: f64, y: f64) -> CurveComponent {
    CurveComponent::Move(Packed::new(CurveMove::new(point(x, y))))
}

fn to(x: f64, y: f64) -> CurveComponent {
    CurveComponent::Line(Packed::new(CurveLine::new(point(x, y))))
}

fn close() -> CurveComponent {
    CurveComponent::Close(Packed::new(CurveClose::new().with_mode(CloseMode::Straight)))
}

fn point(x: f64, y: f64) -> Axes<Rel<Length>> {
    Axes::new(Abs::pt(x).into(), Abs::pt(y).into())
}

fn paint((red, green, blue): (u8, u8, u8)) -> Paint {
    Paint::Solid(Color::from_u8(red, green, blue, u8::MAX))
}
