//! A tariff being edited: one text, shown as a form where a form says all of it.

use std::rc::Rc;

use shared::api::tariff::{ChargeKind, Fault, Form, FormCharge, FormLadder, Sheet, Unshown, sheet};
use shared::tariff::Tariff;
use yew::Reducible;

/// Steps back that are kept.
const MOST_UNDO: usize = 60;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Editor {
    pub text: String,
    pub sheet: Option<Sheet>,
    /// What a form could not show; then there is only the text.
    pub unshown: Vec<String>,
    pub fault: Option<Fault>,
    /// The period that painting lays down.
    pub brush: u8,
    before: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    Type(String),
    Brush(u8),
    /// Half hours `from` up to, not including, `to` of a row.
    Paint {
        row: usize,
        from: usize,
        to: usize,
        period: u8,
    },
    CopyRow {
        from: usize,
    },
    AddPeriod(String),
    RenamePeriod {
        place: usize,
        name: String,
    },
    RemovePeriod(usize),
    Price {
        period: usize,
        step: usize,
        value: String,
    },
    Limit {
        step: usize,
        value: String,
    },
    AddStep,
    RemoveStep,
    Reset(String),
    AddCharge(ChargeKind),
    Charge {
        place: usize,
        charge: FormCharge,
    },
    RemoveCharge(usize),
    Root {
        key: &'static str,
        value: String,
    },
    Undo,
}

impl Editor {
    pub fn begin(text: &str) -> Self {
        let editor = Self {
            text: String::new(),
            sheet: None,
            unshown: Vec::new(),
            fault: None,
            brush: 0,
            before: Vec::new(),
        };
        editor.read(text.to_owned())
    }

    /// The new tariff that a template begins: another name, so that it is not taken for the old one.
    pub fn from_template(text: &str, id: &str, name: &str) -> Self {
        let mut editor = Self::begin(text);
        if let Some(sheet) = &mut editor.sheet {
            sheet.set_root("id", id);
            sheet.set_root("name", name);
            editor.text = sheet.write();
        }
        editor
    }

    pub fn may_undo(&self) -> bool {
        !self.before.is_empty()
    }

    pub fn form(&self) -> Option<&Form> {
        self.sheet.as_ref().map(|sheet| &sheet.form)
    }

    fn read(mut self, text: String) -> Self {
        match Sheet::read(&text) {
            Ok(sheet) => {
                (self.sheet, self.unshown, self.fault) = (Some(sheet), Vec::new(), None);
            }
            Err(Unshown::Parts(parts)) => {
                (self.sheet, self.unshown, self.fault) = (None, parts, None);
            }
            Err(Unshown::Fault(_)) => {
                self.sheet = None;
                self.unshown = Vec::new();
                self.fault = sheet::check(&text).fault;
            }
        }
        self.text = text;
        self
    }

    fn remembering(&self) -> Self {
        let mut next = self.clone();
        next.before.push(self.text.clone());
        if next.before.len() > MOST_UNDO {
            next.before.remove(0);
        }
        next
    }

    /// The form was changed: the text follows, and is checked; the form stays even where it is not
    /// good yet.
    fn with(&self, change: impl FnOnce(&mut Sheet)) -> Self {
        let mut next = self.remembering();
        let Some(sheet) = &mut next.sheet else { return self.clone() };
        change(sheet);
        next.text = sheet.write();
        next.fault = sheet::check(&next.text).fault;
        next
    }

    fn edit(&self, edit: Edit) -> Self {
        match edit {
            Edit::Type(text) => self.remembering().read(text),
            Edit::Brush(brush) => Self { brush, ..self.clone() },
            Edit::Undo => {
                let mut back = self.clone();
                match back.before.pop() {
                    Some(text) => back.read(text),
                    None => back,
                }
            }
            Edit::Root { key, value } => self.with(|sheet| sheet.set_root(key, &value)),
            form @ (Edit::Paint { .. }
            | Edit::CopyRow { .. }
            | Edit::AddPeriod(_)
            | Edit::RenamePeriod { .. }
            | Edit::RemovePeriod(_)
            | Edit::Price { .. }
            | Edit::Limit { .. }
            | Edit::AddStep
            | Edit::RemoveStep
            | Edit::Reset(_)
            | Edit::AddCharge(_)
            | Edit::Charge { .. }
            | Edit::RemoveCharge(_)) => self.with(|sheet| form.apply(&mut sheet.form)),
        }
    }
}

impl Edit {
    fn apply(self, form: &mut Form) {
        match self {
            Self::Paint { row, from, to, period } => {
                let known = usize::from(period) < form.periods.len();
                if let Some(row) = form.rows.get_mut(row).filter(|_| known) {
                    for half in row.halves.iter_mut().take(to).skip(from) {
                        *half = period;
                    }
                }
            }
            Self::CopyRow { from } => {
                if let Some(halves) = form.rows.get(from).map(|row| row.halves.clone()) {
                    form.rows.iter_mut().for_each(|row| row.halves.clone_from(&halves));
                }
            }
            Self::AddPeriod(name) => {
                let steps = form.steps();
                if !form.periods.contains(&name) && form.periods.len() < 9 {
                    form.periods.push(name);
                    form.prices.push(vec!["0".to_owned(); steps]);
                }
            }
            Self::RenamePeriod { place, name } => {
                if let Some(period) = form.periods.get_mut(place) {
                    *period = name;
                }
            }
            Self::RemovePeriod(place) => remove_period(form, place),
            Self::Price { period, step, value } => {
                if let Some(price) = form.prices.get_mut(period).and_then(|p| p.get_mut(step)) {
                    *price = value;
                }
            }
            Self::Limit { step, value } => {
                let limit = form.ladder.as_mut().and_then(|ladder| ladder.limits.get_mut(step));
                if let Some(limit) = limit {
                    *limit = value;
                }
            }
            Self::AddStep => add_step(form),
            Self::RemoveStep => remove_step(form),
            Self::Reset(reset) => {
                if let Some(ladder) = &mut form.ladder {
                    ladder.from = None;
                    ladder.reset = reset;
                }
            }
            Self::AddCharge(kind) => form.charges.push(new_charge(form, kind)),
            Self::Charge { place, charge } => {
                if let Some(own) = form.charges.get_mut(place) {
                    *own = charge;
                }
            }
            Self::RemoveCharge(place) => {
                if place < form.charges.len() {
                    form.charges.remove(place);
                    if form.energy_place > place {
                        form.energy_place -= 1;
                    }
                }
            }
            Self::Type(_) | Self::Brush(_) | Self::Root { .. } | Self::Undo => {}
        }
    }
}

/// What was painted with a period that goes takes the first that stays.
fn remove_period(form: &mut Form, place: usize) {
    if form.periods.len() < 2 || place >= form.periods.len() {
        return;
    }
    form.periods.remove(place);
    form.prices.remove(place);
    for half in form.rows.iter_mut().flat_map(|row| &mut row.halves) {
        let own = usize::from(*half);
        if own == place {
            *half = 0;
        } else if own > place {
            *half -= 1;
        }
    }
}

fn add_step(form: &mut Form) {
    let ladder = form.ladder.get_or_insert_with(|| FormLadder {
        reset: "month".to_owned(),
        from: None,
        limits: Vec::new(),
        per_day: false,
        by_days: false,
    });
    let last = ladder.limits.last().and_then(|limit| limit.parse::<u64>().ok());
    ladder.limits.push(last.map_or(100, |last| last.saturating_mul(2).max(last + 1)).to_string());
    for prices in &mut form.prices {
        let last = prices.last().cloned().unwrap_or_else(|| "0".to_owned());
        prices.push(last);
    }
}

fn remove_step(form: &mut Form) {
    let Some(ladder) = &mut form.ladder else { return };
    ladder.limits.pop();
    for prices in &mut form.prices {
        if prices.len() > 1 {
            prices.pop();
        }
    }
    if ladder.limits.is_empty() {
        form.ladder = None;
    }
}

fn new_charge(form: &Form, kind: ChargeKind) -> FormCharge {
    let (word, value, per) = match kind {
        ChargeKind::Fixed => ("service", "0", "month"),
        ChargeKind::Levy => ("fund", "0", ""),
        ChargeKind::Percent => ("surcharge", "0", ""),
        ChargeKind::Tax => ("tax", "0", ""),
    };
    let taken =
        |name: &str| name == form.energy || form.charges.iter().any(|charge| charge.name == name);
    let numbered = (2_u32..).map(|number| format!("{word}-{number}"));
    let name = std::iter::once(word.to_owned()).chain(numbered).find(|name| !taken(name));
    FormCharge {
        name: name.unwrap_or_default(),
        kind,
        value: value.to_owned(),
        per: per.to_owned(),
        inclusive: false,
        of: None,
    }
}

impl Reducible for Editor {
    type Action = Edit;

    fn reduce(self: Rc<Self>, edit: Edit) -> Rc<Self> {
        Rc::new(self.edit(edit))
    }
}

/// Is this file a tariff? For buttons that need one.
pub fn name_of(text: &str) -> Option<(String, String)> {
    let tariff = Tariff::from_toml(text).ok()?;
    Some((tariff.id().0.clone(), tariff.name().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOUR: &str = include_str!("../../../server/tariffs/cn-four-band.toml");

    fn after(edits: Vec<Edit>) -> Editor {
        edits.into_iter().fold(Editor::begin(FOUR), |editor, edit| editor.edit(edit))
    }

    #[test]
    fn painting_changes_the_text_and_nothing_else() {
        let painted = after(vec![Edit::Paint { row: 0, from: 36, to: 38, period: 0 }]);
        assert_eq!(painted.fault, None);
        let sharp = "windows = [\"18:00-21:00\"]\nperiod = \"sharp\"";
        assert!(painted.text.contains(sharp), "{}", painted.text);
        let back = painted.edit(Edit::Undo);
        assert_eq!(back.form(), Editor::begin(FOUR).form());
    }

    #[test]
    fn a_figure_that_is_not_good_yet_is_told_and_the_form_stays() {
        let broken = after(vec![Edit::Price { period: 0, step: 0, value: "1,2".to_owned() }]);
        let fault = broken.fault.as_ref().expect("a fault");
        assert_eq!(fault.path, "versions[0].energy.prices.sharp");
        let mended = broken.edit(Edit::Price { period: 0, step: 0, value: "1.2".to_owned() });
        assert_eq!(mended.fault, None);
        assert!(mended.text.contains("sharp = \"1.2\""));
    }

    #[test]
    fn steps_and_charges_come_and_go() {
        let built = after(vec![
            Edit::AddStep,
            Edit::AddStep,
            Edit::AddCharge(ChargeKind::Fixed),
            Edit::AddCharge(ChargeKind::Fixed),
            Edit::AddCharge(ChargeKind::Tax),
        ]);
        assert_eq!(built.fault, None, "{}", built.text);
        let form = built.form().expect("a form");
        assert_eq!(form.steps(), 3);
        assert_eq!(
            form.charges.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(),
            ["service", "service-2", "tax"]
        );
        let less = [Edit::RemoveStep, Edit::RemoveStep, Edit::RemoveCharge(0)]
            .into_iter()
            .fold(built, |editor, edit| editor.edit(edit));
        assert_eq!(less.form().expect("a form").ladder, None);
        assert_eq!(less.fault, None, "{}", less.text);
    }

    #[test]
    fn a_period_that_goes_leaves_no_gap() {
        let three = after(vec![Edit::RemovePeriod(1)]);
        assert_eq!(three.fault, None, "{}", three.text);
        assert_eq!(three.form().expect("a form").periods, ["sharp", "flat", "valley"]);
        let five = after(vec![
            Edit::AddPeriod("deep-valley".to_owned()),
            Edit::Paint { row: 0, from: 4, to: 8, period: 4 },
        ]);
        assert_eq!(five.fault, None, "{}", five.text);
    }

    #[test]
    fn what_a_form_cannot_show_is_edited_as_text_and_not_lost() {
        let more = format!("{FOUR}\n[versions.demand]\nprice = \"40\"\n");
        let editor = Editor::begin(&more);
        assert_eq!(
            (editor.sheet.is_none(), editor.unshown.as_slice()),
            (true, &["demand".to_owned()][..])
        );
        let painted = editor.edit(Edit::Paint { row: 0, from: 0, to: 48, period: 0 });
        assert_eq!(painted.text, more);
        let plain = painted.edit(Edit::Type(FOUR.to_owned()));
        assert!(plain.sheet.is_some());
    }
}
