//! The legend of a view's colours (or of the shades that stand in for them).

use crate::metric::ColorScale;
use crate::page::{Line, Page, Paint};
use crate::style::ColorDepth;
use crate::text::{self, Align};

/// One line, wrapped where it must be: `rank  1  3  10 … 5000  >5000`, each tick on its own colour.
pub(super) fn legend(page: &mut Page<'_>, scale: &ColorScale<'_>) {
    let head = format!(" {} ", scale.label(page.style.charset));
    let mut pieces: Vec<(String, Paint)> = Vec::new();
    if page.style.color == ColorDepth::None {
        for (shade, words) in page.glyphs().shades.iter().zip(scale.step_labels()) {
            pieces.push((format!(" {shade} {words}  "), Paint::PLAIN));
        }
        if !scale.ticks().1.is_empty() {
            pieces.push((" blank beyond".into(), Paint::PLAIN));
        }
    } else {
        let (ticks, beyond) = scale.ticks();
        // As wide as the widest label where all fit, so that equal steps look equal.
        let widest = ticks.iter().map(|(label, _)| label.len()).max().unwrap_or(0) + 2;
        let room = page.style.width.saturating_sub(head.len() + beyond.len() + 1);
        let even = ticks.len() * widest <= room;
        for (label, strength) in ticks {
            let columns = if even { widest } else { label.len() + 2 };
            pieces.push((page.cell(&label, columns, Align::Centre), Paint::on(Some(strength))));
        }
        pieces.push((format!(" {beyond}"), Paint::on(None)));
    }
    let indent = head.len();
    let mut line = Line::new();
    line.push(head, Paint::DIM);
    for (piece, paint) in pieces {
        if line.width() > indent && line.width() + text::width(piece.trim_end()) > page.style.width {
            page.line(std::mem::take(&mut line));
            line.space(indent.min(page.style.width / 3));
        }
        line.push(piece, paint);
    }
    page.line(line);
}
