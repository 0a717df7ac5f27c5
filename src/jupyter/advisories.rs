//! Versions of Jupyter with known holes, for a warning of `doctor`. The sources are the advisories of those names, in
//! <https://nvd.nist.gov/vuln/> and <https://github.com/jupyter-server/jupyter_server/security/advisories>; holes of other
//! systems than those that servers run on here are left out.

/// Versions are the numbers before the first other sign.
type Version = [u32; 3];

/// A hole: the first version without it, and its name.
type Hole = (Version, &'static str);

/// Of `jupyter_server`, under all of `JupyterLab` and notebook 7.
const SERVER: [Hole; 8] = [
    ([1, 15, 4], "CVE-2022-24757"),
    ([1, 17, 1], "CVE-2022-29241"),
    ([2, 7, 2], "CVE-2023-39968"),
    ([2, 7, 2], "CVE-2023-40170"),
    ([2, 11, 2], "CVE-2023-49080"),
    ([2, 18, 0], "CVE-2026-35397"),
    ([2, 18, 0], "CVE-2026-40110"),
    ([2, 18, 0], "CVE-2026-40934"),
];

/// Of notebook 6 and before.
const NOTEBOOK: [Hole; 1] = [([6, 4, 12], "CVE-2022-29238")];

/// Known holes of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownHoles {
    /// The package.
    pub package: &'static str,
    /// The first version that has none of them.
    pub fixed: String,
    /// Their names.
    pub names: Vec<&'static str>,
}

impl KnownHoles {
    /// Returns those of a server's version; none where it has none, or is not a version. The package counts from 5 on as
    /// notebook, before that as `jupyter_server`.
    #[must_use]
    pub fn of(version: &str) -> Option<Self> {
        let version = parse(version)?;
        let [major, ..] = version;
        let (package, holes) = match major {
            0..5 => ("jupyter_server", &SERVER[..]),
            _ => ("notebook", &NOTEBOOK[..]),
        };
        let open = holes.iter().filter(|(fixed, _)| version < *fixed);
        let fixed = open.clone().map(|(fixed, _)| fixed).max()?;
        Some(Self {
            package,
            fixed: fixed.map(|number| number.to_string()).join("."),
            names: open.map(|(_, name)| *name).collect(),
        })
    }
}

/// A version before the final one (`2.18.0rc1`) counts as that one.
fn parse(version: &str) -> Option<Version> {
    let mut parts = version.split('.').map(|part| {
        let digits = part.find(|c: char| !c.is_ascii_digit());
        part.get(..digits.unwrap_or(part.len()))?.parse().ok()
    });
    let major = parts.next()??;
    let mut next = || parts.next().flatten().unwrap_or(0);
    Some([major, next(), next()])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(version: &str) -> Option<(String, usize)> {
        KnownHoles::of(version).map(|holes| (holes.fixed, holes.names.len()))
    }

    #[test]
    fn a_version_below_a_known_hole_is_told_with_the_first_one_above_all() {
        let all = |count| Some(("2.18.0".to_owned(), count));
        assert_eq!(names("1.15.3"), all(8));
        assert_eq!(names("1.24.0"), all(6));
        assert_eq!(names("2.7.2"), all(4));
        assert_eq!(names("2.17.0"), all(3));
        for good in ["2.18.0", "2.18.0rc1", "2.21.1", "3.0.0", "10.0", "", "x.y"] {
            assert_eq!(names(good), None, "{good}");
        }
    }

    #[test]
    fn notebook_6_has_a_table_of_its_own() {
        assert_eq!(names("6.4.11"), Some(("6.4.12".to_owned(), 1)));
        assert_eq!(names("5.7"), Some(("6.4.12".to_owned(), 1)));
        assert_eq!(names("6.5.7"), None);
    }
}
