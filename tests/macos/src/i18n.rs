//! Texts: their names, and what is put into them. The catalogues have tests of their own.

macro_rules! fl {
    ($id:literal $(, $name:ident = $value:expr)* $(,)?) => {
        [String::from($id) $(, format!("{}={}", stringify!($name), $value))*].join(" ")
    };
}

pub(crate) use fl;
