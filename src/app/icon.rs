//! The icon, drawn here: a ring whose filling tells the state, by shape and never by colour alone.
//!
//! macOS colours the shape itself, as a template image. Elsewhere a panel may be light or dark, and
//! does not say: Jupyter's orange is dark enough there for the one and light enough for the other.

use super::model::Mood;

/// Pixels in each direction: 22 points at twice the resolution, as menu bars want it.
pub const SIZE: u32 = 44;

/// Black, since only the coverage counts in a template image.
#[cfg(target_os = "macos")]
const COLOUR: [u8; 3] = [0, 0, 0];
#[cfg(not(target_os = "macos"))]
const COLOUR: [u8; 3] = [0xCF, 0x5F, 0x14];

/// Frames of the animation.
pub const FRAMES: usize = 1;

/// RGBA pixels, row by row.
pub fn pixels(mood: Mood, _frame: usize) -> Vec<u8> {
    let middle = f64::from(SIZE) / 2.0;
    let mut pixels = Vec::new();
    for y in 0..SIZE {
        for x in 0..SIZE {
            let distance = distance(
                mood,
                f64::from(x) + 0.5 - middle,
                f64::from(y) + 0.5 - middle,
            );
            pixels.extend(COLOUR);
            pixels.push(coverage(distance));
        }
    }
    pixels
}

/// How much of a pixel is inside, if its middle is that far outside; edges are one pixel soft.
fn coverage(distance: f64) -> u8 {
    // 0 to 255 after the clamp: nothing is cut off.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let coverage = ((0.5 - distance).clamp(0.0, 1.0) * 255.0).round() as u8;
    coverage
}

/// How far a point is from the shape; negative inside it.
fn distance(mood: Mood, x: f64, y: f64) -> f64 {
    let from_middle = x.hypot(y);
    let ring = (from_middle - 17.25).abs() - 1.75;
    let filling = match mood {
        Mood::Idle => f64::INFINITY,
        Mood::Working => (from_middle - 10.5).max(x),
        Mood::Connected => from_middle - 10.5,
        Mood::Trouble => exclamation(x, y),
    };
    ring.min(filling)
}

fn exclamation(x: f64, y: f64) -> f64 {
    let bar = x
        .hypot((y + 3.5).abs() - 5.0)
        .min(x.abs().max((y + 3.5).abs() - 5.0))
        - 2.4;
    let dot = x.hypot(y - 8.5) - 2.7;
    bar.min(dot)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mood_has_a_shape_of_its_own() {
        let all =
            [Mood::Idle, Mood::Working, Mood::Connected, Mood::Trouble].map(|mood| pixels(mood, 0));
        for (at, one) in all.iter().enumerate() {
            assert_eq!(one.len(), (SIZE * SIZE * 4) as usize);
            assert!(!all[..at].contains(one));
        }
    }

    /// Relative luminance, as WCAG has it.
    #[cfg(not(target_os = "macos"))]
    fn luminance(colour: [u8; 3]) -> f64 {
        let linear = colour.map(|part| (f64::from(part) / 255.0).powf(2.2));
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }

    #[cfg(not(target_os = "macos"))]
    #[test]
    fn it_reads_on_light_and_on_dark_panels() {
        let ours = luminance(COLOUR) + 0.05;
        let (light, dark) = (luminance([246; 3]) + 0.05, luminance([36; 3]) + 0.05);
        assert!(light / ours > 3.0 && ours / dark > 3.0, "WCAG 1.4.11");
    }
}
