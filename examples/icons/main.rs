//! Draws the files of `assets/icons` anew from the SVG files there: `make icons`.

mod draw;

use std::error::Error;
use std::fs::File;
use std::io::BufWriter;

use icns::{IconFamily, IconType, Image, PixelFormat};

/// Those that Apple's own iconutil writes, with the two smallest in the form that every macOS reads: as PNG it does
/// not show them (<https://en.wikipedia.org/wiki/Apple_Icon_Image_format#Known_issues>).
const MAC: [IconType; 10] = [
    IconType::RGB24_16x16,
    IconType::RGBA32_16x16_2x,
    IconType::RGB24_32x32,
    IconType::RGBA32_32x32_2x,
    IconType::RGBA32_128x128,
    IconType::RGBA32_128x128_2x,
    IconType::RGBA32_256x256,
    IconType::RGBA32_256x256_2x,
    IconType::RGBA32_512x512,
    IconType::RGBA32_512x512_2x,
];

fn main() -> Result<(), Box<dyn Error>> {
    let pictures = draw::all()?;
    for picture in &pictures {
        picture.pixels.save_png(&picture.file)?;
    }
    let mut family = IconFamily::new();
    for kind in MAC {
        let size = kind.pixel_width();
        let pixels = draw::app(size)?.take_demultiplied();
        let image = Image::from_data(PixelFormat::RGBA, size, size, pixels)?;
        family.add_icon_with_type(&image, kind)?;
    }
    let file = File::create(draw::mac_file())?;
    family.write(BufWriter::new(file))?;
    println!(
        "{} pictures and {}",
        pictures.len(),
        draw::mac_file().display()
    );
    Ok(())
}
