//! Pages of a server: queried, and not guessed from a file's name.

use crate::config::App;

/// Path at which a server may have its pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PagePath {
    /// `JupyterLab`.
    Lab,
    /// Notebook 7 or 6, or nbclassic where it is alone.
    Tree,
    /// nbclassic beside notebook 7, which has the usual places (nbclassic 1.3, `nbclassic_path`).
    Classic,
}

impl PagePath {
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

/// Program of a server, as far as it is known without a query.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Program {
    /// Its process is Lab's.
    Lab,
    /// Notebook 6, whose own page comes before Lab unless Lab is requested.
    Notebook6,
    /// Notebook 7, whose own page comes first too.
    Notebook,
    /// nbclassic.
    Classic,
    /// Any other.
    #[default]
    Unknown,
}

impl Program {
    /// Names the app whose page it opens on its own.
    fn app(self) -> App {
        match self {
            Self::Lab | Self::Unknown => App::Lab,
            Self::Notebook6 | Self::Notebook => App::Notebook,
            Self::Classic => App::Nbclassic,
        }
    }
}

/// Finds the program of a command line: by the name of a file or module, or by a word after `jupyter`. A folder on the way to
/// it (`/opt/jupyterlab/bin/jupyter-notebook`) says nothing.
fn program(args: &str) -> Program {
    let names = args
        .split_whitespace()
        .map(|word| word.rsplit('/').next().unwrap_or(word));
    let names: Vec<&str> = names.collect();
    let pairs = names.iter().zip(names.iter().skip(1));
    let mut said = pairs.map(|(before, name)| match *before {
        "jupyter" | "-m" => name.trim_start_matches("jupyter-"),
        _ => name.strip_prefix("jupyter-").unwrap_or_default(),
    });
    let first = names.first().and_then(|name| name.strip_prefix("jupyter-"));
    let known = |name: &str| match name {
        "lab" | "jupyterlab" => Some(Program::Lab),
        "notebook" => Some(Program::Notebook),
        "nbclassic" => Some(Program::Classic),
        "server" => Some(Program::Unknown),
        _ => None,
    };
    let found = first.and_then(known).or_else(|| said.find_map(known));
    found.unwrap_or_default()
}

/// Pages of a server, as far as they are known.
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
    /// Derives the pages from the name of the server's runtime file and from its command line.
    pub(super) fn of(flavour: Flavour, args: &str) -> Self {
        let program = match (program(args), flavour) {
            (Program::Lab, _) => Program::Lab,
            (_, Flavour::Notebook6) => Program::Notebook6,
            (other, _) => other,
        };
        Self {
            lab: program != Program::Notebook6,
            program,
            ..Self::default()
        }
    }

    /// Returns the paths, best fit to the requested application first.
    pub(super) fn order(self, wish: Option<App>) -> [PagePath; 3] {
        match wish {
            None => self.order(Some(self.program.app())),
            Some(App::Lab) => [PagePath::Lab, PagePath::Tree, PagePath::Classic],
            Some(App::Notebook) => [PagePath::Tree, PagePath::Lab, PagePath::Classic],
            Some(App::Nbclassic) => [PagePath::Classic, PagePath::Tree, PagePath::Lab],
        }
    }

    pub(super) fn is_sure(self, place: PagePath) -> bool {
        match place {
            PagePath::Lab => self.program == Program::Lab,
            PagePath::Tree => self.program == Program::Notebook6,
            PagePath::Classic => self.classic_apart,
        }
    }

    pub(super) fn note(&mut self, place: PagePath, is_there: bool) {
        match place {
            PagePath::Lab => self.lab = is_there,
            PagePath::Tree => self.tree = is_there,
            PagePath::Classic => self.classic_apart = is_there,
        }
    }

    /// Returns the path of the pages that fit the wish best.
    #[must_use]
    pub fn place(self, wish: Option<App>) -> PagePath {
        let has = |place: &PagePath| match place {
            PagePath::Lab => self.lab,
            PagePath::Tree => self.tree,
            PagePath::Classic => self.classic_apart,
        };
        let order = self.order(wish);
        order.into_iter().find(has).unwrap_or(order[0])
    }

    /// Returns true if it has the requested application.
    #[must_use]
    pub fn suits(self, wish: Option<App>) -> bool {
        match wish {
            None => true,
            Some(App::Lab) => self.place(wish) == PagePath::Lab,
            Some(App::Notebook) => self.place(wish) == PagePath::Tree,
            Some(App::Nbclassic) => self.place(wish) != PagePath::Lab,
        }
    }
}

/// Program that wrote the runtime file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flavour {
    /// `jupyter_server` 2, under lab 4, notebook 7 or nbclassic.
    Server2,
    /// Notebook 6: it has no lab.
    Notebook6,
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
        assert_eq!(lacks(false, true, false).place(None), PagePath::Tree);
        assert_eq!(
            lacks(false, false, true).place(Some(App::Lab)),
            PagePath::Classic
        );
        assert_eq!(
            lacks(true, false, false).place(Some(App::Notebook)),
            PagePath::Lab
        );
        assert!(!lacks(true, false, false).suits(Some(App::Notebook)));
        assert!(lacks(false, true, false).suits(None));
        for (pages, app, suits) in [
            (lacks(true, true, false), App::Lab, true),
            (lacks(false, true, false), App::Lab, false),
            (lacks(true, true, true), App::Nbclassic, true),
            (lacks(true, true, false), App::Nbclassic, true),
            (lacks(true, false, false), App::Nbclassic, false),
        ] {
            assert_eq!(pages.suits(Some(app)), suits, "{app:?} on {pages:?}");
        }
    }

    #[test]
    fn the_program_says_more_than_the_name_of_a_file() {
        let lab_2 = Pages::of(Flavour::Notebook6, "python3 /usr/bin/jupyter-lab");
        assert_eq!(lab_2.place(None), PagePath::Lab);
        let notebook_6 = Pages::of(Flavour::Notebook6, "python3 /usr/bin/jupyter-notebook");
        assert_eq!(notebook_6.place(Some(App::Lab)), PagePath::Tree);
        assert!(notebook_6.is_sure(PagePath::Tree) && !notebook_6.is_sure(PagePath::Lab));
        let server = Pages::of(Flavour::Server2, "python3 /usr/bin/jupyter-server");
        assert!(!server.is_sure(PagePath::Lab));
        for (args, place) in [
            ("python3 -m jupyterlab --no-browser", PagePath::Lab),
            ("/bin/python -m jupyter lab", PagePath::Lab),
            (
                "/a b/bin/python3.11 /a b/bin/jupyter-lab --port=1",
                PagePath::Lab,
            ),
            ("jupyter-lab", PagePath::Lab),
            ("python /usr/bin/jupyter notebook", PagePath::Tree),
            (
                "python /envs/jupyterlab/bin/jupyter-notebook",
                PagePath::Tree,
            ),
            ("/envs/jupyter-lab/bin/python -m notebook", PagePath::Tree),
        ] {
            let pages = Pages::of(Flavour::Server2, args);
            assert_eq!(pages.place(None), place, "{args}");
            assert_eq!(
                pages.is_sure(PagePath::Lab),
                place == PagePath::Lab,
                "{args}"
            );
        }
        let mut classic = Pages::of(Flavour::Server2, "python /bin/jupyter-nbclassic");
        classic.note(PagePath::Classic, true);
        assert_eq!(classic.place(None), PagePath::Classic);
        let in_a_folder = "python /envs/jupyterlab/bin/jupyter-server --app-dir=/opt/jupyter lab";
        assert!(!Pages::of(Flavour::Server2, in_a_folder).is_sure(PagePath::Lab));
    }
}
