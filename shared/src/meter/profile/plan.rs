//! Which requests bring the points of a meter: neighbours in one request, within the limits of the
//! profile, and never a value split between two.

use super::point::{Point, Table};

/// One request, and the points its reply holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    pub table: Table,
    pub at: u16,
    pub count: u16,
    /// Index of the point in the profile, and where its first word stands in the reply.
    pub points: Vec<(usize, usize)>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    pub blocks: Vec<Block>,
}

impl Plan {
    /// Coalesces the chosen points; `points` may come in any order.
    pub fn new<'a>(
        points: impl IntoIterator<Item = (usize, &'a Point)>,
        max_registers: u16,
        max_gap: u16,
    ) -> Self {
        let mut chosen: Vec<(usize, &Point)> = points.into_iter().collect();
        chosen.sort_by_key(|(_, point)| (point.table, point.at));
        let mut blocks: Vec<Block> = Vec::new();
        for (index, point) in chosen {
            match blocks.last_mut().filter(|block| fits(block, point, max_registers, max_gap)) {
                Some(block) => {
                    block.points.push((index, usize::from(point.at - block.at)));
                    block.count = block.count.max(point.at - block.at + point.width());
                }
                None => blocks.push(Block {
                    table: point.table,
                    at: point.at,
                    count: point.width(),
                    points: vec![(index, 0)],
                }),
            }
        }
        Self { blocks }
    }

    /// Shorter reads of the same blocks, ending between points. A meter answers in the order it
    /// was asked; so when an answer of a shape that is not outstanding has come, no older answer
    /// can come any more. Shapes that no block has come first.
    pub fn fences(&self, points: &[Point]) -> Vec<Block> {
        let mut fences: Vec<Block> = Vec::new();
        for block in self.blocks.iter().filter(|block| !block.table.is_bits()) {
            for (index, offset) in &block.points {
                let Some(point) = points.get(*index) else { continue };
                let count = u16::try_from(*offset)
                    .expect("an offset lies within a block of at most 125 registers")
                    + point.width();
                let known = |fence: &Block| (fence.table, fence.count) == (block.table, count);
                if count < block.count && !fences.iter().any(known) {
                    let at = block.at;
                    fences.push(Block { table: block.table, at, count, points: Vec::new() });
                }
            }
        }
        let shared = |fence: &Block| {
            self.blocks.iter().any(|block| (block.table, block.count) == (fence.table, fence.count))
        };
        fences.sort_by_key(shared);
        fences
    }
}

fn fits(block: &Block, point: &Point, max_registers: u16, max_gap: u16) -> bool {
    let block_end = u32::from(block.at) + u32::from(block.count);
    let point_end = u32::from(point.at) + u32::from(point.width());
    block.table == point.table
        && u32::from(point.at) <= block_end + u32::from(max_gap)
        && point_end - u32::from(block.at) <= u32::from(max_registers)
        && point_end <= 0x1_0000
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::meter::profile::number::{Format, WordOrder};
    use crate::meter::profile::point::{Every, Unit};

    fn point(table: Table, at: u16, format: Format) -> Point {
        Point {
            name: format!("{table:?}-{at}"),
            table,
            at,
            format,
            order: WordOrder::Abcd,
            unit: Unit::None,
            scale_nano: 1_000_000_000,
            range: None,
            every: Every::Fast,
            step: None,
            identity: false,
            optional: false,
        }
    }

    fn plan(points: &[Point], max_registers: u16, max_gap: u16) -> Vec<(Table, u16, u16)> {
        Plan::new(points.iter().enumerate(), max_registers, max_gap)
            .blocks
            .iter()
            .map(|block| (block.table, block.at, block.count))
            .collect()
    }

    #[test]
    fn neighbours_share_a_request_up_to_the_gap_and_the_length() {
        let at = |address| point(Table::Input, address, Format::F32);
        let (near, far) = ([at(0), at(2), at(8)], [at(0), at(2), at(9)]);
        assert_eq!(plan(&near, 80, 4), [(Table::Input, 0, 10)]);
        assert_eq!(plan(&far, 80, 4), [(Table::Input, 0, 4), (Table::Input, 9, 2)]);
        assert_eq!(plan(&near, 9, 4), [(Table::Input, 0, 4), (Table::Input, 8, 2)]);
        assert_eq!(plan(&near, 10, 4), [(Table::Input, 0, 10)]);
        assert_eq!(plan(&[at(0xFFFE), at(0xFFFC)], 80, 4), [(Table::Input, 0xFFFC, 4)]);
    }

    #[test]
    fn tables_never_share_a_request() {
        let mixed = [
            point(Table::Input, 0, Format::U16),
            point(Table::Holding, 1, Format::U16),
            point(Table::Coil, 2, Format::U16),
        ];
        assert_eq!(
            plan(&mixed, 80, 10),
            [(Table::Coil, 2, 1), (Table::Holding, 1, 1), (Table::Input, 0, 1)]
        );
    }

    #[test]
    fn a_fence_has_a_shape_no_block_has() {
        let points: Vec<Point> =
            [0, 2, 4, 40, 42].map(|at| point(Table::Input, at, Format::F32)).into();
        let plan = Plan::new(points.iter().enumerate(), 80, 4);
        let fences: Vec<u16> = plan.fences(&points).iter().map(|fence| fence.count).collect();
        assert_eq!(fences, [2, 4], "4 is the length of the second block, so it comes last");
    }

    proptest! {
        #[test]
        fn every_point_stands_whole_in_exactly_one_block(
            addresses in prop::collection::btree_set(0_u16..400, 1..40),
            max_registers in 4_u16..125,
            max_gap in 0_u16..50,
        ) {
            let points: Vec<Point> =
                addresses.iter().map(|at| point(Table::Holding, at * 2, Format::U32)).collect();
            let plan = Plan::new(points.iter().enumerate(), max_registers, max_gap);
            let mut seen = vec![0; points.len()];
            for block in &plan.blocks {
                prop_assert!(block.count <= max_registers);
                for (index, offset) in &block.points {
                    seen[*index] += 1;
                    prop_assert_eq!(usize::from(block.at) + offset, usize::from(points[*index].at));
                    prop_assert!(offset + 2 <= usize::from(block.count));
                }
            }
            prop_assert!(seen.iter().all(|times| *times == 1));
        }
    }
}
