//! The geometry all charts share, in whole pixels: a plane, lines with gaps, round scales.

/// Maps figures onto a rectangle; the vertical axis starts at zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plane {
    pub left: i64,
    pub top: i64,
    pub width: i64,
    pub height: i64,
    /// The figure at the left edge.
    pub from: i64,
    /// The figure at the right edge; greater than `from`.
    pub to: i64,
    /// The figure at the upper edge; greater than zero.
    pub high: i64,
}

impl Plane {
    pub fn x(&self, at: i64) -> i64 {
        self.left + (at - self.from).saturating_mul(self.width) / (self.to - self.from).max(1)
    }

    pub fn y(&self, value: i64) -> i64 {
        self.bottom() - value.clamp(0, self.high).saturating_mul(self.height) / self.high.max(1)
    }

    pub fn bottom(&self) -> i64 {
        self.top + self.height
    }

    pub fn right(&self) -> i64 {
        self.left + self.width
    }

    /// The figure of the horizontal axis at a pixel.
    pub fn at(&self, x: i64) -> i64 {
        let inside = (x - self.left).clamp(0, self.width);
        self.from + inside.saturating_mul(self.to - self.from) / self.width.max(1)
    }

    /// A line through what is known; where nothing is known the line stops.
    pub fn line(&self, points: impl IntoIterator<Item = (i64, Option<i64>)>) -> String {
        self.runs(points).iter().map(|run| Self::pen(run)).collect()
    }

    /// The same, filled down to zero.
    pub fn area(&self, points: impl IntoIterator<Item = (i64, Option<i64>)>) -> String {
        self.runs(points)
            .iter()
            .filter_map(|run| {
                let (first, last) = (run.first()?, run.last()?);
                let bottom = self.bottom();
                Some(format!("{}L{} {bottom}L{} {bottom}Z", Self::pen(run), last.0, first.0))
            })
            .collect()
    }

    fn runs(&self, points: impl IntoIterator<Item = (i64, Option<i64>)>) -> Vec<Vec<(i64, i64)>> {
        let mut runs = vec![Vec::new()];
        for (at, value) in points {
            match (value, runs.last_mut()) {
                (Some(value), Some(run)) => run.push((self.x(at), self.y(value))),
                (None, Some(run)) if !run.is_empty() => runs.push(Vec::new()),
                (Some(_) | None, _) => (),
            }
        }
        runs.retain(|run| !run.is_empty());
        runs
    }

    fn pen(run: &[(i64, i64)]) -> String {
        run.iter().enumerate().fold(String::new(), |path, (place, (x, y))| {
            let letter = if place == 0 { 'M' } else { 'L' };
            format!("{path}{letter}{x} {y}")
        })
    }
}

/// A round figure at or above `value` that divides into four even steps.
pub fn round_up(value: i64) -> i64 {
    let mut unit = 1_i64;
    loop {
        for step in [4, 8, 12, 20, 40] {
            let high = unit.saturating_mul(step);
            if high >= value.max(1) {
                return high;
            }
        }
        unit = unit.saturating_mul(10);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLANE: Plane =
        Plane { left: 10, top: 0, width: 100, height: 50, from: 0, to: 10, high: 5 };

    #[test]
    fn a_gap_in_the_figures_is_a_gap_in_the_line() {
        let points = [(0, Some(0)), (5, Some(5)), (6, None), (10, Some(1))];
        assert_eq!(PLANE.line(points), "M10 50L60 0M110 40");
        assert_eq!(PLANE.area(points), "M10 50L60 0L60 50L10 50ZM110 40L110 50L110 50Z");
        assert_eq!(PLANE.line([(0, None)]), "");
    }

    #[test]
    fn a_pixel_finds_its_figure_and_stays_on_the_plane() {
        for (x, at) in [(10, 0), (60, 5), (110, 10), (0, 0), (500, 10)] {
            assert_eq!(PLANE.at(x), at);
        }
    }

    #[test]
    fn scales_end_on_round_figures() {
        for (value, high) in
            [(0, 4), (4, 4), (5, 8), (41, 80), (1_999, 2_000), (2_001, 4_000), (81_000, 120_000)]
        {
            assert_eq!(round_up(value), high, "{value}");
        }
    }
}
