//! Raw figures, and the table of their ratios.

use crate::rows::{Kind, Row};
use crate::traffic::median;

/// Ours and theirs of each round, in seconds, or in MiB.
pub type Rounds = Vec<[f64; 2]>;

/// Prints what was measured of a row: one line for each side.
pub fn print_raw(row: &Row, rounds: &Rounds) {
    for (side, name) in ["ours", "ssh -N -L"].iter().enumerate() {
        let values = rounds.iter().map(|round| format!("{:.6}", round[side]));
        println!(
            "{} {name}: {}",
            row.key,
            values.collect::<Vec<_>>().join(" ")
        );
    }
}

pub fn print_head() {
    println!("\n| measure, ratio to `ssh -N -L` | median | least | most | ours | `ssh -N -L` |");
    println!("|---|---|---|---|---|---|");
}

/// Prints the row: the ratio of the medians, and the least and the most of the rounds' own ratios.
pub fn print_row(row: &Row, rounds: &Rounds) {
    let side = |side: usize| median(rounds.iter().map(|round| round[side]).collect());
    let ratio = |[ours, theirs]: [f64; 2]| match row.kind {
        Kind::Cost => ours / theirs,
        Kind::Speed => theirs / ours,
    };
    let mut ratios: Vec<f64> = rounds.iter().copied().map(ratio).collect();
    ratios.sort_by(f64::total_cmp);
    let (ours, theirs) = (side(0), side(1));
    println!(
        "| {} | {:.2} | {:.2} | {:.2} | {ours:.5} | {theirs:.5} |",
        row.title,
        ratio([ours, theirs]),
        ratios[0],
        ratios[ratios.len() - 1],
    );
}
