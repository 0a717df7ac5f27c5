//! Explains why a server refused a login, and what to do about it.

use super::code::{Code, Problem};
use crate::i18n::fl;
use crate::ssh::{AuthRefusal, OpensshNeed, RefusedLogin};

/// A refused login. The detail has all that was tried and all that the server said.
pub(super) fn refused(name: &str, destination: &str, login: &RefusedLogin) -> Problem {
    let RefusedLogin {
        user,
        tried,
        offered,
        refusal,
        said,
    } = login;
    let mut detail = tried.clone();
    if tried.is_empty()
        && matches!(
            refusal,
            AuthRefusal::Plain
                | AuthRefusal::NoAgent(_)
                | AuthRefusal::Method(_)
                | AuthRefusal::Ticket
        )
    {
        detail.push(fl!("explain-auth-nothing-fits"));
    }
    if let AuthRefusal::NoAgent(variable) = refusal {
        detail.push(fl!("login-no-agent", variable = variable));
    }
    if !offered.is_empty() {
        detail.push(fl!("explain-auth-offered", offered = offered));
    }
    detail.extend(
        said.iter()
            .map(|words| fl!("explain-auth-said", words = words)),
    );
    let (code, title, remedy) = by_reason(name, destination, user, refusal);
    Problem::new(code, title, detail.join("\n"), remedy)
}

/// A login that only `ssh` could have gone on with, where nobody left it to that.
pub(super) fn needs_openssh(name: &str, need: &OpensshNeed) -> Problem {
    Problem::new(
        Code::AuthMethod,
        fl!(
            "explain-auth-method",
            host = name,
            offered = need.to_string()
        ),
        "",
        fl!("explain-auth-method-remedy"),
    )
}

/// One arm for each reason: a table.
fn by_reason(name: &str, to: &str, user: &str, why: &AuthRefusal) -> (Code, String, String) {
    match why {
        AuthRefusal::Plain => (
            Code::AuthRefused,
            fl!("explain-auth-refused", host = name, user = user),
            fl!("explain-auth-refused-remedy", destination = to),
        ),
        AuthRefusal::TooManyTries => (
            Code::AuthTooMany,
            fl!("explain-auth-too-many", host = name),
            fl!("explain-auth-too-many-remedy"),
        ),
        AuthRefusal::HungUp => (
            Code::AuthHungUp,
            fl!("explain-auth-hung-up", host = name, user = user),
            fl!("explain-auth-hung-up-remedy", destination = to),
        ),
        AuthRefusal::PasswordExpired => (
            Code::PasswordExpired,
            fl!("explain-password-expired", host = name, user = user),
            fl!("explain-password-expired-remedy", destination = to),
        ),
        AuthRefusal::SecondFactor => (
            Code::SecondFactor,
            fl!("explain-second-factor", host = name, user = user),
            fl!("explain-second-factor-remedy"),
        ),
        AuthRefusal::KeyTooOpen(file) => {
            let file = file.display().to_string();
            (
                Code::KeyPermissions,
                fl!("explain-key-open", host = name, file = &file),
                fl!("explain-key-open-remedy", file = &file),
            )
        }
        AuthRefusal::Certificate => (
            Code::Certificate,
            fl!("explain-certificate", host = name),
            fl!("explain-certificate-remedy"),
        ),
        AuthRefusal::SecurityKey(file) => (
            Code::SecurityKey,
            fl!("explain-security-key", host = name),
            fl!(
                "explain-security-key-remedy",
                file = file.display().to_string()
            ),
        ),
        AuthRefusal::Pkcs11(provider) => (
            Code::Pkcs11,
            fl!("explain-pkcs11", host = name),
            fl!("explain-pkcs11-remedy", provider = provider),
        ),
        AuthRefusal::Ticket => (
            Code::Ticket,
            fl!("explain-ticket", host = name),
            fl!("explain-ticket-remedy"),
        ),
        AuthRefusal::Method(offered) => (
            Code::AuthMethod,
            fl!("explain-auth-method", host = name, offered = offered),
            fl!("explain-auth-method-remedy"),
        ),
        AuthRefusal::NoAgent(variable) => (
            Code::AuthRefused,
            fl!("explain-auth-refused", host = name, user = user),
            fl!(
                "explain-no-agent-remedy",
                destination = to,
                variable = variable
            ),
        ),
        AuthRefusal::Agent(_) => (
            Code::Agent,
            fl!("explain-agent", host = name, user = user),
            fl!("explain-agent-remedy"),
        ),
    }
}
