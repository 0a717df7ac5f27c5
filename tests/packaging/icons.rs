//! The committed pixels of the icons are those of their SVG files, and tell the states apart.
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::draw::{self, APP_SIZES, STATES, TRAY_SIZES};
use resvg::tiny_skia::Pixmap;

/// How far a colour's part may be from the committed one. None where the files were drawn; another processor may
/// round otherwise.
const SLACK: u8 = if cfg!(target_arch = "x86_64") { 0 } else { 2 };

fn committed(file: &Path) -> Pixmap {
    let bytes = fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    Pixmap::decode_png(&bytes).unwrap()
}

/// How much of each pixel is covered, from 0 to 255.
fn coverage(pixels: &Pixmap) -> Vec<u8> {
    pixels.pixels().iter().map(|pixel| pixel.alpha()).collect()
}

/// In how many pixels' worth two pictures differ.
fn difference(one: &Pixmap, other: &Pixmap) -> u32 {
    let (one, other) = (coverage(one), coverage(other));
    assert_eq!(one.len(), other.len());
    let differences = one
        .iter()
        .zip(&other)
        .map(|(a, b)| u32::from(a.abs_diff(*b)));
    differences.sum::<u32>() / 255
}

/// The frames of a state, as committed.
fn shown(state: &str, size: u32) -> Vec<Pixmap> {
    let single = draw::tray_file(state, None, size);
    if single.exists() {
        return vec![committed(&single)];
    }
    let files = (0..).map(|frame| draw::tray_file(state, Some(frame), size));
    files
        .take_while(|file| file.exists())
        .map(|file| committed(&file))
        .collect()
}

#[test]
fn the_pictures_are_those_of_the_drawings() {
    for picture in draw::all().unwrap() {
        // Both have been through a PNG file, which holds the colours undiluted.
        let drawn = Pixmap::decode_png(&picture.pixels.encode_png().unwrap()).unwrap();
        let file = committed(&picture.file);
        let name = picture.file.display();
        assert_eq!(
            (drawn.width(), drawn.height()),
            (file.width(), file.height()),
            "{name}"
        );
        let parts = drawn.data().iter().zip(file.data());
        let off = parts
            .filter(|(drawn, file)| drawn.abs_diff(**file) > SLACK)
            .count();
        assert_eq!(
            off, 0,
            "{name} is not what its drawing gives: run `make icons`"
        );
    }
}

#[test]
fn no_picture_is_left_over() {
    let drawn: BTreeSet<PathBuf> = draw::all()
        .unwrap()
        .into_iter()
        .map(|picture| picture.file)
        .collect();
    let mut found = BTreeSet::new();
    for folder in ["tray", "app"] {
        for entry in fs::read_dir(draw::folder().join(folder)).unwrap() {
            let file = entry.unwrap().path();
            if file.extension().is_some_and(|extension| extension == "png") {
                found.insert(file);
            }
        }
    }
    assert_eq!(found, drawn);
}

#[test]
fn each_state_has_a_shape_of_its_own() {
    for size in TRAY_SIZES {
        // A twentieth of the picture: as much as the moon.
        let enough = size * size / 20;
        for (at, state) in STATES.iter().enumerate() {
            for other in &STATES[..at] {
                for (a, b) in shown(state, size)
                    .iter()
                    .flat_map(|a| shown(other, size).into_iter().map(move |b| (a.clone(), b)))
                {
                    let differs = difference(&a, &b);
                    assert!(
                        differs > enough,
                        "{state} and {other} differ in {differs} pixels of {size}²"
                    );
                }
            }
        }
    }
}

#[test]
fn the_animation_moves_and_ends_where_it_begins() {
    for size in TRAY_SIZES {
        let frames = shown("working", size);
        assert!(frames.len() >= 4, "{} frames", frames.len());
        for at in 0..frames.len() {
            let next = (at + 1) % frames.len();
            let moved = difference(&frames[at], &frames[next]);
            assert!(moved > 0, "frames {at} and {next} look the same at {size}");
            // Gently: never more than a fiftieth of the picture at once.
            assert!(
                moved <= size * size / 50,
                "frames {at} and {next} differ in {moved} pixels"
            );
        }
    }
}

/// The system or the app gives them their colour.
#[test]
fn the_tray_pictures_are_black_on_nothing() {
    for state in STATES {
        for pixels in TRAY_SIZES.iter().flat_map(|size| shown(state, *size)) {
            let dark = |pixel: &resvg::tiny_skia::PremultipliedColorU8| {
                (pixel.red(), pixel.green(), pixel.blue()) == (0, 0, 0)
            };
            assert!(pixels.pixels().iter().all(dark), "{state} has a colour");
        }
    }
}

/// Straight edges lie between pixels, so that they are sharp without a Retina screen too.
#[test]
fn edges_are_sharp_at_22_pixels() {
    for state in STATES {
        for pixels in shown(state, 22) {
            let row = &coverage(&pixels)[14 * 22..15 * 22];
            assert!(
                row.iter().all(|part| [0, 255].contains(part)),
                "{state}: {row:?}"
            );
        }
    }
}

#[test]
fn the_mac_file_holds_every_size() {
    let file = fs::File::open(draw::mac_file()).unwrap();
    let family = icns::IconFamily::read(file).unwrap();
    let mut sizes = BTreeSet::new();
    for kind in family.available_icons() {
        let image = family.get_icon_with_type(kind).unwrap();
        assert_eq!(
            (image.width(), image.height()),
            (kind.pixel_width(), kind.pixel_height())
        );
        let pixels = draw::app(image.width()).unwrap().take_demultiplied();
        let parts = image.data().iter().zip(&pixels);
        let off = parts.filter(|(a, b)| a.abs_diff(**b) > SLACK).count();
        assert_eq!(
            off, 0,
            "{kind:?} is not what the drawing gives: run `make icons`"
        );
        sizes.insert((kind.screen_width(), kind.pixel_width()));
    }
    let both = [16, 32, 128, 256, 512]
        .into_iter()
        .flat_map(|size| [(size, size), (size, 2 * size)]);
    assert_eq!(sizes, both.collect());
}

#[test]
fn an_application_icon_for_every_place() {
    for size in APP_SIZES {
        let pixels = committed(&draw::app_file(size));
        assert_eq!((pixels.width(), pixels.height()), (size, size));
        let corner = pixels.pixel(0, 0).unwrap().alpha();
        let middle = pixels.pixel(size / 2, size / 2).unwrap().alpha();
        assert_eq!((corner, middle), (0, 255), "{size}");
    }
}
