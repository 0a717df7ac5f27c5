//! The page that the tab shows.

use url::Url;

use super::server::Server;
use crate::config::App;
use crate::secret::Secret;

/// Page that the tab is to show.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// Lab, notebook or nbclassic; lab where nothing is said.
    pub app: Option<App>,
    /// A notebook or folder, relative to the server's working folder.
    pub notebook: Option<String>,
}

/// A page's address without a secret, and what lets a browser in there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The page at the local port.
    pub url: String,
    /// None for a server without a token.
    pub login: Option<PageLogin>,
}

/// Fields that a browser sends to Jupyter's login form, which answers with a cookie and the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageLogin {
    /// URL to which the form is sent.
    pub action: String,
    /// The server's token.
    pub token: Secret,
    /// The page's path, encoded.
    pub next: String,
}

impl Address {
    /// That of a page.
    ///
    /// # Errors
    /// When the parts make no address, which a server's base URL could bring about.
    pub fn of(server: &Server, local_port: u16, page: &Page) -> Result<Self, url::ParseError> {
        let url = place(server, local_port, &path(server, page))?;
        let login = if server.token.is_empty() {
            None
        } else {
            Some(PageLogin {
                action: place(server, local_port, "login")?.into(),
                token: server.token.clone(),
                next: url.path().to_owned(),
            })
        };
        Ok(Self {
            url: url.into(),
            login,
        })
    }
}

/// The whole address of the page at the local port, with the token where the server has one.
///
/// # Errors
/// When the parts make no address, which a server's base URL could bring about.
pub fn page_url(server: &Server, local_port: u16, page: &Page) -> Result<String, url::ParseError> {
    let mut url = place(server, local_port, &path(server, page))?;
    if !server.token.is_empty() {
        url.query_pairs_mut()
            .append_pair("token", server.token.reveal());
    }
    Ok(url.into())
}

/// The address of a path below the server's base URL. The base URL is encoded text, as in an address;
/// the path is plain text, as a file's name is.
fn place(server: &Server, local_port: u16, path: &str) -> Result<Url, url::ParseError> {
    let scheme = if server.secure { "https" } else { "http" };
    let mut url = Url::parse(&format!("{scheme}://localhost:{local_port}"))?;
    url.set_path(&server.base_url);
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(path.split('/'));
    }
    Ok(url)
}

/// A path inside the server's folder. A browser would resolve `..` itself, and so leave the page's
/// own part of the address.
pub(super) fn inside(path: &str) -> String {
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

/// Checks whether a path leads to a place in the server's folder: it is relative, and `..` does not leave the folder. `~`
/// is a name like any other to Jupyter.
#[must_use]
pub fn is_inside(path: &str) -> bool {
    let mut depth = 0_usize;
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if depth == 0 => return false,
            ".." => depth -= 1,
            _ => depth += 1,
        }
    }
    depth > 0 && !path.starts_with(['/', '~'])
}

/// The same address without its token, for people and logs.
#[must_use]
pub fn redacted(url: &str) -> String {
    match Url::parse(url) {
        Ok(mut url) => {
            url.set_query(None);
            url.into()
        }
        Err(_) => String::new(),
    }
}

fn path(server: &Server, page: &Page) -> String {
    let place = server.pages.place(page.app);
    match page.notebook.as_deref().map(inside) {
        Some(path) => place.notebook(&path),
        None => place.front().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::pages::Flavour;
    use super::super::pages::Pages;
    use super::super::server::Endpoint;
    use super::*;

    fn server(flavour: Flavour, base_url: &str, token: &str) -> Server {
        Server {
            pid: 1,
            endpoint: Endpoint::Tcp {
                host: "127.0.0.1".into(),
                port: 1,
            },
            token: Secret::new(token),
            secure: false,
            certificate: None,
            pages: Pages::of(flavour, ""),
            base_url: base_url.into(),
            root: String::new(),
            version: None,
            flavour,
            file: String::new(),
            began: None,
            launch: None,
            node: None,
        }
    }

    #[test]
    fn a_path_that_leaves_the_servers_folder_is_told_from_others() {
        for path in [
            "a.ipynb",
            "sub/a.ipynb",
            "./a",
            "sub/../a.ipynb",
            "..a",
            "a~",
        ] {
            assert!(is_inside(path), "{path}");
        }
        for path in [
            "/home/me/a.ipynb",
            "../a.ipynb",
            "sub/../../a",
            "~/a.ipynb",
            "",
            ".",
            "sub/..",
        ] {
            assert!(!is_inside(path), "{path}");
        }
    }

    fn url(flavour: Flavour, app: Option<App>, notebook: Option<&str>) -> String {
        let page = Page {
            app,
            notebook: notebook.map(str::to_owned),
        };
        page_url(&server(flavour, "/", ""), 8890, &page).unwrap()
    }

    #[test]
    fn each_app_has_its_page() {
        use Flavour::{Notebook6, Server2};
        let base = "http://localhost:8890/";
        let table = [
            (Server2, None, None, "lab"),
            (Server2, Some(App::Notebook), None, "tree"),
            (Server2, Some(App::Nbclassic), None, "tree"),
            (
                Server2,
                None,
                Some("a b/ü.ipynb"),
                "lab/tree/a%20b/%C3%BC.ipynb",
            ),
            (
                Server2,
                None,
                Some("100%/a%20b;#c.ipynb"),
                "lab/tree/100%25/a%2520b;%23c.ipynb",
            ),
            (
                Server2,
                Some(App::Notebook),
                Some("/x.ipynb"),
                "notebooks/x.ipynb",
            ),
            (Notebook6, None, None, "tree"),
            (
                Notebook6,
                Some(App::Lab),
                Some("x?.ipynb"),
                "notebooks/x%3F.ipynb",
            ),
        ];
        for (flavour, app, notebook, want) in table {
            assert_eq!(url(flavour, app, notebook), format!("{base}{want}"));
        }
    }

    #[test]
    fn a_notebooks_name_is_text_and_the_base_url_is_encoded() {
        let base = "http://localhost:8890/lab/tree/";
        for (notebook, want) in [
            ("A%20B.ipynb", "A%2520B.ipynb"),
            ("100%.ipynb", "100%25.ipynb"),
            ("a%2Fb.ipynb", "a%252Fb.ipynb"),
            ("a?b#c.ipynb", "a%3Fb%23c.ipynb"),
            ("a;b&c+d.ipynb", "a;b&c+d.ipynb"),
            ("a\\b.ipynb", "a%5Cb.ipynb"),
            ("./a//../b.ipynb", "b.ipynb"),
            ("../../api/x.ipynb", "api/x.ipynb"),
        ] {
            let got = url(Flavour::Server2, None, Some(notebook));
            assert_eq!(got, format!("{base}{want}"), "{notebook}");
        }
        let server = server(Flavour::Server2, "/user/a%40b/", "t");
        let page = Page {
            app: None,
            notebook: Some("100%.ipynb".into()),
        };
        let address = Address::of(&server, 1, &page).unwrap();
        let want = "http://localhost:1/user/a%40b/lab/tree/100%25.ipynb";
        assert_eq!(address.url, want);
        let login = address.login.unwrap();
        assert_eq!(login.action, "http://localhost:1/user/a%40b/login");
        assert_eq!(login.next, "/user/a%40b/lab/tree/100%25.ipynb");
        assert!(!format!("{login:?}").contains("\"t\""));
    }

    #[test]
    fn nbclassic_makes_room_for_notebook_7() {
        let mut server = server(Flavour::Server2, "/", "");
        server.pages.classic_apart = true;
        for (notebook, want) in [
            (None, "nbclassic/tree"),
            (Some("x.ipynb"), "nbclassic/notebooks/x.ipynb"),
        ] {
            let page = Page {
                app: Some(App::Nbclassic),
                notebook: notebook.map(str::to_owned),
            };
            let url = page_url(&server, 8890, &page).unwrap();
            assert_eq!(url, format!("http://localhost:8890/{want}"));
        }
    }

    #[test]
    fn a_server_with_https_gets_it() {
        let mut server = server(Flavour::Server2, "/", "");
        server.secure = true;
        let url = page_url(&server, 8890, &Page::default()).unwrap();
        assert_eq!(url, "https://localhost:8890/lab");
    }

    #[test]
    fn base_url_and_token_are_in_it_and_the_token_can_be_left_out() {
        let server = server(Flavour::Server2, "/user/me/", "s3cret");
        let url = page_url(&server, 8890, &Page::default()).unwrap();
        assert_eq!(url, "http://localhost:8890/user/me/lab?token=s3cret");
        assert_eq!(redacted(&url), "http://localhost:8890/user/me/lab");
    }
}
