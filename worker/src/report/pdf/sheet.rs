//! What every document has, whatever it shows: paper, fonts, a title, running lines and the files
//! that go with it, as `look.typ` reads them.

use super::{
    fit::{Fitter, Room},
    fonts::Palette,
};
use crate::report::{Attachment, Cover};
use entity::export::options::Paper;
use typst::{
    foundations::{Array, Bytes, Dict, IntoValue, Value, dict},
    layout::{Abs, Length},
};

/// The left and right margins.
const SIDE: f64 = 28.0;
/// The margins above and below, which have the running lines in them.
const ABOVE: f64 = 46.0;
const BELOW: f64 = 40.0;

/// A page's measures, in points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::report) struct Sheet {
    width: f64,
    height: f64,
}

impl Sheet {
    /// The paper, upright.
    pub(in crate::report) fn upright(paper: Paper) -> Self {
        match paper {
            Paper::A4 => Self { width: 595.0, height: 842.0 },
            Paper::Letter => Self { width: 612.0, height: 792.0 },
        }
    }

    /// The paper, lying on its longer side.
    pub(in crate::report) fn lying(paper: Paper) -> Self {
        let Self { width, height } = Self::upright(paper);
        Self { width: height, height: width }
    }

    /// The width between the margins.
    pub(in crate::report) fn inner(self) -> f64 {
        self.width - 2.0 * SIDE
    }

    /// The height between the margins.
    pub(in crate::report) fn room(self) -> f64 {
        self.height - ABOVE - BELOW
    }

    /// What `look.typ` reads. `size` says how much is shown of how much.
    pub(in crate::report) fn inputs(
        self,
        kind: &str,
        cover: &Cover,
        size: &str,
        attachments: &[Attachment],
        palette: &Palette,
    ) -> Dict {
        let room = Room { size: 10.0, width: self.inner() * 0.6, lines: 1 };
        let domain = Fitter::new(palette).fit(&cover.domain, room).concat();
        dict! {
            "fonts" => palette.families().into_iter().map(IntoValue::into_value).collect::<Array>(),
            "width" => points(self.width),
            "height" => points(self.height),
            "side" => points(SIDE),
            "above" => points(ABOVE),
            "below" => points(BELOW),
            "kind" => kind,
            "title" => format!("{kind}: {domain}"),
            "domain" => domain,
            "id" => cover.export_id.as_str(),
            "size" => size,
            "attachments" => attachments.iter().map(attached).collect::<Array>(),
        }
    }
}

fn attached(attachment: &Attachment) -> Value {
    dict! {
        "name" => attachment.name.as_str(),
        "type" => attachment.media_type.as_str(),
        "description" => attachment.description.as_str(),
        "bytes" => Bytes::from_string(attachment.text.clone()),
    }
    .into_value()
}

/// The height of so many lines.
pub(in crate::report) fn lines(count: usize, line: f64) -> f64 {
    (0..count).fold(0.0, |height, _| height + line)
}

/// A length in Typst's terms.
pub(in crate::report) fn points(number: f64) -> Value {
    Length::from(Abs::pt(number)).into_value()
}
