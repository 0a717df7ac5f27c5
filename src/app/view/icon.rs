//! The icon: a notebook and its moon, whose filling tells the state, by shape and never by colour alone.
//!
//! The pictures are drawn in `assets/icons/tray`; only their coverage counts here. The colour is the
//! desktop's affair.

use super::super::model::IconState;
use crate::i18n::fl;

/// Pixels in each direction: 22 points at twice the resolution, as menu bars want it.
pub const SIZE: u32 = 44;

/// Number of pictures in the animation of [`IconState::Working`]. The other states have one.
pub const FRAMES: usize = WORKING.len();

macro_rules! picture {
    ($name:literal) => {
        include_bytes!(concat!("../../../assets/icons/tray/", $name, "-44.png"))
    };
}

const IDLE: &[u8] = picture!("idle");
const CONNECTED: &[u8] = picture!("connected");
const TROUBLE: &[u8] = picture!("trouble");
const WORKING: [&[u8]; 8] = [
    picture!("working-0"),
    picture!("working-1"),
    picture!("working-2"),
    picture!("working-3"),
    picture!("working-4"),
    picture!("working-5"),
    picture!("working-6"),
    picture!("working-7"),
];

/// Returns RGBA pixels of that colour, row by row. After the last frame comes the first.
pub fn pixels(icon_state: IconState, frame: usize, colour: [u8; 3]) -> Vec<u8> {
    let png = match icon_state {
        IconState::Idle => IDLE,
        IconState::Working => WORKING[frame % FRAMES],
        IconState::Connected => CONNECTED,
        IconState::Failed => TROUBLE,
    };
    // A picture that cannot be read has no pixels, which the tray refuses with its own error.
    let mut pixels = decode(png).unwrap_or_default();
    for pixel in pixels.chunks_exact_mut(4) {
        pixel[..3].copy_from_slice(&colour);
    }
    pixels
}

/// Returns what the picture says, in words.
pub fn words(icon_state: IconState) -> String {
    match icon_state {
        IconState::Idle => fl!("icon-idle"),
        IconState::Working => fl!("icon-working"),
        IconState::Connected => fl!("icon-connected"),
        IconState::Failed => fl!("icon-failed"),
    }
}

/// Takes some microseconds, so nothing is kept.
fn decode(png: &[u8]) -> Result<Vec<u8>, png::DecodingError> {
    let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info()?;
    let mut pixels = vec![0; reader.output_buffer_size().unwrap_or_default()];
    reader.next_frame(&mut pixels)?;
    Ok(pixels)
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLOUR: [u8; 3] = [1, 2, 3];

    /// Their shapes are compared in tests/packaging/icons.rs, which sees the files, but not which one a state
    /// gets.
    #[test]
    fn every_state_and_frame_has_a_picture() {
        let still = [IconState::Idle, IconState::Connected, IconState::Failed]
            .map(|icon_state| pixels(icon_state, 0, COLOUR));
        // Four frames go to the small end of the moon's breath, four come back the same way.
        let moving = (0..=FRAMES / 2).map(|frame| pixels(IconState::Working, frame, COLOUR));
        let all: Vec<_> = still.into_iter().chain(moving).collect();
        for (at, one) in all.iter().enumerate() {
            assert_eq!(one.len(), (SIZE * SIZE * 4) as usize);
            assert!(!all[..at].contains(one), "{at}");
            assert_eq!(one[..3], COLOUR);
        }
    }

    #[test]
    fn every_frame_of_the_drawing_is_shown() {
        let drawing = include_str!("../../../assets/icons/tray/working.svg");
        let values = drawing
            .split_once("values=\"")
            .and_then(|(_, rest)| rest.split_once('"'))
            .map(|(values, _)| values.split(';').count());
        assert_eq!(values, Some(FRAMES));
    }

    #[test]
    fn frames_begin_anew() {
        assert_eq!(
            pixels(IconState::Working, FRAMES, COLOUR),
            pixels(IconState::Working, 0, COLOUR)
        );
        assert_eq!(
            pixels(IconState::Idle, 5, COLOUR),
            pixels(IconState::Idle, 0, COLOUR)
        );
    }

    #[test]
    fn each_state_is_told_in_words_too() {
        for (icon_state, told) in [
            (IconState::Idle, "not connected"),
            (IconState::Working, "connecting"),
            (IconState::Connected, "connected"),
            (IconState::Failed, "a host failed"),
        ] {
            assert_eq!(words(icon_state), told);
        }
    }
}
