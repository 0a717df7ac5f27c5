//! The icon, drawn here: a ring whose filling tells the state. One colour, so that macOS can use it
//! as a template image.

use super::model::Mood;

/// Pixels in each direction: 22 points at twice the resolution, as menu bars want it.
pub const SIZE: u32 = 44;

/// RGBA pixels, row by row.
pub fn pixels(mood: Mood) -> Vec<u8> {
    let mut pixels = Vec::new();
    for y in 0..SIZE {
        for x in 0..SIZE {
            let alpha = coverage(mood, f64::from(x) + 0.5, f64::from(y) + 0.5);
            pixels.extend([0, 0, 0, alpha]);
        }
    }
    pixels
}

/// How much of a pixel is covered, 0 to 255; edges are one pixel soft.
fn coverage(mood: Mood, x: f64, y: f64) -> u8 {
    let middle = f64::from(SIZE) / 2.0;
    let distance = (x - middle).hypot(y - middle);
    let inside = |edge: f64| (edge - distance + 0.5).clamp(0.0, 1.0);
    let ring = inside(19.0) * (1.0 - inside(15.5));
    let filling = match mood {
        Mood::Idle => 0.0,
        Mood::Working => inside(11.0) * f64::from(u8::from(x < middle)),
        Mood::Connected => inside(11.0),
        Mood::Trouble => exclamation(x - middle, y - middle),
    };
    // 0 to 255 after the clamp: nothing is cut off.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let alpha = ((ring + filling).clamp(0.0, 1.0) * 255.0) as u8;
    alpha
}

fn exclamation(x: f64, y: f64) -> f64 {
    let bar = x.abs() < 2.2 && (-9.5..3.0).contains(&y);
    let dot = x.hypot(y - 8.0) < 2.8;
    f64::from(u8::from(bar || dot))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mood_has_a_shape_of_its_own() {
        let all = [Mood::Idle, Mood::Working, Mood::Connected, Mood::Trouble].map(pixels);
        for (at, one) in all.iter().enumerate() {
            assert_eq!(one.len(), (SIZE * SIZE * 4) as usize);
            assert!(!all[..at].contains(one));
        }
    }
}
