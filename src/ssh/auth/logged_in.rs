//! A login that succeeded.

use crate::i18n::fl;

/// A successful login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedIn {
    /// The account.
    pub user: String,
    /// Methods that succeeded; several factors are joined by a plus sign.
    pub how: String,
    /// The methods that the server offered at first.
    pub offered: String,
    /// Attempts that were refused before, as text.
    pub refused: Vec<String>,
    /// The key that did it, or was one factor of it.
    pub key: Option<Vec<u8>>,
    /// True if the user had a part in it: a prompt was answered, or a wait was long.
    pub needed_user: bool,
}

impl LoggedIn {
    /// Returns the steps of the login, as text for `doctor`.
    #[must_use]
    pub fn steps(&self) -> Vec<String> {
        let offered = (!self.offered.is_empty())
            .then(|| fl!("login-offered", offered = self.offered.as_str()));
        let (user, how) = (self.user.as_str(), self.how.as_str());
        let done = fl!("login-done", user = user, how = how);
        let refused = self.refused.iter().cloned();
        offered.into_iter().chain(refused).chain([done]).collect()
    }
}
