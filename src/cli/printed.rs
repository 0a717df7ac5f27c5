//! Output of the commands for people. Servers wrote parts of it, so it goes through [`crate::readable`]: a terminal would obey what
//! is for it. JSON needs no such thing: it writes those characters by their numbers.

/// As `println!`.
macro_rules! outln {
    ($($arg:tt)*) => { println!("{}", $crate::readable::readable(&format!($($arg)*))) };
}

/// As `print!`.
macro_rules! out {
    ($($arg:tt)*) => { print!("{}", $crate::readable::readable(&format!($($arg)*))) };
}

/// As `eprintln!`.
macro_rules! errln {
    ($($arg:tt)*) => { eprintln!("{}", $crate::readable::readable(&format!($($arg)*))) };
}

pub(super) use {errln, out, outln};
