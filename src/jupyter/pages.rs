//! Which pages a server has: asked, and not guessed from a file's name.

use super::server::Flavour;
use crate::config::App;

/// Where a server may have its pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// `JupyterLab`.
    Lab,
    /// Notebook 7 or 6, or nbclassic where it is alone.
    Tree,
    /// nbclassic beside notebook 7, which has the usual places (nbclassic 1.3, `nbclassic_path`).
    Classic,
}

impl Place {
    /// Its first page.
    pub(super) fn front(self) -> &'static str {
        match self {
            Self::Lab => "lab",
            Self::Tree => "tree",
            Self::Classic => "nbclassic/tree",
        }
    }

    pub(super) fn notebook(self, path: &str) -> String {
        match self {
            Self::Lab => format!("lab/tree/{path}"),
            Self::Tree => format!("notebooks/{path}"),
            Self::Classic => format!("nbclassic/notebooks/{path}"),
        }
    }
}

/// What is known of a server without asking it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Program {
    /// Its process is Lab's.
    Lab,
    /// Notebook 6, whose own page comes before Lab unless that is wished for.
    Notebook6,
    /// Any other.
    #[default]
    Unknown,
}

/// Which pages a server has, as far as that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pages {
    /// It may have Lab.
    pub lab: bool,
    /// It may have `tree`.
    pub tree: bool,
    /// nbclassic's pages have a path of their own.
    pub classic_apart: bool,
    /// The program that it is, where that is known without asking.
    pub program: Program,
}

impl Default for Pages {
    fn default() -> Self {
        Self {
            lab: true,
            tree: true,
            classic_apart: false,
            program: Program::Unknown,
        }
    }
}

impl Pages {
    /// What the name of its runtime file and its command line say.
    pub(super) fn of(flavour: Flavour, args: &str) -> Self {
        let mut words = ["jupyter-lab", "jupyter lab", "jupyterlab"].iter();
        let program = if words.any(|word| args.contains(word)) {
            Program::Lab
        } else if flavour == Flavour::Notebook6 {
            Program::Notebook6
        } else {
            Program::Unknown
        };
        Self {
            lab: program != Program::Notebook6,
            program,
            ..Self::default()
        }
    }

    /// The places by how well they fit the wish.
    pub(super) fn order(self, wish: Option<App>) -> [Place; 3] {
        match wish {
            None if self.program == Program::Notebook6 => [Place::Tree, Place::Lab, Place::Classic],
            None | Some(App::Lab) => [Place::Lab, Place::Tree, Place::Classic],
            Some(App::Notebook) => [Place::Tree, Place::Lab, Place::Classic],
            Some(App::Nbclassic) => [Place::Classic, Place::Tree, Place::Lab],
        }
    }

    pub(super) fn is_sure(self, place: Place) -> bool {
        match place {
            Place::Lab => self.program == Program::Lab,
            Place::Tree => self.program == Program::Notebook6,
            Place::Classic => self.classic_apart,
        }
    }

    pub(super) fn note(&mut self, place: Place, is_there: bool) {
        match place {
            Place::Lab => self.lab = is_there,
            Place::Tree => self.tree = is_there,
            Place::Classic => self.classic_apart = is_there,
        }
    }

    /// Where the wish leads.
    #[must_use]
    pub fn place(self, wish: Option<App>) -> Place {
        let has = |place: &Place| match place {
            Place::Lab => self.lab,
            Place::Tree => self.tree,
            Place::Classic => self.classic_apart,
        };
        let order = self.order(wish);
        order.into_iter().find(has).unwrap_or(order[0])
    }

    /// Returns true if it has what was wished for.
    #[must_use]
    pub fn suits(self, wish: Option<App>) -> bool {
        match wish {
            None => true,
            Some(App::Lab) => self.place(wish) == Place::Lab,
            Some(App::Notebook) => self.place(wish) == Place::Tree,
            Some(App::Nbclassic) => self.place(wish) != Place::Lab,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_is_not_there_is_not_shown() {
        let lacks = |lab, tree, classic_apart| Pages {
            lab,
            tree,
            classic_apart,
            ..Pages::default()
        };
        assert_eq!(lacks(false, true, false).place(None), Place::Tree);
        assert_eq!(
            lacks(false, false, true).place(Some(App::Lab)),
            Place::Classic
        );
        assert_eq!(
            lacks(true, false, false).place(Some(App::Notebook)),
            Place::Lab
        );
        assert!(!lacks(true, false, false).suits(Some(App::Notebook)));
        assert!(lacks(false, true, false).suits(None));
    }

    #[test]
    fn the_program_says_more_than_the_name_of_a_file() {
        let lab_2 = Pages::of(Flavour::Notebook6, "python3 /usr/bin/jupyter-lab");
        assert_eq!(lab_2.place(None), Place::Lab);
        let notebook_6 = Pages::of(Flavour::Notebook6, "python3 /usr/bin/jupyter-notebook");
        assert_eq!(notebook_6.place(Some(App::Lab)), Place::Tree);
        assert!(notebook_6.is_sure(Place::Tree) && !notebook_6.is_sure(Place::Lab));
        let server = Pages::of(Flavour::Server2, "python3 /usr/bin/jupyter-server");
        assert!(!server.is_sure(Place::Lab));
    }
}
