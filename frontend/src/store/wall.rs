//! Where each cell of the meter wall stands: buildings side by side like elevations, floors stacked
//! with the highest on top, one cell a meter. Whole pixels, no drawing.

use std::collections::BTreeSet;
use std::rc::Rc;

use shared::api::live::{MeterRow, MeterState};

/// Cell heights, largest first; the wall takes the largest that keeps it on about one screen.
const HEIGHTS: [i32; 8] = [60, 54, 48, 42, 36, 32, 28, 22];
/// The heights for a wall of thousands.
const SMALLEST: i32 = 28;
const SMALLEST_PHONE: i32 = 22;
/// No cell grows wider than this.
const WIDEST: i32 = 132;

const LABEL: i32 = 44;
const TITLE: i32 = 34;
const BETWEEN: i32 = 28;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CellSize {
    pub width: i32,
    pub height: i32,
    pub gap: i32,
    pub detail: Detail,
}

/// What fits into a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Name and power.
    Full,
    Name,
    Plain,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    pub size: CellSize,
    pub height: i32,
    pub titles: Vec<Label>,
    pub floors: Vec<Label>,
    /// One a meter, in the order of `rows`.
    pub cells: Vec<Cell>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    pub x: i32,
    pub y: i32,
    pub text: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    pub x: i32,
    pub y: i32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Left,
    Right,
    Up,
    Down,
}

/// The largest cells whose wall is at most `height` high, else the smallest there are. Cells that
/// carry words are then widened to use the whole width.
pub fn lay_fitting(rows: &[Rc<MeterRow>], width: i32, height: i32, phone: bool) -> Layout {
    let smallest = if phone { SMALLEST_PHONE } else { SMALLEST };
    let fitting = HEIGHTS
        .into_iter()
        .filter(|tall| *tall > smallest)
        .map(|tall| lay(rows, width, CellSize::of_height(tall)))
        .find(|layout| layout.height <= height);
    let Some(layout) = fitting else { return lay(rows, width, CellSize::of_height(smallest)) };
    let (step, right) = (layout.size.width + layout.size.gap, layout.right());
    let columns = (right - LABEL + layout.size.gap) / step.max(1);
    let spare = (width - right).max(0) / columns.max(1);
    let one_block = layout.titles.len() == 1;
    let wider = (layout.size.width + spare).min(WIDEST);
    if layout.size.detail == Detail::Plain || !one_block || wider <= layout.size.width {
        return layout;
    }
    lay(rows, width, CellSize { width: wider, ..layout.size })
}

impl CellSize {
    fn of_height(height: i32) -> Self {
        let (width, gap, detail) = match height {
            36.. => (height * 7 / 5, 6, Detail::Full),
            30..36 => (height * 7 / 5, 5, Detail::Name),
            _ => (height, 4, Detail::Plain),
        };
        Self { width, height, gap, detail }
    }
}

/// Groups in the order of `rows` by building, then floor; both keep their order of appearance.
pub fn lay(rows: &[Rc<MeterRow>], width: i32, size: CellSize) -> Layout {
    let mut layout = Layout {
        size,
        height: 0,
        titles: Vec::new(),
        floors: Vec::new(),
        cells: vec![Cell::default(); rows.len()],
    };
    let (step_x, step_y) = (size.width + size.gap, size.height + size.gap);
    let fit = ((width - LABEL + size.gap) / step_x).max(1);
    let (mut x, mut y, mut shelf) = (0, 0, 0);
    for building in groups(rows, 0..rows.len(), |row| &row.building) {
        let floors = groups(rows, building.clone(), |row| &row.floor);
        let widest = floors.iter().map(|floor| whole(floor.len())).max().unwrap_or(0).min(fit);
        let block = LABEL + widest * step_x;
        if x > 0 && x + block > width {
            (x, y, shelf) = (0, y + shelf + BETWEEN, 0);
        }
        layout.titles.push(label(rows, building.start, x, y, |row| &row.building));
        let mut top = y + TITLE;
        for floor in floors.into_iter().rev() {
            layout.floors.push(label(rows, floor.start, x, top, |row| &row.floor));
            let lines = (whole(floor.len()) + widest - 1) / widest.max(1);
            for (place, row) in floor.enumerate() {
                if let Some(cell) = layout.cells.get_mut(row) {
                    let place = whole(place);
                    *cell = Cell {
                        x: x + LABEL + place % widest * step_x,
                        y: top + place / widest * step_y,
                    };
                }
            }
            top += lines * step_y;
        }
        shelf = shelf.max(top - y);
        x += block + BETWEEN;
    }
    layout.height = y + shelf;
    layout
}

impl Layout {
    /// Where the rightmost cell ends.
    fn right(&self) -> i32 {
        self.cells.iter().map(|cell| cell.x + self.size.width).max().unwrap_or(0)
    }

    /// The cell under a point.
    pub fn at(&self, x: i32, y: i32) -> Option<usize> {
        self.cells.iter().position(|cell| {
            (cell.x..cell.x + self.size.width).contains(&x)
                && (cell.y..cell.y + self.size.height).contains(&y)
        })
    }

    /// The next cell in a direction; the same where there is none.
    pub fn step(&self, from: usize, step: Step) -> usize {
        let Some(here) = self.cells.get(from) else { return 0 };
        let ahead = |cell: &Cell| match step {
            Step::Left => cell.y == here.y && cell.x < here.x,
            Step::Right => cell.y == here.y && cell.x > here.x,
            Step::Up => cell.y < here.y,
            Step::Down => cell.y > here.y,
        };
        let far = |cell: &Cell| match step {
            Step::Left | Step::Right => ((cell.x - here.x).abs(), 0),
            Step::Up | Step::Down => ((cell.y - here.y).abs(), (cell.x - here.x).abs()),
        };
        self.cells
            .iter()
            .enumerate()
            .filter(|(_, cell)| ahead(cell))
            .min_by_key(|(_, cell)| far(cell))
            .map_or(from, |(place, _)| place)
    }
}

/// Which meters are shown: any of the states, or all when none is chosen.
pub fn filtered(
    rows: &[Rc<MeterRow>],
    states: &BTreeSet<MeterState>,
    words: &str,
) -> Vec<Rc<MeterRow>> {
    let words = words.to_lowercase();
    rows.iter()
        .filter(|row| states.is_empty() || states.contains(&row.change.state))
        .filter(|row| words.split_whitespace().all(|word| mentions(row, word)))
        .cloned()
        .collect()
}

fn mentions(row: &MeterRow, word: &str) -> bool {
    [&row.name, &row.customer, &row.building, &row.floor]
        .into_iter()
        .any(|text| text.to_lowercase().contains(word))
        || row.meter.to_string() == word
}

fn groups(
    rows: &[Rc<MeterRow>],
    range: std::ops::Range<usize>,
    key: impl Fn(&MeterRow) -> &String,
) -> Vec<std::ops::Range<usize>> {
    let mut found: Vec<std::ops::Range<usize>> = Vec::new();
    for place in range {
        let same = found.last().is_some_and(|last| {
            rows.get(last.start)
                .zip(rows.get(place))
                .is_some_and(|(one, other)| key(one) == key(other))
        });
        match found.last_mut().filter(|_| same) {
            Some(last) => last.end = place + 1,
            None => found.push(place..place + 1),
        }
    }
    found
}

fn label(
    rows: &[Rc<MeterRow>],
    row: usize,
    x: i32,
    y: i32,
    key: impl Fn(&MeterRow) -> &String,
) -> Label {
    Label { x, y, text: rows.get(row).map_or_else(String::new, |row| key(row).clone()) }
}

fn whole(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::fleet::samples::row;
    use super::*;

    const PLAIN: CellSize = CellSize { width: 20, height: 10, gap: 2, detail: Detail::Plain };

    fn building(floors: u32, flats: u32) -> Vec<Rc<MeterRow>> {
        (1..=floors)
            .flat_map(|floor| (1..=flats).map(move |flat| (floor, floor * 100 + flat)))
            .map(|(floor, meter)| {
                Rc::new(row(meter, "1", &floor.to_string(), MeterState::Connected))
            })
            .collect()
    }

    #[test]
    fn floors_are_stacked_with_the_highest_on_top_and_no_cell_covers_another() {
        let rows = building(3, 4);
        let layout = lay(&rows, 400, PLAIN);
        let first = layout.cells.first().expect("a cell");
        let last = layout.cells.last().expect("a cell");
        assert!(first.y > last.y, "floor 1 is below floor 3");
        let places: BTreeSet<_> = layout.cells.iter().map(|cell| (cell.x, cell.y)).collect();
        assert_eq!(places.len(), rows.len());
        assert!(layout.cells.iter().all(|cell| cell.x + PLAIN.width <= 400));
    }

    #[test]
    fn a_wall_that_fits_is_widened_and_one_that_does_not_has_the_smallest_cells() {
        let roomy = lay_fitting(&building(6, 4), 800, 600, false);
        assert_eq!((roomy.size.detail, roomy.size.width), (Detail::Full, WIDEST));
        assert!(roomy.right() <= 800 && roomy.height <= 600);
        let crowded = lay_fitting(&building(90, 60), 800, 600, false);
        assert_eq!((crowded.size.detail, crowded.size.height), (Detail::Plain, SMALLEST));
    }

    #[test]
    fn a_floor_wider_than_the_wall_is_wrapped() {
        let rows = building(1, 30);
        let layout = lay(&rows, 200, PLAIN);
        assert!(layout.cells.iter().all(|cell| cell.x + PLAIN.width <= 200));
        assert!(layout.height > TITLE + PLAIN.height * 3);
    }

    #[test]
    fn arrows_go_to_the_neighbour_and_stop_at_the_edge() {
        let rows = building(2, 3);
        let layout = lay(&rows, 400, PLAIN);
        for (from, step, to) in [
            (0, Step::Right, 1),
            (0, Step::Left, 0),
            (1, Step::Up, 4),
            (4, Step::Down, 1),
            (2, Step::Right, 2),
            (1, Step::Down, 1),
        ] {
            assert_eq!(layout.step(from, step), to, "{from} {step:?}");
        }
    }

    #[test]
    fn a_point_finds_the_cell_it_is_in() {
        let rows = building(2, 3);
        let layout = lay(&rows, 400, PLAIN);
        for (place, cell) in layout.cells.iter().enumerate() {
            assert_eq!(layout.at(cell.x + 1, cell.y + 1), Some(place));
        }
        assert_eq!(layout.at(0, 0), None);
    }

    #[test]
    fn filters_take_any_chosen_state_and_every_word() {
        let rows = vec![
            Rc::new(row(101, "1", "1", MeterState::Cut)),
            Rc::new(row(102, "1", "1", MeterState::Connected)),
        ];
        let names = |states: &[MeterState], words: &str| {
            let states = states.iter().copied().collect();
            filtered(&rows, &states, words).iter().map(|row| row.meter.0).collect::<Vec<_>>()
        };
        assert_eq!(names(&[], ""), [101, 102]);
        assert_eq!(names(&[MeterState::Cut, MeterState::Held], ""), [101]);
        assert_eq!(names(&[], "王 102"), [102]);
        assert_eq!(names(&[], "李"), [0_u32; 0]);
    }
}
