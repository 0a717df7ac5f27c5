//! Columns of a table in a terminal, where a Japanese letter takes two.

use unicode_width::UnicodeWidthStr;

/// Width of the column with the host's name.
pub const HOST: usize = 20;

/// Returns `text` with blanks up to `columns`; a longer text stays as it is.
pub fn padded(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(text.width())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_column_begins_at_the_same_place_in_any_script() {
        assert_eq!(padded("gpu01", 8), "gpu01   ");
        assert_eq!(padded("計算機", 8), "計算機  ");
        assert_eq!(padded("a-long-name", 8), "a-long-name");
    }
}
