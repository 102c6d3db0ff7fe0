//! A question narrowed by whatever is asked for: only sentences of our own make its text, values
//! stand beside it, so that nothing of a caller's becomes SQL.

use rusqlite::ToSql;

/// Conditions and their values, in the same order.
pub(super) struct Narrowed {
    wanted: Vec<&'static str>,
    values: Vec<Box<dyn ToSql>>,
}

impl Narrowed {
    /// Every row, until something is asked for.
    pub(super) fn all() -> Self {
        Self { wanted: vec!["1"], values: Vec::new() }
    }

    /// `condition` has one `?` for the value; without a value it is not asked.
    pub(super) fn by(&mut self, condition: &'static str, value: Option<impl ToSql + 'static>) {
        if let Some(value) = value {
            self.wanted.push(condition);
            self.values.push(Box::new(value));
        }
    }

    /// A condition without a value.
    pub(super) fn only(&mut self, condition: &'static str) {
        self.wanted.push(condition);
    }

    /// The whole question and its values; `head` ends before WHERE, `tail` begins behind it.
    pub(super) fn question(
        self,
        head: &'static str,
        tail: &'static str,
    ) -> (String, Vec<Box<dyn ToSql>>) {
        let text = [head, " WHERE ", &self.wanted.join(" AND "), " ", tail].concat();
        (text, self.values)
    }
}
